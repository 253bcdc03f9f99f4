// Files of compress: what is in them comes out, whole, torn, on a disk and among noise; one that compress itself wrote.
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::IsEmpty, ::testing::SizeIs, ::testing::StartsWith;

constexpr unsigned block_mode = 0x80;

class BitWriter {
 public:
  void write(unsigned code) {
    for (unsigned i = 0; i < width; ++i) put(code >> i & 1);
    codes_ = (codes_ + 1) % 8;
  }
  // Codes are written by eights.
  void change(unsigned to) {
    while (codes_ != 0) write(0);
    width = to;
  }
  std::string bytes;
  unsigned width = 9;

 private:
  void put(bool bit) {
    if (bits_ % 8 == 0) bytes += '\0';
    bytes.back() = char(uint8_t(bytes.back()) | unsigned(bit) << bits_ % 8);
    ++bits_;
  }
  size_t bits_ = 0, codes_ = 0;
};

// As compress does it; with a new table every so many codes.
std::string compressed(std::string_view text, unsigned widest = 16, unsigned mode = block_mode, size_t renewed = 0) {
  BitWriter out;
  out.bytes = "\x1f\x9d"s + char(widest | mode);
  const unsigned first_free = mode ? 257 : 256;
  std::map<std::pair<unsigned, char>, unsigned> table;
  size_t written = 0;
  unsigned known = first_free;  // to whom reads
  const auto write = [&](unsigned code) {
    if (known >= 1u << out.width && out.width < widest) out.change(out.width + 1);
    out.write(code);
    if (++written > 1 && known < 1u << widest) ++known;
  };
  unsigned code = uint8_t(text[0]);
  for (char c : text.substr(1)) {
    if (auto longer = table.find({code, c}); longer != table.end()) {
      code = longer->second;
      continue;
    }
    write(code);
    if (first_free + table.size() < 1u << widest) table.insert({{code, c}, unsigned(first_free + table.size())});
    code = uint8_t(c);
    if (renewed > 0 && written >= renewed) {
      write(256);
      out.change(9);
      table.clear(), written = 0, known = first_free;
    }
  }
  write(code);
  return out.bytes;
}

std::string noise(size_t size, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = char(uint8_t(random() >> 56));
  return out;
}

std::string letters(size_t count) {
  std::mt19937_64 random(4);
  std::string out;
  for (size_t i = 0; i < count; ++i)
    out += fmt::format("Dear number {}, write to planted.{}@example.com before {}.\n", random() % 1000, i, random());
  return out;
}
std::set<std::string> planted(size_t count) {
  std::set<std::string> out;
  for (size_t i = 0; i < count; ++i) out.insert(fmt::format("planted.{}@example.com", i));
  return out;
}
std::set<std::string> emails(const Results& results) {
  std::set<std::string> out;
  for (const Found& f : results.features)
    if (f.kind == "email" && f.layers.starts_with("-COMPRESS-")) out.insert(f.value);
  return out;
}

TEST(Compress, FilesGiveWhatIsInThem) {
  for (const size_t count : {1u, 10u, 3000u}) {
    const std::string text = letters(count);
    for (const unsigned widest : {9u, 10u, 12u, 16u})
      for (const unsigned mode : {0u, block_mode})
        for (const size_t renewed : {0u, 700u}) {
          if (mode == 0 && renewed > 0) continue;
          SCOPED_TRACE(fmt::format("{} letters, {} bits, {}, {}", count, widest, mode, renewed));
          const std::string file = compressed(text, widest, mode, renewed);
          const Results results = scan_all("in front" + file);
          EXPECT_EQ(emails(results), planted(count));
          EXPECT_THAT(results.problems, IsEmpty()) << described(results);
          ASSERT_FALSE(results.features.empty());
          EXPECT_EQ(results.features[0].offset, 8u);
          EXPECT_TRUE(as_text(unpack(as_bytes(file), results.features[0].layers, {}).bytes) == text);
        }
  }
}

// A string that is its own beginning is used before the table has it.
TEST(Compress, RunsAreRead) {
  const std::string text = std::string(70000, 'a') + " anna@example.com " + std::string(3000, '\0') + "!";
  const std::string file = compressed(text);
  EXPECT_EQ(as_text(unpack(as_bytes(file), "-COMPRESS-0", {}).bytes), text);
}

// Nothing in a file says where it ends: what follows is told from it, also where every code is in the table.
TEST(Compress, EndsWhereTheFileDoes) {
  for (const size_t count : {20u, 12000u}) {
    const std::string text = letters(count), file = compressed(text);
    for (const size_t zeros : {100u, 3000u, 100000u}) {
      const Results on_disk = scan_all(file + std::string(zeros, '\0') + noise(3000, 1));
      EXPECT_EQ(emails(on_disk), planted(count));
      EXPECT_TRUE(on_disk.problems.empty()) << zeros << " " << on_disk.problems[0].what;
    }
    for (uint64_t seed = 0; seed < 10; ++seed) {
      const std::string glued = file + noise(100000, seed);
      const std::string out(as_text(unpack(as_bytes(glued), "-COMPRESS-0", {}).bytes));
      EXPECT_THAT(text, StartsWith(out)) << seed;
      EXPECT_GT(out.size() + 1000, text.size()) << seed;
      const Results results = scan_all(glued);
      ASSERT_THAT(results.problems, SizeIs(1));
      EXPECT_THAT(results.problems[0].what, StartsWith("compress stream ends, or is damaged, after some"));
    }
  }
}

// A full table that has no two zeros takes any number of them.
TEST(Compress, ZerosInTheMiddleAreNoEnd) {
  const std::string text = letters(12000) + std::string(200, '\0') + letters(100);
  const std::string file = compressed(text, 12);
  EXPECT_TRUE(as_text(unpack(as_bytes(file), "-COMPRESS-0", {}).bytes) == text);
}

TEST(Compress, TornFilesGiveWhatTheyHold) {
  const std::string file = compressed(letters(100));
  for (size_t size = 0; size < file.size(); size += 37) {
    const Results results = scan_all(file.substr(0, size));
    EXPECT_THAT(results.problems, IsEmpty());
    if (size > 1500) {
      EXPECT_GE(emails(results).size(), 10u) << size;
    }
  }
}

TEST(Compress, LikenessesGiveNothing) {
  for (const std::string& source :
       {"\x1f\x9d\x90"s + std::string(5000, '\0'), "\x1f\x9d\x90"s + std::string(5000, '\xff'),
        "\x1f\x9d\x90"s + letters(20), "\x1f\x9d\x70"s + compressed(letters(20)).substr(3)})
    EXPECT_THROW(unpack(as_bytes(source), "-COMPRESS-0", {}), Error);
  std::string source;
  for (uint64_t seed = 0; seed < 20000; ++seed) source += "\x1f\x9d\x90"s + noise(100, seed);
  Scan scan(all_rules(), {});
  NoWatch watch;
  Results results;
  scan.page({as_bytes(source), 0, source.size(), 0}, {}, watch, results);
  EXPECT_LT(scan.decoded(), 200u);
}

TEST(Compress, FilesOfCompressAreRead) {
  const std::string folder = (std::filesystem::temp_directory_path() / "weft_compress.XXXXXX").string();
  std::string name = folder;
  check(mkdtemp(name.data()) != nullptr, "a scratch folder");
  // (What it writes in nine bits, it does not read either.) Enough for a full table that is begun anew, where the text
  // changes.
  const std::string text = letters(30000) + noise(300000, 3) + letters(30000);
  write_file(name + "/a", text);
  bool made = false;
  for (const unsigned width : {10u, 13u, 16u}) {
    if (std::system(fmt::format("compress -b {} -c '{}/a' > '{}/a.Z' 2>/dev/null", width, name, name).c_str()) != 0)
      break;
    made = true;
    const std::string file = read_file(name + "/a.Z");
    EXPECT_TRUE(as_text(unpack(as_bytes(file), "-COMPRESS-0", {}).bytes) == text) << width;
  }
  std::filesystem::remove_all(name);
  if (!made) GTEST_SKIP() << "install ncompress";
}

}  // namespace
}  // namespace weft::scan
