// SipHash as its paper gives it (https://www.aumasson.jp/siphash/siphash.pdf): two rounds for each eight bytes, four at
// the end, little-endian. 64 bits out of a 128-bit key. A plain digest would not do here: who holds a list of addresses
// can hash them all and look each one up.
#include "link/value_hash.h"

#include <bit>
#include <string>

#include "base/hash.h"

namespace weft::link {
namespace {

struct State {
  uint64_t a, b, c, d;
  void round() {
    a += b, b = std::rotl(b, 13), b ^= a, a = std::rotl(a, 32);
    c += d, d = std::rotl(d, 16), d ^= c;
    a += d, d = std::rotl(d, 21), d ^= a;
    c += b, b = std::rotl(b, 17), b ^= c, c = std::rotl(c, 32);
  }
  void word(uint64_t w) {
    d ^= w;
    round(), round();
    a ^= w;
  }
};

}  // namespace

uint64_t siphash(uint64_t k0, uint64_t k1, Bytes bytes) {
  State state{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};
  uint64_t last = uint64_t(bytes.size()) << 56;
  for (size_t i = 0; i < bytes.size(); i += 8) {
    uint64_t word = 0;
    size_t count = std::min<size_t>(8, bytes.size() - i);
    for (size_t j = count; j-- > 0;) word = word << 8 | bytes[i + j];
    if (count == 8)
      state.word(word);
    else
      last |= word;
  }
  state.word(last);
  state.c ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.a ^ state.b ^ state.c ^ state.d;
}

ValueHash::ValueHash(Bytes key) {
  std::string digest = sha256_hex(key);
  for (size_t i = 0; i < 2; ++i) key_[i] = std::stoull(digest.substr(16 * i, 16), nullptr, 16);
}

uint64_t ValueHash::operator()(std::string_view kind, std::string_view value) const {
  std::string text(kind);
  text += '\0';
  text += value;
  return siphash(key_[0], key_[1], as_bytes(text));
}

}  // namespace weft::link
