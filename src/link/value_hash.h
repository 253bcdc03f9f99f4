// A keyed hash of a selector: equal values have equal hashes, and who does not have the key can neither turn a hash
// back nor try a guessed value. SipHash-2-4 (Aumasson and Bernstein 2012), made for short texts.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace weft::link {

class ValueHash {
 public:
  explicit ValueHash(Bytes key);  // of any length
  uint64_t operator()(std::string_view kind, std::string_view value) const;

 private:
  uint64_t key_[2] = {};
};

// The function itself, over two halves of a key.
uint64_t siphash(uint64_t k0, uint64_t k1, Bytes bytes);

}  // namespace weft::link
