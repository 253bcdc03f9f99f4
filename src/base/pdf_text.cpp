// Reads the text that a page description shows (ISO 32000-1 §9.4). It holds its text in pieces, "[(jo) 12 (hn@exa) -3
// (mple.org)] TJ", and without line breaks. Here the pieces of one line are joined and lines are set apart.
//
// The operators that matter: Tj ' " show a string, TJ an array of strings and shifts; Td TD T* Tm ' " move. A move to
// another height is a line break. A move along the line is a space when it goes farther than the glyphs shown before it
// would take; their widths are in a font that is elsewhere, so half an em is assumed. It is one, too, between letters
// of two fonts or colours: running prose ends where an address in a font of its own, or a link, begins. In TJ a shift
// of more than a fifth of an em to the right is a space. Some writers (Quartz) put each piece into a text object of its
// own and place it with "q … cm BT … ET Q"; the same rules hold between the last string of an object and the first of
// the next, by their places on the page.
//
// An address of the web that is broken where it cannot end ("https://keyring.debian.") goes on with the next line.
//
// Bytes are taken for Latin-1, with TeX's ligatures; two-byte strings whose high bytes are all zero for what their low
// bytes say. Fonts whose codes need a ToUnicode map stay unread; PDF says so of the document.
#include "base/pdf_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/pdf_syntax.h"
#include "base/text.h"

namespace weft {
namespace {

constexpr size_t most_text = 4 * MiB;
constexpr size_t longest_operator = 3, most_frames = 64;
constexpr double space_shift = -200, glyph_width = 0.5, space_width = 0.25;

class Reader {
 public:
  Reader(Bytes bytes, size_t begin) : bytes_(bytes), at_(begin) {}

  // Reads to the end of the content stream: the first thing that is none.
  void run() {
    while (text.size() < most_text && step()) {
    }
  }

  std::string text;
  std::vector<PdfText::Stretch> not_shown;
  size_t end() const { return at_; }

 private:
  bool more() const { return at_ < bytes_.size(); }

  bool step() {
    while (more() && is_pdf_space(bytes_[at_])) ++at_;
    if (!more()) return false;
    const uint8_t c = bytes_[at_];
    if (c == '(') return literal(), true;
    if (c == '<' && at_ + 1 < bytes_.size() && bytes_[at_ + 1] != '<') return hexadecimal();
    if (c == '<' || c == '>') return at_ += 2, at_ <= bytes_.size();
    if (c == '[') return ++at_, in_array_ = true, pending_.clear(), true;
    if (c == ']') return ++at_, in_array_ = false, true;
    if (c == '/') return name();
    if (is_digit(c) || c == '-' || c == '+' || c == '.') return number();
    if (c == '%') return comment();
    return word();
  }

  bool name() {
    const size_t begin = ++at_;
    while (more() && !is_pdf_space(bytes_[at_]) && !is_pdf_delimiter(bytes_[at_])) ++at_;
    name_ = as_text(bytes_.subspan(begin, at_ - begin));
    return true;
  }
  bool comment() {
    const size_t begin = at_;
    while (more() && bytes_[at_] != '\n' && bytes_[at_] != '\r') ++at_;
    pass_over(begin);
    return true;
  }
  // What ends here is not shown. Stretches close to each other are one, so that there are few of them.
  void pass_over(size_t begin) {
    constexpr size_t close = 64;
    while (!not_shown.empty() && not_shown.back().end + close >= begin) {
      begin = std::min(begin, not_shown.back().begin);
      not_shown.pop_back();
    }
    not_shown.push_back({begin, at_});
  }
  bool number() {
    std::array<char, 24> digits{};
    size_t n = 0;
    while (more() && (is_digit(bytes_[at_]) || bytes_[at_] == '-' || bytes_[at_] == '+' || bytes_[at_] == '.')) {
      if (n + 1 < digits.size()) digits[n++] = char(bytes_[at_]);
      ++at_;
    }
    const double value = std::strtod(digits.data(), nullptr);
    if (in_array_) {
      const std::string& before = pending_.empty() ? text : pending_;
      if (value < space_shift && !before.empty() && before.back() != ' ' && before.back() != '\n') pending_ += ' ';
      return true;
    }
    for (size_t i = 1; i < operands_.size(); ++i) operands_[i - 1] = operands_[i];
    operands_.back() = value;
    given_ = std::min(given_ + 1, operands_.size());
    return true;
  }

  // An operator, or a word of something that is no content stream.
  bool word() {
    const size_t begin = at_;
    while (more() && !is_pdf_space(bytes_[at_]) && !is_pdf_delimiter(bytes_[at_])) {
      const uint8_t c = bytes_[at_];
      if (!is_alnum(c) && c != '*' && c != '\'' && c != '"') return at_ = begin, false;
      ++at_;
    }
    const std::string_view op = as_text(bytes_.subspan(begin, at_ - begin));
    if (op == "true" || op == "false" || op == "null") return true;
    if (op.empty() || op.size() > longest_operator) return at_ = begin, false;
    apply(op);
    return true;
  }

  void apply(std::string_view op) {
    const auto operand = [&](size_t from_last) { return operands_[operands_.size() - 1 - from_last]; };
    const bool shows = op == "Tj" || op == "TJ" || op == "'" || op == "\"";
    if (!shows && !pending_.empty()) pass_over(pending_begin_);
    if (op == "Tj" || op == "TJ") {
      show();
    } else if (op == "'" || op == "\"") {
      line();
      show();
    } else if (op == "Td" || op == "TD") {
      move(operand(1), operand(0));
    } else if (op == "T*") {
      line();
    } else if (op == "BT") {
      x_ = y_ = 0, scale_ = 1, begun_ = true;
    } else if (op == "q") {
      if (frames_.size() < most_frames) frames_.push_back(frame_);
    } else if (op == "Q") {
      frame_ = frames_.empty() ? Frame() : frames_.back();
      if (!frames_.empty()) frames_.pop_back();
    } else if (op == "cm") {
      frame_.x += operand(1) * frame_.scale, frame_.y += operand(0) * frame_.scale;
      frame_.scale *= operand(5) == 0 ? 1 : std::abs(operand(5));
    } else if (op == "Tf") {
      size_ = operand(0) == 0 ? 1 : std::abs(operand(0));
      frame_.style.font = name_;
    } else if (op == "g" || op == "rg" || op == "k" || op == "sc" || op == "scn") {
      auto& colour = frame_.style.colour;
      colour.fill(0);
      std::copy_n(operands_.end() - ptrdiff_t(given_), std::min(given_, colour.size()), colour.begin());
    } else if (op == "Tm") {
      const double scale = operand(5) == 0 ? 1 : std::abs(operand(5));
      const double dx = operand(1) - x_, dy = operand(0) - y_;
      scale_ = scale;
      move(dx / scale, dy / scale);
      x_ = operand(1), y_ = operand(0);
    }
    pending_.clear();
    given_ = 0;
  }

  void line() {
    if (!text.empty() && text.back() != '\n') {
      goes_on_ = in_url();
      if (!goes_on_) text += '\n';
    }
    shown_ = 0;
  }
  // The last word is an address of the web that is broken where none ends: behind "?" or "=", or in its host.
  bool in_url() const {
    constexpr size_t longest = 512;
    if (std::string_view("?=&%_#.").find(text.back()) == std::string_view::npos) return false;
    std::string_view word(text);
    word.remove_prefix(word.size() - std::min(word.size(), longest));
    for (const char c : {' ', '\n'})
      if (const void* found = ::memrchr(word.data(), c, word.size()))
        word.remove_prefix(size_t(static_cast<const char*>(found) - word.data()) + 1);
    const void* scheme = ::memmem(word.data(), word.size(), "://", 3);
    if (!scheme) return false;
    word.remove_prefix(size_t(static_cast<const char*>(scheme) - word.data()) + 3);
    if (word.empty() || word.back() != '.') return true;
    if (word.find('/') != std::string_view::npos) return false;
    // "https://www.", "https://keyring.": one name is no host. Of several, the last is none's end when it has four
    // letters or more, but for these.
    constexpr std::string_view ends[] = {"info", "name", "mobi", "asia", "jobs", "aero", "coop", "arpa", "museum"};
    const std::string_view host = word.substr(0, word.size() - 1), last = host.substr(host.rfind('.') + 1);
    return !host.empty() && (last == "www" || last.size() == host.size() ||
                             (last.size() > 3 && std::find(std::begin(ends), std::end(ends), last) == std::end(ends)));
  }
  void move(double dx, double dy) {
    x_ += dx * scale_, y_ += dy * scale_;
    if (begun_) return;
    if (std::abs(dy) > 0.2 * size_) return line();
    moved_ = true;
    const double gap = dx / size_ - glyph_width * double(shown_);
    if (shown_ > 0 && (gap > space_width + 0.25 * double(shown_) || dx < 0) && text.back() != ' ') text += ' ';
    shown_ = 0;
  }
  void show() {
    const double x = frame_.x + x_ * frame_.scale, y = frame_.y + y_ * frame_.scale;
    const bool small =
        !pending_.empty() && (is_digit(pending_.front()) || (pending_.front() >= 'a' && pending_.front() <= 'z'));
    if (goes_on_ && text.back() == '.' && !small) text += '\n';
    goes_on_ = false;
    if (begun_) follow(x - last_x_, y - last_y_, size_ * scale_ * frame_.scale);
    const bool letters = !text.empty() && is_alnum(text.back()) && !pending_.empty() && is_alnum(pending_.front());
    if ((begun_ || moved_) && frame_.style != shown_style_ && letters) text += ' ';
    begun_ = moved_ = false;
    shown_style_ = frame_.style;
    last_x_ = x, last_y_ = y;
    shown_ = pending_.size();
    text += pending_;
  }

  // The first string of a text object, so far away on the page from the last one of the object before.
  void follow(double dx, double dy, double size) {
    if (shown_ == 0 || (dx == 0 && dy == 0) || std::abs(dy) > 0.2 * size) return line();
    const double gap = dx / size - glyph_width * double(shown_);
    if ((gap > space_width + 0.25 * double(shown_) || dx < 0) && text.back() != ' ') text += ' ';
  }

  void literal() {
    begin_string();
    std::string raw;
    int depth = 0;
    for (; more(); ++at_) {
      uint8_t c = bytes_[at_];
      if (c == '(' && depth++ == 0) continue;
      if (c == ')' && --depth == 0) {
        ++at_;
        break;
      }
      if (c == '\\' && at_ + 1 < bytes_.size()) {
        if (!escape(raw)) continue;
      } else {
        raw += char(c);
      }
      if (raw.size() > most_text) break;
    }
    add(raw);
  }
  // The escape at at_, whose last byte at_ is left on. False when it stands for nothing.
  bool escape(std::string& raw) {
    if (at_ + 1 >= bytes_.size()) return false;
    const uint8_t c = bytes_[++at_];
    if (c >= '0' && c <= '7') {
      unsigned value = 0;
      size_t digits = 0;
      for (; digits < 3 && at_ + digits < bytes_.size(); ++digits) {
        const uint8_t d = bytes_[at_ + digits];
        if (d < '0' || d > '7') break;
        value = value * 8 + (d - '0');
      }
      at_ += digits - 1;
      raw += char(uint8_t(value));
      return true;
    }
    if (c == '\n' || c == '\r') return false;
    raw += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : char(c);
    return true;
  }
  bool hexadecimal() {
    begin_string();
    std::string raw;
    unsigned value = 0, digits = 0;
    for (++at_; more() && bytes_[at_] != '>'; ++at_) {
      const uint8_t c = bytes_[at_];
      if (is_pdf_space(c)) continue;
      if (!is_hex({reinterpret_cast<const char*>(&c), 1})) return false;
      value = value << 4 | unsigned(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
      if (++digits % 2 == 0) raw += char(uint8_t(value));
    }
    if (!more()) return false;
    ++at_;
    if (digits % 2) raw += char(uint8_t(value << 4));
    add(raw);
    return true;
  }
  // Of several strings without an operator (in a dictionary) the last is kept.
  void begin_string() {
    if (pending_.empty()) pending_begin_ = at_;
    if (!in_array_) pending_.clear();
  }
  void add(std::string_view raw) {
    bool two_byte = raw.size() >= 2 && raw.size() % 2 == 0;
    for (size_t i = 0; two_byte && i < raw.size(); i += 2) two_byte = raw[i] == 0;
    for (size_t i = two_byte; i < raw.size(); i += 1 + two_byte) {
      const uint8_t code = uint8_t(raw[i]);
      if (const std::string_view ligature = ligature_of(code); !ligature.empty())
        pending_ += ligature;
      else
        append_utf8(pending_, code);
    }
  }
  // As TeX's fonts number them (T1, OT1). No other encoding has signs for text there, and line feeds may be what they
  // are.
  static std::string_view ligature_of(uint8_t code) {
    constexpr std::string_view ligatures[] = {"ff", "fi", "fl", "ffi", "ffl"};
    if (code >= 0x1b && code <= 0x1f) return ligatures[code - 0x1b];
    if (code == 0x0b || code == 0x0c || code == 0x0e || code == 0x0f) return ligatures[code - 0x0b];
    return {};
  }

  Bytes bytes_;
  size_t at_;
  std::string pending_;  // strings not shown yet
  size_t pending_begin_ = 0;
  bool in_array_ = false;
  size_t given_ = 0;                  // of them, to the next operator
  std::array<double, 6> operands_{};  // the last numbers
  size_t shown_ = 0;                  // glyphs of the last string
  std::string_view name_;             // the last one
  double size_ = 1, scale_ = 1, x_ = 0, y_ = 0;
  struct Style {
    std::string_view font;
    std::array<double, 4> colour{};  // as the operator gave it
    bool operator==(const Style&) const = default;
  };
  Style shown_style_;  // of the last string
  struct Frame {
    double scale = 1, x = 0, y = 0;
    Style style;
  };
  Frame frame_;  // where the text space lies on the page (cm) and how text looks; those to go back to (q, Q)
  std::vector<Frame> frames_;
  bool begun_ = false;              // BT was seen, and no string since
  bool goes_on_ = false;            // a line ended within an address
  bool moved_ = false;              // along the line, and no string since
  double last_x_ = 0, last_y_ = 0;  // of the last string, on the page
};

}  // namespace

PdfText pdf_text(Bytes bytes, size_t begin) {
  Reader reader(bytes, begin);
  reader.run();
  return {std::move(reader.text), reader.end(), std::move(reader.not_shown)};
}

}  // namespace weft
