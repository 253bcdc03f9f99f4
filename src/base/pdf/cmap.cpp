#include "base/pdf/cmap.h"

#include <algorithm>
#include <charconv>

#include "base/pdf/syntax.h"
#include "base/text.h"

namespace weft {
namespace {

constexpr size_t most_spaces = 64;     // a map has a handful
constexpr size_t longest_text = 64;    // UTF-16 units that one code stands for
constexpr size_t most_operands = 512;  // in front of an operator: a hundred lines of three, and lists

// One thing of the CMap: a string, a number, "[", "]", or a word (names have their slash).
struct Token {
  enum class Kind { end, string, number, word } kind = Kind::end;
  std::string_view word;
  std::string string;
  uint32_t number = 0;
};

class Lexer {
 public:
  explicit Lexer(Bytes bytes) : text_(as_text(bytes)) {}

  Token next() {
    while (at_ < text_.size() && (is_pdf_space(uint8_t(text_[at_])) || text_[at_] == '%'))
      at_ = text_[at_] == '%' ? std::min(text_.find_first_of("\r\n", at_), text_.size()) : at_ + 1;
    if (at_ >= text_.size()) return {};
    const size_t begin = at_;
    if (text_[at_] == '<' && text_.substr(at_, 2) != "<<") return hexadecimal();
    ++at_;
    if (!is_pdf_delimiter(uint8_t(text_[begin])) || text_[begin] == '/')
      while (at_ < text_.size() && !is_pdf_space(uint8_t(text_[at_])) && !is_pdf_delimiter(uint8_t(text_[at_]))) ++at_;
    Token token{Token::Kind::word, text_.substr(begin, at_ - begin), {}, 0};
    const auto [end, failure] = std::from_chars(token.word.data(), token.word.data() + token.word.size(), token.number);
    if (failure == std::errc() && end == token.word.data() + token.word.size()) token.kind = Token::Kind::number;
    return token;
  }

 private:
  Token hexadecimal() {
    Token token{Token::Kind::string, {}, {}, 0};
    unsigned value = 0, digits = 0;
    for (++at_; at_ < text_.size() && text_[at_] != '>'; ++at_) {
      if (!is_hex(text_.substr(at_, 1))) continue;
      const char c = text_[at_];
      value = value << 4 | unsigned(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
      if (++digits % 2 == 0 && token.string.size() < 2 * longest_text) token.string += char(uint8_t(value));
    }
    at_ = std::min(at_ + 1, text_.size());
    return token;
  }

  std::string_view text_;
  size_t at_ = 0;
};

uint32_t code_of(std::string_view bytes) {
  uint32_t code = 0;
  for (const char c : bytes.substr(0, 4)) code = code << 8 | uint8_t(c);
  return code;
}
std::u16string units_of(std::string_view bytes) {
  std::u16string units;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) units += char16_t(uint8_t(bytes[i]) << 8 | uint8_t(bytes[i + 1]));
  if (bytes.size() == 1) units += char16_t(uint8_t(bytes[0]));
  return units;
}

// Of ranges in order of where they begin, the one that holds the code. They overlap in broken maps only, where the
// nearest few are looked at.
template <class Range>
const Range* range_of(const std::vector<Range>& ranges, uint32_t code) {
  auto at = std::upper_bound(ranges.begin(), ranges.end(), code,
                             [](uint32_t wanted, const Range& range) { return wanted < range.low; });
  for (int looked = 0; looked < 4 && at != ranges.begin(); ++looked)
    if (--at; at->high >= code) return &*at;
  return nullptr;
}

}  // namespace

PdfCMap::PdfCMap(unsigned bytes) {
  add_space(0, UINT32_MAX, bytes);
}

// A range of codes is a box: each byte has its own bounds.
void PdfCMap::add_space(uint32_t low, uint32_t high, unsigned bytes) {
  if (spaces_ == most_spaces) return;
  const uint64_t bit = uint64_t(1) << spaces_++;
  of_length_[bytes - 1] |= bit;
  if (with_byte_.size() < bytes) with_byte_.resize(bytes);
  for (unsigned i = 0; i < bytes; ++i) {
    const unsigned shift = 8 * (bytes - 1 - i);
    for (uint32_t byte = low >> shift & 0xff; byte <= (high >> shift & 0xff); ++byte) with_byte_[i][byte] |= bit;
  }
}

PdfCMap::PdfCMap(Bytes stream) {
  using Kind = Token::Kind;
  Lexer lexer(stream);
  std::vector<Token> operands;
  // Line by line, so that a section may be of any length.
  std::string_view section;
  bool in_list = false;
  const auto line = [&](size_t size) { return operands.size() == size; };
  for (Token token = lexer.next(); token.kind != Kind::end; token = lexer.next()) {
    if (token.kind == Kind::word && token.word != "[" && token.word != "]") {
      operands.clear(), in_list = false;
      section = token.word.starts_with("begin") ? token.word.substr(5) : std::string_view();
      continue;
    }
    if (section.empty()) continue;
    const bool ends_list = token.kind == Kind::word && token.word == "]";
    if (token.kind == Kind::word) {
      in_list = token.word == "[";
      if (in_list) continue;
    } else if (operands.size() < most_operands) {
      operands.push_back(std::move(token));
    }
    if (in_list) continue;
    const bool strings = operands.size() >= 2 && operands[0].kind == Kind::string && operands[1].kind == Kind::string;
    if (section == "codespacerange" && line(2)) {
      if (strings && !operands[0].string.empty() && operands[0].string.size() <= 4)
        add_space(code_of(operands[0].string), code_of(operands[1].string), unsigned(operands[0].string.size()));
    } else if (section == "bfchar" && line(2)) {
      const uint32_t code = code_of(operands[0].string);
      if (strings) texts_.push_back({code, code, units_of(operands[1].string)});
    } else if (section == "bfrange" && operands.size() >= 3) {
      const uint32_t low = code_of(operands[0].string), high = code_of(operands[1].string);
      if (strings && ends_list) {
        for (size_t i = 2; i < operands.size() && low + (i - 2) <= high; ++i)
          texts_.push_back({low + uint32_t(i - 2), low + uint32_t(i - 2), units_of(operands[i].string)});
      } else if (strings && high >= low) {
        texts_.push_back({low, high, units_of(operands[2].string)});
      }
    } else if (section == "cidchar" && line(2)) {
      const uint32_t code = code_of(operands[0].string);
      glyphs_.push_back({code, code, operands[1].number});
    } else if (section == "cidrange" && line(3)) {
      if (strings) glyphs_.push_back({code_of(operands[0].string), code_of(operands[1].string), operands[2].number});
    } else {
      continue;
    }
    operands.clear();
  }
  const auto by_low = [](const auto& a, const auto& b) { return a.low < b.low; };
  std::stable_sort(texts_.begin(), texts_.end(), by_low);
  std::stable_sort(glyphs_.begin(), glyphs_.end(), by_low);
}

size_t PdfCMap::next(std::string_view string, uint32_t& code) const {
  uint64_t fitting = UINT64_MAX;
  code = 0;
  for (size_t i = 0; i < std::min(with_byte_.size(), string.size()); ++i) {
    const auto byte = uint8_t(string[i]);
    code = code << 8 | byte;
    fitting &= with_byte_[i][byte];
    if (fitting & of_length_[i]) return i + 1;
  }
  // What fits nowhere is as long as the shortest code.
  const auto shortest = std::find_if(of_length_.begin(), of_length_.end(), [](uint64_t spaces) { return spaces != 0; });
  const size_t least = has_codes() ? size_t(shortest - of_length_.begin()) + 1 : 1;
  code = code_of(string.substr(0, least));
  return std::min(least, string.size());
}

size_t PdfCMap::memory() const {
  size_t bytes = with_byte_.size() * sizeof with_byte_[0] + glyphs_.size() * sizeof(Glyphs);
  for (const Texts& range : texts_) bytes += sizeof range + range.first.size() * sizeof(char16_t);
  return bytes;
}

std::u16string PdfCMap::text(uint32_t code) const {
  const Texts* range = range_of(texts_, code);
  if (!range) return {};
  std::u16string text = range->first;
  if (!text.empty()) text.back() = char16_t(text.back() + (code - range->low));
  return text;
}

uint32_t PdfCMap::glyph(uint32_t code) const {
  if (glyphs_.empty()) return code;
  const Glyphs* range = range_of(glyphs_, code);
  return range ? range->first + (code - range->low) : 0;
}

}  // namespace weft
