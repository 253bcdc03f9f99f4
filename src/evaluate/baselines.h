// What others do, on the same packs: scorers of pairs as cross-drive tools have them, so that Weft's own ranking stands
// beside what it has to beat.
#pragma once

#include <string>
#include <vector>

#include "evaluate/truth.h"
#include "pack/database.h"

namespace weft::evaluate {

// A method and what it gives each pair, in the order of pair_index.
struct Ranked {
  std::string method;
  std::vector<double> scores;
};

// Of n things, the place of the pair (a, b), a < b < n, among all pairs.
constexpr size_t pair_index(size_t a, size_t b, size_t n) {
  return a * (2 * n - a - 1) / 2 + (b - a - 1);
}

// Packs of the exhibits in the truth's order. Each scorer comes twice: on all selectors, and without those that the
// truth's noise files and noise values hold (an ideal stop list, which no real case has).
std::vector<Ranked> baselines(pack::Database& database, const std::vector<std::string>& packs, const Truth& truth);

// The scorers over a table held(no, h, n): exhibit number no, below `exhibits`, holds selector h n times. but: an SQL
// condition that leaves selectors out, or empty; suffix: goes behind the methods' names.
std::vector<Ranked> score_held(pack::Database& database, size_t exhibits, const std::string& but,
                               const std::string& suffix);

}  // namespace weft::evaluate
