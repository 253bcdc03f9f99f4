#include "extract/owners.h"

#include <gtest/gtest.h>
#include <random>

namespace weft::extract {
namespace {

std::string scratch() {
  return ::testing::TempDir() + "owners_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
}

Claim data(uint64_t offset, uint64_t size, uint64_t file, unsigned rank = 1, uint64_t file_offset = 0) {
  return {{offset, size, file, file_offset, 0}, rank};
}

TEST(Owners, NobodyOwnsAnythingWithoutClaims) {
  Owners::build({}, scratch());
  EXPECT_EQ(Owners(scratch()).at(0), nullptr);
}

TEST(Owners, BestRankWinsAndTheRestKeepsWhatIsLeft) {
  Owners::build({data(0, 100, 1, 3), data(20, 10, 2, 1), data(90, 20, 3, 1)}, scratch());
  Owners owners(scratch());
  EXPECT_EQ(owners.at(0)->file_id, 1u);
  EXPECT_EQ(owners.at(19)->file_id, 1u);
  EXPECT_EQ(owners.at(20)->file_id, 2u);
  EXPECT_EQ(owners.at(29)->file_id, 2u);
  const Owner* rest = owners.at(30);
  EXPECT_EQ(rest->file_id, 1u);
  EXPECT_EQ(rest->file_offset + (30 - rest->offset), 30u) << "the offset in the file goes on behind the interruption";
  EXPECT_EQ(owners.at(95)->file_id, 3u);
  EXPECT_EQ(owners.at(109)->file_id, 3u);
  EXPECT_EQ(owners.at(110), nullptr);
}

TEST(Owners, ClaimRanksResidentBeforeDataBeforeSlackBeforeDeleted) {
  ExtentRow extent{"", 1, 0, 10, 10, "data"};
  auto rank = [&](const char* kind, const char* state) {
    extent.kind = kind;
    return claim(extent, state)->rank;
  };
  EXPECT_LT(rank("resident", "deleted"), rank("data", "allocated"));
  EXPECT_LT(rank("data", "allocated"), rank("slack", "allocated"));
  EXPECT_LT(rank("slack", "allocated"), rank("data", "deleted"));
  EXPECT_LT(rank("data", "orphan"), rank("slack", "orphan"));
  extent.kind = "sparse";
  EXPECT_FALSE(claim(extent, "allocated").has_value());
  extent = {"", 1, 0, UINT64_MAX - 5, 10, "data"};
  EXPECT_FALSE(claim(extent, "allocated").has_value()) << "a stretch that wraps around is no stretch";
}

// Against the plain definition, byte by byte, on random claims.
TEST(Owners, EqualsTheDefinitionOnRandomClaims) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Claim> claims;
    for (uint64_t i = 0; i < random() % 12; ++i)
      claims.push_back(data(random() % 60, 1 + random() % 20, 1 + random() % 5, unsigned(random() % 3), 1000 * i));
    Owners::build(claims, scratch());
    Owners owners(scratch());
    for (uint64_t at = 0; at < 90; ++at) {
      const Claim* best = nullptr;
      for (const Claim& claim : claims) {
        if (at < claim.owner.offset || at >= claim.owner.offset + claim.owner.size) continue;
        auto key = [](const Claim& c) { return std::tuple(c.rank, c.owner.file_id, c.owner.file_offset); };
        if (!best || key(claim) < key(*best)) best = &claim;
      }
      const Owner* got = owners.at(at);
      ASSERT_EQ(got != nullptr, best != nullptr) << "round " << round << " byte " << at;
      if (!best) continue;
      EXPECT_EQ(got->file_id, best->owner.file_id) << "round " << round << " byte " << at;
      EXPECT_EQ(got->file_offset + (at - got->offset), best->owner.file_offset + (at - best->owner.offset));
    }
  }
}

}  // namespace
}  // namespace weft::extract
