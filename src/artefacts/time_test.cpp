#include "artefacts/time.h"

#include <gtest/gtest.h>

namespace weft::artefacts {
namespace {

std::string iso(std::string_view text) {
  auto time = time_from_iso(text);
  return time ? to_text(*time) : "none";
}

TEST(time, iso) {
  EXPECT_EQ(iso("2012-11-07T23:29:00Z"), "2012-11-07T23:29:00Z");
  EXPECT_EQ(iso(" 2000-02-29T00:30:00+01:00\n"), "2000-02-28T23:30:00Z");
  EXPECT_EQ(iso("1969-12-31T23:59:59.25-00:30"), "1970-01-01T00:29:59.250Z");
  EXPECT_EQ(iso("2100-03-01T00:00:00Z"), "2100-03-01T00:00:00Z");
  for (const char* none : {"", "2012-11-07", "2012-11-07T23:29:00", "2012-13-07T23:29:00Z", "2012-11-07T23:29:00Zx",
                           "20121107T232900Z", "9999-11-07T23:29:00Z"})
    EXPECT_EQ(iso(none), "none") << none;
}

TEST(time, basic) {
  EXPECT_EQ(time_from_basic("20150720T000107Z"), time_from_iso("2015-07-20T00:01:07Z"));
  EXPECT_FALSE(time_from_basic("20150720T000107"));
  EXPECT_FALSE(time_from_basic("20150720"));
}

TEST(time, duration) {
  EXPECT_EQ(seconds_of_duration("PT1H30M"), 5400);
  EXPECT_EQ(seconds_of_duration("P15DT5H0M20S"), 15 * 86400 + 5 * 3600 + 20);
  EXPECT_EQ(seconds_of_duration(" -P1W\n"), -7 * 86400);
  for (const char* none : {"", "P", "PT", "1H", "P1H", "PT1D", "PT1", "PTH", "PTT1H", "P99999999999999999999W"})
    EXPECT_FALSE(seconds_of_duration(none)) << none;
}

TEST(time, pdf) {
  EXPECT_EQ(time_from_pdf("D:20150720000107+02'00'"), time_from_iso("2015-07-19T22:01:07Z"));
  EXPECT_EQ(time_from_pdf("D:20150720000107+02'00"), time_from_iso("2015-07-19T22:01:07Z"));
  EXPECT_EQ(time_from_pdf("D:20150720000107Z00'00'"), time_from_iso("2015-07-20T00:01:07Z"));
  EXPECT_EQ(time_from_pdf("20150720000107Z"), time_from_iso("2015-07-20T00:01:07Z"));
  for (const char* none : {"", "D:", "D:2015", "D:20150720000107", "D:20151320000107Z", "July"})
    EXPECT_FALSE(time_from_pdf(none)) << none;
}

}  // namespace
}  // namespace weft::artefacts
