// From shared selectors to a rank score, on plain structs: no database, no files. docs/linking-method.md tells the
// reasoning.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft::link {

// A number with what it may be at least and at most.
struct Interval {
  double low = 0, mid = 0, high = 0;
  Interval& operator+=(const Interval& other) {
    low += other.low, mid += other.mid, high += other.high;
    return *this;
  }
  Interval& operator*=(double factor) {
    low *= factor, mid *= factor, high *= factor;
    return *this;
  }
};

// How common a selector is among unrelated parties, given that `holding` of `looked_at` hold it: the ends of a central
// 90 % interval, and between them the estimate that adds half a holder. Rises to 1 when nothing was looked at.
Interval frequency(uint64_t holding, uint64_t looked_at);

// The same for two exhibits of which the larger is `exposure` times the usual size.
double exposed_frequency(double frequency, double exposure);

// Of a value: how likely it is what it looks like; how often what is not comes back on an unrelated exhibit; and how
// likely what is genuine is private, and not made to be spread.
struct Validity {
  double genuine = 1, garbage_recurring = 0, privacy = 1;
};
inline constexpr double public_recurring = 0.15;  // how often what is made to be spread comes back

// log10 of how much likelier sharing is with a direct path than without, for a value this frequent. Validity caps it,
// however rare the value looks.
double weight_of(const Validity& validity, double frequency);

// How much better a direct path explains the counts than chance does, log10: `seen` bundles by stratum (how many other
// parties hold them: 0, 1, 2-3, 4-8, more) where chance alone brings `expected`. Near 0 when chance explains them
// better.
inline constexpr size_t strata_per_kind = 5;
using Counts = std::array<double, strata_per_kind>;
double beyond_chance(const Counts& seen, const Counts& expected);

}  // namespace weft::link
