#include "link/holders.h"

#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <mutex>

#include "link/gather.h"
#include "link/small_pack_test.h"
#include "link/synthetic_case.h"

namespace weft::link {
namespace {

using Values = std::map<std::string, std::vector<uint32_t>>;  // kind and value, indexes in order

TEST(Merge, GivesEveryValueOnceWithAllItsHolders) {
  pack::Scratch scratch;
  synthetic::Random random(3);
  Values planted;
  std::vector<std::string> packs;
  for (uint32_t e = 0; e < 5; ++e) {
    SmallPack small{std::string(1, char('a' + e)), "", {}};
    for (int i = 0; i < 200; ++i) {
      const std::string value = fmt::format("p{}@x.net", random.below(400));
      small.values.push_back({"email", value, fmt::format("home/{}", i), ""});
      std::vector<uint32_t>& held = planted["email " + value];
      if (held.empty() || held.back() != e) held.push_back(e);
    }
    packs.push_back(seal_small_pack(scratch, small));
  }
  const std::vector<Source> all = sources(packs, scratch / "tokens", scratch / "indexes");
  std::filesystem::create_directories(scratch / "indexes");
  make_indexes(all, scratch / "tmp", {}, 1);
  const std::vector<Index> indexes = open_indexes(all);
  const Merge merge(indexes);
  auto take = [&](Values& to, Holders holders) {
    const std::string_view kind = kinds()[holders[0].entry->kind].name;
    if (kind != "email") return;
    std::vector<uint32_t>& held = to[std::string(kind) + " " + std::string(holders[0].value())];
    EXPECT_TRUE(held.empty()) << "handed on once";
    for (const Holder& holder : holders) held.push_back(holder.index);
  };
  Values found, on_threads;
  uint64_t last = 0;
  merge.each([&](Holders holders) {
    EXPECT_LE(last, holders[0].hash);
    last = holders[0].hash;
    take(found, holders);
  });
  EXPECT_EQ(found, planted);
  std::mutex mutex;
  merge.each_stretch(3, [&](unsigned stretch, unsigned) {
    merge.each_of(stretch, [&](Holders holders) {
      std::lock_guard lock(mutex);
      take(on_threads, holders);
    });
  });
  EXPECT_EQ(on_threads, planted);
}

}  // namespace
}  // namespace weft::link
