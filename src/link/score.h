// From shared selectors to a rank score, on plain structs: no database, no files. docs/linking.md tells the reasoning.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "link/kinds.h"

namespace weft::link {

// How common a selector may be among unrelated sources: the upper end of a one-sided 95 % interval, given that
// `holding` of `looked_at` sources hold it. Rises to 1 when nothing was looked at.
double upper_frequency(uint64_t holding, uint64_t looked_at);

// The same for two exhibits of which the larger is `exposure` times the usual size.
double exposed_frequency(double frequency, double exposure);

// log10 of how much likelier sharing is with a direct path than without, for a value this frequent; capped by validity.
double kind_weight(const Kind& kind, double frequency);

// How much better a direct path explains the counts than chance does, log10: `seen` bundles by stratum (how many other
// sources hold them: 0, 1, 2-3, 4-8, more) where chance alone brings `expected`. Near 0 when chance explains them
// better.
inline constexpr size_t strata_per_kind = 5;
using Counts = std::array<double, strata_per_kind>;
double beyond_chance(const Counts& seen, const Counts& expected);

// A selector that two exhibits share, as bundling sees it. Containers are numbers that mean the same on both of a
// side's selectors: a file's content, a message, a stretch of unallocated space.
struct Shared {
  const Kind* kind = nullptr;
  uint64_t others = 0;  // sources besides the two that hold it: of the case and of the background
  std::vector<uint32_t> containers_a, containers_b;
};

// Which bundle each selector belongs to, numbered from 0 in order of first member. Two selectors are in one bundle when
// one container of exhibit a holds both and one container of exhibit b holds both, or a chain of such selectors leads
// from one to the other.
std::vector<uint32_t> bundle(std::span<const Shared> shared);

}  // namespace weft::link
