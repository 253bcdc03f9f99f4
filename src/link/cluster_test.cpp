#include "link/cluster.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "link/synthetic_case.h"

namespace weft::link {
namespace {

LinkRow stated(const std::string& a, const std::string& b, double log10_lr,
               const std::string& statement = "supported") {
  LinkRow row;
  row.exhibit_a = std::min(a, b), row.exhibit_b = std::max(a, b);
  row.log10_lr = log10_lr, row.statement = statement;
  return row;
}
std::string name(size_t i) {
  return fmt::format("e{:03}", i);
}
// All pairs of a group.
void add_group(std::vector<LinkRow>& links, size_t from, size_t count, double log10_lr) {
  for (size_t i = from; i < from + count; ++i)
    for (size_t j = i + 1; j < from + count; ++j) links.push_back(stated(name(i), name(j), log10_lr));
}
std::set<std::set<std::string>> groups(const std::vector<ClusterRow>& rows) {
  std::map<uint64_t, std::set<std::string>> by_number;
  for (const ClusterRow& row : rows) by_number[row.cluster].insert(row.exhibit);
  std::set<std::set<std::string>> out;
  for (const auto& [number, members] : by_number) out.insert(members);
  return out;
}
const ClusterRow& of(const std::vector<ClusterRow>& rows, const std::string& exhibit) {
  auto it = std::find_if(rows.begin(), rows.end(), [&](const ClusterRow& row) { return row.exhibit == exhibit; });
  EXPECT_NE(it, rows.end()) << exhibit;
  return *it;
}
std::string text(const std::vector<ClusterRow>& rows) {
  std::string out;
  for (const ClusterRow& r : rows)
    out += fmt::format("{} {} {} {} {} {:.4f}\n", r.cluster, r.exhibit, r.role, r.links, r.links_outside, r.weight);
  return out;
}

TEST(Clusters, OnlyStatedLinksHoldExhibitsTogether) {
  std::vector<LinkRow> links = {stated("a", "b", 2), stated("b", "c", 0.4, "not supported"),
                                stated("c", "d", 5, "common source"), stated("e", "f", 0, "not enough background")};
  EXPECT_EQ(text(clusters(links)), "1 a member 1 0 2.0000\n1 b member 1 0 2.0000\n");
  EXPECT_TRUE(clusters({}).empty());
}

TEST(Clusters, TwoGroupsJoinedByOneLinkStayTwo) {
  std::vector<LinkRow> links;
  add_group(links, 0, 5, 3);
  add_group(links, 10, 4, 3);
  links.push_back(stated(name(2), name(11), 6));
  std::vector<ClusterRow> rows = clusters(links);
  ASSERT_EQ(rows.size(), 9u);
  EXPECT_EQ(of(rows, name(0)).cluster, 1u);  // the larger one
  EXPECT_EQ(of(rows, name(10)).cluster, 2u);
  EXPECT_EQ(groups(rows).size(), 2u);
  for (const ClusterRow& row : rows) {
    bool joins = row.exhibit == name(2) || row.exhibit == name(11);
    EXPECT_EQ(row.role, joins ? "bridge" : "member") << row.exhibit;
    EXPECT_EQ(row.links_outside, joins ? 1u : 0u);
    EXPECT_EQ(row.links, row.cluster == 1 ? 4u : 3u);
    EXPECT_DOUBLE_EQ(row.weight, 3.0 * double(row.links));
  }
}

TEST(Clusters, TwoIndependentLinksLeaveNoBridge) {
  std::vector<LinkRow> links;
  add_group(links, 0, 5, 3);
  add_group(links, 10, 5, 3);
  links.push_back(stated(name(1), name(11), 2));
  links.push_back(stated(name(2), name(12), 2));
  std::vector<ClusterRow> rows = clusters(links);
  EXPECT_EQ(groups(rows).size(), 2u);
  for (const ClusterRow& row : rows) EXPECT_EQ(row.role, "member") << row.exhibit;
  links.push_back(stated(name(2), name(13), 2));
  links.erase(links.end() - 3);  // now both go through 2
  rows = clusters(links);
  for (const ClusterRow& row : rows) EXPECT_EQ(row.role, row.exhibit == name(2) ? "bridge" : "member") << row.exhibit;
}

TEST(Clusters, AHubIsLinkedToMostWhoAreNotLinkedThemselves) {
  std::vector<LinkRow> links;
  for (size_t i = 1; i < 9; ++i) links.push_back(stated(name(0), name(i), 2));
  std::vector<ClusterRow> rows = clusters(links);
  EXPECT_EQ(groups(rows).size(), 1u);
  for (const ClusterRow& row : rows) EXPECT_EQ(row.role, row.exhibit == name(0) ? "hub" : "member");
}

TEST(Clusters, NumbersGoBySizeAndThenByLabel) {
  std::vector<LinkRow> links = {stated("z1", "z2", 2), stated("a1", "a2", 2), stated("m1", "m2", 2),
                                stated("m2", "m3", 2)};
  std::vector<ClusterRow> rows = clusters(links);
  EXPECT_EQ(of(rows, "m3").cluster, 1u);
  EXPECT_EQ(of(rows, "a1").cluster, 2u);
  EXPECT_EQ(of(rows, "z1").cluster, 3u);
}

// Groups planted in noise: found again, whatever the order of the rows, and not re-cut by a weak link elsewhere.
class Planted : public testing::TestWithParam<uint64_t> {
 protected:
  void SetUp() override {
    synthetic::Random random(GetParam());
    for (size_t from = 0; from < 60;) {
      size_t count = 3 + random.below(6);
      std::set<std::string> members;
      for (size_t i = from; i < from + count; ++i) {
        members.insert(name(i));
        // A ring, so that the group is connected, and two thirds of the other pairs.
        for (size_t j = i + 1; j < from + count; ++j)
          if (j == i + 1 || random.below(3)) links_.push_back(stated(name(i), name(j), 2 + 3 * random.unit()));
      }
      truth_.insert(members);
      from += count;
      exhibits_ = from;
    }
    for (int i = 0; i < 6; ++i) add_weak(random);
  }
  void add_weak(synthetic::Random& random) {
    size_t a = random.below(exhibits_), b = random.below(exhibits_);
    bool known = std::any_of(links_.begin(), links_.end(), [&](const LinkRow& row) {
      return row.exhibit_a == name(std::min(a, b)) && row.exhibit_b == name(std::max(a, b));
    });
    if (a != b && !known) links_.push_back(stated(name(a), name(b), 1));
  }
  std::vector<LinkRow> links_;
  std::set<std::set<std::string>> truth_;
  size_t exhibits_ = 0;
};

TEST_P(Planted, GroupsAreFoundAgain) {
  EXPECT_EQ(groups(clusters(links_)), truth_);
}
TEST_P(Planted, TheOrderOfTheRowsDoesNotMatter) {
  std::string before = text(clusters(links_));
  synthetic::Random random(GetParam() + 1000);
  for (size_t i = links_.size(); i > 1; --i) std::swap(links_[i - 1], links_[random.below(i)]);
  EXPECT_EQ(text(clusters(links_)), before);
}
TEST_P(Planted, OneWeakLinkMoreOrLessLeavesTheClustersAsTheyAre) {
  auto before = groups(clusters(links_));
  synthetic::Random random(GetParam() + 2000);
  for (int i = 0; i < 5; ++i) {
    std::vector<LinkRow> kept = links_;
    add_weak(random);
    EXPECT_EQ(groups(clusters(links_)), before);
    links_ = kept;
  }
  for (size_t i = 0; i < links_.size(); ++i) {
    if (*links_[i].log10_lr > 1) continue;
    std::vector<LinkRow> fewer = links_;
    fewer.erase(fewer.begin() + ptrdiff_t(i));
    EXPECT_EQ(groups(clusters(fewer)), before);
  }
}
// However dense the noise gets.
TEST_P(Planted, ClustersAreConnected) {
  for (int i = 0; i < 60; ++i) {
    synthetic::Random random(GetParam() * 100 + uint64_t(i));
    add_weak(random);
    std::vector<ClusterRow> rows = clusters(links_);
    std::map<std::string, uint64_t> cluster;
    for (const ClusterRow& row : rows) cluster[row.exhibit] = row.cluster;
    for (const std::set<std::string>& group : groups(rows)) {
      std::set<std::string> reached = {*group.begin()};
      for (size_t before = 0; before != reached.size();) {
        before = reached.size();
        for (const LinkRow& row : links_)
          if (cluster[row.exhibit_a] == cluster[row.exhibit_b] &&
              (reached.count(row.exhibit_a) || reached.count(row.exhibit_b)) && group.count(row.exhibit_a))
            reached.insert({row.exhibit_a, row.exhibit_b});
      }
      EXPECT_EQ(reached, group);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, Planted, testing::Range<uint64_t>(1, 9));

}  // namespace
}  // namespace weft::link
