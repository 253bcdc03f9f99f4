// From a rank score to what may be stated: a calibrated likelihood ratio, or that there is not enough to say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "link/pairs.h"

namespace weft::link {

struct Statement {
  std::optional<Interval> log10_lr;  // none when the background does not suffice
  std::string statement, verbal, alternative;
  std::optional<double> false_discovery;
};

// Fewer sources than this, of case and background, cannot say how common a value is.
inline constexpr uint64_t least_sources = 15;
// log10 LR from which a link is called supported: a hundred times likelier.
inline constexpr double stated_from = 2;

// The weight of a pair that shares nothing beyond chance.
double absent_log10_lr();
Interval calibrated(const Interval& score, const Case& input);
// By position in pairs, which are in order of score.
std::vector<Statement> state(const std::vector<Pair>& pairs, const Case& input, const Method& method);

}  // namespace weft::link
