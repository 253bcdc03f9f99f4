#include "extract/going_on.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

namespace weft::extract {
namespace {

TEST(GoingOn, StreamsAreInOrderAndEachOnce) {
  const std::string path = testing::TempDir() + "/going-on";
  std::filesystem::remove(path);
  {
    GoingOnFile file(path);
    EXPECT_TRUE(file.all().empty());
    std::vector<std::jthread> threads;
    for (uint64_t thread = 0; thread < 4; ++thread)
      threads.emplace_back([&file, thread] {
        for (uint64_t i = 100; i-- > 0;) file.add({i % 2 ? "GZIP" : "BZIP2", (i + thread) << 40});
      });
    threads.clear();
    file.sync();
  }
  const std::vector<scan::GoingOn> all = GoingOnFile(path).all();
  ASSERT_EQ(all.size(), 2 * 101 + 2u);  // at 0 to 102: at the first and the last one kind only
  EXPECT_EQ(all.front().offset, 0u);
  EXPECT_EQ(all.front().layer, "BZIP2");
  EXPECT_EQ(all.back().offset, uint64_t(102) << 40);
  for (size_t i = 1; i < all.size(); ++i)
    EXPECT_LT(std::tie(all[i - 1].offset, all[i - 1].layer), std::tie(all[i].offset, all[i].layer));
}

TEST(GoingOn, WhatWasTornOrDamagedIsLeftOut) {
  const std::string path = testing::TempDir() + "/torn";
  std::filesystem::remove(path);
  GoingOnFile(path).add({"XZ", 7});
  const auto record = std::filesystem::file_size(path);
  GoingOnFile(path).add({"ZSTD", 8});
  std::filesystem::resize_file(path, 2 * record - 3);
  GoingOnFile(path).add({"LZ4", 9});
  EXPECT_EQ(std::filesystem::file_size(path), 2 * record);
  {
    std::fstream file(path);
    file.seekp(1);
    file.put('\1');
  }
  const std::vector<scan::GoingOn> all = GoingOnFile(path).all();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].layer, "LZ4");
  EXPECT_EQ(all[0].offset, 9u);
}

}  // namespace
}  // namespace weft::extract
