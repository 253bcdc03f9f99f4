// Sources. Average precision with tied scores as one step: the usual step-wise sum over distinct thresholds. Interval
// of a proportion: Clopper and Pearson 1934, the beta quantiles found by bisection on the incomplete beta function
// (continued fraction, modified Lentz). Cllr and its minimum by pool-adjacent-violators: Brümmer and du Preez,
// "Application-independent evaluation of speaker detection", Computer Speech & Language 20, 2006.
#include "evaluate/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace weft::evaluate {
namespace {

void strongest_first(std::vector<Scored>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const Scored& x, const Scored& y) { return x.score > y.score; });
}

double log_beta(double a, double b) {
  return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
}

// The continued fraction of the incomplete beta function; converges fast for x below (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < tiny ? tiny : d);
  double out = d;
  for (int m = 1; m <= 2000; ++m) {
    for (double numerator : {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                             -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))}) {
      d = 1 + numerator * d;
      d = 1 / (std::abs(d) < tiny ? tiny : d);
      c = 1 + numerator / c;
      c = std::abs(c) < tiny ? tiny : c;
      out *= c * d;
    }
    if (std::abs(c * d - 1) < 1e-14) break;
  }
  return out;
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  double front = std::exp(a * std::log(x) + b * std::log1p(-x) - log_beta(a, b));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double beta_quantile(double a, double b, double probability) {
  double low = 0, high = 1;
  for (int i = 0; i < 200; ++i) {
    double middle = (low + high) / 2;
    (incomplete_beta(a, b, middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

// log2(1 + 2^x) without overflow.
double log2_one_plus(double log2_x) {
  return log2_x > 0 ? log2_x + std::log1p(std::exp2(-log2_x)) / std::log(2.0)
                    : std::log1p(std::exp2(log2_x)) / std::log(2.0);
}

}  // namespace

double average_precision(std::vector<Scored> pairs) {
  strongest_first(pairs);
  double total = 0;
  for (const Scored& one : pairs) total += one.linked ? one.weight : 0;
  if (total == 0) return 0;
  double found = 0, seen = 0, sum = 0;
  for (size_t i = 0; i < pairs.size();) {
    double before = found;
    size_t next = i;
    for (; next < pairs.size() && pairs[next].score == pairs[i].score; ++next) {
      seen += pairs[next].weight;
      found += pairs[next].linked ? pairs[next].weight : 0;
    }
    if (found > before) sum += (found - before) / total * (found / seen);
    i = next;
  }
  return sum;
}

double precision_at(std::vector<Scored> pairs, size_t k) {
  if (k == 0 || pairs.empty()) return 0;
  strongest_first(pairs);
  double hits = 0;
  for (size_t i = 0; i < std::min(k, pairs.size());) {
    size_t next = i, linked = 0;
    for (; next < pairs.size() && pairs[next].score == pairs[i].score; ++next) linked += pairs[next].linked;
    double part = double(std::min(next, k) - i) / double(next - i);
    hits += part * double(linked);
    i = next;
  }
  return hits / double(k);
}

Interval proportion_interval(uint64_t hits, uint64_t trials, double confidence) {
  if (trials == 0) return {0, 1};
  double h = double(hits), n = double(trials), out = 1 - confidence;
  if (hits == 0) return {0, 1 - std::pow(out, 1 / n)};
  if (hits >= trials) return {std::pow(out, 1 / n), 1};
  return {beta_quantile(h, n - h + 1, out / 2), beta_quantile(h + 1, n - h, 1 - out / 2)};
}

double cllr(std::span<const Scored> pairs) {
  double linked = 0, others = 0, cost_linked = 0, cost_others = 0;
  for (const Scored& one : pairs) {
    double bits = one.score * std::log2(10.0);
    if (one.linked) {
      linked += one.weight;
      cost_linked += one.weight * log2_one_plus(-bits);
    } else {
      others += one.weight;
      cost_others += one.weight * log2_one_plus(bits);
    }
  }
  if (linked == 0 || others == 0) return std::numeric_limits<double>::quiet_NaN();
  return (cost_linked / linked + cost_others / others) / 2;
}

std::vector<double> isotonic(std::span<const double> values, std::span<const double> weights) {
  struct Block {
    double value, weight;
    size_t count;
  };
  std::vector<Block> blocks;
  for (size_t i = 0; i < values.size(); ++i) {
    blocks.push_back({values[i], weights[i], 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].value >= blocks.back().value) {
      Block last = blocks.back();
      blocks.pop_back();
      Block& into = blocks.back();
      double weight = into.weight + last.weight;
      into.value = weight > 0 ? (into.value * into.weight + last.value * last.weight) / weight : into.value;
      into.weight = weight;
      into.count += last.count;
    }
  }
  std::vector<double> out;
  out.reserve(values.size());
  for (const Block& block : blocks) out.insert(out.end(), block.count, block.value);
  return out;
}

Line calibration_line(std::span<const Scored> pairs, double most) {
  double linked = 0, others = 0;
  for (const Scored& pair : pairs) (pair.linked ? linked : others) += pair.weight;
  if (linked == 0 || others == 0) return {NAN, NAN};
  double a = 0, b = 1;  // natural logarithms; Newton's steps, damped by a thousandth of a unit of information
  for (int round = 0; round < 200; ++round) {
    double ga = 0, gb = 0, haa = 1e-3, hab = 0, hbb = 1e-3;
    for (const Scored& pair : pairs) {
      double x = std::min(pair.score, most), p = 1 / (1 + std::exp(-(a + b * x)));
      double weight = pair.weight / (pair.linked ? linked : others), slope = weight * p * (1 - p);
      double error = weight * ((pair.linked ? 1 : 0) - p);
      ga += error, gb += error * x;
      haa += slope, hab += slope * x, hbb += slope * x * x;
    }
    double det = haa * hbb - hab * hab, da = (hbb * ga - hab * gb) / det, db = (haa * gb - hab * ga) / det;
    a += da, b += db;
    if (std::abs(da) + std::abs(db) < 1e-9) break;
  }
  return {b / std::numbers::ln10, a / std::numbers::ln10};
}

double cllr_min(std::vector<Scored> pairs) {
  strongest_first(pairs);
  std::reverse(pairs.begin(), pairs.end());
  double linked = 0, others = 0;
  std::vector<double> share, weight, hits;  // by distinct score
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (i == 0 || pairs[i].score != pairs[i - 1].score) share.push_back(0), weight.push_back(0), hits.push_back(0);
    weight.back() += pairs[i].weight;
    (pairs[i].linked ? linked : others) += pairs[i].weight;
    if (pairs[i].linked) hits.back() += pairs[i].weight;
  }
  if (linked == 0 || others == 0) return std::numeric_limits<double>::quiet_NaN();
  for (size_t i = 0; i < share.size(); ++i) share[i] = weight[i] > 0 ? hits[i] / weight[i] : 0;
  std::vector<double> fitted = isotonic(share, weight);
  double cost_linked = 0, cost_others = 0;
  for (size_t i = 0; i < fitted.size(); ++i) {
    double p = fitted[i];
    // LR = p / (1 - p) : linked / others. A step without linked pairs costs nothing, nor does one without others.
    double bits = std::log2(p) - std::log2(1 - p) - std::log2(linked / others);
    if (hits[i] > 0) cost_linked += hits[i] * log2_one_plus(-bits);
    if (weight[i] > hits[i]) cost_others += (weight[i] - hits[i]) * log2_one_plus(bits);
  }
  return (cost_linked / linked + cost_others / others) / 2;
}

}  // namespace weft::evaluate
