#include "link/large_array.h"

#include <gtest/gtest.h>

#include "pack/scratch_test.h"

namespace weft::link {
namespace {

struct Item {
  uint64_t a = 0, b = 0;
};

TEST(LargeArray, HoldsTheSameInMemoryAndInAFile) {
  pack::Scratch scratch;
  for (uint64_t budget : {uint64_t(0), uint64_t(1000), uint64_t(1) << 40}) {
    LargeArray<Item> array(scratch / "", budget);
    constexpr uint64_t count = 300'000;
    for (uint64_t i = 0; i < count; ++i) array.push_back({i, i * i});
    ASSERT_EQ(array.size(), count);
    EXPECT_EQ(array.in_file(), budget < count * sizeof(Item));
    array.give_back();
    array = LargeArray<Item>(std::move(array));
    for (uint64_t i = 0; i < count; ++i) ASSERT_EQ(array[i].b, i * i) << budget;
    EXPECT_EQ(array.items().subspan(count - 1)[0].a, count - 1);
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch / "")) << "the file has no name, and goes with the array";
}

TEST(LargeArray, SaysWhenThereIsNowhereToGo) {
  LargeArray<Item> array("/nowhere at all", 0);
  EXPECT_THROW(for (int i = 0; i < 10; ++i) array.push_back({}), Error);
}

}  // namespace
}  // namespace weft::link
