// A number of seven bits a byte, the lowest first, whose last byte has the top bit clear: LevelDB, Snappy, Protocol
// Buffers. Nothing where it is cut off or longer than 64 bits.
#pragma once

#include <optional>

#include "base/cursor.h"

namespace weft::scan {

inline std::optional<uint64_t> varint(Cursor& in) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const uint8_t byte = in.u8();
    if (!in.ok()) return std::nullopt;
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace weft::scan
