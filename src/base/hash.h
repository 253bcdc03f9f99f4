// Digests by OpenSSL's libcrypto. A Hasher is used by one thread at a time; results are lower-case hex.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft {

enum class Digest { md5, sha1, sha256 };

class Hasher {
 public:
  explicit Hasher(Digest digest);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(Bytes bytes);
  // The digest of everything so far. The hasher can go on afterwards.
  std::string hex() const;

  // The running state as bytes, and back: lets a resumed run go on hashing where the last one stopped.
  // Only meaningful on the same machine and the same OpenSSL; restore() returns false when it does not fit.
  std::vector<uint8_t> save() const;
  bool restore(Bytes state);

  // Two hashers of SHA-256 go on with as many bytes each, in about the time of one where the processor can
  // (base/sha256_pair.h).
  static void update(Hasher& first, Bytes of_first, Hasher& second, Bytes of_second);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(Bytes bytes);
// HMAC-SHA-256, hex: equal values give equal tokens, and without the key nobody can try values out.
std::string keyed_hash(Bytes key, std::string_view value);
std::vector<uint8_t> random_bytes(size_t count);
std::string hex(Bytes bytes);

}  // namespace weft
