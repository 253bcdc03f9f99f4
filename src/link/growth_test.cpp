#include "link/growth.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace weft::link {
namespace {

DatedRow dated(const std::string& a, const std::string& b, const std::string& since, const std::string& value = "v") {
  DatedRow out;
  out.exhibit_a = a, out.exhibit_b = b, out.bundle = 1, out.kind = "email", out.value = value;
  if (!since.empty()) out.since = from_text(since);
  return out;
}
ClusterRow in(uint64_t cluster, const std::string& exhibit) {
  ClusterRow out;
  out.cluster = cluster, out.exhibit = exhibit;
  return out;
}

TEST(Growth, IsInOrderOfTheEarliestDateOfEachLink) {
  std::vector<ClusterRow> clusters = {in(1, "a"), in(1, "b"), in(1, "c"), in(1, "d"),
                                      in(1, "e"), in(2, "x"), in(2, "y")};
  std::vector<DatedRow> rows = {
      dated("a", "b", "2024-03-01T00:00:00Z", "late"), dated("a", "b", "2023-01-01T00:00:00Z", "early"),
      dated("c", "d", "2023-02-01T00:00:00Z"),         dated("a", "c", "2023-03-01T00:00:00Z"),
      dated("b", "d", "2023-04-01T00:00:00Z"),         dated("d", "e", ""),  // no date
      dated("e", "x", "2020-01-01T00:00:00Z"),                               // between two clusters
      dated("x", "y", "2021-01-01T00:00:00Z"),         dated("n", "o", "2021-01-01T00:00:00Z"),
  };
  rows.push_back(dated("a", "b", "2020-01-01T00:00:00Z", "common.net"));
  rows.back().kind = "domain";  // makes no link alone
  std::vector<Step> steps = growth(clusters, rows);
  ASSERT_EQ(steps.size(), 5u);
  EXPECT_EQ(steps[0].dated.value, "early");
  EXPECT_EQ(steps[0].joins, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(steps[0].together, 2u);
  EXPECT_EQ(steps[1].joins, (std::vector<std::string>{"c", "d"}));
  EXPECT_EQ(steps[1].together, 2u) << "two groups still";
  EXPECT_EQ(steps[2].together, 4u) << "that this link makes one";
  EXPECT_TRUE(steps[2].joins.empty());
  EXPECT_EQ(steps[3].together, 4u);
  EXPECT_EQ(steps[4].cluster, 2u);
  EXPECT_EQ(steps[4].together, 2u);
}

}  // namespace
}  // namespace weft::link
