// Calibration, the verbal scale, and the list's false-discovery rate.
//
// Calibration: logistic regression of "a direct path was planted" on the score over made-up cases whose truth is known
// (docs/validation.md: which, and how well it holds on others), with the prior odds of those cases taken out:
// log10 LR = slope * score + offset. Numbers far outside what the cases could show are bounded, as Vergeer et al.
// (2016) bound an empirical likelihood ratio by the number of pairs it was learnt from.
//
// False discovery: the prior odds of a link are estimated from the list itself by expectation-maximisation over all
// pairs of the case, those without a row included; a pair's chance to be false follows by Bayes, and the rate of the
// list down to a rank is their mean (Efron's local rate, averaged).
#include "link/statement.h"

#include <algorithm>
#include <cmath>

namespace weft::link {
namespace {

constexpr double slope = 2.0, offset = -2.1;  // see docs/validation.md
constexpr double bound = 6;                   // log10; no more was ever tested

std::string_view verbal_of(double log10_lr) {
  struct Step {
    double from;
    std::string_view words;
  };
  static constexpr Step steps[] = {{6, "extremely strong support"},  {4, "very strong support"}, {3, "strong support"},
                                   {2, "moderately strong support"}, {1, "moderate support"},    {0.3, "weak support"}};
  for (const Step& step : steps)
    if (log10_lr >= step.from) return step.words;
  return log10_lr > -0.3 ? "no support for one over the other" : "support for the innocent alternative";
}

double posterior(double log10_lr, double odds) {
  double all = std::pow(10.0, log10_lr) * odds;
  return all / (1 + all);
}

// Share of linked pairs among all, as the weights themselves tell it.
double prior_odds(const std::vector<double>& weights, double absent) {
  double odds = 0.01;
  for (int round = 0; round < 100; ++round) {
    double linked = absent * posterior(absent_log10_lr(), odds), all = absent + double(weights.size());
    for (double weight : weights) linked += posterior(weight, odds);
    double share = std::clamp(linked / std::max(1.0, all), 1e-9, 0.5);
    odds = share / (1 - share);
  }
  return odds;
}

}  // namespace

double absent_log10_lr() {
  return offset;
}

Interval calibrated(const Interval& score, const Case&) {
  auto of = [](double s) { return std::clamp(slope * s + offset, -bound, bound); };
  return {of(score.low), of(score.mid), of(score.high)};
}

std::vector<Statement> state(const std::vector<Pair>& pairs, const Case& input, const Method& method) {
  std::vector<Statement> out(pairs.size());
  bool enough = sources_looked_at(input) >= least_sources;
  std::vector<double> weights;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Pair& pair = pairs[i];
    Statement& to = out[i];
    to.alternative = pair.one_source ? "both stem from one image, or one is a copy of the other" : "unrelated exhibits";
    if (!enough) {
      to.statement = "not enough background";
      continue;
    }
    Interval lr = method.calibration ? calibrated(pair.score, input) : pair.score;
    weights.push_back(lr.mid);
    to.log10_lr = lr;
    to.verbal = verbal_of(lr.mid);
    bool supported = lr.mid >= stated_from;
    to.statement = supported ? "supported" : pair.one_source ? "common source" : "not supported";
  }
  if (!enough) return out;
  double n = double(input.exhibits.size());
  double odds = prior_odds(weights, n * (n - 1) / 2 - double(pairs.size())), sum = 0;
  for (size_t i = 0; i < pairs.size(); ++i) {
    sum += 1 - posterior(weights[i], odds);
    out[i].false_discovery = sum / double(i + 1);
  }
  return out;
}

}  // namespace weft::link
