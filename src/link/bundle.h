// Which of the selectors that two exhibits share arrived for one and the same reason. Such a bundle counts once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "link/pairs.h"

namespace weft::link {

// A selector that both exhibits hold, with its places there.
struct Shared {
  uint32_t selector = 0;
  std::span<const Place> a, b;
  uint32_t set = 0;  // number of the exact set of exhibits that hold it, when it is large; else 0
};

// The bundle of each, numbered from 0 in order of first member.
std::vector<uint32_t> bundle(std::span<const Shared> shared, const Case& input);

}  // namespace weft::link
