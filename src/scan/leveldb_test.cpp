// Tables of LevelDB: keys whole, values unpacked, wherever the table lies. A table that LevelDB made itself is read by
// the tests of the whole program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <snappy-c.h>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::AllOf, ::testing::Contains, ::testing::Each, ::testing::IsEmpty, ::testing::Not;

std::string varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += char(uint8_t(value | 0x80));
  return out + char(uint8_t(value));
}

std::string block(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string out, before;
  for (const auto& [key, value] : entries) {
    size_t shared = 0;
    while (shared < std::min(key.size(), before.size()) && key[shared] == before[shared]) ++shared;
    out += varint(shared) + varint(key.size() - shared) + varint(value.size()) + key.substr(shared) + value;
    before = key;
  }
  return out + std::string("\0\0\0\0\1\0\0\0", 8);
}

// Adds the block and gives its handle.
std::string add(std::string& table, const std::string& block, bool packed) {
  std::string bytes = block;
  if (packed) {
    size_t size = snappy_max_compressed_length(block.size());
    bytes.resize(size);
    EXPECT_EQ(snappy_compress(block.data(), block.size(), bytes.data(), &size), SNAPPY_OK);
    bytes.resize(size);
  }
  const std::string handle = varint(table.size()) + varint(bytes.size());
  table += bytes + char(packed) + "sum.";
  return handle;
}

// The table, from its blocks and the handles of the metaindex and the index among them.
std::string with_footer(const std::string& blocks, const std::string& metaindex, const std::string& index) {
  std::string footer = metaindex + index;
  footer.resize(40);
  return blocks + footer + "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
}

// Every address that is found, in whatever layer.
std::vector<std::string> emails(const std::string& source) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(source).features)
    if (one.kind == "email") out.push_back(one.value);
  return out;
}

const std::string end_of_key("\1\0\0\0\0\0\0\0", 8);

std::string table(bool packed) {
  std::string out, meta;
  const std::string words = "we meet at the usual place and talk of the usual things ";
  const auto first =
      add(out,
          block({{"_https://chat.example.org\1anna@exam" + end_of_key, words + words + "anna@example.com"},
                 {"_https://chat.example.org\1anna@example.net" + end_of_key, words + "bert@example.com " + words}}),
          packed);
  const auto second = add(out, block({{"z" + end_of_key, "bert@example.com carl@example.com"}}), packed);
  const auto metaindex = add(out, block({}), packed);
  const auto index = add(out, block({{"_z" + end_of_key, first}, {"zz" + end_of_key, second}}), packed);
  return with_footer(out, metaindex, index);
}

std::vector<std::string> found(const std::string& source) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(source).features) {
    if (one.kind != "email") continue;
    EXPECT_THAT(one.layers, ::testing::StartsWith("-LEVELDB"));
    const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
    EXPECT_LT(layer.offset, layer.bytes.size());
    out.push_back(one.value);
  }
  return out;
}

TEST(LevelDb, KeysAndValuesAreRead) {
  for (const bool packed : {false, true})
    for (const std::string& before : {std::string(), std::string(100'000, '\1')})
      EXPECT_THAT(found(before + table(packed) + "more"),
                  ::testing::UnorderedElementsAre("anna@example.com", "anna@example.net", "bert@example.com",
                                                  "bert@example.com", "carl@example.com"))
          << packed;
}

// Others use the format without numbers behind their keys; and what lies between blocks is no block's.
TEST(LevelDb, NothingIsLost) {
  std::string out;
  const auto first = add(out, block({{"mailto:key.person@example.com", "value"}}), true);
  out += " anna@example.com ";
  const auto second = add(out, block({{"z", "bert@example.com"}}), true);
  const auto metaindex = add(out, block({}), true);
  const auto index = add(out, block({{"m", first}, {"zz", second}}), true);
  const auto values = emails(with_footer(out, metaindex, index));
  EXPECT_THAT(values,
              ::testing::UnorderedElementsAre("key.person@example.com", "anna@example.com", "bert@example.com"));
}

TEST(LevelDb, ATableInAValueHidesNothing) {
  std::string out;
  const std::string words = "we meet at the usual place and talk of the usual things ";
  const auto first = add(
      out, block({{"a" + end_of_key, words + words + "carl@example.com"}, {"b" + end_of_key, table(false)}}), false);
  const auto second = add(out, block({{"z" + end_of_key, words + words + "dora@example.com"}}), true);
  const auto metaindex = add(out, block({}), true);
  const auto index = add(out, block({{"m", first}, {"zz", second}}), true);
  const auto values = emails(with_footer(out, metaindex, index));
  EXPECT_THAT(values, Contains("dora@example.com"));
  EXPECT_THAT(values, Contains("carl@example.com"));
}

TEST(LevelDb, WhatIsDamagedIsSaid) {
  std::string source = table(true);
  source[3] = source[4] = char(0xff);
  const Results results = scan_all(source);
  ASSERT_EQ(results.problems.size(), 1u);
  EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("damaged"));
  std::vector<std::string> values;
  for (const Found& one : results.features) values.push_back(one.value);
  EXPECT_THAT(values, Contains("carl@example.com"));
}

std::string piece(const std::string& text) {
  size_t size = snappy_max_compressed_length(text.size());
  std::string packed(size, '\0');
  EXPECT_EQ(snappy_compress(text.data(), text.size(), packed.data(), &size), SNAPPY_OK);
  return std::string(1, '\0') + char(uint8_t(size)) + char(uint8_t(size >> 8)) + '\0' + packed.substr(0, size);
}

// As a member of a zip file that is not packed once more.
TEST(Iwa, PiecesAreRead) {
  std::string words;
  for (int i = 0; i < 40; ++i) words += "we meet at the usual place, mail ";
  const std::string source =
      "PK Index/Document.iwa" + piece(words + "anna@exam") + piece("ple.com " + words) + "PK\1\2";
  std::vector<std::string> values;
  const Results results = scan_all(source);
  for (const Found& one : results.features)
    if (one.kind == "email") {
      values.push_back(one.value);
      EXPECT_EQ(unpack(as_bytes(source).subspan(one.offset), one.layers, {}).bytes.size(), 2 * words.size() + 17);
    }
  EXPECT_THAT(values, ::testing::ElementsAre("anna@example.com"));
  EXPECT_TRUE(results.problems.empty());
}

TEST(Iwa, WhatIsDamagedOrCutShortIsSaid) {
  const std::string first = "PK Index/Document.iwa" + piece("mail anna@example.com or "),
                    second = piece("bert@example.com and so on"), third = piece("carl@example.com"), end = "PK\1\2";
  std::string damaged = second;
  damaged[4] = '\x7f';  // it would unpack to more
  const std::string begins_otherwise = "\1" + second.substr(1);
  for (const auto& [source, values] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {first + damaged + third + end, {"anna@example.com", "carl@example.com"}},
           {first + damaged + damaged + third + end, {"anna@example.com"}},
           {first + second + third.substr(0, third.size() - 1), {"anna@example.com", "bert@example.com"}},
           {first + second + third.substr(0, 3), {"anna@example.com", "bert@example.com"}},
           {first + begins_otherwise + third + end, {"anna@example.com", "carl@example.com"}},
           {first + "\xff\xff\xff\xff" + third + end, {"anna@example.com"}}}) {
    const Results results = scan_all(source);
    std::vector<std::string> read;
    for (const Found& one : results.features)
      if (one.layers.starts_with("-IWA")) {
        if (one.kind == "email") read.push_back(one.value);
        const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
        EXPECT_LT(layer.offset, layer.bytes.size());
      }
    EXPECT_EQ(read, values);
    ASSERT_EQ(results.problems.size(), 1u);
    EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("damaged"));
  }
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) out += char(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

// Any bytes unpack to something.
TEST(CompressedRtf, IsNotWhatOnlySpeaksOfIt) {
  std::string source = "#define MAGIC 'LZFu'\n";
  for (int i = 0; i < 2000; ++i) source += "user" + std::to_string(i * 7) + "@example.com\n";
  const Results results = scan_all(source);
  EXPECT_TRUE(results.problems.empty());
  for (const Found& one : results.features) EXPECT_EQ(one.layers, "");
}

// [MS-OXRTFCP] 4.1.1 and 4.1.2.
TEST(CompressedRtf, IsRead) {
  const auto unpacked = [](const std::string& packed) {
    return std::string(as_text(unpack(as_bytes(packed), "-LZFU-0", {}).bytes));
  };
  EXPECT_EQ(unpacked(from_hex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c09002062"
                              "7705b06c647d0a800fa0")),
            "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  EXPECT_EQ(unpacked(from_hex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")),
            "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
}

}  // namespace
}  // namespace weft::scan
