#include "scan/words.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "scan/engine.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<Found> features(const Rules& rules, std::string_view bytes, size_t page = 0, uint64_t offset = 0) {
  Limits limits;
  Scan scan(rules, limits);
  NoWatch watch;
  Results results;
  if (page == 0) page = bytes.size();
  for (size_t begin = 0; begin < bytes.size(); begin += page) {
    const size_t end = std::min(bytes.size(), begin + page), first = begin - std::min<size_t>(begin, 4096),
                 last = std::min<size_t>(bytes.size(), end + 4096);
    scan.page({as_bytes(bytes.substr(first, last - first)), begin - first, end - first, offset + first}, {}, watch,
              results);
  }
  std::erase_if(results.features, [](const Found& f) { return f.kind != word_kind; });
  return std::move(results.features);
}

// "value@offset encoding" of each, with the terms given one a line.
std::vector<std::string> found(const std::string& terms, std::string_view bytes, size_t page = 0, uint64_t offset = 0) {
  const Rules rules({}, {}, Lists{{{"list", terms}}, {}});
  std::vector<std::string> out;
  for (const Found& f : features(rules, bytes, page, offset))
    out.push_back(fmt::format("{}@{}{} {}", f.value, f.offset, f.layers, f.encoding));
  return out;
}

std::string utf16(std::string_view text, bool big_endian = false) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = uint8_t(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : 3;
    unsigned unit = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (size_t k = 1; k < size; ++k) unit = unit << 6 | (uint8_t(text[i + k]) & 0x3F);
    const char high = char(unit >> 8), low = char(unit & 0xFF);
    big_endian ? (out += high, out += low) : (out += low, out += high);
    i += size;
  }
  return out;
}

TEST(Words, AreWholeUnlessMarked) {
  EXPECT_THAT(found("kestrel", "a Kestrel, KESTRELS xkestrel kestrel_ kestrel"),
              ElementsAre("kestrel@2 utf-8", "kestrel@38 utf-8"));
  EXPECT_THAT(found("kestrel*", "a kestrels xkestrel"), ElementsAre("kestrel*@2 utf-8"));
  EXPECT_THAT(found("*kestrel", "a kestrels xkestrel"), ElementsAre("*kestrel@12 utf-8"));
  EXPECT_THAT(found("*kestrel*", "a kestrels xkestrel"), ElementsAre("*kestrel*@2 utf-8", "*kestrel*@12 utf-8"));
  // What is no letter at its end asks for nothing beside it.
  EXPECT_THAT(found("ab-", "xxab-yy ab-yy"), ElementsAre("ab-@8 utf-8"));
  EXPECT_THAT(found("müll", "Müller müll"), ElementsAre("müll@8 utf-8"));
  EXPECT_THAT(found("cafe", "cafe\u0301 cafe"), ElementsAre("cafe@7 utf-8"));
}

TEST(Words, AreFoundInAnyCase) {
  EXPECT_THAT(found("пароль", "Пароль ПАРОЛЬ"), ElementsAre("пароль@0 utf-8", "пароль@13 utf-8"));
  EXPECT_THAT(found("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ οδυσσεύς"), testing::SizeIs(2));
  EXPECT_THAT(found("STRAẞE", "straße"), ElementsAre("STRAẞE@0 utf-8"));  // ẞ has three bytes, ß two
  EXPECT_THAT(found("kilo", "\u212Ailo"), IsEmpty());                     // the Kelvin sign
}

// As macOS writes the names of files.
TEST(Words, AreFoundWithTheirAccentsApart) {
  EXPECT_THAT(found("Müller", "x mu\u0308ller MU\u0308LLER mu\u0308llers muller"),
              ElementsAre("Müller@2 utf-8", "Müller@11 utf-8"));
  EXPECT_THAT(found("Mu\u0308ller", "müller mu\u0308ller"), testing::SizeIs(2)) << "in the list, too";
  EXPECT_THAT(found("чёрный", "че\u0308рныи\u0306"), ElementsAre("чёрный@0 utf-8"));
  EXPECT_THAT(found("Việt", "Vie\u0323\u0302t"), ElementsAre("Việt@0 utf-8"));
  EXPECT_THAT(found("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"), ElementsAre("한국@0 utf-8"));
  EXPECT_THAT(found("cafe", "cafe\u0301"), IsEmpty());
  EXPECT_THAT(found("café", "cafe\u0301 cafe\u0301s cafe"), ElementsAre("café@0 utf-8"));
  for (bool big : {false, true})
    EXPECT_THAT(found("Müller", "\xff\xff" + utf16("x mu\u0308ller y", big)),
                ElementsAre(big ? "Müller@6 utf-16be" : "Müller@6 utf-16le"));
}

TEST(Words, AreFoundInUtf16) {
  for (bool big : {false, true})
    for (const char* term : {"pass", "kestrel", "пароль", "müller"})
      for (size_t before : {0, 1, 2, 3, 64})
        for (const char* around : {"", " ", "the "}) {
          const std::string text = around + std::string(term) + " " + around, encoding = big ? "utf-16be" : "utf-16le";
          const std::string bytes = std::string(before, '\xff') + utf16(text, big) + "\xff\xff\xff";
          EXPECT_THAT(found(term, bytes),
                      ElementsAre(fmt::format("{}@{} {}", term, before + 2 * std::strlen(around), encoding)))
              << "'" << text << "' behind " << before << " bytes";
        }
  EXPECT_THAT(found("ell", utf16("hello ell")), ElementsAre("ell@12 utf-16le"));
}

// Zeros on both sides: "\0a\0b\0" is ab in both orders of bytes. It is found once.
TEST(Words, ThatReadBothWaysAreFoundOnce) {
  const std::string bytes = std::string(8, '\0') + utf16("pass") + std::string(8, '\0');
  EXPECT_THAT(found("pass", bytes), ElementsAre("pass@8 utf-16le"));
  EXPECT_THAT(found("pass", bytes.substr(1)), ElementsAre("pass@6 utf-16be"));
  EXPECT_THAT(found("pass", bytes.substr(1), 0, 1), ElementsAre("pass@8 utf-16le"));  // offset of the source
  EXPECT_THAT(found("pass*", "\xff"s + utf16("a passport") + "\0\0"s), ElementsAre("pass*@5 utf-16le"));
}

TEST(Words, AreFoundInCodePages) {
  EXPECT_THAT(found("пароль", "x \xef\xe0\xf0\xee\xeb\xfc, \xcf\xc0\xd0\xce\xcb\xdc."),
              ElementsAre("пароль@2 windows-1251", "пароль@10 windows-1251"));
  EXPECT_THAT(found("пароль", "\xd0\xc1\xd2\xcf\xcc\xd8"), ElementsAre("пароль@0 koi8-r"));
  EXPECT_THAT(found("пароль", "\xaf\xa0\xe0\xae\xab\xec"), ElementsAre("пароль@0 cp866"));
  EXPECT_THAT(found("müller", "M\xfcller m\x81ller M\x9fller"),
              ElementsAre("müller@0 windows-1252", "müller@7 cp437", "müller@14 macintosh"));
  EXPECT_THAT(found("łódź", "\xa3\xf3\x64\x9f"), ElementsAre("łódź@0 windows-1250"));
  EXPECT_THAT(found("東京", "\x93\x8c\x8b\x9e"), ElementsAre("東京@0 cp932"));
  // A letter of the page stands beside it: part of a longer word.
  EXPECT_THAT(found("пароль", "\xef\xe0\xf0\xee\xeb\xfc\xed"), IsEmpty());
  EXPECT_THAT(found("пароль*", "\xef\xe0\xf0\xee\xeb\xfc\xed"), ElementsAre("пароль*@0 windows-1251"));
}

// ASCII is the same everywhere, and what agrees in several pages is looked for once.
TEST(Words, HaveAFormForEachSpellingInBytes) {
  const auto forms = [](const std::string& term) {
    const std::vector<ListFile> files = {{"list", term}};
    return Words(files).patterns().size();
  };
  EXPECT_EQ(forms("kestrel"), 3u);
  EXPECT_GE(forms("müller"), 6u);
  EXPECT_LE(forms("müller"), 9u);
  EXPECT_EQ(forms("水"), 1u);  // two bytes in UTF-16: chance
  EXPECT_EQ(forms("да"), 3u);
}

TEST(Words, ShowTheirSurroundingsAsText) {
  const Rules rules({}, {}, Lists{{{"list", "пароль"}}, {}});
  const auto windows = features(rules, "\xec\xee\xe9 \xef\xe0\xf0\xee\xeb\xfc: 12");
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].context, "мой пароль: 12");
  const auto wide = features(rules, utf16("мой пароль: 12"));
  ASSERT_EQ(wide.size(), 1u);
  EXPECT_EQ(wide[0].context, "мой пароль: 12");
  EXPECT_EQ(wide[0].scanner, "words");
  EXPECT_EQ(wide[0].source_end, 20u);
}

TEST(Words, AllAtOnePlaceAreNamed) {
  EXPECT_THAT(found("Kestrel\nkestrel\nkestrel*\nkestrel", "kestrel"),
              UnorderedElementsAre("Kestrel@0 utf-8", "kestrel@0 utf-8", "kestrel*@0 utf-8"));
}

TEST(Words, AreTheSameHoweverPagesAreCut) {
  const std::string terms = "kestrel\nпароль\nmüller*\npass";
  std::string bytes;
  for (int i = 0; i < 40; ++i)
    bytes += "kestrel пароль M\xfcllerin \xef\xe0\xf0\xee\xeb\xfc " + utf16("pass пароль ", i % 2) +
             std::string(i % 7, '\0');
  const auto whole = found(terms, bytes);
  EXPECT_GT(whole.size(), 200u);
  for (size_t page : {1, 7, 64, 1000}) EXPECT_EQ(found(terms, bytes, page), whole) << page;
}

TEST(Words, AreFoundInDecodedLayersBesideTheScanners) {
  const Rules rules(Lists{{{"list", "kestrelbrook\nпароль"}}, {}});
  // base64 of "the password, in Russian пароль, of kestrelbrook; and some more text to be long"
  const std::string text =
      "dGhlIHBhc3N3b3JkLCBpbiBSdXNzaWFuINC/0LDRgNC+0LvRjCwgb2Yga2VzdHJlbGJyb29rOyBhbmQgc29tZSBt\n"
      "b3JlIHRleHQgdG8gYmUgbG9uZw==\n";
  std::vector<std::string> values;
  for (const Found& f : features(rules, text)) values.push_back(f.value + f.layers);
  EXPECT_THAT(values, ElementsAre("пароль-BASE64-25", "kestrelbrook-BASE64-42"));
}

TEST(Words, ListsAreReadAsPeopleWriteThem) {
  EXPECT_THAT(found("\xEF\xBB\xBF# my list\r\n\r\n  kestrel  \r\nno #comment\r\n", "kestrel no #comment"),
              ElementsAre("kestrel@0 utf-8", "no #comment@8 utf-8"));
}

TEST(Words, ABadListIsRefusedWithFileAndLine) {
  EXPECT_THAT(refused<Words>("terms.txt", "kestrel\n# x\nab\n"),
              HasSubstr("terms.txt:3: the term 'ab' is shorter than 3 bytes"));
  EXPECT_THAT(refused<Words>("terms.txt", "*ab*\n"), HasSubstr("terms.txt:1:"));
  EXPECT_THAT(refused<Words>("terms.txt", "kestrel\n\xff\xfe\n"), HasSubstr("terms.txt:2: is not UTF-8"));
  EXPECT_THAT(refused<Words>("terms.txt", "kes\0trel\n"s), HasSubstr("terms.txt:1: holds a NUL"));
  EXPECT_THAT(refused<Words>("terms.txt", std::string(300, 'x')),
              HasSubstr("terms.txt:1: a term of more than 256 bytes"));
  std::string many;
  for (int i = 0; i < 8000; ++i) many += fmt::format("term{}\n", i);
  EXPECT_THAT(refused<Words>("terms.txt", many), HasSubstr("terms.txt:6668: too many terms"));
  EXPECT_THAT(refused<Words>("terms.txt", "# nothing\n\n"), HasSubstr("terms.txt: this list of words holds no term"));
}

}  // namespace
}  // namespace weft::scan
