#include "evaluate/baselines.h"

#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace weft::evaluate {
namespace {

// Three exhibits: 0 and 1 share selector 10, all share 20, and each has one of its own.
class Baselines : public testing::Test {
 protected:
  void SetUp() override {
    database_.run(
        "CREATE TABLE held(no USMALLINT, h UBIGINT, n UBIGINT);"
        "INSERT INTO held VALUES (0, 10, 3), (1, 10, 1), (0, 20, 5), (1, 20, 1), (2, 20, 1), (0, 1, 1), (1, 2, 1), (2, "
        "3, 2)");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::vector<double>& scores(const std::vector<Ranked>& all, const std::string& method) {
    for (const Ranked& one : all)
      if (one.method == method) return one.scores;
    throw std::runtime_error("no such method: " + method);
  }

  std::string folder_ = testing::TempDir() + "weft-baselines-" + std::to_string(::getpid());
  pack::Database database_{folder_, 256 * 1024 * 1024};
};

TEST_F(Baselines, ByHand) {
  std::vector<Ranked> all = score_held(database_, 3, "", "");
  // In the order (0,1), (0,2), (1,2).
  EXPECT_EQ(scores(all, "shared count"), (std::vector<double>{2, 1, 1}));
  EXPECT_NEAR(scores(all, "1/DF")[0], 1.0 / 2 + 1.0 / 3, 1e-12);
  EXPECT_NEAR(scores(all, "1/DF")[1], 1.0 / 3, 1e-12);
  // A third of three exhibits is one: everything that is shared at all is stopped.
  EXPECT_EQ(scores(all, "1/DF, stop above 1/3"), (std::vector<double>{0, 0, 0}));
  // What all have weighs ln(3/3) = 0, so only selector 10 and each one's own are in the vectors.
  double shared = std::log(1.5), own = std::log(3.0);
  double first = (1 + std::log(3.0)) * shared, second = shared;
  double cosine = first * second / (std::hypot(first, own) * std::hypot(second, own));
  EXPECT_NEAR(scores(all, "TF-IDF cosine")[0], cosine, 1e-12);
  EXPECT_EQ(scores(all, "TF-IDF cosine")[1], 0);
}

TEST_F(Baselines, AStopListLeavesSelectorsOut) {
  std::vector<Ranked> all = score_held(database_, 3, "WHERE h NOT IN (10)", ", stopped");
  EXPECT_EQ(scores(all, "shared count, stopped"), (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(scores(all, "TF-IDF cosine, stopped"), (std::vector<double>{0, 0, 0}));
}

}  // namespace
}  // namespace weft::evaluate
