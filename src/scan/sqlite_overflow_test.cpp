// Rows of SQLite databases on several pages, and databases that only look like one. Databases that SQLite made itself
// are read by the tests of the whole program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::Contains, ::testing::ElementsAre, ::testing::IsEmpty, ::testing::Not;

constexpr size_t page = 512;

std::string varint(uint64_t value) {
  std::string out(1, char(value & 0x7f));
  while (value >>= 7) out.insert(out.begin(), char(0x80 | (value & 0x7f)));
  return out;
}

// A row of one text.
std::string payload_of(const std::string& text) {
  const std::string type = varint(13 + 2 * text.size());
  return varint(1 + type.size()) + type + text;
}

// A database of 512 bytes a page: the first page has no rows, the second one row a text, which goes on on the pages
// that are named for it, from 3 on.
class Made {
 public:
  explicit Made(size_t pages) : bytes_(pages * page, '\0') {
    put(0, std::string("SQLite format 3\0", 16) + big(page, 2) + "\1\1" + std::string(1, '\0') + "\x40\x20\x20");
    put(24, big(7, 4) + big(pages, 4));
    put(44, big(4, 4)), put(56, big(1, 4)), put(92, big(7, 4));
    put(100, "\x0d" + big(0, 2) + big(0, 2) + big(page, 2));
  }
  void put(size_t at, const std::string& some) { bytes_.replace(at, some.size(), some); }

  void add(const std::string& text, const std::vector<uint32_t>& chain) { add_payload(payload_of(text), chain); }
  void add_payload(const std::string& payload, const std::vector<uint32_t>& chain) {
    const size_t least = (page - 12) * 32 / 255 - 23, more = least + (payload.size() - least) % (page - 4);
    size_t at = more <= page - 35 ? more : least;
    const std::string cell = varint(payload.size()) + varint(++rows_) + payload.substr(0, at) + big(chain.at(0), 4);
    top_ -= cell.size();
    put(page + top_, cell);
    put(page + 6 + 2 * rows_, big(top_, 2));
    put(page, "\x0d" + big(0, 2) + big(rows_, 2) + big(top_, 2));
    for (size_t i = 0; i < chain.size(); ++i, at += page - 4)
      put((chain[i] - 1) * page,
          big(i + 1 < chain.size() ? chain[i + 1] : 0, 4) + (at < payload.size() ? payload.substr(at, page - 4) : ""));
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  size_t rows_ = 0, top_ = page;
};

std::vector<std::string> emails(const std::string& source, bool in_layer = true) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(source).features)
    if (one.kind == "email" && (one.layers.find("-SQLITE-") != std::string::npos) == in_layer) out.push_back(one.value);
  return out;
}
std::vector<std::string> problems(const std::string& source) {
  std::vector<std::string> out;
  for (const ScanProblem& one : scan_all(source).problems) out.push_back(one.what);
  return out;
}

// Addresses so close together that some stand on each seam.
std::string text_of(size_t size, const std::string& name) {
  std::string out;
  for (char n = 'a'; out.size() < size; n = n == 'z' ? 'a' : char(n + 1))
    out += "talk to " + name + "." + n + "@mail.example.com of things ";
  out.resize(size);
  return out;
}

TEST(SqliteOverflow, a_row_is_read_over_the_seams_of_its_pages) {
  Made made(8);
  const std::string text = text_of(1500, "anna");
  made.add(text, {5, 3, 7});
  const Results results = scan_all(made.bytes());
  std::vector<std::string> wanted, whole;
  for (const Found& one : scan_all(text).features)
    if (one.kind == "email") wanted.push_back(one.value);
  EXPECT_GT(wanted.size(), 15u);
  EXPECT_EQ(emails(made.bytes()), wanted);
  EXPECT_THAT(emails(made.bytes(), false), IsEmpty()) << "what lies on the pages is told once";
  EXPECT_THAT(problems(made.bytes()), IsEmpty());
  // The path leads there again.
  for (const Found& one : results.features) {
    if (one.kind != "email") continue;
    const Layer layer = unpack(as_bytes(made.bytes()).subspan(one.offset), one.layers, {});
    EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, one.value.size()), one.value);
  }
}

TEST(SqliteOverflow, a_database_that_is_seen_in_part_gives_the_same_places) {
  Made made(40);
  made.add(text_of(1500, "late"), {38, 39, 40});
  made.add(text_of(1500, "early"), {9, 4, 6});
  const auto of_whole = scan_all(made.bytes()), of_part = scan_all(made.bytes().substr(0, 20 * page));
  size_t early = 0;
  for (const Found& one : of_part.features) {
    if (one.layers.empty()) continue;
    EXPECT_EQ(one.value.find("late"), std::string::npos) << one.value;
    ++early;
    EXPECT_THAT(of_whole.features, Contains(::testing::Truly([&](const Found& other) {
                  return other.value == one.value && other.layers == one.layers && other.kind == one.kind;
                })));
  }
  EXPECT_GT(early, 10u);
  EXPECT_THAT(problems(made.bytes().substr(0, 20 * page)), ElementsAre(::testing::HasSubstr("goes on behind")));
}

TEST(SqliteOverflow, chains_that_do_not_hold_are_told_and_read_page_by_page) {
  const std::string text = text_of(1500, "anna");
  Made circle(8), early(8), late(8), outside(8);
  circle.add(text, {5, 3, 7}), circle.put(6 * page, big(5, 4));
  early.add(text, {5, 3, 7}), early.put(2 * page, big(0, 4));
  late.add(text, {5, 3, 7}), late.put(6 * page, big(6, 4));
  outside.add(text, {5, 3, 7}), outside.put(2 * page, big(5000, 4));
  for (const Made* made : {&circle, &early, &late, &outside}) {
    EXPECT_THAT(emails(made->bytes()), IsEmpty());
    EXPECT_GT(emails(made->bytes(), false).size(), 10u);
    EXPECT_THAT(problems(made->bytes()), ElementsAre(::testing::HasSubstr("do not end there")));
  }
}

TEST(SqliteOverflow, pages_of_the_free_list_and_bytes_that_are_no_row_are_left_out) {
  Made made(8);
  made.add(text_of(1500, "anna"), {5, 3, 7});
  Made freed = made, trunk_first = made, no_row = made;
  freed.put(32, big(8, 4) + big(2, 4)),
      freed.put(7 * page, big(0, 4) + big(1, 4) + big(2, 4));  // page 2 is a leaf of trunk 8
  EXPECT_THAT(emails(freed.bytes()), IsEmpty());
  EXPECT_GT(emails(freed.bytes(), false).size(), 10u);
  // A trunk that leads to itself ends.
  trunk_first.put(32, big(8, 4) + big(2, 4)), trunk_first.put(7 * page, big(8, 4) + big(9999, 4));
  EXPECT_GT(emails(trunk_first.bytes()).size(), 10u);
  // The columns are longer than the row.
  const size_t cell = made.bytes().find(payload_of(text_of(1500, "anna")).substr(0, 20));
  ASSERT_NE(cell, std::string::npos);
  no_row.put(cell + 2, varint(13 + 2 * 1501).substr(1));
  EXPECT_THAT(emails(no_row.bytes()), IsEmpty());
}

// A log with a frame for each page of the database that is named.
std::string log_of(const std::string& database, const std::vector<uint32_t>& numbers, const std::string& salt) {
  std::string out = big(0x377f0682, 4) + big(3007000, 4) + big(page, 4) + big(0, 4) + salt + std::string("checksum");
  for (const uint32_t one : numbers)
    out += big(one, 4) + big(one == numbers.back() ? 8 : 0, 4) + salt + std::string("checksum") +
           database.substr((one - 1) * page, page);
  return out;
}

TEST(SqliteOverflow, a_log_is_read_with_the_pages_it_has) {
  Made made(8), other(8);
  made.add(text_of(1500, "anna"), {5, 3, 7});
  other.add(text_of(1500, "bert"), {5, 3, 7});
  const std::string log = log_of(made.bytes(), {5, 3, 7, 2}, "saltsalt");
  EXPECT_EQ(emails(log), emails(made.bytes()));
  EXPECT_THAT(problems(log), IsEmpty());
  // A row whose other pages are in the database is not damaged.
  EXPECT_THAT(emails(log_of(made.bytes(), {5, 2}, "saltsalt")), IsEmpty());
  EXPECT_THAT(problems(log_of(made.bytes(), {5, 2}, "saltsalt")), IsEmpty());
  // A page that is there twice counts as it was when its row was written, and a row is told once.
  std::string longer = log + log_of(other.bytes(), {5, 3, 7, 2, 2}, "saltsalt").substr(32);
  std::vector<std::string> both = emails(made.bytes());
  for (const std::string& one : emails(other.bytes())) both.push_back(one);
  EXPECT_EQ(emails(longer), both);
  // What was there before the log was begun anew is no page of what was done since.
  const std::string stale =
      log_of(other.bytes(), {2}, "salunews") + log_of(made.bytes(), {5, 3, 7, 2}, "saltsalt").substr(32);
  EXPECT_EQ(emails(stale), emails(made.bytes()));
}

// The first page is in a log, too, and begins as databases do.
TEST(SqliteOverflow, the_first_page_in_a_log_is_no_database) {
  Made made(8);
  made.add(text_of(1500, "anna"), {5, 3, 7});
  const std::string place = made.bytes().substr(page + 5, 2);
  const size_t top = uint8_t(place[0]) * 256u + uint8_t(place[1]);
  made.put(top, made.bytes().substr(page + top, page - top));
  made.put(100, "\x0d" + big(0, 2) + big(1, 2) + place + std::string(1, '\0') + place);
  for (const std::vector<uint32_t>& numbers : {std::vector<uint32_t>{1, 5, 3, 7}, {5, 3, 7, 1}}) {
    const std::string log = log_of(made.bytes(), numbers, "saltsalt");
    EXPECT_EQ(emails(log), emails(made.bytes()));
    EXPECT_THAT(problems(log + std::string(4096, 'x')), IsEmpty());
  }
}

// Where one lies on a disk something else follows it, other logs, too.
TEST(SqliteOverflow, a_log_ends_where_its_frames_do) {
  Made made(8), other(8);
  made.add(text_of(1500, "anna"), {5, 3, 7});
  other.add(text_of(1500, "bert"), {5, 3, 7});
  const std::string log = log_of(made.bytes(), {5, 3, 7, 2}, "saltsalt");
  std::string damaged = log_of(made.bytes(), {4, 5, 3, 7, 2}, "saltsalt");
  damaged.replace(32, 24, 24, '\0');
  for (const std::string& one : {log, damaged}) {
    const std::string disk = one + std::string(20 * (page + 24), 'x') + log_of(other.bytes(), {5, 3, 7, 2}, "saltsalt");
    std::vector<std::string> both = emails(made.bytes());
    for (const std::string& value : emails(other.bytes())) both.push_back(value);
    EXPECT_EQ(emails(disk), both);
    for (const Found& found : scan_all(disk).features)
      if (found.kind == "email" && found.offset == 0) {
        EXPECT_LE(found.source_end, one.size());
      }
  }
  // Those that have no rows on several pages cost what they hold.
  Limits limits;
  limits.decoded_vain = 256 * KiB;
  std::string many;
  while (many.size() < 256 * KiB) many += log_of(made.bytes(), {4, 6}, "saltsalt") + std::string(20 * (page + 24), 'x');
  EXPECT_THAT(emails(many), IsEmpty());
  EXPECT_THAT(scan_all(many, limits).problems, IsEmpty());
}

// Of a head that goes on on another page nothing is checked before the row is in one piece.
TEST(SqliteOverflow, a_row_whose_columns_do_not_fit_is_shown_as_it_stands) {
  Made made(12);
  made.add(text_of(1500, "anna"), {5, 3, 7});
  std::string head = varint(50) + std::string(38, '\1') + varint(13 + 2 * 9999);
  head.resize(50, '\1');
  made.add_payload(head + text_of(1450, "bert"), {8, 9, 10});
  EXPECT_THAT(emails(made.bytes()), Contains("bert.a@mail.example.com"));
  EXPECT_THAT(emails(made.bytes()), Contains("anna.a@mail.example.com"));
}

TEST(SqliteOverflow, any_byte_may_be_wrong) {
  Made made(8);
  made.add(text_of(1500, "anna"), {5, 3, 7});
  const std::string log = log_of(made.bytes(), {1, 5, 3, 7, 2}, "saltsalt");
  for (const std::string& right : {made.bytes(), log})
    for (size_t at = 0; at < right.size(); at += at % page < 140 ? 1 : 31)
      for (const char with : {'\0', '\x7f', '\xff'}) {
        std::string wrong = right;
        wrong[at] = with;
        scan_all(wrong.substr(0, wrong.size() - at % 700));
      }
}

// Heads that each claim the whole page, whose chains all lead through the same pages.
TEST(SqliteOverflow, databases_within_databases_cost_no_more_than_other_bytes) {
  Made made(30);
  for (int row = 0; row < 4; ++row) made.add(text_of(500, "x"), {4});
  std::string one = made.bytes();
  one.replace(28, 4, big(0xffffff, 4));
  std::string all;
  while (all.size() < 16 * MiB) all += one;
  EXPECT_GT(scan_all(all).features.size(), 100u);
}

}  // namespace
}  // namespace weft::scan
