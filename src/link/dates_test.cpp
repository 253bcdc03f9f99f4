#include "link/dates.h"

#include <gtest/gtest.h>

#include "base/time.h"
#include "link/link.h"
#include "link/read.h"
#include "link/small_pack_test.h"

namespace weft::link {
namespace {

class Dates : public testing::Test {
 protected:
  // value -> what and when on both sides, and since.
  std::map<std::string, std::vector<std::string>> run() {
    LinkOptions options;
    options.packs = {seal_small_pack(scratch_, a_), seal_small_pack(scratch_, b_)};
    options.tokens = scratch_ / "tokens", options.indexes = scratch_ / "indexes", options.folder = scratch_ / "links";
    options.temporary = scratch_ / "tmp", options.version = "test";
    link(options);
    pack::Database database(scratch_ / "tmp", 256 * MiB);
    database.attach_links(scratch_ / "links");
    std::map<std::string, std::vector<std::string>> out;
    auto text = [](const std::optional<Time>& time) { return time ? to_text(*time) : "-"; };
    for (const DatedRow& row : read<DatedRow>(database, ""))
      out[row.value] = {row.what_a, text(row.time_a), row.what_b, text(row.time_b), text(row.since)};
    return out;
  }
  MessageRow message(uint64_t offset, const std::string& file, const std::string& time) {
    MessageRow out;
    out.offset = offset, out.file = file, out.path = std::to_string(offset), out.time = from_text(time);
    return out;
  }
  using Row = std::vector<std::string>;
  SmallPack a_{"a", "a", {}, {}, {}, {}}, b_{"b", "b", {}, {}, {}, {}};
  pack::Scratch scratch_;
};

// The small pack puts the n-th value at n MiB.
TEST_F(Dates, ALetterIsDatedByTheMessageItLiesIn) {
  a_.values = {{"email", "x@private.net", "box", ""}, {"message_id", "id1@private.net", "other", ""}};
  b_.values = {{"email", "x@private.net", "post", ""}, {"message_id", "id1@private.net", "other", ""}};
  a_.messages = {message(MiB - 500, "box", "2024-03-01T10:00:00Z"), message(MiB + 1, "box", "2024-04-01T10:00:00Z"),
                 message(MiB - 400, "elsewhere", "2020-04-01T10:00:00Z")};
  b_.messages = {message(MiB, "post", "2024-03-05T10:00:00Z"), message(100, "post", "2023-01-01T10:00:00Z")};
  // Both are known to hold it from the later letter on.
  EXPECT_EQ(run(), (std::map<std::string, Row>{{"x@private.net",
                                                {"message sent", "2024-03-01T10:00:00Z", "message sent",
                                                 "2024-03-05T10:00:00Z", "2024-03-05T10:00:00Z"}}}))
      << "what has no date is not there";
}

TEST_F(Dates, AFileAndADeviceByTheLaterOfBothSides) {
  std::string content = "a private file";
  a_.files = {{content, "one.txt", from_text("2024-01-01T00:00:00Z")}};
  b_.files = {{content, "two.txt", from_text("2024-02-01T00:00:00Z")}};
  b_.file_system = "fat16";
  for (SmallPack* small : {&a_, &b_}) {
    small->values = {{"usb_serial", "4C530001", "hive", ""}};
    DeviceRow device;
    device.bus = "usb", device.serial = "4C530001", device.offset = MiB, device.path = std::to_string(MiB);
    device.file = "hive";
    if (small == &a_) device.first_seen = from_text("2024-05-01T00:00:00Z");
    small->devices = {device};
  }
  auto rows = run();
  EXPECT_EQ(rows["4C530001"], (Row{"device attached", "2024-05-01T00:00:00Z", "", "-", "2024-05-01T00:00:00Z"}));
  rows.erase("4C530001");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.begin()->second, (Row{"file made", "2024-01-01T00:00:00Z", "file made (local time)",
                                       "2024-02-01T00:00:00Z", "2024-02-01T00:00:00Z"}));
}

}  // namespace
}  // namespace weft::link
