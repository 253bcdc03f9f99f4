// Where UTF-16 text begins and ends when something else than zeros stands beside it.
#include "scan/utf16.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;

std::string utf16(std::u16string_view text, bool big_endian = false) {
  std::string out;
  for (char16_t unit : text)
    out += big_endian ? std::string{char(unit >> 8), char(unit)} : std::string{char(unit), char(unit >> 8)};
  return out;
}

// The runs as they were read, "le 2 anna".
std::vector<std::string> runs_of(std::string_view source) {
  std::vector<std::string> out;
  for (const Utf16Run& run : find_utf16(as_bytes(source), 0)) {
    std::string text;
    for (size_t at = run.begin; at < run.end; at += 2) {
      const auto low = uint8_t(source[at + run.big_endian]), high = uint8_t(source[at + !run.big_endian]);
      append_utf8(text, char32_t(high << 8 | low));
    }
    out.push_back(fmt::format("{} {} {}", run.big_endian ? "be" : "le", run.begin, text));
  }
  return out;
}

std::vector<std::string> values_of(const Results& results, std::string_view kind) {
  std::vector<std::string> out;
  for (const Found& found : results.features)
    if (found.kind == kind) out.push_back(found.value);
  return out;
}

using ::testing::ElementsAre;

TEST(Utf16, AByteBehindALittleEndianTextIsNoSignOfIt) {
  EXPECT_THAT(runs_of("\0\0"s + utf16(u"10.20.30.77") + "x\xfe\0\0"s), ElementsAre("le 2 10.20.30.77"));
  EXPECT_THAT(runs_of("\0\0\0"s + utf16(u"10.20.30.77") + "x\xfe\0\0"s), ElementsAre("le 3 10.20.30.77"));
  EXPECT_THAT(runs_of("\x0b\0"s.substr(0, 1) + utf16(u"10.20.30.77", true) + "\xfe"), ElementsAre("be 1 10.20.30.77"));
  EXPECT_THAT(runs_of("\0\x0b"s + utf16(u"10.20.30.77", true) + "\xfe\0"s), ElementsAre("be 2 10.20.30.77"));
}

TEST(Utf16, ASignOfAnotherScriptAtTheEdgeIsNoPartOfIt) {
  // U+0100 is a number, U+0433 and U+03C2 are two bytes of anything.
  EXPECT_THAT(runs_of("\0\0\1"s + utf16(u"anna.kes") + "\0\0"s), ElementsAre("le 3 anna.kes"));
  EXPECT_THAT(runs_of("\x33\4"s + utf16(u"anna.kes") + "\xc2\3"), ElementsAre("le 2 anna.kes"));
  EXPECT_THAT(runs_of("\x33\4\xc2\3"s + utf16(u"anna.kes") + "\x10\x1e\xff\xff"), ElementsAre("le 4 anna.kes"));
}

TEST(Utf16, LettersOfWordsArePartOfIt) {
  for (std::u16string_view text :
       {u"anna телефон", u"телефон: anna", u"Ärger ohne Ende é", u"Łukasz i oraș", u"anna ελλάδα", u"cafe\u0301",
        u"tiếng việ", u"“anna.kes”", u"€ 12,50", u"12,50 €"}) {
    const std::vector<Utf16Run> runs = find_utf16(as_bytes(utf16(text)), 0);
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0].begin, 0u);
    EXPECT_EQ(runs[0].end, 2 * text.size());
  }
}

// Keys of IndexedDB: a type, a length and the text.
TEST(Utf16, ATypeAndALengthInFrontAreNoLetters) {
  const std::string key = utf16(u"anna@example.com", true);
  EXPECT_THAT(runs_of("\0\1\1\1\1\x10"s + key + "\n\xff"), ElementsAre("be 6 anna@example.com"));
  EXPECT_THAT(runs_of("\0\1\1\x10"s + key + "\1\4" + utf16(u"mail", true) + "\n"),
              ElementsAre("be 4 anna@example.com"));
  EXPECT_THAT(runs_of("\1\x11"s + key + "\n\xff"), ElementsAre("be 0 \xc4\x91"
                                                               "anna@example.com"));
}

// A binary format keeps what it will beside its texts: checksums, lengths, times.
TEST(Utf16, ValuesAreFoundAmongRandomBytes) {
  constexpr int texts = 1000;
  std::mt19937 random(6);
  const auto bytes = [&](size_t size) {
    std::string out;
    while (out.size() < size) out += char(random() >> 24);
    return out;
  };
  const auto address = [](int i) { return fmt::format("10.{}.{}.77", i / 250 + 20, i % 250 + 1); };
  std::vector<std::string> expected;
  std::string in_front, behind;
  for (int i = 0; i < texts; ++i) {
    const std::string narrow = address(i);
    const std::string wide = utf16(std::u16string(narrow.begin(), narrow.end()));
    expected.push_back(narrow);
    in_front += bytes(2) + wide + "\0\0"s;
    behind += "\0\0"s + wide + bytes(8) + "\0\0"s;
  }
  const auto missed = [&](const std::string& source) {
    const std::vector<std::string> values = values_of(scan_all(source), "ipv4");
    return std::count_if(expected.begin(), expected.end(), [&](const std::string& value) {
      return std::find(values.begin(), values.end(), value) == values.end();
    });
  };
  EXPECT_LE(missed(in_front), texts / 100);
  EXPECT_LE(missed(behind), texts / 50);
}

// A word for telephone in Cyrillic, whose bytes are letters in the other order, too.
TEST(Utf16, OtherScriptsCountAsMuch) {
  const std::u16string_view text = u"Телефон: 8 (495) 606-36-02, www.example.ru";
  std::string narrow;
  for (const char16_t unit : text) append_utf8(narrow, unit);
  const std::string zeros(64, '\0');
  for (const std::string& source :
       {narrow, utf16(text), zeros + utf16(text) + zeros, zeros + utf16(text, true) + zeros})
    EXPECT_THAT(values_of(scan_all(source), "phone"), ElementsAre("+74956063602"));
}

TEST(Utf16, CurrencyStandsRightInFront) {
  for (const char16_t* text : {u"Text: €anna@example.com foo\r\nText: €otto@example.com foo\r\n",
                               u"Text: ⁺anna@example.com foo\r\nText: ⁺otto@example.com foo\r\n"})
    EXPECT_THAT(values_of(scan_all(utf16(text)), "email"), ElementsAre("anna@example.com", "otto@example.com"));
}

}  // namespace
}  // namespace weft::scan
