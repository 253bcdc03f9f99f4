// UTF-32 in both orders, wherever it lies; tables of numbers are none.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::IsEmpty, ::testing::SizeIs;

std::string utf32(std::u32string_view text, bool big_endian = false) {
  std::string out;
  for (char32_t c : text)
    for (unsigned i = 0; i < 4; ++i) out += char(uint8_t(c >> 8 * (big_endian ? 3 - i : i)));
  return out;
}

TEST(Utf32, TextIsFoundWhereverItLies) {
  for (const bool big_endian : {false, true})
    for (size_t pad = 0; pad < 64; pad += 4)
      for (const char around : {'\0', '\1', '\xff', 'a'}) {
        const std::string source =
            std::string(pad, around) + utf32(U"a.b@cd.de", big_endian) + std::string(pad, around);
        const Results results = scan_all(source);
        ASSERT_THAT(results.features, SizeIs(1)) << pad << " " << int(around) << described(results);
        EXPECT_EQ(results.features[0].value, "a.b@cd.de");
        EXPECT_EQ(results.features[0].offset, pad);
        EXPECT_EQ(results.features[0].layers, "-UTF32-0");
        EXPECT_EQ(as_text(unpack(as_bytes(source).subspan(pad), "-UTF32-0", {}).bytes), "a.b@cd.de");
      }
}

// Also what begins with letters by which it was not found.
TEST(Utf32, OtherLettersArePartOfIt) {
  for (const bool big_endian : {false, true})
    for (size_t pad = 0; pad < 48; pad += 4) {
      const std::string run =
          utf32(U"\u0436\u00fcr anna@example.com \u201egut\u201c: jos\u00e9@m\u00fcller.de", big_endian);
      const std::string source = std::string(pad, '\0') + run + std::string(16, '\0');
      const Results results = scan_all(source);
      ASSERT_THAT(results.features, SizeIs(2)) << described(results);
      EXPECT_EQ(results.features[0].value, "anna@example.com");
      EXPECT_EQ(results.features[1].value, "jos\u00e9@m\u00fcller.de");
      for (const Found& found : results.features) {
        EXPECT_EQ(found.offset, pad);
        const Layer layer = unpack(as_bytes(source).subspan(pad), found.layers, {});
        EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, found.value.size()), found.value);
      }
    }
}

// A letter whose lowest byte is zero looks like the other order's.
TEST(Utf32, ARunMayBeginWithALetterThatEndsInZeros) {
  for (const bool big_endian : {false, true})
    for (const char32_t first : {U'\u0100', U'\u0400', U'\u2000'}) {
      const std::string run = utf32(std::u32string(1, first) + U"boli\u0146a adrese: anna@example.com", big_endian);
      const Results results = scan_all(std::string(20, '\xff') + run + std::string(16, '\xff'));
      ASSERT_THAT(results.features, SizeIs(1)) << described(results);
      const Layer layer = unpack(as_bytes(run), results.features[0].layers, {});
      EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, 16), "anna@example.com");
    }
}

TEST(Utf32, RunsBelongToThePageTheyBeginIn) {
  const std::string source =
      std::string(100, '\0') + utf32(U"write to anna@example.com today") + std::string(100, '\0');
  for (size_t seam = 4; seam < source.size(); seam += 4) {
    const Results first = scan_page(source, 0, seam), second = scan_page(source, seam, source.size());
    EXPECT_EQ(first.features.size(), seam > 100 ? 1u : 0u) << seam;
    EXPECT_EQ(first.features.size() + second.features.size(), 1u) << seam;
  }
}

TEST(Utf32, TablesOfNumbersAreNone) {
  std::u32string small, all;
  for (char32_t i = 0; i < 4000; ++i) small += U" !#%&()*+-./:"[i % 13], all += i % 128;
  std::u32string sectors, places;
  for (char32_t i = 0; i < 100; ++i) sectors += U'0' + i % 70, places += 257 + i * 8 % 1000, places += U'a' + i % 20;
  for (const std::u32string& numbers : {small, all, sectors, places, std::u32string(100, U'='), U"a@b.de"s})
    EXPECT_THROW(unpack(as_bytes(utf32(numbers)), "-UTF32-0", {}), Error);
  EXPECT_THAT(scan_all(utf32(U"a@b.de")).features, IsEmpty());
}

}  // namespace
}  // namespace weft::scan
