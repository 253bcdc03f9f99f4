// What a code is, is asked of the ToUnicode map first. Behind it stand, for a simple font, its /Encoding with
// /Differences; for a composite one, a CMap whose codes are UTF-16. A font of which nothing says it is taken for
// Latin-1 where it is simple, and left unread where it is composite.
#include "base/pdf/font.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace weft {
namespace {

constexpr double guessed_width = 0.5, doubt = 0.25;  // ems, where the font does not say
constexpr size_t most_glyphs = 65'536;
constexpr char32_t unknown_glyph = 0xfffd;

std::string name_of(QPDFObjectHandle object) {
  return object.isName() ? object.getName().substr(1) : std::string();
}

bool is_embedded(QPDFObjectHandle dictionary) {
  QPDFObjectHandle descriptor = dictionary.getKey("/FontDescriptor");
  return descriptor.isDictionary() &&
         (descriptor.hasKey("/FontFile") || descriptor.hasKey("/FontFile2") || descriptor.hasKey("/FontFile3"));
}

// A name that says nothing ("langle", "a65") leaves the code what it was, but for letters: they are no brackets.
void set_glyph(std::string_view name, std::u32string& text) {
  const std::u32string known = glyph_text(name);
  const bool numbered = std::any_of(name.begin(), name.end(), [](char c) { return is_digit(c); });
  if (!known.empty())
    text = known;
  else if (name != ".notdef" && !numbered)
    text = unknown_glyph;
}

// "dup 104 /langle put" in the readable part of a Type 1 font (Adobe Type 1 Font Format, §2.3).
void encoding_in(std::string_view program, PdfEncoding& encoding) {
  constexpr std::string_view begin = "/Encoding", line = "dup ", end = "readonly";
  size_t at = program.find(begin);
  if (at == std::string_view::npos) return;
  program = program.substr(at, program.find("eexec", at) - at);
  program = program.substr(0, program.find(end));
  for (at = program.find(line); at != std::string_view::npos; at = program.find(line, at)) {
    at += line.size();
    size_t code = 0;
    const char* const last = program.data() + program.size();
    const auto [behind, failure] = std::from_chars(program.data() + at, last, code);
    std::string_view name = program.substr(size_t(behind - program.data()));
    name = name.substr(std::min(name.find_first_not_of(' '), name.size()));
    if (failure != std::errc() || code > 255 || !name.starts_with('/')) continue;
    set_glyph(name.substr(1, name.find_first_of(" \r\n\t", 1) - 1), encoding[code]);
  }
}

}  // namespace

PdfDocumentFont::PdfDocumentFont(QPDFObjectHandle dictionary, const Unpack& unpack) {
  if (QPDFObjectHandle map = dictionary.getKey("/ToUnicode"); map.isStream()) to_unicode_ = PdfCMap(unpack(map));
  is_composite_ = dictionary.getKey("/Subtype").isNameAndEquals("/Type0");
  if (is_composite_)
    composite(dictionary, unpack);
  else
    simple(dictionary, unpack);
  std::stable_sort(widths_.begin(), widths_.end(), [](const Widths& a, const Widths& b) { return a.low < b.low; });
}

void PdfDocumentFont::simple(QPDFObjectHandle dictionary, const Unpack& unpack) {
  const std::string type = name_of(dictionary.getKey("/Subtype")), base = name_of(dictionary.getKey("/BaseFont"));
  QPDFObjectHandle encoding = dictionary.getKey("/Encoding");
  std::string named = name_of(encoding.isDictionary() ? encoding.getKey("/BaseEncoding") : encoding);
  if (named.empty() && type != "Type3" && !is_embedded(dictionary)) named = "StandardEncoding";
  encoding_ = &pdf_encoding(named);
  if (QPDFObjectHandle program = pdf_value(dictionary.getKey("/FontDescriptor"), "/FontFile");
      named.empty() && program.isStream())
    encoding_in(as_text(unpack(program)), own_encoding());
  // The writer numbered the glyphs of a part of the font.
  if (type == "TrueType" && encoding.isNull() && is_subset(base)) meaning_ = Codes::unknown;
  differences(pdf_value(encoding, "/Differences"));
  double unit = 0.001;
  if (QPDFObjectHandle matrix = dictionary.getKey("/FontMatrix");
      type == "Type3" && matrix.isArray() && matrix.getArrayNItems() == 6 && matrix.getArrayItem(0).isNumber())
    unit = std::abs(matrix.getArrayItem(0).getNumericValue());
  QPDFObjectHandle widths = dictionary.getKey("/Widths"), first = dictionary.getKey("/FirstChar");
  if (!widths.isArray() || !first.isInteger()) return;
  QPDFObjectHandle missing = pdf_value(dictionary.getKey("/FontDescriptor"), "/MissingWidth");
  default_width_ = missing.isNumber() ? missing.getNumericValue() * unit : 0;
  has_widths_ = true;
  uint32_t code = uint32_t(std::clamp(first.getIntValue(), 0LL, 256LL));
  for (int i = 0; i < widths.getArrayNItems() && code <= 255; ++i) {
    QPDFObjectHandle width = widths.getArrayItem(i);
    if (width.isNumber()) widths_.push_back({code, code, width.getNumericValue() * unit});
    ++code, work_ += 8;
  }
}

PdfEncoding& PdfDocumentFont::own_encoding() {
  if (!own_encoding_) encoding_ = (own_encoding_ = std::make_unique<PdfEncoding>(*encoding_)).get();
  return *own_encoding_;
}

void PdfDocumentFont::differences(QPDFObjectHandle list) {
  if (!list.isArray()) return;
  // A code for each name, and one to begin a stretch with: what is longer says things twice.
  const int items = std::min(list.getArrayNItems(), 2 * 256);
  work_ += 8 * size_t(items);
  size_t code = 0;
  for (int i = 0; i < items; ++i) {
    QPDFObjectHandle item = list.getArrayItem(i);
    if (item.isInteger()) {
      code = size_t(std::clamp(item.getIntValue(), 0LL, 256LL));
    } else if (item.isName() && code < 256) {
      const std::string name = name_of(item);
      if (numbers_a_glyph(name)) meaning_ = Codes::unknown;
      set_glyph(name, own_encoding()[code]);
      ++code;
    }
  }
}

void PdfDocumentFont::composite(QPDFObjectHandle dictionary, const Unpack& unpack) {
  QPDFObjectHandle encoding = dictionary.getKey("/Encoding");
  const std::string named = name_of(encoding);
  const bool utf16 = named.find("UCS2") != std::string::npos || named.find("UTF16") != std::string::npos;
  meaning_ = utf16 ? Codes::utf16 : Codes::unknown;
  if (encoding.isStream()) codes_ = PdfCMap(unpack(encoding));
  if (!utf16 && to_unicode_.empty()) legacy_ = PdfLegacyCodes(named);
  if (legacy_) meaning_ = Codes::legacy;
  if (!codes_.has_codes())
    codes_ = utf16 || named.starts_with("Identity") || !to_unicode_.has_codes() ? PdfCMap(2) : to_unicode_;
  QPDFObjectHandle descendants = dictionary.getKey("/DescendantFonts");
  if (!descendants.isArray() || descendants.getArrayNItems() == 0) return;
  QPDFObjectHandle font = descendants.getArrayItem(0);
  if (!font.isDictionary()) return;
  // Adobe's collections of East Asian glyphs begin with those of ASCII.
  QPDFObjectHandle ordering = pdf_value(font.getKey("/CIDSystemInfo"), "/Ordering");
  if (meaning_ == Codes::unknown && ordering.isString())
    for (const std::string_view collection : {"Japan1", "GB1", "CNS1", "Korea1", "KR"})
      if (ordering.getStringValue() == collection) meaning_ = Codes::latin_glyphs;
  QPDFObjectHandle width = font.getKey("/DW");
  default_width_ = width.isNumber() ? width.getNumericValue() / 1000 : 1;
  has_widths_ = encoding.isStream() || named.starts_with("Identity");
  glyph_widths(font.getKey("/W"));
}

// "first [w w …]" and "first last w" (§9.7.4.3).
void PdfDocumentFont::glyph_widths(QPDFObjectHandle list) {
  if (!list.isArray()) return;
  // A glyph's number has two bytes: at most so many things are said of them, and what says nothing counts, too.
  constexpr int most = 65'536;
  const int items = list.getArrayNItems();
  const auto number = [&](int i) {
    QPDFObjectHandle item = list.getArrayItem(i);
    return item.isNumber() ? std::clamp(item.getNumericValue(), 0.0, 1e6) : 0.0;
  };
  int looked_at = 0;
  for (int at = 0; at + 1 < items && looked_at < most; ++looked_at) {
    uint32_t glyph = uint32_t(number(at));
    if (QPDFObjectHandle run = list.getArrayItem(at + 1); run.isArray()) {
      const int widths = run.getArrayNItems();
      for (int i = 0; i < widths && looked_at < most; ++i, ++looked_at) {
        QPDFObjectHandle width = run.getArrayItem(i);
        if (width.isNumber()) widths_.push_back({glyph, glyph, width.getNumericValue() / 1000});
        ++glyph;
      }
      at += 2;
    } else {
      if (at + 2 < items) widths_.push_back({glyph, uint32_t(number(at + 1)), number(at + 2) / 1000});
      at += 3;
    }
  }
  work_ += 16 * size_t(looked_at);
}

size_t PdfDocumentFont::memory() const {
  const size_t when_used = 256 * sizeof(Glyph);
  return sizeof *this + when_used + (own_encoding_ ? sizeof *own_encoding_ : 0) + widths_.capacity() * sizeof(Widths) +
         to_unicode_.memory() + codes_.memory();
}

double PdfDocumentFont::width(uint32_t code) const {
  auto at = std::upper_bound(widths_.begin(), widths_.end(), code,
                             [](uint32_t wanted, const Widths& range) { return wanted < range.low; });
  return at != widths_.begin() && (--at)->high >= code ? at->width : default_width_;
}

// False when nothing says what the code is.
bool PdfDocumentFont::add_text(uint32_t code, std::string& text) const {
  if (const std::u16string mapped = to_unicode_.text(code);
      !mapped.empty() && mapped[0] != 0 && mapped[0] != unknown_glyph) {
    append_glyphs(text, mapped);
    return true;
  }
  if (is_composite_) {
    constexpr uint32_t first_latin = 1, last_latin = 95;  // the space, and the tilde
    const uint32_t number = codes_.glyph(code);
    if (meaning_ == Codes::legacy) return legacy_.add_text(code, text);
    if (meaning_ == Codes::utf16) return append_glyph(text, code), true;
    if (meaning_ == Codes::latin_glyphs && number >= first_latin && number <= last_latin)
      return append_glyph(text, ' ' + (number - first_latin)), true;
    append_glyph(text, unknown_glyph);
    return !to_unicode_.empty();
  }
  for (const char32_t c : (*encoding_)[code & 0xff]) append_glyph(text, c);
  return meaning_ == Codes::characters || !to_unicode_.empty();
}

PdfDocumentFont::Glyph PdfDocumentFont::made(uint32_t code) const {
  Glyph glyph;
  glyph.known = add_text(code, glyph.text);
  const bool square = legacy_ && code > 0xff;
  glyph.width = has_widths_ ? width(is_composite_ ? codes_.glyph(code) : code) : square ? 1 : guessed_width;
  glyph.made = true;
  return glyph;
}
const PdfDocumentFont::Glyph& PdfDocumentFont::glyph(uint32_t code) const {
  constexpr uint32_t first = 256;
  if (first_glyphs_.empty()) first_glyphs_.resize(first);
  if (glyphs_.size() >= most_glyphs) glyphs_.clear();
  Glyph& glyph = code < first ? first_glyphs_[code] : glyphs_[code];
  if (!glyph.made) glyph = made(code);
  return glyph;
}

PdfFont::Extent PdfDocumentFont::say(std::string_view codes, size_t most, std::string& text) const {
  Extent extent;
  while (!codes.empty() && text.size() < most) {
    uint32_t code = uint8_t(codes.front());
    const size_t size = !is_composite_ ? 1 : legacy_ ? legacy_.next(codes, code) : codes_.next(codes, code);
    const Glyph& shown = glyph(code);
    text += shown.text;
    if (!shown.known) unread_ = true;
    extent.width += shown.width;
    if (!has_widths_) extent.doubt += doubt;
    ++extent.glyphs;
    if (size == 1 && code == ' ') ++extent.spaces;
    codes.remove_prefix(size);
  }
  return extent;
}

}  // namespace weft
