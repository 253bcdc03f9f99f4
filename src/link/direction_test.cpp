#include "link/direction.h"

#include <gtest/gtest.h>

#include "base/time.h"
#include "link/link.h"
#include "link/read.h"
#include "link/small_pack_test.h"

namespace weft::link {
namespace {

constexpr const char *anna = "anna@post.net", *bert = "bert@mail.org";

MessageRow message(const std::string& from, const std::string& to, const std::string& id, const std::string& time) {
  MessageRow out;
  out.sender = from, out.recipients = to, out.message_id = id, out.time = from_text(time), out.path = "#9+" + id;
  out.service = "mail", out.subject = "about " + id;
  return out;
}
DeviceRow device(const std::string& serial, const std::string& first_seen) {
  DeviceRow out;
  out.bus = "usb", out.serial = serial, out.name = "Kestrel stick", out.path = "#8+16";
  if (!first_seen.empty()) out.first_seen = from_text(first_seen);
  return out;
}

class Directions : public testing::Test {
 protected:
  Directions() {
    for (SmallPack* small : {&a_, &b_}) {
      write_letters(*small, small == &a_ ? anna : bert);
      small->values.push_back({"email", small == &a_ ? bert : anna, "home/note", ""});
    }
  }
  static void write_letters(SmallPack& small, const std::string& account) {
    for (int i = 0; i < 9; ++i) small.values.push_back({"email", account, "home/letter" + std::to_string(i), ""});
  }
  // kind, from, to, value of each row, in order.
  std::vector<std::vector<std::string>> run() {
    LinkOptions options;
    options.packs = {seal_small_pack(scratch_, a_), seal_small_pack(scratch_, b_)};
    if (!c_.values.empty()) options.packs.push_back(seal_small_pack(scratch_, c_));
    options.tokens = scratch_ / "tokens", options.indexes = scratch_ / "indexes", options.folder = scratch_ / "links";
    options.temporary = scratch_ / "tmp", options.version = "test";
    link(options);
    pack::Database database(scratch_ / "tmp", 256 * MiB);
    database.attach_links(scratch_ / "links");
    rows_ = read<DirectionRow>(database, "");
    std::vector<std::vector<std::string>> out;
    for (const DirectionRow& row : rows_) out.push_back({row.kind, row.from, row.to, row.value});
    return out;
  }
  using Rows = std::vector<std::vector<std::string>>;
  SmallPack a_{"a", "a", {}, {}, {}, {}}, b_{"b", "b", {}, {}, {}, {}}, c_{"c", "c", {}, {}, {}, {}};
  pack::Scratch scratch_;
  std::vector<DirectionRow> rows_;
};

TEST_F(Directions, MessagesGoFromTheAccountOfOneToThatOfTheOther) {
  a_.messages = {message("Anna A <Anna@post.net>", "x@y.net\nBert <bert@mail.org>", "m1", "2024-03-01T10:00:00Z"),
                 message("bert@mail.org", "anna@post.net", "m2", "2024-02-01T10:00:00Z"),
                 message("anna@post.net", "someone@else.net", "m3", "2024-02-01T10:00:00Z")};
  b_.messages = {message("anna@post.net", "bert@mail.org", "m1", "2024-03-01T10:00:00Z")};
  EXPECT_EQ(run(), (Rows{{"message", "b", "a", "m2"}, {"message", "a", "b", "m1"}}));
  EXPECT_EQ(rows_[1].path_a, "#9+m1");
  EXPECT_EQ(rows_[1].path_b, "#9+m1");
  EXPECT_EQ(rows_[0].path_b, "") << "it lies on one side only";
  EXPECT_EQ(to_text(rows_[0].time_a.value()), "2024-02-01T10:00:00Z");
  EXPECT_EQ(rows_[1].name, "about m1");
}

// c turns around Anna's account as well, and holds no letter to Bert: what lies with Bert only may have been on either.
TEST_F(Directions, AMessageGoesFromWhereItLies) {
  write_letters(c_, anna);
  a_.messages = {message("anna@post.net", "bert@mail.org", "m1", "2024-03-01T10:00:00Z")};
  b_.messages = {message("anna@post.net", "bert@mail.org", "m1", "2024-03-01T10:00:00Z"),
                 message("anna@post.net", "bert@mail.org", "m2", "2024-03-02T10:00:00Z"),
                 message("bert@mail.org", "anna@post.net", "m3", "2024-03-03T10:00:00Z")};
  EXPECT_EQ(run(), (Rows{{"message", "a", "b", "m1"}}));
}

TEST_F(Directions, ADeviceGoesFromWhereItWasFirst) {
  for (SmallPack* small : {&a_, &b_})
    for (const char* serial : {"4C530001", "4C530002", "4C530003"})
      small->values.push_back({"usb_serial", serial, serial, ""});
  a_.devices = {device("4C530001", "2024-03-01T10:00:00Z"), device("4C530002", ""),
                device("4C530003", "2024-03-01T10:00:00Z")};
  b_.devices = {device("4C530001", "2024-02-01T10:00:00Z"), device("4C530002", "2024-02-01T10:00:00Z"),
                device("4C530003", "2024-03-01T10:00:01Z")};
  EXPECT_EQ(run(), (Rows{{"device", "b", "a", "4C530001"}})) << "no time, or the same, tells nothing";
}

TEST_F(Directions, TheLaterMadeIsTheCopy) {
  std::string content(3000, 'x');
  a_.files = {{content, "home/report.txt", from_text("2024-03-05T10:00:00Z")},
              {content, "home/older/report.txt", from_text("2024-03-04T10:00:00Z")},
              {content + "2", "home/undated.txt", std::nullopt}};
  b_.files = {{content, "docs/report.txt", from_text("2024-03-06T10:00:00Z")},
              {content + "2", "docs/undated.txt", from_text("2024-03-06T10:00:00Z")}};
  EXPECT_EQ(run(), (Rows{{"file", "a", "b", sha256_hex(as_bytes(content))}}));
  EXPECT_EQ(rows_.at(0).file_a, "home/older/report.txt") << "the earliest of each side";
}

// 14:00 on the stick is 12:00 in Berlin's summer: the stick was first, though its time reads as the later.
TEST_F(Directions, LocalTimesTellNothingWithinATimeZone) {
  std::string content(3000, 'x'), other(3000, 'y');
  a_.file_system = "fat32", b_.file_system = "ext4";
  a_.files = {{content, "report.txt", from_text("2024-07-01T14:00:00Z")},
              {other, "other.txt", from_text("2024-07-01T14:00:00Z")}};
  b_.files = {{content, "report.txt", from_text("2024-07-01T13:00:00Z")},
              {other, "other.txt", from_text("2024-07-02T04:00:03Z")}};
  EXPECT_EQ(run(), (Rows{{"file", "a", "b", sha256_hex(as_bytes(other))}}));
  EXPECT_TRUE(rows_.at(0).local_a);
  EXPECT_FALSE(rows_.at(0).local_b);
}

TEST_F(Directions, TwoLocalTimesMayBeTwoZonesApart) {
  std::string content(3000, 'x');
  a_.file_system = "fat12", b_.file_system = "exfat";
  a_.files = {{content, "report.txt", from_text("2024-07-01T14:00:00Z")}};
  b_.files = {{content, "report.txt", from_text("2024-07-02T17:00:00Z")}};
  EXPECT_EQ(run(), Rows{});
}

}  // namespace
}  // namespace weft::link
