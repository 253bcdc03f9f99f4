#include "link/score.h"

#include <cmath>
#include <gtest/gtest.h>

namespace weft::link {
namespace {

TEST(Frequency, IsTheRuleOfThree) {
  EXPECT_NEAR(upper_frequency(0, 1000), 2.9957 / 1002.9957, 1e-6);
  EXPECT_NEAR(upper_frequency(1, 1000) * 1003.744, 4.7439, 1e-3);  // Garwood's bounds
  EXPECT_NEAR(upper_frequency(10, 100000), 16.962 / 100007, 1e-6);
  EXPECT_EQ(upper_frequency(0, 0), 1);
  for (uint64_t d : {0, 1, 5, 199, 200, 201, 5000}) {
    EXPECT_LT(upper_frequency(d, 10000), upper_frequency(d + 1, 10000));
    EXPECT_GT(upper_frequency(d, 10000), double(d) / 10000);
    EXPECT_LE(upper_frequency(d, d), 1);
  }
}

TEST(Weight, IsCappedByValidity) {
  const Kind &email = *find_kind("email"), &card = *find_kind("card"), &domain = *find_kind("domain");
  EXPECT_NEAR(kind_weight(email, 1), 0, 1e-12);
  EXPECT_GT(kind_weight(email, 0.001), kind_weight(email, 0.01));
  EXPECT_GT(kind_weight(email, 0.0001), kind_weight(card, 0.0001));
  EXPECT_LT(kind_weight(card, 0), 0.6) << "however rare";
  EXPECT_LT(kind_weight(domain, 0), kind_weight(email, 0));
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

Shared in(std::vector<uint32_t> a, std::vector<uint32_t> b) {
  return {find_kind("email"), 0, std::move(a), std::move(b)};
}

TEST(Bundles, NeedOneContainerOnBothSides) {
  using Numbers = std::vector<uint32_t>;
  EXPECT_EQ(bundle({}), Numbers());
  std::vector<Shared> apart_on_b = {in({1}, {10}), in({1}, {11})};
  EXPECT_EQ(bundle(apart_on_b), (Numbers{0, 1}));
  std::vector<Shared> together = {in({1}, {10}), in({1}, {10})};
  EXPECT_EQ(bundle(together), (Numbers{0, 0}));
  std::vector<Shared> chain = {in({1}, {10}), in({5}, {50}), in({1, 2}, {10, 20}), in({2}, {20})};
  EXPECT_EQ(bundle(chain), (Numbers{0, 1, 0, 0}));
}

}  // namespace
}  // namespace weft::link
