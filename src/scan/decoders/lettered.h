// What decoders of bytes written as letters (base64, hex) share: runs and lines of an alphabet, and whether what comes
// out is worth it.
#pragma once

#include <array>
#include <string_view>

#include "base/bytes.h"

namespace weft::scan {

// The value of each sign of an alphabet; none for all else.
using Alphabet = std::array<uint8_t, 256>;
inline constexpr uint8_t no_sign = 255;

inline size_t run_end(Bytes bytes, size_t at, const Alphabet& alphabet) {
  while (at < bytes.size() && alphabet[bytes[at]] != no_sign) ++at;
  return at;
}

// Size of the line break at `at`: 0 when there is none.
inline size_t break_at(Bytes bytes, size_t at) {
  if (at < bytes.size() && bytes[at] == '\n') return 1;
  return at + 1 < bytes.size() && bytes[at] == '\r' && bytes[at + 1] == '\n' ? 2 : 0;
}

inline constexpr size_t longest_line = 1000;  // of a block of several lines

// True when a line of the same length stands right above the one at begin; or a longer one, whose block this one closes
// if it can.
bool continues_a_block(Bytes bytes, size_t begin, size_t line, const Alphabet& alphabet, bool closes);

// Begins like a file of a known format, or like a zlib stream.
bool has_magic(std::string_view bytes);
// Text of one byte or two bytes a character: at most 1 in 32 bytes is something else.
bool is_textual(std::string_view bytes);

}  // namespace weft::scan
