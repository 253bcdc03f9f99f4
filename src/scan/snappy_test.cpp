// What Firefox packs with Snappy, by the library itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <snappy-c.h>
#include <string>
#include <vector>

#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre, ::testing::IsEmpty;

std::string packed(const std::string& text) {
  size_t size = snappy_max_compressed_length(text.size());
  std::string out(size, '\0');
  EXPECT_EQ(snappy_compress(text.data(), text.size(), out.data(), &size), SNAPPY_OK);
  return out.substr(0, size);
}

std::vector<std::string> emails(const std::string& bytes) {
  std::vector<std::string> out;
  for (const Found& found : scan_all(bytes).features)
    if (found.kind == "email" && found.layers.starts_with("-SNAPPY-")) out.push_back(found.value);
  return out;
}

// Names and texts as a structured clone holds them: how long they are in front, zeros up to eight bytes behind.
std::string clone(const std::vector<std::string>& texts) {
  std::string out = "\3\0\0\0\0\0\xf1\xff\0\0\0\0\x08\0\xff\xff"s;
  for (const std::string& text : texts)
    out += std::string{char(uint8_t(text.size())), 0, 0, char(0x80), 4, 0, char(0xff), char(0xff)} + text +
           std::string((8 - text.size() % 8) % 8, '\0');
  return out;
}

TEST(Snappy, ValuesOfIndexedDb) {
  std::vector<std::string> texts, truth;
  for (int i = 0; i < 9; ++i) {
    texts.insert(texts.end(),
                 {"address", "anna.velten" + std::to_string(i) + "@velten-law.de", "the same words again"});
    truth.push_back(texts[texts.size() - 2]);
  }
  for (const size_t count : {size_t(3), texts.size()}) {
    const std::string value = packed(clone({texts.begin(), texts.begin() + ptrdiff_t(count)}));
    for (const std::string& behind : {""s, "anything"s, std::string(100, '\xff')})
      EXPECT_THAT(emails("key\1" + value + behind),
                  testing::ElementsAreArray(truth.begin(), truth.begin() + ptrdiff_t(count / 3)));
  }
}

TEST(Snappy, StreamsInFrames) {
  const std::string identifier = "\xff\6\0\0sNaPpY"s;
  const auto chunk = [](char kind, const std::string& bytes) {
    const size_t size = bytes.size() + 4;
    return std::string{kind, char(uint8_t(size)), char(uint8_t(size >> 8)), 0} + "\1\2\3\4" + bytes;
  };
  const std::string words = "we meet at the usual place, we meet at the usual place, mail ";
  const std::string source = identifier + chunk(0, packed(words + "anna@velten")) + chunk(1, "-law.de, ") +
                             chunk('\xfe', "padding") + chunk(0, packed(words + "bert@velten-law.de"));
  EXPECT_THAT(emails("x" + source), ElementsAre("anna@velten-law.de", "bert@velten-law.de"));
  EXPECT_THAT(scan_all("x" + source + "PK").problems, IsEmpty());
  const Results cut = scan_all(source.substr(0, source.size() - 9));
  ASSERT_EQ(cut.problems.size(), 1u);
  EXPECT_THAT(cut.problems[0].what, testing::HasSubstr("cut short"));
}

TEST(Snappy, LikenessesAreNone) {
  EXPECT_THAT(emails("\x20\4\3\0\1\1\4\xf1\xff anna@velten-law.de"s), IsEmpty());
  std::string many;
  while (many.size() < 200'000) many += "\x20\4\3\0\1\1\4\xf1\xff"s;
  EXPECT_THAT(scan_all(many).features, IsEmpty());
}

}  // namespace
}  // namespace weft::scan
