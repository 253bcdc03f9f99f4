#include "pack/unit_file.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "pack/scratch_test.h"

namespace weft::pack {
namespace {

UnitRows sample() {
  UnitRows rows;
  ExhibitRow exhibit{"K1", "raw", 42, "ab", "md5", std::nullopt, "", std::nullopt, "verified", "a\nb", "k=v"};
  rows.exhibits.push_back(exhibit);
  VolumeRow volume;
  volume.exhibit = "K1", volume.volume = 1, volume.slot = 0, volume.allocated = false, volume.label = "Ünï";
  rows.volumes.push_back(volume);
  rows.files.emplace_back();
  FileRow file;
  file.exhibit = "K1", file.file_id = UINT64_MAX, file.path = "a\\b";
  file.modified = Time{-1}, file.created = Time{INT64_MIN}, file.inode = 5, file.md5 = "";
  rows.files.push_back(file);
  rows.extents.push_back({"K1", 1, 2, 3, 4, "slack"});
  FeatureRow feature;
  feature.kind = "email", feature.value = "a@b.cd", feature.file_id = 0;
  rows.features.assign(3, feature);
  MessageRow message;
  message.parser = "mail", message.subject = "x", message.file_id = 9;
  std::get<std::vector<MessageRow>>(rows.records).push_back(message);
  PhotoRow photo;
  photo.latitude = -1.5, photo.taken = "now";
  std::get<std::vector<PhotoRow>>(rows.records).assign(2, photo);
  rows.problems.push_back({"K1", "scan", 7, "7-GZIP-1", std::nullopt, "cut short"});
  rows.tokens.push_back({"K1", "card", "4***", "9", "ff"});
  return rows;
}

template <class Row>
bool same(const std::vector<Row>& a, const std::vector<Row>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!std::apply([&](const auto&... c) { return ((a[i].*c.member == b[i].*c.member) && ...); }, Row::columns()))
      return false;
  return true;
}

template <class Row>
const std::vector<Row>& records_of(const UnitRows& rows, const std::vector<Row>&) {
  return std::get<std::vector<Row>>(rows.records);
}

TEST(unit_file, round_trip) {
  Scratch scratch;
  UnitRows rows = sample();
  write_unit(scratch / "u", rows);
  EXPECT_FALSE(exists(scratch / "u.tmp"));
  UnitRows back = read_unit(scratch / "u");
  EXPECT_TRUE(same(rows.exhibits, back.exhibits));
  EXPECT_TRUE(same(rows.volumes, back.volumes));
  EXPECT_TRUE(same(rows.files, back.files));
  EXPECT_TRUE(same(rows.extents, back.extents));
  EXPECT_TRUE(same(rows.features, back.features));
  std::apply([&](const auto&... lists) { EXPECT_TRUE((same(lists, records_of(back, lists)) && ...)); }, rows.records);
  EXPECT_TRUE(same(rows.problems, back.problems));
  EXPECT_TRUE(same(rows.tokens, back.tokens));
}

TEST(unit_file, rows_are_put_in_order_and_texts_made_storable) {
  Scratch scratch;
  UnitRows rows;
  const auto add = [&](uint64_t offset, std::string path, std::string value) {
    FeatureRow& row = rows.features.emplace_back();
    row.offset = offset, row.path = std::move(path), row.value = std::move(value);
  };
  add(7, "7", "z"), add(7, "7", std::string("a\0b\xFF", 4)), add(7, "7-GZIP-10", "x"), add(7, "7-GZIP-9", "x");
  add(3, "3", "q"), add(7, "#1+0", "p");
  write_unit(scratch / "u", rows);
  std::string seen;
  for (const FeatureRow& row : read_unit(scratch / "u").features) seen += row.path + " " + row.value + "\n";
  EXPECT_EQ(seen, "3 q\n#1+0 p\n7 a\\x00b\\xFF\n7 z\n7-GZIP-10 x\n7-GZIP-9 x\n");
}

TEST(unit_file, runs_lie_where_they_were_written) {
  Scratch scratch;
  {
    UnitWriter out(scratch / "u");
    out.add(sample()), out.add({}), out.add(sample());
    out.finish();
  }
  const UnitFile unit(scratch / "u");
  size_t table = 0;
  each_table(static_cast<const UnitRows&>(sample()), [&](const auto& rows) {
    const size_t expected = rows.empty() ? 0 : 2;
    ASSERT_EQ(unit.runs(table).size(), expected) << table;
    for (const SortedRows& run : unit.runs(table)) EXPECT_EQ(run.rows, rows.size());
    ++table;
  });
  EXPECT_THROW(UnitFile(scratch / "none"), Error);
  std::string bad = read_file(scratch / "u");
  bad[bad.size() / 2] = char(bad[bad.size() / 2] ^ 1);
  write_file(scratch / "bad", bad);
  EXPECT_THROW(UnitFile(scratch / "bad"), Error);
}

TEST(unit_file, portions_come_back_as_they_went) {
  Scratch scratch;
  {
    UnitWriter out(scratch / "u");
    for (size_t i = 1; i <= 3; ++i) {
      UnitRows rows = sample();
      rows.features.resize(i);
      out.add(rows);
    }
    out.add({});
    EXPECT_FALSE(exists(scratch / "u"));
    out.finish();
  }
  EXPECT_FALSE(exists(scratch / "u.tmp"));
  std::vector<size_t> sizes;
  read_unit(scratch / "u", [&](UnitRows& rows) { sizes.push_back(rows.features.size()); });
  EXPECT_EQ(sizes, (std::vector<size_t>{1, 2, 3, 0}));
  UnitRows all = read_unit(scratch / "u"), one = sample();
  EXPECT_EQ(all.features.size(), 6u);
  EXPECT_EQ(all.files.size(), 3 * one.files.size());
  EXPECT_EQ(all.tokens.size(), 3 * one.tokens.size());
  // A damaged last portion is known before the first is handed out.
  std::string bad = read_file(scratch / "u");
  bad[bad.size() - 70] = char(bad[bad.size() - 70] ^ 1);
  write_file(scratch / "bad", bad);
  EXPECT_THROW(read_unit(scratch / "bad", [](UnitRows&) { FAIL() << "rows of a damaged file"; }), Error);
}

TEST(unit_file, what_is_not_finished_is_not_there) {
  Scratch scratch;
  {
    UnitWriter out(scratch / "u");
    out.add(sample());
  }
  EXPECT_FALSE(exists(scratch / "u"));
  EXPECT_FALSE(exists(scratch / "u.tmp"));
}

TEST(unit_file, empty) {
  Scratch scratch;
  write_unit(scratch / "u", {});
  EXPECT_TRUE(read_unit(scratch / "u").features.empty());
}

TEST(unit_file, cut_at_every_length_is_an_error) {
  Scratch scratch;
  write_unit(scratch / "u", sample());
  std::string whole = read_file(scratch / "u");
  for (size_t length = 0; length < whole.size(); ++length) {
    write_file(scratch / "cut", std::string_view(whole).substr(0, length));
    EXPECT_THROW(read_unit(scratch / "cut"), Error) << length;
  }
}

TEST(unit_file, a_flipped_bit_is_an_error) {
  Scratch scratch;
  write_unit(scratch / "u", sample());
  std::string whole = read_file(scratch / "u");
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string bad = whole;
    bad[i] = char(bad[i] ^ 1 << (i % 8));
    write_file(scratch / "bad", bad);
    EXPECT_THROW(read_unit(scratch / "bad"), Error) << i;
  }
  write_file(scratch / "bad", whole + "x");
  EXPECT_THROW(read_unit(scratch / "bad"), Error);
}

TEST(unit_file, the_world_is_an_error) {
  Scratch scratch;
  EXPECT_THROW(read_unit(scratch / "none"), Error);
  EXPECT_THROW(write_unit(scratch / "no/such/folder", {}), Error);
}

}  // namespace
}  // namespace weft::pack
