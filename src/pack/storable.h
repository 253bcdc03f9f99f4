// What text a pack can hold: UTF-8 without NUL, since DuckDB takes no other. Other text is stored as printable() shows
// it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/text.h"

namespace weft::pack {

// Most text is ASCII: looked at eight bytes at a time. True when every byte is 0x01..0x7F.
inline bool is_plain(std::string_view text) {
  constexpr uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word | (word - ones)) & highs) return false;  // a high byte, or a borrow out of a zero byte
  }
  for (; i < text.size(); ++i)
    if (static_cast<signed char>(text[i]) <= 0) return false;
  return true;
}

inline bool is_storable(std::string_view text) {
  return is_plain(text) || (is_utf8(text) && text.find('\0') == std::string_view::npos);
}

}  // namespace weft::pack
