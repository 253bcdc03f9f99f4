#include "evaluate/truth.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "evaluate/baselines.h"

namespace weft::evaluate {
namespace {

class TruthFile : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }
  void TearDown() override { std::filesystem::remove(path_); }

 private:
  std::string path_ = testing::TempDir() + "weft-truth-" + std::to_string(::getpid()) + ".json";
};

TEST_F(TruthFile, IsRead) {
  Truth truth = read_truth(write(R"({
    "exhibits": [{"label": "b", "owner": "Ann@Post.net"}, {"label": "a", "owner": ""}, {"label": "c"}],
    "pairs": [{"a": "b", "b": "a", "strength": 3, "planted": 2, "links": ["planted", "stick"]}],
    "owners": [{"primary": "Ann@Post.net", "addresses": ["Ann@Post.net", "ann@Work.net"], "exhibits": ["b"]},
               {"primary": "bob@post.net", "exhibits": []}],
    "acquainted": [{"a": "c", "b": "b"}, {"a": "a", "b": "b"}],
    "items": [{"reason": "r1", "kind": "email", "value": "x@y.net", "layer": "slack", "places": [
      {"exhibit": "a", "file": "f", "layer": "slack", "offset": 12, "from": 1, "to": 2},
      {"exhibit": "b", "file": "g", "layer": "plain", "offset": null}]}],
    "decoys": [{"class": "clone", "pairs": [["c", "a"]]}, {"class": "nobody", "pairs": []}],
    "noise": {"sha256": ["00"], "values": ["Info@Shop.com"]}})"));
  EXPECT_EQ(truth.exhibits, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(truth.owner, (std::map<std::string, std::string>{{"b", "ann@post.net"}}));
  ASSERT_EQ(truth.pairs.count({"a", "b"}), 1u);
  EXPECT_EQ(truth.pairs[pair_of("b", "a")].planted, 2u);
  ASSERT_EQ(truth.items.size(), 1u);
  EXPECT_EQ(truth.addresses,
            (std::map<std::string, std::set<std::string>>{{"ann@post.net", {"ann@post.net", "ann@work.net"}}}));
  EXPECT_EQ(truth.acquainted, (std::set<PairOf>{{"b", "c"}}));  // who is linked is not just acquainted
  EXPECT_EQ(truth.items[0].places[0].offset, 12u);
  EXPECT_EQ(truth.items[0].places[1].offset, std::nullopt);
  EXPECT_EQ(truth.decoys["clone"], (std::set<PairOf>{{"a", "c"}}));
  EXPECT_EQ(truth.decoys.count("nobody"), 1u);  // an empty class is said to be empty
  EXPECT_TRUE(truth.noise_values.count("info@shop.com"));
}

TEST_F(TruthFile, WhatIsNoneIsRefused) {
  for (const char* text : {"", "{", "{}", "[]", R"({"exhibits": 3, "pairs": []})", R"({"exhibits": []})",
                           R"({"exhibits": [], "pairs": [{"a": 1}]})"})
    EXPECT_THROW(read_truth(write(text)), Error) << text;
}

TEST(PairIndex, CountsAllPairsOnce) {
  size_t next = 0;
  for (size_t a = 0; a < 9; ++a)
    for (size_t b = a + 1; b < 9; ++b) EXPECT_EQ(pair_index(a, b, 9), next++);
  EXPECT_EQ(next, 36u);
}

}  // namespace
}  // namespace weft::evaluate
