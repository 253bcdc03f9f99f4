#include "pack/stop_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "pack/append.h"
#include "pack/scratch_test.h"

namespace weft::pack {
namespace {

using testing::HasSubstr;

std::string refused(std::string_view text) {
  StopList list;
  try {
    list.add("known.txt", text);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(StopList, SetsAsideEverywhereOrWhereTheContextIsThere) {
  StopList list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.add("known.txt",
                     "\xEF\xBB\xBF"
                     "a@b.cc\r\n\r\nd@e.ff\tFrom: d@e.ff\nd@e.ff\tlicence\n# x\n"),
            4u);
  EXPECT_FALSE(list.empty());
  EXPECT_TRUE(list.holds("a@b.cc", ""));
  EXPECT_TRUE(list.holds("a@b.cc", "anything"));
  EXPECT_TRUE(list.holds("d@e.ff", "From: d@e.ff"));
  EXPECT_TRUE(list.holds("d@e.ff", "\\x0AFrom: d@e.ff\\x0A"));
  EXPECT_TRUE(list.holds("d@e.ff", "the licence of d@e.ff"));
  EXPECT_FALSE(list.holds("d@e.ff", "To: d@e.ff"));
  EXPECT_FALSE(list.holds("d@e.ff", ""));
  EXPECT_FALSE(list.holds("D@e.ff", "From: d@e.ff"));
  EXPECT_TRUE(list.holds("# x", "")) << "no comments: a value may begin with any sign";
}

TEST(StopList, ComparesWhatIsExported) {
  StopList list;
  list.add("known.txt", "a\\x09b\tx\\x0Ay\n");
  EXPECT_TRUE(list.holds("a\tb", "x\ny"));
  EXPECT_TRUE(list.holds("a\\x09b", "x\\x0Ay"));
}

TEST(StopList, ABadOneIsRefusedWithFileAndLine) {
  EXPECT_THAT(refused("a\n\xff\n"), HasSubstr("known.txt:2: is not UTF-8"));
  EXPECT_THAT(refused("a\n\tcontext\n"), HasSubstr("known.txt:2: no value"));
  EXPECT_THAT(refused("a\t\n"), HasSubstr("known.txt:1: no context"));
  EXPECT_THAT(refused("\n\n"), HasSubstr("known.txt: this stop list is empty"));
}

TEST(StopList, OneMadeOfFeaturesHoldsThem) {
  Scratch scratch;
  Database database(scratch / "tmp", 128 << 20);
  create_table<FeatureRow>(database);
  std::vector<FeatureRow> rows(4);
  rows[0].value = "b@b.bb", rows[0].context = "to b@b.bb";
  rows[1].value = "a\tb", rows[1].context = "x";
  rows[2] = rows[0];
  rows[3].value = "c@c.cc";
  append(database, rows);
  std::string text;
  EXPECT_EQ(write_stop_list(database, [&](std::string_view line) { text += std::string(line) + "\n"; }), 1u);
  EXPECT_EQ(text, "a\\x09b\tx\nb@b.bb\tto b@b.bb\n");
  StopList list;
  list.add("made.txt", text);
  for (const FeatureRow& row : rows) EXPECT_EQ(list.holds(row.value, row.context), !row.context.empty());
  EXPECT_FALSE(list.holds("b@b.bb", "elsewhere"));
}

}  // namespace
}  // namespace weft::pack
