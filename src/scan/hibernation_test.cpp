// Memory as Windows 8 and later hibernate it: sets of pages that wimlib packed (wimcapture, a packer of its own), put
// into the sets' form, whole, cut, overwritten, among other bytes.
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "base/cursor.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr, ::testing::IsEmpty;

constexpr size_t page = 4096, set_pages = 16;

enum Packing : uint32_t { plain = 1, huffman = 2 };

// A set whose pages lie in two stretches of memory.
std::string set_of(const std::string& packed, size_t pages, uint64_t first_page, Packing packing) {
  const size_t half = pages > 1 ? pages / 2 : 0;
  std::string out = little((half > 0 ? 2 : 1) | packed.size() << 8 | uint64_t(packing) << 30, 4) +
                    little(first_page << 4 | (pages - half - 1), 8);
  if (half > 0) out += little((first_page + 1000) << 4 | (half - 1), 8);
  return out + packed;
}

// Pages with an address each, words, and zeros between, as memory has them.
std::string memory(size_t pages) {
  std::mt19937 random(7);
  std::string out;
  for (size_t number = 0; out.size() < pages * page; ++number) {
    std::string text = fmt::format("planted.{}@example.com ", number);
    for (int i = 0; i < 300; ++i) {
      for (size_t letters = random() % 7 + 2; letters > 0; --letters) text += char('a' + random() % 26);
      text += ' ';
    }
    text.resize(page);
    out += text;
  }
  return out;
}

// The pieces of 64 KiB that wimlib packs a file's bytes to, by LZ77 under Huffman codes.
std::vector<std::string> packed_by_wimlib(const std::string& bytes) {
  std::string name = (std::filesystem::temp_directory_path() / "weft_hiber.XXXXXX").string();
  check(mkdtemp(name.data()) != nullptr, "a scratch folder");
  std::filesystem::create_directory(name + "/in");
  write_file(name + "/in/memory", bytes);
  const std::string command = fmt::format(
      "wimcapture {0}/in {0}/out.wim --compress=XPRESS --chunk-size={1} >/dev/null 2>&1", name, set_pages * page);
  const bool made = std::system(command.c_str()) == 0;
  const std::string wim = made ? read_file(name + "/out.wim") : std::string();
  std::filesystem::remove_all(name);
  if (!made) return {};
  // The head says where the table of resources is; of these, the one of our size: where its pieces end, but for the
  // last, then the pieces.
  Cursor in(as_bytes(wim));
  in.seek(48);
  const size_t table_size = in.u64le() & 0xffffffffffffff;
  const size_t table = in.u64le();
  for (size_t at = table; at < table + table_size; at += 50) {
    in.seek(at);
    const size_t size = in.u64le() & 0xffffffffffffff;
    const size_t begin = in.u64le();
    if (in.u64le() != bytes.size()) continue;
    const size_t pieces = bytes.size() / (set_pages * page), first = begin + (pieces - 1) * 4;
    in.seek(begin);
    std::vector<size_t> borders = {first};
    while (borders.size() < pieces) borders.push_back(first + in.u32le());
    borders.push_back(begin + size);
    std::vector<std::string> out;
    for (size_t i = 0; i < pieces; ++i) out.push_back(wim.substr(borders[i], borders[i + 1] - borders[i]));
    return out;
  }
  return {};
}

std::set<std::string> planted(const Results& results) {
  std::set<std::string> out;
  for (const Found& f : results.features)
    if (f.kind == "email" && f.layers.starts_with("-HIBER-")) out.insert(f.value);
  return out;
}

TEST(Hibernation, SetsOfPagesAreReadWhereverTheyBegin) {
  constexpr size_t sets = 5;
  const std::string bytes = memory(sets * set_pages);
  const std::vector<std::string> packed = packed_by_wimlib(bytes);
  if (packed.empty()) GTEST_SKIP() << "wimcapture could not be run: install wimtools";
  ASSERT_EQ(packed.size(), sets);
  std::string file(4099, '\xee');
  std::vector<size_t> begins;
  for (size_t i = 0; i < sets; ++i) {
    ASSERT_LT(packed[i].size(), set_pages * page);
    begins.push_back(file.size());
    file += set_of(packed[i], set_pages, 4711 + 100 * i, huffman);
  }
  file += "behind them";
  const Results results = scan_all(file);
  EXPECT_EQ(planted(results).size(), sets * set_pages);
  EXPECT_THAT(results.problems, IsEmpty());
  for (const Found& f : results.features) {
    if (f.kind != "email") continue;
    EXPECT_THAT(begins, ::testing::Contains(f.offset));
    const Layer layer = unpack(as_bytes(file).subspan(f.offset), f.layers, {});
    EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, f.value.size()), f.value);
  }
  // A page of the scan may begin within a set.
  EXPECT_EQ(planted(scan_page(file, begins[1] + 100, file.size())).size(), (sets - 2) * set_pages);
  // The end of the file missing: what there is comes out, and the rest is told.
  const Results cut = scan_all(file.substr(0, begins[4] + packed[4].size() / 2));
  EXPECT_GT(planted(cut).size(), 4 * set_pages + 4);
  ASSERT_EQ(cut.problems.size(), 1u);
  EXPECT_THAT(cut.problems[0].what, HasSubstr("set of pages of hiberfil.sys is cut short"));
  // Overwritten in the middle, where matches lead out of what there is: the sets behind are found.
  std::string damaged = file;
  damaged.replace(begins[1] + 3000, 40'000 < packed[1].size() - 3000 ? 40'000 : packed[1].size() - 3000,
                  std::string(packed[1].size() - 3000, '\xff'));
  EXPECT_GE(planted(scan_all(damaged)).size(), 4 * set_pages);
}

TEST(Hibernation, PagesWithoutCodesAreRead) {
  // Plain LZ77: bytes as they stand, 32 behind each word of flags, then a zero repeated to the end of the page.
  std::string text = "now anna@example.com is in memory";
  text.resize(64);
  const std::string packed = little(0, 4) + text.substr(0, 32) + "\xff\xff\xff\x3f"s + text[32] + '\0' + little(7, 2) +
                             '\x0f' + '\xff' + little(page - 34 - 3, 2);
  const Results results = scan_all("before " + set_of(packed, 1, 12345, plain) + std::string(64, 'x'));
  EXPECT_EQ(planted(results), (std::set<std::string>{"anna@example.com"}));
  EXPECT_THAT(results.problems, IsEmpty());
}

// Heads of sets before bytes that are none: not a word of it.
TEST(Hibernation, LikenessesAreNone) {
  std::string bytes;
  for (size_t i = 0; i < 500; ++i)
    for (Packing packing : {plain, huffman})
      bytes += set_of("write to bert@example.org number " + std::to_string(i), 2, i, packing);
  const Results results = scan_all(bytes);
  EXPECT_THAT(planted(results), IsEmpty());
  EXPECT_THAT(results.problems, IsEmpty());
}

}  // namespace
}  // namespace weft::scan
