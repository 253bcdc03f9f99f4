// ByteSource: bytes behind any container, by offset. The only way evidence is read after src/image opened it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weft {

// A stretch that a source could not deliver (bad chunk, missing part, I/O error). It was filled with zeros.
struct Fault {
  uint64_t offset = 0;
  uint64_t size = 0;
  std::string what;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual uint64_t size() const = 0;
  // Fills out with the bytes from offset on and returns how many there were: fewer than asked only at the end, 0 beyond
  // it. What cannot be delivered is zero-filled, counted as delivered, and appended to faults (adjacent ones merged by
  // the caller if it wants to). Throws Error only when the world is broken for good (the device is gone).
  // One thread at a time; each thread opens its own source.
  virtual size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) = 0;
};

// Bytes in memory as a source; for tests, and for contents small enough to hold. Owns its bytes.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size(); }
  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>&) override {
    if (offset >= bytes_.size()) return 0;
    size_t n = std::min<uint64_t>(out.size(), bytes_.size() - offset);
    std::copy_n(bytes_.begin() + ptrdiff_t(offset), n, out.begin());
    return n;
  }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace weft
