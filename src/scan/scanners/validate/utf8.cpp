#include "scan/scanners/validate/utf8.h"

#include <unicode/uchar.h>

namespace weft::scan {

CodePoint code_point_at(std::string_view text, size_t position) {
  if (position >= text.size()) return {};
  auto byte = [&](size_t i) { return position + i < text.size() ? uint8_t(text[position + i]) : uint8_t(0); };
  uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {};
  char32_t value = first & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3F);
  }
  bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {};
  return {value, length};
}

CodePoint code_point_before(std::string_view text, size_t position) {
  for (size_t length = 1; length <= 4 && length <= position; ++length) {
    if ((uint8_t(text[position - length]) & 0xC0) == 0x80) continue;
    CodePoint found = code_point_at(text, position - length);
    return found.length == length ? found : CodePoint{};
  }
  return {};
}

bool is_unspaced_script(char32_t c) {
  return (c >= 0x0E00 && c < 0x0F00) || (c >= 0x1000 && c < 0x10A0) || (c >= 0x1780 && c < 0x1800) ||
         (c >= 0x3041 && c < 0x3100) || (c >= 0x3105 && c < 0x3130) || (c >= 0x3400 && c < 0x4DC0) ||
         (c >= 0x4E00 && c < 0xA000) || (c >= 0xAC00 && c < 0xD7A4) || (c >= 0xF900 && c < 0xFB00) ||
         (c >= 0x20000 && c < 0x32000);
}

// Blocks of letters hold other signs, too: "৳" (U+09F3) is of Bengali, and a currency.
bool is_foreign_letter(char32_t c) {
  constexpr uint32_t letters = U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK;
  const bool in_block = (c >= 0xC0 && c < 0x250) || (c >= 0x300 && c < 0x370) || (c >= 0x386 && c < 0x482) ||
                        (c >= 0x48A && c < 0x55A) || (c >= 0x561 && c < 0x588) || (c >= 0x5D0 && c < 0x5EB) ||
                        (c >= 0x620 && c < 0x66A) || (c >= 0x671 && c < 0x6D4) || (c >= 0x904 && c < 0x964) ||
                        (c >= 0x980 && c < 0xE00) || (c >= 0x10A0 && c < 0x1100) || (c >= 0x1E00 && c < 0x2000) ||
                        is_unspaced_script(c);
  return in_block && (U_GET_GC_MASK(UChar32(c)) & letters) != 0;
}

}  // namespace weft::scan
