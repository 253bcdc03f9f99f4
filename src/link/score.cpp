// The arithmetic of the rank score.
//
// Rule of three: if none of N unrelated sources holds a value, its frequency may still be about 3/N (95 %). For d
// holders the Poisson mean that leaves 5 % for d or fewer takes the place of the 3 (Garwood 1936); the mean that leaves
// 5 % for d or more is the other end. lambda/(N+lambda) instead of lambda/N keeps it a probability when N is small.
//
// Exposure: an exhibit with ten times the usual number of addresses meets a given one about ten times as easily. With
// r = -ln(1-p) as the rate per usual exhibit, p' = 1 - exp(-r * exposure).
//
// Beyond chance: counts per stratum are Poisson with the mean that chance brings, or with x more bundles in all, of
// which most fall where few others hold them (private things are private). x is unknown: the ratio R is averaged over a
// grid. log10(1 + R) is near log10 R where R is large and keeps the order, above 0, where chance explains as much. This
// is the pair null of Galbraith, Smyth and Stern's coincidental-match idea with counts instead of one match. The shares
// per stratum are a judgement; they order leads and are not calibrated.
//
// Circles: counts whose Poisson mean differs from pair to pair as a gamma law are negative binomial (Greenwood and Yule
// 1920). The shape is a judgement, after what pairs of exhibits of real messages share that have different authors:
// in three such cases, moments give 0.02 to 0.12 in the strata where some pair shares two.
#include "link/score.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace weft::link {
namespace {

double poisson_at_most(uint64_t count, double mean) {
  double term = std::exp(-mean), sum = term;
  for (uint64_t i = 1; i <= count; ++i) sum += term *= mean / double(i);
  return sum;
}

// Beyond this many the normal approximation is as good as the bisection, and exp(-mean) would underflow.
constexpr uint64_t many = 200;

// The Poisson mean that leaves `tail` for `count` or fewer.
double mean_leaving(uint64_t count, double tail) {
  double d = double(count);
  if (count > many) return std::max(0.0, d + 0.5 + (tail < 0.5 ? 1 : -1) * (1.645 * std::sqrt(d + 0.5) + 0.5));
  double low = 0, high = d + 5 + 3 * std::sqrt(d);
  for (int i = 0; i < 60; ++i) {
    double middle = (low + high) / 2;
    (poisson_at_most(count, middle) > tail ? low : high) = middle;
  }
  return high;
}

constexpr double strengths[] = {0.5, 1, 2, 4, 8, 16, 32, 64, 128};  // each half as likely as the one before

constexpr Counts falls = {0.70, 0.15, 0.10, 0.04, 0.01};  // how many of the private ones by stratum

// The factor of a pair's expectation: equal steps of its logarithm, with the logarithm of the gamma density there.
constexpr double circle_shape = 0.1;
struct Level {
  double factor = 0, log_weight = 0;
};
std::vector<Level> levels_of_circles() {
  std::vector<Level> out;
  double sum = 0;
  for (double log10_factor = -12; log10_factor <= 2.25; log10_factor += 0.25) {
    const double factor = std::pow(10.0, log10_factor);
    out.push_back({factor, circle_shape * (std::log(factor) - factor)});
    sum += std::exp(out.back().log_weight);
  }
  for (Level& level : out) level.log_weight -= std::log(sum);
  return out;
}

// Logarithm of how likely the counts are when x more than chance brings are there, up to what depends on them alone.
double log_likely(const Counts& seen, const Counts& expected, double x, const std::vector<Level>& levels) {
  double most = -INFINITY;
  std::vector<double> terms;
  for (const Level& level : levels) {
    double term = level.log_weight;
    for (size_t d = 0; d < seen.size(); ++d) {
      const double mean = std::max(expected[d], 1e-6) * level.factor + x * falls[d];
      term += (seen[d] > 0 ? seen[d] * std::log(mean) : 0) - mean;
    }
    terms.push_back(term), most = std::max(most, term);
  }
  double sum = 0;
  for (double term : terms) sum += std::exp(term - most);
  return most + std::log(sum);
}

}  // namespace

Interval frequency(uint64_t holding, uint64_t looked_at) {
  double others = double(looked_at) - double(std::min(holding, looked_at));
  auto share = [&](double mean) { return mean > 0 ? mean / (others + mean) : 0; };
  double least = holding == 0 ? 0.05 : mean_leaving(holding - 1, 0.95);
  return {share(least), share(double(holding) + 0.5), share(mean_leaving(holding, 0.05))};
}

double exposed_frequency(double frequency, double exposure) {
  if (frequency >= 1) return 1;
  return -std::expm1(std::log1p(-frequency) * exposure);
}

double weight_of(const Validity& validity, double frequency) {
  double genuine = validity.genuine * validity.privacy;
  double otherwise = validity.genuine * (1 - validity.privacy) * public_recurring +
                     (1 - validity.genuine) * validity.garbage_recurring;
  return std::log10((genuine + otherwise) / (genuine * std::clamp(frequency, 1e-9, 1.0) + otherwise));
}

double beyond_chance(const Counts& seen, const Counts& expected) {
  double sum = 0, likely = 0;
  for (double x : strengths) {
    double log_ratio = 0;  // of Poisson(seen; expected + x * falls) to Poisson(seen; expected)
    for (size_t d = 0; d < seen.size(); ++d) {
      double mean = std::max(expected[d], 1e-6);
      log_ratio += seen[d] * std::log1p(x * falls[d] / mean) - x * falls[d];
    }
    sum += std::exp(std::min(log_ratio, 600.0)) / x;
    likely += 1 / x;
  }
  return std::log10(1 + sum / likely);
}

double beyond_circles(const Counts& seen, const Counts& expected) {
  static const std::vector<Level> levels = levels_of_circles();
  const double by_chance = log_likely(seen, expected, 0, levels);
  double sum = 0, likely = 0;
  for (double x : strengths) {
    sum += std::exp(std::min(log_likely(seen, expected, x, levels) - by_chance, 600.0)) / x;
    likely += 1 / x;
  }
  return std::log10(1 + sum / likely);
}

}  // namespace weft::link
