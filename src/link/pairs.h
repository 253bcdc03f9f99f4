// From posting lists to scored pairs of exhibits, on plain structs: no database, no files, no strings but the values.
// Deterministic: everything is ordered by numbers that the caller gave out in order of name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "link/kinds.h"

namespace weft::link {

// One exhibit that holds a selector in a place that counts, and the containers it lies in there.
struct Posting {
  uint32_t exhibit = 0;
  uint32_t first_container = 0, containers = 0;  // in Case::containers
};

struct Selector {
  const Kind* kind = nullptr;
  std::string value;                         // as shown
  uint64_t exhibits = 0;                     // that hold it anywhere, places that do not count included
  uint64_t background = 0;                   // sources that hold it
  uint32_t first_posting = 0, postings = 0;  // in Case::postings, ascending by exhibit
};

// How much there is of each kind on an exhibit: by position in kinds().
using Amounts = std::vector<uint64_t>;

struct Case {
  std::vector<std::string> exhibits;  // in order of name
  std::vector<Amounts> amounts;       // by exhibit
  uint64_t background_sources = 0;
  std::vector<Selector> selectors;  // shared ones only, in order of kind and value
  std::vector<Posting> postings;
  std::vector<uint32_t> containers;  // numbers; equal content has equal numbers on all exhibits
};

// A value on more exhibits than this is a hub: it is never expanded to pairs.
uint64_t hub_limit(uint64_t exhibits);

struct Bundle {
  const Kind* kind = nullptr;     // that weighs most at the frequency of its commonest member
  uint64_t others = 0;            // sources besides the two that hold the commonest member
  double weight = 0;              // after all corrections; the weights of a pair add up to its score
  bool same_content = false;      // a file with the same content on both sides holds a member
  std::vector<uint32_t> members;  // selectors, strongest first
};

struct Pair {
  uint32_t a = 0, b = 0;
  double score = 0;
  std::vector<Bundle> bundles;  // heaviest first
};

// A pair whose score is below this shares no more than chance explains.
inline constexpr double least_score = 0.1;

// All pairs with a score of at least least_score, strongest first.
std::vector<Pair> score_pairs(const Case& input);

}  // namespace weft::link
