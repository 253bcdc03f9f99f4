// A checksum of our own files (units, indexes): tells what a power cut or a disk did to them, at the speed of memory.
// It is no defence against who writes them on purpose; evidence and packs have digests (base/hash.h). XXH3 of 64 bits,
// by xxHash. One thread.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace weft {

class Checksum {
 public:
  Checksum();
  ~Checksum();
  Checksum(Checksum&&) noexcept;
  Checksum& operator=(Checksum&&) noexcept;

  void update(Bytes bytes);
  // Of everything so far. It can go on afterwards.
  uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weft
