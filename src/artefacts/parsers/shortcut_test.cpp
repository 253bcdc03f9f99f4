// What real shortcuts must give: the example of [MS-SHLLINK] §3.1, whose values stand in that document.
#include <gtest/gtest.h>

#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

TEST(shortcut, reads_the_example_of_the_specification) {
  auto content = evidence("windows/lnk/LnkParse3/microsoft_example.lnk");
  if (!content) GTEST_SKIP() << "no real shortcut: set WEFT_EVIDENCE";
  Rows rows = run(parser_named("shortcut"), "a.lnk", *content);
  EXPECT_TRUE(has(rows, "volume_serial", "307a8a81", "target")) << listing(rows);
  EXPECT_TRUE(has(rows, "machine_name", "chris-xps", "target"));
  EXPECT_TRUE(has(rows, "object_guid", "94c77840-fa47-46c7-b356-5c2dc6b6d115", "target"));
  EXPECT_TRUE(has(rows, "mac", "00:13:72:16:87:4a", "target"));
  ASSERT_EQ(records<DeviceRow>(rows).size(), 1u);
  EXPECT_EQ(to_text(*records<DeviceRow>(rows)[0].last_seen), "2008-09-12T20:27:17.101Z");
  EXPECT_TRUE(rows.problems().empty()) << listing(rows);
  for (const FeatureRow& row : rows.selectors())
    if (row.kind == "machine_name") {
      EXPECT_EQ(content->substr(row.offset, row.value.size()), row.value);
      EXPECT_EQ(row.context, "C:\\test\\a.txt");
    }
}

// Each gave nine rows, and they may stand inside each other.
TEST(shortcut, of_nothing_but_trackers) {
  const std::string_view sample = parser_named("shortcut").samples[0].content;
  const std::string_view head = sample.substr(0, 76 + 0x3D), tracker = sample.substr(head.size(), 0x60);
  Rows rows = run(parser_named("shortcut"), "a.lnk", std::string(head) + over_and_over(tracker, 1000));
  EXPECT_EQ(rows.selectors().size(), 1u + 16 * 4);
  ASSERT_EQ(rows.problems().size(), 1u);
  EXPECT_EQ(rows.problems()[0].what, "of a shortcut the first 16 tracker blocks are read: 984, the first here");
  EXPECT_EQ(rows.problems()[0].at.offset, head.size() + 16 * tracker.size());
}

}  // namespace
}  // namespace weft::artefacts
