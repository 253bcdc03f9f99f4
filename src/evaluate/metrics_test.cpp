#include "evaluate/metrics.h"

#include <cmath>
#include <gtest/gtest.h>
#include <tuple>

namespace weft::evaluate {
namespace {

TEST(Metrics, AveragePrecisionByHand) {
  // linked at ranks 1, 3 and 5 of 6: (1/1 + 2/3 + 3/5) / 3
  std::vector<Scored> pairs = {{6, true}, {5, false}, {4, true}, {3, false}, {2, true}, {1, false}};
  EXPECT_NEAR(average_precision(pairs), (1 + 2.0 / 3 + 0.6) / 3, 1e-12);
  EXPECT_EQ(average_precision({{1, true}, {0, false}}), 1);
  EXPECT_EQ(average_precision({{1, false}, {0, true}}), 0.5);
  EXPECT_EQ(average_precision({{1, false}}), 0);
  EXPECT_EQ(average_precision({}), 0);
}

TEST(Metrics, TiesAreOneStep) {
  // All tied: precision is the share of linked pairs, whatever the order in which they were given.
  EXPECT_NEAR(average_precision({{0, true}, {0, false}, {0, false}, {0, false}}), 0.25, 1e-12);
  EXPECT_NEAR(average_precision({{0, false}, {0, false}, {0, false}, {0, true}}), 0.25, 1e-12);
  // One first alone, then three tied of which one is linked: 1/2 * 1 + 1/2 * 2/4
  EXPECT_NEAR(average_precision({{2, true}, {1, false}, {1, true}, {1, false}}), 0.75, 1e-12);
}

TEST(Metrics, WeightsCountAsRepetition) {
  std::vector<Scored> once = {{3, true, 2}, {2, false, 3}, {1, true, 1}, {0, false, 0}};
  std::vector<Scored> spread = {{3, true}, {3, true}, {2, false}, {2, false}, {2, false}, {1, true}};
  EXPECT_NEAR(average_precision(once), average_precision(spread), 1e-12);
  EXPECT_NEAR(cllr(once), cllr(spread), 1e-12);
  EXPECT_NEAR(cllr_min(once), cllr_min(spread), 1e-12);
}

TEST(Metrics, PrecisionAtK) {
  std::vector<Scored> pairs = {{4, true}, {3, false}, {2, true}, {2, false}, {2, false}, {1, true}};
  EXPECT_EQ(precision_at(pairs, 1), 1);
  EXPECT_EQ(precision_at(pairs, 2), 0.5);
  EXPECT_NEAR(precision_at(pairs, 3), (1 + 1.0 / 3) / 3, 1e-12);  // one of three tied: a third of a hit expected
  EXPECT_NEAR(precision_at(pairs, 5), 2.0 / 5, 1e-12);
  EXPECT_NEAR(precision_at(pairs, 12), 3.0 / 12, 1e-12);  // what is not there is no hit
  EXPECT_EQ(precision_at({}, 3), 0);
}

TEST(Metrics, ExactIntervals) {
  // Clopper-Pearson values as printed in statistical tables.
  Interval half = proportion_interval(5, 10);
  EXPECT_NEAR(half.low, 0.1871, 5e-5);
  EXPECT_NEAR(half.high, 0.8129, 5e-5);
  Interval one = proportion_interval(1, 20);
  EXPECT_NEAR(one.low, 0.00127, 5e-6);
  EXPECT_NEAR(one.high, 0.24873, 5e-6);
  // No hit in n: 1 - 0.05^(1/n), close to 3/n.
  EXPECT_EQ(proportion_interval(0, 1000).low, 0);
  EXPECT_NEAR(proportion_interval(0, 1000).high, 1 - std::pow(0.05, 0.001), 1e-12);
  EXPECT_NEAR(proportion_interval(0, 1000).high, 3.0 / 1000, 1e-5);
  EXPECT_NEAR(proportion_interval(10, 10).low, std::pow(0.05, 0.1), 1e-12);
  EXPECT_EQ(proportion_interval(0, 0).high, 1);
  // The ends of the interval reach the hits with just the probability that is left outside.
  Interval large = proportion_interval(37, 11175);
  EXPECT_LT(large.low, 37 / 11175.0);
  EXPECT_GT(large.high, 37 / 11175.0);
  EXPECT_NEAR(large.low, 0.002332, 2e-5);
  EXPECT_NEAR(large.high, 0.004561, 2e-5);
}

TEST(Metrics, CllrByHand) {
  // A method that says nothing costs one bit.
  std::vector<Scored> nothing = {{0, true}, {0, false}, {0, false}};
  EXPECT_NEAR(cllr(nothing), 1, 1e-12);
  // LR 10 for the linked, 1/10 for the others: log2(1.1) on both sides.
  std::vector<Scored> good = {{1, true}, {-1, false}};
  EXPECT_NEAR(cllr(good), std::log2(1.1), 1e-12);
  // And the other way round: log2(11).
  std::vector<Scored> bad = {{-1, true}, {1, false}};
  EXPECT_NEAR(cllr(bad), std::log2(11), 1e-12);
  // Weights no machine number can hold as a ratio.
  std::vector<Scored> huge = {{400, true}, {-400, false}};
  EXPECT_NEAR(cllr(huge), 0, 1e-12);
  EXPECT_TRUE(std::isnan(cllr(std::vector<Scored>{{1, true}})));
}

TEST(Metrics, CalibrationLineIsFound) {
  // Scores whose odds are 10^(2 score - 1) by construction: at 0, 0.5 and 1 one in 11, half, ten in 11.
  std::vector<Scored> pairs;
  for (auto [score, linked, others] : {std::tuple(0.0, 1, 10), std::tuple(0.5, 10, 10), std::tuple(1.0, 10, 1)}) {
    for (int i = 0; i < linked; ++i) pairs.push_back({score, true});
    for (int i = 0; i < others; ++i) pairs.push_back({score, false});
  }
  Line line = calibration_line(pairs, 8);
  EXPECT_NEAR(line.slope, 2, 0.1);
  EXPECT_NEAR(line.offset, -1, 0.1);
  EXPECT_TRUE(std::isnan(calibration_line(std::vector<Scored>{{1, true}}, 8).slope));
  EXPECT_TRUE(std::isfinite(calibration_line(std::vector<Scored>{{1, true}, {0, false}}, 8).slope)) << "told apart";
}

TEST(Metrics, LeastCllrIsWhatTheOrderLeaves) {
  // Perfect order: nothing is left, however wrong the numbers were.
  EXPECT_NEAR(cllr_min({{5, true}, {4, true}, {3, false}, {2, false}}), 0, 1e-12);
  // Reversed order: the best monotone answer is to say nothing.
  EXPECT_NEAR(cllr_min({{1, true}, {2, false}}), 1, 1e-12);
  // Two linked and two others, one pair swapped in the middle: pooled there into one step with LR 1, which costs one
  // bit for half of either side; the outer two are certain.
  EXPECT_NEAR(cllr_min({{4, true}, {3, false}, {2, true}, {1, false}}), 0.5, 1e-12);
  std::vector<Scored> some = {{2, true}, {1.5, false}, {1, true}, {-1, false}, {-2, false}};
  EXPECT_LE(cllr_min(some), cllr(some));
}

TEST(Metrics, IsotonicPools) {
  std::vector<double> values = {1, 3, 2, 4, 3, 3}, weights = {1, 1, 1, 1, 1, 4};
  std::vector<double> fitted = isotonic(values, weights);
  std::vector<double> wanted = {1, 2.5, 2.5, 19.0 / 6, 19.0 / 6, 19.0 / 6};
  ASSERT_EQ(fitted.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(fitted[i], wanted[i], 1e-12);
}

}  // namespace
}  // namespace weft::evaluate
