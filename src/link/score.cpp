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
#include "link/score.h"

#include <algorithm>
#include <cmath>

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
  static constexpr Counts falls = {0.70, 0.15, 0.10, 0.04, 0.01};
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

}  // namespace weft::link
