#include "base/time.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Time, TextComesBack) {
  for (int64_t nanoseconds : {0L, 1L, -1L, 1'711'000'000'123'456'789L, -5'000'000'000L, 1'711'000'000'120'000'000L}) {
    auto back = from_text(to_text(Time{nanoseconds}));
    ASSERT_TRUE(back) << to_text(Time{nanoseconds});
    EXPECT_EQ(back->nanoseconds, nanoseconds);
  }
}

TEST(Time, OtherTextIsNone) {
  for (const char* text :
       {"", "2024-01-01", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00",
        "2024-01-01 00:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:0xZ",
        "2024-01-01T00:00:00+01Z", "9999-01-01T00:00:00Z"})
    EXPECT_FALSE(from_text(text)) << text;
}

}  // namespace
}  // namespace weft
