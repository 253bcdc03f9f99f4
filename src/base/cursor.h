// Cursor: the one way to read untrusted bytes. Reads past the end give zeros and latch ok() == false for good, so a
// parser is straight-line code with one check at the end. Loops are bounded by remaining(), never by a count that
// came from the file. Any thread, one at a time; owns nothing.
#pragma once

#include <bit>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace weft {

class Cursor {
 public:
  explicit Cursor(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }

  // Moves to an absolute position; beyond the end latches the failure.
  void seek(size_t position) {
    if (position > bytes_.size()) return fail();
    position_ = position;
  }
  void skip(size_t count) { take(count); }

  // The next count bytes, or an empty view and a latched failure.
  Bytes take(size_t count) {
    if (!ok_ || count > remaining()) {
      fail();
      return {};
    }
    Bytes out = bytes_.subspan(position_, count);
    position_ += count;
    return out;
  }
  std::string_view take_text(size_t count) { return as_text(take(count)); }

  uint8_t u8() { return little<uint8_t>(); }
  uint16_t u16le() { return little<uint16_t>(); }
  uint32_t u32le() { return little<uint32_t>(); }
  uint64_t u64le() { return little<uint64_t>(); }
  uint16_t u16be() { return static_cast<uint16_t>(big(2)); }
  uint32_t u32be() { return static_cast<uint32_t>(big(4)); }
  uint64_t u64be() { return big(8); }

 private:
  void fail() {
    ok_ = false;
    position_ = bytes_.size();
  }
  template <class T>
  T little() {
    static_assert(std::endian::native == std::endian::little, "Weft runs on little-endian machines");
    T value = 0;
    if (const Bytes in = take(sizeof value); !in.empty()) std::memcpy(&value, in.data(), sizeof value);
    return value;
  }
  uint64_t big(size_t width) {
    uint64_t value = 0;
    for (uint8_t byte : take(width)) value = value << 8 | byte;
    return value;
  }

  Bytes bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace weft
