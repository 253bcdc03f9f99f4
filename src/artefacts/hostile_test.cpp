// Files made to cost their parsers much more than their size, in time or in memory; each did. What must hold: little
// time, text of no more than a share of the file's size, a problem that says what was left off, and everything else.
#include <gtest/gtest.h>

#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

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

TEST(hostile, a_card_of_a_long_id) {
  Rows rows = run(parser_named("vcard"), "a.vcf", "BEGIN:VCARD\nFN:a\nUID:" + std::string(300, 'u') + "\nEND:VCARD\n");
  EXPECT_EQ(records<ContactRow>(rows).at(0).uid.size(), 300u);
  EXPECT_EQ(listing(rows), "contact contact_uid " + std::string(200, 'u') +
                               " at 17\nproblem an entry's own id gives its first 200 bytes as a selector\n");
}

}  // namespace
}  // namespace weft::artefacts
