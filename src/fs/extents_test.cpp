// Where content lies, checked by reading it there: file systems made by their own tools, with files whose bytes the
// test knows. Fragmented, sparse, compressed, resident and deleted ones, and the slack behind them.
#include "fs/extents.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>

#include "base/cursor.h"
#include "base/file.h"
#include "fs/testing.h"

namespace weft::fs {
namespace {

std::string noise(size_t size, unsigned seed) {
  std::string out(size, '\0');
  std::mt19937 random(seed);
  for (char& c : out) c = char(random());
  return out;
}

std::string text(size_t size) {
  std::string out;
  for (int i = 0; out.size() < size; i++) out += fmt::format("line {} of the same words again and again\n", i);
  out.resize(size);
  return out;
}

// LZNT1 ([MS-XCA] 2.5): chunks of up to 4096 bytes; u16 header: size - 3 in 12 bits, bit 15 compressed. Inside, a flag
// byte for eight items: a literal, or a u16 whose split between distance and length moves with the position in the
// chunk.
std::string unpack_lznt1(const std::string& packed) {
  Cursor cursor(as_bytes(packed));
  std::string out;
  while (cursor.remaining() >= 2) {
    const uint16_t header = cursor.u16le();
    if (header == 0) break;
    const size_t end = cursor.position() + (header & 0xfff) + 1, start = out.size();
    if (!(header & 0x8000)) {
      out += cursor.take_text((header & 0xfff) + 1);
      continue;
    }
    while (cursor.position() < end) {
      const uint8_t flags = cursor.u8();
      for (int bit = 0; bit < 8 && cursor.position() < end; bit++) {
        if (!(flags >> bit & 1)) {
          out += char(cursor.u8());
          continue;
        }
        const uint16_t item = cursor.u16le();
        unsigned length_bits = 12;
        for (size_t at = out.size() - start - 1; at >= 16; at >>= 1) length_bits--;
        const size_t distance = (item >> length_bits) + 1u, length = (item & ((1u << length_bits) - 1)) + 3u;
        if (distance > out.size()) return "a distance leads out of the chunk";
        for (size_t i = 0; i < length; i++) out += out[out.size() - distance];
      }
    }
  }
  return out;
}

constexpr uint64_t compression_unit = 16 * 4096;  // NTFS, with clusters of 4096

// A file system in a file, walked.
class Walked {
 public:
  explicit Walked(const std::string& path) : image_(path) {
    std::vector<ProblemRow> problems;
    std::vector<VolumeRow> volumes = find_volumes(image_, Limits{}, problems);
    if (volumes.size() != 1 || !is_readable(volumes[0])) throw Error("not one file system", path);
    volume = volumes[0];
    system_ = open(image_, volume, Limits{});
    NoWatch watch;
    system_->walk(1, watch, listing);
  }

  std::string bytes(uint64_t offset, uint64_t size) {
    std::vector<uint8_t> out(size);
    std::vector<Fault> faults;
    out.resize(image_.read(offset, out, faults));
    return {out.begin(), out.end()};
  }
  std::string content(const FileRow& row) {
    auto source = system_->open(row);
    std::vector<uint8_t> out(source->size());
    std::vector<Fault> faults;
    out.resize(source->read(0, out, faults));
    return {out.begin(), out.end()};
  }
  // The row of this name, deleted or not, and its extents.
  const std::pair<FileRow, std::vector<ExtentRow>>& entry(const std::string& name) const {
    for (auto& it : listing.files)
      if (it.first.path == name) return it;
    throw Error("no such entry", name);
  }
  const std::vector<ExtentRow>& extents(const std::string& name) const { return entry(name).second; }

  // The content put together from what the extents say: nothing of it from the file system's own reading.
  std::string by_extents(const std::string& name) {
    const auto& [row, extents] = entry(name);
    std::string out(row.size, '\x5a');       // what no extent covers is wrong
    std::map<uint64_t, std::string> packed;  // compressed units by where they begin
    for (const ExtentRow& extent : extents) {
      if (extent.kind == "slack") continue;
      std::string piece = extent.kind == "sparse" ? std::string(extent.size, '\0') : bytes(extent.offset, extent.size);
      if (extent.kind == "compressed") {
        packed[extent.file_offset / compression_unit * compression_unit] += piece;
        continue;
      }
      if (extent.file_offset + piece.size() > out.size()) return "an extent goes beyond the content";
      out.replace(extent.file_offset, piece.size(), piece);
    }
    for (auto& [at, piece] : packed) {
      std::string unit = unpack_lznt1(piece).substr(0, std::min(compression_unit, out.size() - at));
      out.replace(at, unit.size(), unit);
    }
    return out;
  }
  std::vector<ExtentRow> of_kind(const std::string& name, std::string_view kind) const {
    std::vector<ExtentRow> out;
    for (const ExtentRow& extent : extents(name))
      if (extent.kind == kind) out.push_back(extent);
    return out;
  }

  VolumeRow volume;
  Listing listing;

 private:
  FileSource image_;
  std::unique_ptr<FileSystem> system_;
};

// No byte of the image belongs to two live files, and slack ends with its block. Blocks begin at a multiple of aligned.
void expect_apart(const Walked& walked, uint64_t block_size, uint64_t aligned) {
  std::vector<std::pair<uint64_t, uint64_t>> taken;
  for (auto& [row, extents] : walked.listing.files) {
    if (row.state != "allocated" || row.kind == "virtual" || row.path[0] == '$') continue;
    for (const ExtentRow& extent : extents) {
      if (extent.kind == "sparse" || extent.kind == "resident") continue;
      taken.emplace_back(extent.offset, extent.offset + extent.size);
      if (extent.kind == "slack") {
        EXPECT_EQ((extent.offset + extent.size) % aligned, 0u) << row.path;
        EXPECT_LT(extent.size, block_size) << row.path;
      }
    }
  }
  std::sort(taken.begin(), taken.end());
  for (size_t i = 1; i < taken.size(); i++) EXPECT_LE(taken[i - 1].second, taken[i].first);
}

// Files that fill a file system, so that a big one finds room only in the holes that deleting every other one leaves.
struct Filled {
  static constexpr int count = 20;
  static std::string name(int i) { return fmt::format("F{:02}.BIN", i); }
  static std::string bytes(int i) { return noise(20'000, 100 + unsigned(i)); }
};

TEST(Extents, FatFragmentedDeletedAndSlack) {
  Scratch scratch;
  for (int i = 0; i < Filled::count; i++) write_file(scratch.path(Filled::name(i)), Filled::bytes(i));
  const std::string big = noise(50'000, 7);
  write_file(scratch.path("BIG.BIN"), big);
  // 480 clusters of 1 KiB; twenty files take 400 of them, the rest goes to FILL.
  run(scratch,
      "mkfs.fat -C -F 12 -s 2 -r 224 raw 500 && for i in F*.BIN; do mcopy -i raw $i ::; done && "
      "head -c $(mdir -i raw :: | grep free | tr -dc 0-9) /dev/zero > FILL && mcopy -i raw FILL :: && "
      "for i in 00 02 04 06 08; do mdel -i raw ::F$i.BIN; done && mcopy -i raw BIG.BIN ::");
  Walked walked(scratch.path("raw"));
  ASSERT_EQ(walked.volume.file_system, "fat12");
  for (const std::string& name : {Filled::name(1), Filled::name(3), Filled::name(19)}) {
    EXPECT_TRUE(walked.by_extents(name) == Filled::bytes(std::stoi(name.substr(1, 2)))) << name;
    EXPECT_EQ(walked.of_kind(name, "data").size(), 1u);
  }
  EXPECT_GT(walked.of_kind("BIG.BIN", "data").size(), 1u);
  EXPECT_TRUE(walked.by_extents("BIG.BIN") == big);
  ASSERT_EQ(walked.of_kind("BIG.BIN", "slack").size(), 1u);
  EXPECT_EQ(walked.of_kind("BIG.BIN", "slack")[0].size, 1024 - big.size() % 1024);
  expect_apart(walked, 1024, 512);

  // The last of the deleted ones was not written over: FAT lost its first letter, not its content.
  const auto& [row, extents] = walked.entry("_08.BIN");
  EXPECT_EQ(row.state, "deleted");
  EXPECT_TRUE(walked.by_extents("_08.BIN") == Filled::bytes(8));
}

void fill_ext(const Scratch& scratch, const std::string& type) {
  std::string first, second;
  for (int i = 0; i < Filled::count; i++) {
    write_file(scratch.path(Filled::name(i)), Filled::bytes(i));
    first += fmt::format("write {0} {0}\n", Filled::name(i));
    if (i % 2 == 0) second += fmt::format("rm {}\n", Filled::name(i));
  }
  write_file(scratch.path("big"), noise(100'000, 7));
  std::string holes(300'000, '\0');
  holes.replace(0, 3000, noise(3000, 8)).replace(150'000, 3000, noise(3000, 9)).replace(297'000, 3000, noise(3000, 10));
  write_file(scratch.path("holes"), holes);
  write_file(scratch.path("first"), first);
  write_file(scratch.path("second"), second + "write big big\nwrite holes holes\nrm F19.BIN\n");
  run(scratch, "PATH=$PATH:/sbin; truncate -s 2M raw && mke2fs -q -F -b 1024 -t " + type +
                   " raw && "
                   "debugfs -w -f first raw && debugfs -w -f second raw");
}

class Ext : public testing::TestWithParam<const char*> {};

TEST_P(Ext, FragmentedSparseDeletedAndSlack) {
  Scratch scratch;
  fill_ext(scratch, GetParam());
  Walked walked(scratch.path("raw"));
  ASSERT_EQ(walked.volume.file_system, GetParam());
  EXPECT_TRUE(walked.by_extents("F01.BIN") == Filled::bytes(1));
  EXPECT_GT(walked.of_kind("big", "data").size(), 1u);
  EXPECT_TRUE(walked.by_extents("big") == noise(100'000, 7));
  ASSERT_EQ(walked.of_kind("big", "slack").size(), 1u);
  EXPECT_EQ(walked.of_kind("big", "slack")[0].size, 1024 - 100'000 % 1024);

  EXPECT_TRUE(walked.by_extents("holes") == read_file(scratch.path("holes")));
  uint64_t sparse = 0;
  for (const ExtentRow& extent : walked.of_kind("holes", "sparse")) sparse += extent.size;
  EXPECT_GT(sparse, 280'000u);
  expect_apart(walked, 1024, 1024);

  const FileRow& deleted = walked.entry("F19.BIN").first;
  EXPECT_EQ(deleted.state, "deleted");
  if (std::string_view(GetParam()) == "ext2") {  // ext4 forgets where a deleted file lay
    EXPECT_TRUE(walked.by_extents("F19.BIN") == Filled::bytes(19));
  }
}
INSTANTIATE_TEST_SUITE_P(Kinds, Ext, testing::Values("ext2", "ext4"), [](const auto& it) { return it.param; });

TEST(Extents, Ext4InlineData) {
  Scratch scratch;
  const std::string small = "content in the inode", longer = text(120), large = text(5000);
  write_file(scratch.path("small"), small);
  write_file(scratch.path("longer"), longer);
  write_file(scratch.path("large"), large);
  for (const std::string features : {"inline_data", "inline_data,^64bit"}) {
    SCOPED_TRACE(features);
    run(scratch, "PATH=$PATH:/sbin; rm -f raw; truncate -s 20M raw && mke2fs -q -F -t ext4 -I 256 -O " + features +
                     " raw && for i in small longer large; do debugfs -w -R \"write $i $i\" raw; done 2>/dev/null >&2");
    Walked walked(scratch.path("raw"));
    EXPECT_TRUE(walked.by_extents("small") == small);
    ASSERT_EQ(walked.extents("small").size(), 1u);
    EXPECT_EQ(walked.extents("small")[0].kind, "resident");
    EXPECT_TRUE(walked.by_extents("longer") == longer) << walked.extents("longer").size();
    EXPECT_TRUE(walked.by_extents("large") == large);
  }
}

TEST(Extents, NtfsCompressedSparseResidentAndStreams) {
  Scratch scratch;
  const std::string mixed = text(100'000) + noise(100'000, 3) + std::string(300'000, '\0') + "the end";
  write_file(scratch.path("mixed"), mixed);
  write_file(scratch.path("small"), "resident content");
  write_file(scratch.path("noise"), noise(150'000, 4));
  run(scratch,
      "PATH=$PATH:/sbin; truncate -s 16M raw && mkntfs -F -Q -q -C -c 4096 raw && "
      "for i in mixed small noise; do ntfscp -q raw $i $i; done && ntfscp -q -N stream raw small mixed");
  Walked walked(scratch.path("raw"));
  ASSERT_EQ(walked.volume.file_system, "ntfs");

  EXPECT_TRUE(walked.content(walked.entry("mixed").first) == mixed);
  std::set<std::string> kinds;
  for (const ExtentRow& extent : walked.extents("mixed")) kinds.insert(extent.kind);
  EXPECT_TRUE(kinds.contains("compressed"));
  EXPECT_TRUE(kinds.contains("data"));    // the units of noise do not shrink
  EXPECT_TRUE(kinds.contains("sparse"));  // those of zeros have no blocks
  for (const ExtentRow& extent : walked.extents("mixed")) {
    SCOPED_TRACE(fmt::format("{} at {}", extent.kind, extent.file_offset));
    const std::string want = mixed.substr(extent.file_offset, extent.size);
    EXPECT_TRUE(extent.kind != "data" || walked.bytes(extent.offset, extent.size) == want);
    EXPECT_TRUE(extent.kind != "sparse" || want == std::string(extent.size, '\0'));
  }
  EXPECT_TRUE(walked.by_extents("mixed") == mixed);
  EXPECT_TRUE(walked.by_extents("noise") == noise(150'000, 4));
  for (const char* name : {"small", "mixed:stream"}) {
    ASSERT_EQ(walked.extents(name).size(), 1u) << name;
    EXPECT_EQ(walked.extents(name)[0].kind, "resident") << name;
    EXPECT_TRUE(walked.by_extents(name) == "resident content") << name;
  }
}

TEST(Extents, NtfsFragmented) {
  Scratch scratch;
  for (int i = 0; i < 8; i++) write_file(scratch.path(Filled::name(i)), Filled::bytes(i));
  write_file(scratch.path("grown"), noise(200'000, 5));
  // A file written between others and then again, longer: its first clusters stay, the others lie behind.
  run(scratch,
      "PATH=$PATH:/sbin; truncate -s 16M raw && mkntfs -F -Q -q -c 4096 raw && head -c 20000 grown > short && "
      "for i in F00 F01; do ntfscp -q raw $i.BIN $i.BIN; done && ntfscp -q raw short grown && "
      "for i in F02 F03 F04; do ntfscp -q raw $i.BIN $i.BIN; done && ntfscp -q raw grown grown");
  Walked walked(scratch.path("raw"));
  EXPECT_TRUE(walked.by_extents("grown") == noise(200'000, 5));
  EXPECT_GT(walked.of_kind("grown", "data").size(), 1u);
  EXPECT_TRUE(walked.by_extents("F03.BIN") == Filled::bytes(3));
  ASSERT_EQ(walked.of_kind("grown", "slack").size(), 1u);
  EXPECT_EQ(walked.of_kind("grown", "slack")[0].size, 4096 - 200'000 % 4096);
}

}  // namespace
}  // namespace weft::fs
