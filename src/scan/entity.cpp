#include "scan/entity.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace weft::scan {

Entity numbered_entity(std::string_view text) {
  constexpr size_t longest = 10;
  text = text.substr(0, longest);
  if (!text.starts_with("&#")) return {};
  const bool hex = text.substr(2).starts_with('x') || text.substr(2).starts_with('X');
  const char* const end = text.data() + text.size();
  uint32_t value = 0;
  const auto [behind, failure] = std::from_chars(text.data() + 2 + hex, end, value, hex ? 16 : 10);
  if (failure != std::errc() || behind == end || *behind != ';') return {};
  return {size_t(behind - text.data()) + 1, value};
}

Entity rtf_escape(std::string_view text) {
  // Of Windows-1252, 0x80 to 0x9f; 0 where there is none.
  constexpr std::array<char16_t, 32> signs{0x20ac, 0,      0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                           0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0,      0x17d,  0,
                                           0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                           0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0,      0x17e,  0x178};
  constexpr size_t byte_size = 4, letter_size = 5;
  if (text.starts_with("\\'") && text.size() >= byte_size && is_hex(text.substr(2, 2))) {
    uint32_t value = 0;
    std::from_chars(text.data() + 2, text.data() + byte_size, value, 16);
    if (value >= 0x80 && value < 0xa0) value = signs[value - 0x80];
    return value == 0 ? Entity{} : Entity{byte_size, value};
  }
  if (!text.starts_with("\\u") || text.size() <= letter_size) return {};
  uint32_t value = 0;
  const auto [behind, failure] = std::from_chars(text.data() + 2, text.data() + letter_size, value);
  if (failure != std::errc() || behind != text.data() + letter_size || value < 100) return {};
  if (text[letter_size] == '?') return {letter_size + 1, value};
  const Entity instead = text[letter_size] == '\\' ? rtf_escape(text.substr(letter_size, byte_size)) : Entity{};
  return instead.size == byte_size ? Entity{letter_size + byte_size, value} : Entity{};
}

}  // namespace weft::scan
