// Pages of ESE databases: values that touch are seen by themselves, and compressed ones are unpacked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "scan/ese_page.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre, ::testing::UnorderedElementsAre;

std::string number(uint64_t value, size_t size) {
  std::string out;
  for (size_t i = 0; i < size; ++i) out += char(uint8_t(value >> (8 * i)));
  return out;
}

std::string wide(const std::string& text) {
  std::string out;
  for (const char c : text) out += {c, '\0'};
  return out;
}

struct Tagged {
  std::string value;
  uint8_t flags = 1;
};

// A record as ESE writes it: one column of a fixed size, those of variable ones, and the tagged.
std::string record(const std::vector<std::string>& variable, const std::vector<Tagged>& tagged, bool large) {
  std::string ends, values, places, data;
  for (const std::string& one : variable) ends += number((values += one).size(), 2);
  for (const Tagged& one : tagged) {
    places += number(256 + places.size() / 4, 2) + number((4 * tagged.size() + data.size()) | (large ? 0 : 0x4000), 2);
    data += char(one.flags) + one.value;
  }
  return "\1"s + char(127 + variable.size()) + "\x09\0\7\0\0\0\0"s + ends + values + places + data;
}

// A page of a table, or of long values, with a line for each.
std::string page(size_t size, const std::vector<std::string>& lines, uint32_t flags = 0x12802) {
  const bool large = size > 8192;
  std::string data = number(0, 2), tags = number(2, 2) + number(0, 2);
  for (const std::string& one : lines) {
    // Every other one has a part of its key in the first line.
    const bool shares = tags.size() % 8 == 0;
    std::string line = (shares ? "\1\0"s : "") + "\4\0key."s + one;
    if (large && shares) line[1] = char(4 << 5);
    tags = number(line.size(), 2) + number(data.size() | (!large && shares ? 4 << 13 : 0), 2) + tags;
    data += line;
  }
  const size_t head = large ? 80 : 40, free = size - head - data.size() - tags.size();
  std::string out(28, '\7');
  out += number(free, 2) + number(0, 2) + number(data.size(), 2) + number(lines.size() + 1, 2) + number(flags, 4);
  out.resize(head, '\0');
  return out + data + std::string(free, '\0') + tags;
}

std::string seven_bits(const std::string& text, uint8_t method) {
  std::string out(1 + (7 * text.size() + 7) / 8, '\0');
  out[0] = char(method << 3 | (7 * text.size() + 7) % 8);
  for (size_t bit = 0; bit < 7 * text.size(); ++bit)
    if (text[bit / 7] >> bit % 7 & 1) out[1 + bit / 8] = char(out[1 + bit / 8] | 1 << bit % 8);
  return out;
}

// A text of 19 bytes, eleven times, as [MS-XCA] 2.4 packs it.
std::string repeated(const std::string& text) {
  EXPECT_EQ(text.size(), 19u);
  const size_t size = 11 * text.size(), length = size - text.size();
  return "\x18"s + number(size, 2) + number(0x1fff, 4) + text + number((text.size() - 1) << 3 | 7, 2) + "\x0f" +
         char(length - 3 - 7 - 15);
}

std::vector<std::string> values(const std::string& bytes, std::string_view kind, bool in_layers = false) {
  std::vector<std::string> out;
  for (const Found& found : scan_all(bytes).features)
    if (found.kind == kind && found.layers.empty() != in_layers) out.push_back(found.value);
  return out;
}

const std::string other = record({"x"}, {{wide("nothing")}}, false);

TEST(EsePages, ValuesThatTouch) {
  for (const size_t size : {4 * KiB, 8 * KiB, 16 * KiB, 32 * KiB}) {
    const bool large = size > 8 * KiB;
    const std::string bytes =
        std::string(1024, '\0') +
        page(size,
             {record({"anna@velten-law.de", "203.0.113.77", "Velten"},
                     {{wide("bert@velten-law.de")}, {wide("carl@velten-law.de")}, {wide("Carl Velten")}}, large),
              record({}, {{wide("http://www.velten-law.de/x")}, {wide("198.51.100.7")}, {"dora@velten-law.de"}}, large),
              record({"x"}, {{wide("erna@velten-law.de")}, {wide("end")}}, large)});
    EXPECT_THAT(values(bytes, "email"),
                UnorderedElementsAre("anna@velten-law.de", "bert@velten-law.de", "carl@velten-law.de",
                                     "dora@velten-law.de", "erna@velten-law.de"))
        << size;
    EXPECT_THAT(values(bytes, "ipv4"), UnorderedElementsAre("203.0.113.77", "198.51.100.7")) << size;
    EXPECT_THAT(values(bytes, "url"), ElementsAre("http://www.velten-law.de/x")) << size;
    for (const Found& found : scan_all(bytes).features) {
      if (!found.value.starts_with("carl@")) continue;
      EXPECT_EQ(found.offset, bytes.find("c\0a\0r\0l\0@"s));
    }
  }
}

TEST(EsePages, ManyValuesOfAColumn) {
  const std::string first = wide("anna@velten-law.de"), second = wide("bert@velten-law.de"), third = wide("end");
  const Tagged two{char(first.size()) + first + second, 0x19};
  const Tagged three{
      number(6, 2) + number(6 + first.size(), 2) + number(6 + first.size() + second.size(), 2) + first + second + third,
      0x09};
  for (const Tagged& tagged : {two, three})
    EXPECT_THAT(values(page(4096, {record({}, {tagged}, false), other}), "email"),
                UnorderedElementsAre("anna@velten-law.de", "bert@velten-law.de"));
}

TEST(EsePages, ValuesThatWindowsWrote) {
  const std::string database = evidence("windows/ese/SystemIdentity.mdb");
  if (database.empty()) GTEST_SKIP() << "no evidence";
  std::vector<std::string> texts;
  EsePage page;
  for (size_t at = 0; at + 4096 <= database.size(); at += 4096)
    if (read_ese_page(database, at, page))
      for (const EseValue& value : page.values) texts.push_back(database.substr(value.begin, value.end - value.begin));
  for (const std::string text : {"Active Directory Certificate Services", "FAX Server", "BranchCache", "ual.lab"})
    EXPECT_EQ(std::count_if(texts.begin(), texts.end(),
                            [&](const std::string& one) { return one.starts_with(wide(text) + "\0\0"s); }),
              1)
        << text;
}

TEST(EsePages, CompressedValues) {
  const std::string unpacked_link = "\x13\xec\xb4\x7b\x0d";  // "link", from a database of Windows Search
  ASSERT_EQ(seven_bits("link", 2), unpacked_link);
  const std::string bytes =
      std::string(512, '\0') +
      page(
          8192,
          {record({}, {{seven_bits("anna@velten-law.de", 1), 3}, {seven_bits("http://velten-law.de/x", 2), 3}}, false),
           other,
           record({},
                  {{repeated("carl@velten-law.de "), 3},
                   {number(4, 2) + number(4 + 17, 2) + seven_bits("dora@velten-law.de", 2) + wide("erna@velten-law.de"),
                    0x0b}},
                  false)});
  EXPECT_THAT(values(bytes, "url", true), ElementsAre("http://velten-law.de/x"));
  // The first of those that repeat stands as it is.
  EXPECT_THAT(values(bytes, "email"), ElementsAre("carl@velten-law.de", "erna@velten-law.de"));
  std::vector<std::string> emails = values(bytes, "email", true);
  EXPECT_EQ(std::count(emails.begin(), emails.end(), "carl@velten-law.de"), 11);
  std::erase(emails, "carl@velten-law.de");
  EXPECT_THAT(emails, ElementsAre("anna@velten-law.de", "dora@velten-law.de"));
  // What is found is found again by its address.
  for (const Found& found : scan_all(bytes).features) {
    if (found.value != "http://velten-law.de/x") continue;
    EXPECT_EQ(found.offset, 512u);
    const Layer layer = unpack(as_bytes(bytes).subspan(found.offset), found.layers, {});
    EXPECT_TRUE(as_text(layer.bytes).substr(layer.offset).starts_with(wide(found.value)));
  }
}

TEST(EsePages, CompressedPiecesOfLongValues) {
  const std::string piece = repeated("anna@velten-law.de "), plain = wide("bert@velten-law.de");
  const std::string bytes = page(4096, {piece, plain, "\x18\x01\x02 no such thing"s}, 0x12882);
  EXPECT_EQ(values(bytes, "email", true).size(), 11u);
  EXPECT_THAT(values(bytes, "email"), ElementsAre("anna@velten-law.de", "bert@velten-law.de"));
}

TEST(EsePages, DamagedOnesHideNothing) {
  const std::string whole =
      page(4096, {record({"anna@velten-law.de", "x"}, {{wide("bert@velten-law.de")}, {wide("end")}}, false), other});
  EsePage out;
  EXPECT_TRUE(read_ese_page(whole, 0, out));
  EXPECT_FALSE(read_ese_page(whole.substr(0, 4095), 0, out));
  // In a value that seems to be UTF-16.
  const std::string mixed = wide("a text that goes on and on and on and on") + " carl@velten-law.de ";
  EXPECT_THAT(values(page(4096, {record({}, {{mixed}}, false), other}), "email"), ElementsAre("carl@velten-law.de"));
  // Where nothing is said to lie.
  std::string free = whole;
  free.replace(2000, 20, " dora@velten-law.de ");
  EXPECT_THAT(values(free, "email"),
              UnorderedElementsAre("anna@velten-law.de", "bert@velten-law.de", "dora@velten-law.de"));
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = whole;
    for (int flips = 0; flips < 4; ++flips) {
      const size_t at = random() % 300;
      bytes[at < 200 ? 28 + at : 4096 - 300 + at] = char(uint8_t(random() >> 56));
    }
    scan_all(bytes);
  }
}

}  // namespace
}  // namespace weft::scan
