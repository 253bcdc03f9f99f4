// Values stored behind their length, in records where the next field's first byte may be a letter or digit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre, ::testing::IsEmpty;

std::vector<std::string> found(const std::string& source) {
  std::vector<std::string> out;
  for (const Found& one : scan_all("\0\1\xff"s + source + "\0\2\3\xfe"s).features)
    out.push_back(std::string(one.kind) + " " + one.value);
  return out;
}

// A string of Protocol Buffers, in a field of that number.
std::string field(int number, const std::string& text) {
  return std::string{char(number << 3 | 2), char(text.size())} + text;
}

TEST(Counted, EndsWhereItsLengthSays) {
  // Field 6 begins with "2" or "0", field 9 with "J".
  for (const std::string& behind : {"2\3abc"s, "0\7"s, "J\3abc"s, "\x80"s}) {
    EXPECT_THAT(found(field(4, "+4915112345678") + behind), ElementsAre("phone +4915112345678"));
    EXPECT_THAT(found(field(4, "+49 151 12345678") + behind), ElementsAre("phone +4915112345678"));
    EXPECT_THAT(found(field(3, "203.0.113.7") + behind), ElementsAre("ipv4 203.0.113.7"));
    EXPECT_THAT(found(field(4, "4012888888881881") + behind), ElementsAre("card 401288******1881"));
    EXPECT_THAT(found(field(4, "DE89370400440532013000") + behind), ElementsAre("iban DE89370400440532013000"));
  }
}

TEST(Counted, OfCborMayHaveALetterInFront) {
  EXPECT_THAT(found("\xa1\x65phone\x6e+4915112345678\x61x"), ElementsAre("phone +4915112345678"));
  EXPECT_THAT(found("phone\x6d+4915112345678"), IsEmpty());
}

TEST(Counted, WithoutALengthTakesAllThatIsThere) {
  EXPECT_THAT(found("\x0d+4915112345678"), ElementsAre("phone +4915112345678"));
  EXPECT_THAT(found("\"203.0.113.72\""), ElementsAre("ipv4 203.0.113.72"));
  EXPECT_THAT(found("\x10"
                    "203.0.113.72"),
              ElementsAre("ipv4 203.0.113.72"));
}

}  // namespace
}  // namespace weft::scan
