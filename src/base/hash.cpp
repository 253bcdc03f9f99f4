// The low-level *_CTX structs are deprecated in OpenSSL 3, but they are the only ones whose state can be copied out
// and back in, which resuming a half-hashed image needs. They run the same assembler (SHA-NI, AVX) as EVP does.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <algorithm>
#include <cstring>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/error.h"
#include "base/sha256_pair.h"

namespace weft {

struct Hasher::State {
  Digest digest;
  union {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
  };
};

Hasher::Hasher(Digest digest) : state_(new State{}) {
  std::memset(static_cast<void*>(state_.get()), 0, sizeof(State));
  state_->digest = digest;
  switch (digest) {
    case Digest::md5:
      MD5_Init(&state_->md5);
      break;
    case Digest::sha1:
      SHA1_Init(&state_->sha1);
      break;
    case Digest::sha256:
      SHA256_Init(&state_->sha256);
      break;
  }
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(Bytes bytes) {
  switch (state_->digest) {
    case Digest::md5:
      MD5_Update(&state_->md5, bytes.data(), bytes.size());
      break;
    case Digest::sha1:
      SHA1_Update(&state_->sha1, bytes.data(), bytes.size());
      break;
    case Digest::sha256:
      SHA256_Update(&state_->sha256, bytes.data(), bytes.size());
      break;
  }
}

std::string Hasher::hex() const {
  State copy = *state_;
  uint8_t out[32];
  size_t size = 0;
  switch (copy.digest) {
    case Digest::md5:
      MD5_Final(out, &copy.md5), size = 16;
      break;
    case Digest::sha1:
      SHA1_Final(out, &copy.sha1), size = 20;
      break;
    case Digest::sha256:
      SHA256_Final(out, &copy.sha256), size = 32;
      break;
  }
  return weft::hex({out, size});
}

std::vector<uint8_t> Hasher::save() const {
  auto* bytes = reinterpret_cast<const uint8_t*>(state_.get());
  return {bytes, bytes + sizeof(State)};
}

bool Hasher::restore(Bytes state) {
  if (state.size() != sizeof(State)) return false;
  State read;
  std::memcpy(static_cast<void*>(&read), state.data(), sizeof(State));
  if (read.digest != state_->digest) return false;
  *state_ = read;
  return true;
}

namespace {

// What a state still needs to stand at the end of a block.
size_t to_whole_block(const SHA256_CTX& state) {
  return state.num == 0 ? 0 : SHA256_CBLOCK - state.num;
}
void count(SHA256_CTX& state, uint64_t bytes) {
  const uint64_t bits = (uint64_t(state.Nh) << 32 | state.Nl) + bytes * 8;
  state.Nl = uint32_t(bits), state.Nh = uint32_t(bits >> 32);
}
void take(SHA256_CTX& state, Bytes& bytes, size_t size) {
  SHA256_Update(&state, bytes.data(), size);
  bytes = bytes.subspan(size);
}

}  // namespace

void Hasher::update(Hasher& first, Bytes of_first, Hasher& second, Bytes of_second) {
  check(first.state_->digest == Digest::sha256 && second.state_->digest == Digest::sha256, "a pair is of SHA-256");
  SHA256_CTX &a = first.state_->sha256, &b = second.state_->sha256;
  if (can_hash_pairs()) {
    take(a, of_first, std::min(of_first.size(), to_whole_block(a)));
    take(b, of_second, std::min(of_second.size(), to_whole_block(b)));
    // A state that got too little for a block has nothing left.
    const size_t blocks = std::min(of_first.size(), of_second.size()) / SHA256_CBLOCK, size = blocks * SHA256_CBLOCK;
    if (blocks > 0) {
      sha256_pair(a.h, of_first.data(), b.h, of_second.data(), blocks);
      count(a, size), count(b, size);
      of_first = of_first.subspan(size), of_second = of_second.subspan(size);
    }
  }
  take(a, of_first, of_first.size());
  take(b, of_second, of_second.size());
}

std::string sha256_hex(Bytes bytes) {
  Hasher hasher(Digest::sha256);
  hasher.update(bytes);
  return hasher.hex();
}

std::string keyed_hash(Bytes key, std::string_view value) {
  uint8_t out[32];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), int(key.size()), reinterpret_cast<const uint8_t*>(value.data()), value.size(), out,
       &size);
  return hex({out, size});
}

std::vector<uint8_t> random_bytes(size_t count) {
  std::vector<uint8_t> out(count);
  if (RAND_bytes(out.data(), int(count)) != 1) throw Error("the system gave no random bytes");
  return out;
}

std::string hex(Bytes bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace weft
