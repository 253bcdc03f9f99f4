// Files made to cost their parsers much more than their size, in time or in memory; each did. What must hold: little
// time, text of no more than a share of the file's size, a problem that says what was left off, and everything else.
#include <algorithm>
#include <ctime>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

using testing::HasSubstr;

std::string over_and_over(std::string_view piece, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += piece;
  return out;
}

// Of the processor: other work on the machine does not count.
class Seconds {
 public:
  double passed() const { return double(std::clock() - began_) / CLOCKS_PER_SEC; }

 private:
  std::clock_t began_ = std::clock();
};

uint64_t text_in(Rows& rows) {
  uint64_t out = 0;
  const auto add = [&](const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) out += value.size();
  };
  const auto add_all = [&]<class Row>(const std::vector<Row>& list) {
    for (const Row& row : list)
      std::apply([&](const auto&... column) { (add(row.*column.member), ...); }, columns_of<Row>);
  };
  add_all(rows.selectors());
  std::apply([&](const auto&... lists) { (add_all(lists), ...); }, rows.records());
  return out;
}

TEST(hostile, rows_hold_no_more_text_than_a_file_of_their_size_gives) {
  Rows rows(1000);
  for (int i = 0; i < 500; ++i) {
    ContactRow row;
    row.name = std::string(MiB, 'a');
    rows.record({0}, std::move(row));
    rows.selector({0}, "contact_uid", std::string(MiB, 'a'), "contact");
  }
  EXPECT_GE(text_in(rows), 60 * MiB);
  EXPECT_LE(text_in(rows), 65 * MiB);
  EXPECT_TRUE(rows.full());
  ASSERT_EQ(rows.problems().size(), 1u);
}

// The name was copied for each of them.
TEST(hostile, a_card_of_a_long_name_and_many_addresses) {
  const std::string card = "BEGIN:VCARD\nFN:" + std::string(900 * KiB, 'a') + "\n" +
                           over_and_over("EMAIL:a@b.cd\n", 150'000) + "END:VCARD\n";
  const Seconds seconds;
  Rows rows = run(parser_named("vcard"), "a.vcf", card);
  EXPECT_LE(seconds.passed(), 2);
  EXPECT_EQ(rows.selectors().size(), 150'000u);
}

}  // namespace
}  // namespace weft::artefacts
