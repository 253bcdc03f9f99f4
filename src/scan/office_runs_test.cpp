// Paragraphs of office documents: what their runs cut is found, once, and nothing is joined that does not belong
// together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::Contains, ::testing::ElementsAre, ::testing::IsEmpty, ::testing::Not;

// "kind value" of all that is found, in the joined paragraphs only or anywhere.
std::vector<std::string> found(std::string_view source, bool joined_only) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(source).features)
    if (!joined_only || one.layers.find("RUNS") != std::string::npos) {
      out.push_back(std::string(one.kind) + " " + one.value);
      const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
      EXPECT_LT(layer.offset, layer.bytes.size());
    }
  return out;
}

std::string docx(const std::vector<std::string>& runs) {
  std::string out = "<w:p>";
  for (const std::string& run : runs)
    out += "<w:proofErr w:type=\"x\"/><w:r w:rsid=\"1\"><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">" + run +
           "</w:t></w:r>";
  return out + "</w:p>";
}

TEST(OfficeRuns, AreJoined) {
  EXPECT_THAT(found(docx({"Mail anna@exam", "ple.com today"}), true), Contains("email anna@example.com"));
  EXPECT_THAT(
      found("<a:r><a:t>anna</a:t></a:r><a:r><a:rPr/><a:t>@</a:t></a:r><a:r><a:t>example.com</a:t></a:r></a:p>", true),
      Contains("email anna@example.com"));
  EXPECT_THAT(found("<si><r><t>anna@exam</t></r><r><rPr><b/></rPr><t>ple.com</t></r></si>", true),
              Contains("email anna@example.com"));
  for (const char* source : {"<text:p>to <text:span text:style-name=\"T1\">anna@exam</text:span>ple.com</text:p>",
                             "<text:p>to anna@<text:span text:style-name=\"T1\">exam</text:span>ple.com</text:p>",
                             "<text:p><text:span>anna</text:span><text:span>@example</text:span>.com</text:p>"})
    EXPECT_THAT(found(source, true), Contains("email anna@example.com")) << source;
}

// What has spaces in it, and what needs the word in front of it.
TEST(OfficeRuns, AreJoinedAcrossSpaces) {
  EXPECT_THAT(found(docx({"IBAN DE", "89 3704 ", "0044 05", "32 0130 00", ", as said"}), true),
              Contains("iban DE89370400440532013000"));
  EXPECT_THAT(found(docx({"Tel. +", "49 ", "30 397", "236 12"}), true), Contains("phone +493039723612"));
  EXPECT_THAT(found(docx({"Ca", "rd ", "4539 ", "1488 0343 ", "6467"}), true), Contains("card 453914******6467"));
}

TEST(OfficeRuns, AreFoundOnce) {
  EXPECT_THAT(found(docx({"Mail anna@example.com or call +4", "9 30 39723612"}), false),
              ElementsAre("email anna@example.com", "phone +493039723612"));
}

TEST(OfficeRuns, OfOtherParagraphsAndBehindABreakAreNot) {
  EXPECT_THAT(found(docx({"write", " to anna@exam"}) + docx({"ple.com", " today"}), false), IsEmpty());
  EXPECT_THAT(
      found("<w:p><w:r><w:t>anna@exam</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t>ple.com</w:t></w:r></w:p>", false),
      IsEmpty());
  EXPECT_THAT(found("<text:p><text:span>anna@exam</text:span><text:tab/>ple.com</text:p>", false), IsEmpty());
}

TEST(OfficeRuns, AreNotJoinedOverWhatStandsBetween) {
  const std::string note =
      "<w:p><w:r><w:t>card 4111111111111111</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r>"
      "<w:r><w:t>5 pieces</w:t></w:r></w:p>";
  EXPECT_THAT(found(note, false), ElementsAre("card 411111******1111"));
  EXPECT_THAT(found("<w:p><w:r><w:t>anna</w:t></w:r><w:r><w:noBreakHyphen/></w:r><w:r><w:t>maria@exam</w:t></w:r>"
                    "<w:r><w:t>ple.com</w:t></w:r></w:p>",
                    false),
              ElementsAre("email anna-maria@example.com"));
  EXPECT_THAT(
      found("<w:p><w:r><w:t>anna</w:t></w:r><w:p w:x=\"1\"><w:r><w:t>bert@example.com</w:t></w:r></w:p>", false),
      ElementsAre("email bert@example.com"));
}

// Another decoder's layer may begin at the same place.
TEST(OfficeRuns, AndEscapesBeginTogether) {
  const auto values = found("<w:t>anna%40example.com or joe.smith@exam</w:t></w:r><w:r><w:t>ple.com", false);
  EXPECT_THAT(values, Contains("email anna@example.com"));
  EXPECT_THAT(values, Contains("email joe.smith@example.com"));
}

// What is no text ends a piece, and what stands behind it is no part of it.
TEST(OfficeRuns, EndWhereTheTextDoes) {
  const auto values =
      found("<text:p>to <text:span>anna@exam</text:span>ple.com\1\2 bert@example.com \1 carl@example.com", false);
  for (const char* value : {"email anna@example.com", "email bert@example.com", "email carl@example.com"})
    EXPECT_THAT(values, Contains(value));
}

TEST(OfficeRuns, OfAVeryLongParagraphAreLostNowhere) {
  std::vector<std::string> runs, wanted;
  for (int i = 0; i < 1100; ++i) {
    runs.push_back("some words and user" + std::to_string(i) + "@exam");
    runs.push_back("ple.com and ");
    wanted.push_back("email user" + std::to_string(i) + "@example.com");
  }
  EXPECT_THAT(found(docx(runs), false), ::testing::UnorderedElementsAreArray(wanted));
}

// The paragraph is the page's in which it begins.
TEST(OfficeRuns, AtAPagesBorderBelongToOnePage) {
  const std::string front = "<w:p><w:r><w:t>anna.mu</w:t></w:r><w:r><w:t>",
                    rest = "eller@exam</w:t></w:r><w:r><w:t>ple.com</w:t></w:r></w:p>";
  for (const size_t border : {front.size(), front.size() - 5, front.size() - 20}) {
    std::vector<std::string> values;
    for (const auto& [begin, end] : {std::pair(size_t(0), border), std::pair(border, front.size() + rest.size())})
      for (const Found& one : scan_page(front + rest, begin, end).features) values.push_back(one.value);
    EXPECT_THAT(values, ElementsAre("anna.mueller@example.com")) << border;
  }
}

TEST(OfficeRuns, ThatHideNothingAreLeft) {
  EXPECT_THAT(found("<w:t>nothing</w:t></w:r><w:r><w:t> here</w:t></w:r></w:p>", true), IsEmpty());
  EXPECT_THAT(found("<w:t>two wo</w:t></w:r><w:r><w:t>rds</w:t></w:r>", true), IsEmpty());
}

TEST(OfficeRuns, OfALongParagraphCountFromAWordOn) {
  const std::string much(5000, 'x');
  EXPECT_THAT(found(docx({much + " and so on, to anna@exam", "ple.com today"}), true),
              Contains("email anna@example.com"));
}

}  // namespace
}  // namespace weft::scan
