#include "base/checksum.h"

#include <xxhash.h>

#include "base/error.h"

namespace weft {

struct Checksum::State {
  XXH3_state_t* it = XXH3_createState();
  State() {
    if (!it) throw Error("no memory for a checksum");
    XXH3_64bits_reset(it);
  }
  ~State() { XXH3_freeState(it); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Checksum::Checksum() : state_(std::make_unique<State>()) {}
Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

void Checksum::update(Bytes bytes) {
  XXH3_64bits_update(state_->it, bytes.data(), bytes.size());
}

uint64_t Checksum::value() const {
  return XXH3_64bits_digest(state_->it);
}

}  // namespace weft
