// Inside of Rules: the compiled database and who owns which pattern. Private to the engine. Immutable after compile.
#pragma once

#include <array>
#include <hs/hs.h>

#include "base/file.h"
#include "scan/engine.h"

namespace weft::scan {

// Pattern::flags as Hyperscan wants them.
constexpr unsigned hyperscan_flags(const Pattern& pattern) {
  return pattern.flags & (caseless | dotall);
}
static_assert(caseless == HS_FLAG_CASELESS && dotall == HS_FLAG_DOTALL);

// All scanners come first, then all decoders: owner < scanners.size() is a scanner.
struct Rules::State {
  struct Owned {
    uint32_t owner = 0;
    uint32_t id = 0;  // Pattern::id
    bool first_end = false;
  };

  std::vector<const Scanner*> scanners;
  std::vector<const Decoder*> decoders;
  std::vector<std::vector<Owned>> patterns;  // by Hyperscan's number; equal patterns of several owners are one
  Handle<hs_database_t, hs_free_database> database;
  size_t width = 0;               // of the longest match
  size_t reach = 0;               // the farthest any scanner looks back from a match
  std::array<bool, 256> quiet{};  // a stretch of this byte alone holds no match

  size_t owners() const { return scanners.size() + decoders.size(); }
};

}  // namespace weft::scan
