#include "link/score.h"

#include <cmath>
#include <gtest/gtest.h>

namespace weft::link {
namespace {

TEST(Frequency, IsTheRuleOfThree) {
  EXPECT_NEAR(frequency(0, 1000).high, 2.9957 / 1002.9957, 1e-6);
  EXPECT_NEAR(frequency(1, 1000).high * 1003.744, 4.7439, 1e-3);  // Garwood's bounds
  EXPECT_NEAR(frequency(10, 100000).high, 16.962 / 100007, 1e-6);
  EXPECT_NEAR(frequency(10, 100000).low, 5.4254 / 99995.4, 1e-6);
  EXPECT_EQ(frequency(0, 0).high, 1);
  for (uint64_t d : {0, 1, 5, 199, 200, 201, 5000}) {
    EXPECT_LT(frequency(d, 10000).high, frequency(d + 1, 10000).high);
    EXPECT_LT(frequency(d, 10000).low, frequency(d, 10000).mid);
    EXPECT_LT(frequency(d, 10000).mid, frequency(d, 10000).high);
    EXPECT_GT(frequency(d, 10000).high, double(d) / 10000);
    EXPECT_LE(frequency(d, d).high, 1);
  }
}

TEST(Weight, IsCappedByValidity) {
  EXPECT_NEAR(weight_of({0.97, 0.1}, 1), 0, 1e-12);
  EXPECT_GT(weight_of({0.97, 0.1}, 0.001), weight_of({0.97, 0.1}, 0.01));
  EXPECT_GT(weight_of({0.97, 0.1}, 0.0001), weight_of({0.2, 0.1}, 0.0001));
  EXPECT_LT(weight_of({0.2, 0.1}, 0), 0.6) << "however rare";
  EXPECT_GT(weight_of({1, 0.1}, 0), 6) << "nothing caps what is certain";
}

TEST(Weight, FallsWithExposure) {
  EXPECT_NEAR(exposed_frequency(0.01, 1), 0.01, 1e-12);
  EXPECT_NEAR(exposed_frequency(0.01, 10), 1 - std::pow(0.99, 10), 1e-12);
  EXPECT_EQ(exposed_frequency(1, 0.5), 1);
}

TEST(Chance, TakesBackWhatSizeExplains) {
  EXPECT_LT(beyond_chance({0, 0, 0, 30, 0}, {0, 0, 0, 30, 0}), 0.31);
  EXPECT_GT(beyond_chance({10, 0, 0, 0, 0}, {0.1, 0.1, 0.1, 0.1, 0.1}), 5);
  EXPECT_GT(beyond_chance({1, 0, 0, 0, 0}, {0.01, 0, 0, 0, 0}), beyond_chance({1, 0, 0, 0, 0}, {0.5, 0, 0, 0, 0}));
  EXPECT_GT(beyond_chance({1, 0, 0, 0, 0}, {0.5, 0, 0, 0, 0}),
            beyond_chance({0, 0, 0, 0, 1}, {0.5, 0.5, 0.5, 0.5, 0.5}));
  EXPECT_TRUE(std::isfinite(beyond_chance({1e6, 0, 0, 0, 0}, {0, 0, 0, 0, 0})));
}

}  // namespace
}  // namespace weft::link
