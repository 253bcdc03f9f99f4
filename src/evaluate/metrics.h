// Measures of a ranking and of stated weights, on plain numbers. Pure functions; any thread. docs/validation.md says
// what each is for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weft::evaluate {

// One pair of exhibits as a method sees it, and whether it truly is linked.
struct Scored {
  double score = 0;
  bool linked = false;
  double weight = 1;  // how often it counts: 1, but for the bootstrap
};

// Area under precision over recall, step by step; equal scores are one step, so that ties are neither luck nor guile.
// 0 when nothing is linked.
double average_precision(std::vector<Scored> pairs);
// Share of linked pairs among the first k; of pairs tied over the edge, their expected part.
double precision_at(std::vector<Scored> pairs, size_t k);

struct Interval {
  double low = 0, high = 0;
};
// Exact (Clopper-Pearson) interval of a proportion. With no hit, or nothing but hits, there is one open side: the
// interval is one-sided there, which is the rule of three (3 / trials at 95 %).
Interval proportion_interval(uint64_t hits, uint64_t trials, double confidence = 0.95);

// Cost of log-likelihood ratios (Brümmer and du Preez, 2006), in bits: 0 is perfect, 1 says as much as nothing. Scores
// are log10 likelihood ratios. NaN when there are no linked or no unlinked pairs.
double cllr(std::span<const Scored> pairs);
// The least that any monotone change of the same scores could reach: what is left is a matter of ranking, and the
// difference, cllr - cllr_min, of calibration.
double cllr_min(std::vector<Scored> pairs);

// The line from score to log10 likelihood ratio that fits the pairs best: logistic regression, with linked and unlinked
// pairs weighed as if there were equally many, so that the share of linked pairs stays out of it. Scores beyond `most`
// count as that. NaN when there are no linked or no unlinked pairs.
struct Line {
  double slope = 0, offset = 0;
};
Line calibration_line(std::span<const Scored> pairs, double most);

// Least-squares non-decreasing fit (pool adjacent violators) to values with weights.
std::vector<double> isotonic(std::span<const double> values, std::span<const double> weights);

}  // namespace weft::evaluate
