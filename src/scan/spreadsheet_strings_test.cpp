// Shared strings of a workbook: each is a text of its own, whatever record's end cuts it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::Contains, ::testing::UnorderedElementsAre;

std::string record(uint16_t id, const std::string& content) {
  return little(id, 2) + little(content.size(), 2) + content;
}
std::string plain(const std::string& text) {
  return little(text.size(), 2) + '\0' + text;
}

std::vector<std::string> found(const std::string& source) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(source).features) {
    out.push_back(std::string(one.kind) + " " + one.value);
    if (one.layers.empty()) continue;
    const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
    EXPECT_LT(layer.offset, layer.bytes.size());
  }
  return out;
}

TEST(SpreadsheetStrings, AreTextsOfTheirOwn) {
  const std::string strings = plain("4916818271555807") + plain(std::string(80, 'x')) + plain("+49-30-3060146") +
                              plain(std::string(37, 'y')) + plain("Card 4539 1488 0343 6467") +
                              plain("anna@example.com") + plain("z");
  EXPECT_THAT(found(record(0xfc, little(9, 4) + little(7, 4) + strings) + record(0xff, "end")),
              ::testing::IsSupersetOf(
                  {"card 491681******5807", "phone +49303060146", "card 453914******6467", "email anna@example.com"}));
}

TEST(SpreadsheetStrings, GoOnInTheNextRecord) {
  // "anna@exam" of one byte a character, "ple.com" of two behind the end of the record.
  std::string rest = "\1";
  for (const char c : std::string("ple.com")) rest += little(uint8_t(c), 2);
  rest += little(3, 2) + '\x08' + little(2, 2) + "abc" + std::string(8, '\0') + little(16, 2) + '\x04' + little(4, 4) +
          "bert@example.com" + "pho!";
  const std::string source =
      record(0xfc, little(3, 4) + little(3, 4) + little(16, 2) + '\0' + "anna@exam") + record(0x3c, rest);
  EXPECT_THAT(found(source), UnorderedElementsAre("email anna@example.com", "email bert@example.com"));
}

TEST(SpreadsheetStrings, HideNothingBesideThem) {
  const std::string held = " anna@example.com ";
  const std::string source =
      record(0xfc, little(1, 4) + little(1, 4) + little(3, 2) + '\x04' + little(held.size(), 4) + "abc" + held);
  EXPECT_THAT(found(source), Contains("email anna@example.com"));
}

std::string wide(const std::string& text) {
  std::string out = little(text.size(), 2) + '\1';
  for (const char c : text) out += little(uint8_t(c), 2);
  return out;
}

// Beside them, lengths and flags look like letters: an "E" behind the first address, a "\u0100" in front of the second.
TEST(SpreadsheetStrings, AreFoundOnce) {
  const std::string strings = plain("see http://example.org/a") + plain(std::string(69, 'y')) +
                              wide("anna@example.com") + wide("to bert@example.com and more");
  EXPECT_THAT(found(record(0xfc, little(9, 4) + little(4, 4) + strings) + record(0xff, "end")),
              UnorderedElementsAre("url http://example.org/a", "domain example.org", "email anna@example.com",
                                   "email bert@example.com"));
}

// The numbers of the sectors that follow, 128 to a sector of the file, stand between.
TEST(SpreadsheetStrings, GoOnBehindASectorOfTheAllocationTable) {
  std::string table;
  for (uint32_t i = 0; i < 128; ++i) table += little(i % 50 == 49 ? 0xfffffffe : 129 + i, 4);
  const std::string strings =
      plain(std::string(300, 'y')) + plain("bert@example.com") + wide("anna@example.com") + plain("carl@example.com");
  const std::string whole = record(0xfc, little(9, 4) + little(4, 4) + strings) + record(0xff, "end");
  for (size_t cut = 300; cut < whole.size() - 8; ++cut) {
    const std::string front(512 - cut, ' ');
    EXPECT_THAT(found(front + whole.substr(0, cut) + table + whole.substr(cut)),
                UnorderedElementsAre("email anna@example.com", "email bert@example.com", "email carl@example.com"))
        << cut;
  }
}

TEST(SpreadsheetStrings, ThatAreCutShortAreReadSoFar) {
  const std::string source =
      record(0xfc, little(30, 4) + little(30, 4) + plain("anna@example.com") + plain("bert@example.com"));
  EXPECT_THAT(found(source.substr(0, source.size() - 3)), Contains("email anna@example.com"));
  for (const size_t cut : {0, 3}) {
    const Results results = scan_all(source.substr(0, source.size() - cut));
    ASSERT_EQ(results.problems.size(), 1u) << cut;
    EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr(cut == 0 ? "2 of 30 strings" : "1 of 30 strings"));
  }
  EXPECT_TRUE(
      scan_all(record(0xfc, little(2, 4) + little(2, 4) + plain("anna@example.com") + plain("b"))).problems.empty());
  // Anywhere, in the head of a record that goes on, too.
  const std::string two =
      record(0xfc, little(3, 4) + little(3, 4) + plain("anna@example.com") + little(16, 2) + '\0' + "bert@exam") +
      record(0x3c, std::string(1, '\0') + "ple.com");
  for (size_t size = two.size() - 20; size <= two.size(); ++size)
    EXPECT_THAT(found(two.substr(0, size)), Contains("email anna@example.com")) << size;
}

// In the directory of a zip file a checksum and two sizes may look like the head of a record.
TEST(SpreadsheetStrings, AreNotWhatOnlyBeginsLikeThem) {
  const std::string source = "!" + record(0xfc, little(0x180000, 4) + little(0x1700, 4) + std::string(11, '\0') +
                                                    "\x9f\x60" + std::string(20, '\0'));
  EXPECT_TRUE(scan_all(source).problems.empty());
}

}  // namespace
}  // namespace weft::scan
