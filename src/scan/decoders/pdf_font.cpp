// Fonts of a PDF whose codes are no characters (ISO 32000-1 §9.6 to §9.10). PDFTEXT takes the codes that a page shows
// for Latin-1. That is wrong, and the text unreadable without the font, for
//   * composite fonts (/Type0): codes are glyph numbers (Identity-H) or those of an East Asian character set;
//   * TrueType fonts of which a subset ("ABCDEF+Name") is embedded without an /Encoding: the writer numbered the
//   glyphs;
//   * encodings whose /Differences give a letter to another code ("1 /H /e /l /o"), or number the glyphs ("/g17").
// Type 1 fonts without an /Encoding have their letters where Latin-1 has them, nearly always: TeX's text fonts do. Type
// 3 fonts are judged by their /Differences, which they must have.
//
// Dictionaries are looked for near the place and are not trusted to be whole.
#include "scan/decoders/pdf_font.h"

#include <algorithm>
#include <charconv>

#include "base/pdf/encoding.h"
#include "base/pdf/syntax.h"
#include "base/text.h"

namespace weft::scan {
namespace {

constexpr size_t farthest = 2048;  // of a dictionary's ends from the place it was hit at
constexpr size_t most_names = 256;

// What stands between the brackets that enclose `at`; nothing when they are not near.
std::string_view dictionary_around(std::string_view text, size_t at) {
  size_t begin = at, end = at;
  const size_t lowest = at - std::min(at, farthest), highest = std::min(text.size(), at + farthest);
  for (int depth = 1; depth > 0; --begin) {
    if (begin < lowest + 2) return {};
    const std::string_view pair = text.substr(begin - 2, 2);
    if (pair != "<<" && pair != ">>") continue;
    depth += pair == "<<" ? -1 : 1;
    --begin;
  }
  for (int depth = 1; depth > 0; ++end) {
    if (end + 2 > highest) return {};
    const std::string_view pair = text.substr(end, 2);
    if (pair != "<<" && pair != ">>") continue;
    depth += pair == "<<" ? 1 : -1;
    ++end;
  }
  return text.substr(begin, end - begin);
}

bool ends_name(char c) {
  return is_pdf_space(uint8_t(c)) || is_pdf_delimiter(uint8_t(c));
}

// The name that begins at text[0], behind its slash.
std::string_view name_at(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.begin() + ptrdiff_t(std::min(text.size(), farthest)), ends_name);
  return text.substr(0, size_t(end - text.begin()));
}

// Where the value of a key begins; npos when the dictionary has no such key.
size_t value_of(std::string_view dictionary, std::string_view key) {
  for (size_t at = dictionary.find(key); at != std::string_view::npos; at = dictionary.find(key, at + 1)) {
    size_t value = at + key.size();
    if (value >= dictionary.size() || !ends_name(dictionary[value])) continue;
    while (value < dictionary.size() && is_pdf_space(uint8_t(dictionary[value]))) ++value;
    return value;
  }
  return std::string_view::npos;
}

std::string_view name_of(std::string_view dictionary, std::string_view key) {
  const size_t value = value_of(dictionary, key);
  if (value == std::string_view::npos || value >= dictionary.size() || dictionary[value] != '/') return {};
  return name_at(dictionary.substr(value + 1));
}

}  // namespace

bool font_has_own_codes(std::string_view text, size_t at) {
  const std::string_view font = dictionary_around(text, at), subtype = name_of(font, "/Subtype");
  if (subtype == "Type0") return true;
  const std::string_view base = name_of(font, "/BaseFont");
  return subtype == "TrueType" && is_subset(base) && value_of(font, "/Encoding") == std::string_view::npos;
}

bool differ_from_latin1(std::string_view array) {
  array = array.substr(0, farthest * 2);
  unsigned code = 0;
  size_t at = 0, names = 0;
  while (at < array.size() && names < most_names) {
    if (is_pdf_space(uint8_t(array[at]))) {
      ++at;
    } else if (array[at] == '/') {
      const std::string_view name = name_at(array.substr(at + 1));
      if (numbers_a_glyph(name)) return true;
      if (name.size() == 1 && is_alpha(name[0]) && code != static_cast<unsigned char>(name[0])) return true;
      at += 1 + name.size(), ++code, ++names;
    } else {
      const auto [end, failure] = std::from_chars(array.data() + at, array.data() + array.size(), code);
      if (failure != std::errc()) return false;  // the array's end, or no array
      at = size_t(end - array.data());
    }
  }
  return false;
}

}  // namespace weft::scan
