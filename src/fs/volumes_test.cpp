// Partition schemes made by sfdisk, and what blkid's test images hold.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fs/testing.h"

namespace weft::fs {
namespace {

std::vector<VolumeRow> find_in(const std::string& path, std::vector<ProblemRow>& problems) {
  FileSource image(path);
  return find_volumes(image, Limits{}, problems);
}

std::vector<VolumeRow> allocated(const std::vector<VolumeRow>& rows) {
  std::vector<VolumeRow> out;
  for (const VolumeRow& row : rows)
    if (row.allocated) out.push_back(row);
  return out;
}

bool has_sfdisk() {
  return std::system("PATH=$PATH:/sbin:/usr/sbin sfdisk --version >/dev/null 2>&1") == 0;
}

TEST(Volumes, MbrWithLogicalOnesAndFileSystems) {
  if (!has_sfdisk()) GTEST_SKIP() << "NO SFDISK: install the package fdisk";
  Scratch scratch;
  run(scratch,
      "truncate -s 24M raw && printf '2048,8192,6\\n10240,,5\\n\\n\\n12288,8192,83\\n22528,8192,83\\n' | "
      "sfdisk -q raw && mkfs.fat -F 16 -s 1 -f 1 -i 1234abcd -n LABEL16 --offset 2048 raw 4096 && "
      "mkfs.ext4 -q -F -L linux -U 11111111-2222-3333-4444-555555555555 -E offset=6291456 raw 4M");
  std::vector<ProblemRow> problems;
  std::vector<VolumeRow> rows = find_in(scratch.path("raw"), problems), parts = allocated(rows);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_GT(rows.size(), parts.size());  // and the stretches between
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].volume, i + 1);
  EXPECT_EQ(parts[0].scheme, "mbr");
  EXPECT_EQ(parts[0].offset, 2048u * 512);
  EXPECT_EQ(parts[0].size, 8192u * 512);
  EXPECT_EQ(parts[0].file_system, "fat16");
  EXPECT_EQ(parts[0].label, "LABEL16");
  EXPECT_EQ(parts[0].serial, "1234abcd");
  EXPECT_EQ(parts[1].offset, 12288u * 512);
  EXPECT_EQ(parts[1].file_system, "ext4");
  EXPECT_EQ(parts[1].label, "linux");
  EXPECT_EQ(parts[1].serial, "11111111222233334444555555555555");
  EXPECT_EQ(parts[2].offset, 22528u * 512);
  EXPECT_EQ(parts[2].file_system, "");
  EXPECT_TRUE(problems.empty());
}

TEST(Volumes, GptAndItsBackup) {
  if (!has_sfdisk()) GTEST_SKIP() << "NO SFDISK: install the package fdisk";
  Scratch scratch;
  run(scratch,
      "truncate -s 16M raw && printf 'label: gpt\\nstart=2048,size=8192,name=first\\nstart=10240,size=8192\\n' | "
      "sfdisk -q raw && mkfs.ext2 -q -F -E offset=1048576 raw 4M && cp raw damaged && "
      "dd if=/dev/zero of=damaged bs=512 seek=1 count=33 conv=notrunc");
  std::vector<ProblemRow> problems;
  std::vector<VolumeRow> parts = allocated(find_in(scratch.path("raw"), problems));
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].scheme, "gpt");
  EXPECT_EQ(parts[0].slot, std::optional<uint64_t>(0));
  EXPECT_EQ(parts[0].description, "first");
  EXPECT_EQ(parts[0].file_system, "ext2");
  EXPECT_TRUE(problems.empty());
  parts = allocated(find_in(scratch.path("damaged"), problems));
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].scheme, "gpt");
  EXPECT_EQ(parts[0].file_system, "ext2");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].what_happened.find("backup"), std::string::npos);
}

// The table that is believed is the one whose checksums are right.
TEST(Volumes, ChecksumsOfGpt) {
  if (!has_sfdisk()) GTEST_SKIP() << "NO SFDISK: install the package fdisk";
  constexpr const char* entry = "dd if=/dev/zero of=raw bs=128 count=1 conv=notrunc seek=";
  struct {
    std::string alter, told;
    size_t parts;
  } const cases[] = {
      {fmt::format("{}9", entry), "checksum of its entries is wrong); partitions are those of the backup table", 2},
      {"printf x | dd of=raw bs=1 seek=584 conv=notrunc",
       "no header with a right checksum); partitions are those of the backup", 2},
      {fmt::format("{}9; truncate -s 17M raw", entry), "partitions are those of the backup table", 2},
      {fmt::format("{}9; {}130941", entry, entry), "no backup with right checksums is there", 1},
      {fmt::format("{}9; truncate -s 15M raw", entry), "no backup with right checksums is there", 1},
      {fmt::format("{}130941", entry), "", 2},
  };
  for (const auto& [alter, told, parts] : cases) {
    Scratch scratch;
    run(scratch,
        "truncate -s 16M raw && printf 'label: gpt\\nstart=2048,size=8192\\nstart=10240,size=8192\\n' | sfdisk -q raw "
        "&& "
        "mkfs.ext2 -q -F -E offset=1048576 raw 4M; " +
            alter);
    std::vector<ProblemRow> problems;
    EXPECT_EQ(allocated(find_in(scratch.path("raw"), problems)).size(), parts) << alter;
    ASSERT_EQ(problems.size(), told.empty() ? 0u : 1u) << alter;
    if (told.empty()) continue;
    EXPECT_NE(problems[0].what_happened.find(told), std::string::npos) << alter << problems[0].what_happened;
    EXPECT_EQ(problems[0].offset, std::optional<uint64_t>(512));
  }
}

// 3 logical partitions; the tables of their chain lie in the sectors 10240, 18432 and 26624.
TEST(Volumes, ChainOfLogicalPartitionsThatBreaksIsAProblem) {
  if (!has_sfdisk()) GTEST_SKIP() << "NO SFDISK: install the package fdisk";
  constexpr const char* poke = "printf '{}' | dd of=raw bs=1 seek={} conv=notrunc";
  struct {
    std::string alter, told;
    size_t parts;
  } const cases[] = {
      {"true", "", 4},
      {fmt::format(poke, "\\0\\0\\0\\0", 18432 * 512 + 446 + 16 + 8), "runs in a circle (next table at 5242880)", 3},
      {fmt::format(poke, "\\0\\0", 18432 * 512 + 510), "is damaged (next table at 9437184)", 2},
      {fmt::format(poke, "\\377\\377\\377\\0", 18432 * 512 + 446 + 16 + 8), "leads beyond the end of the image", 3},
      {fmt::format(poke, "\\377\\377\\377\\0", 26624 * 512 + 446 + 8), "begins 8.0 GiB beyond the end of the image", 3},
      {"truncate -s 12M raw", "leads beyond the end of the image", 3},
  };
  for (const auto& [alter, told, parts] : cases) {
    Scratch scratch;
    run(scratch,
        "truncate -s 24M raw && printf "
        "'2048,8192,83\\n10240,,5\\n\\n\\n12288,4096,83\\n20480,4096,83\\n28672,4096,83\\n' | "
        "sfdisk -q raw && mkfs.ext2 -q -F -E offset=1048576 raw 4M; " +
            alter);
    std::vector<ProblemRow> problems;
    EXPECT_EQ(allocated(find_in(scratch.path("raw"), problems)).size(), parts) << alter;
    ASSERT_EQ(problems.size(), told.empty() ? 0u : 1u) << alter;
    if (told.empty()) continue;
    EXPECT_NE(problems[0].what_happened.find(told), std::string::npos) << problems[0].what_happened;
  }
}

TEST(Volumes, BootSectorIsNotAPartitionTable) {
  for (std::string make : {"mkfs.fat -F 32 -n WHOLE raw", "mkntfs -F -Q -q -L WHOLE raw", "mkfs.exfat -L WHOLE raw"}) {
    Scratch scratch;
    run(scratch, "truncate -s 64M raw && " + make + " >/dev/null");
    std::vector<ProblemRow> problems;
    std::vector<VolumeRow> rows = find_in(scratch.path("raw"), problems);
    ASSERT_EQ(rows.size(), 1u) << make;
    EXPECT_EQ(rows[0].scheme, "none");
    EXPECT_TRUE(is_readable(rows[0])) << make;
    EXPECT_EQ(rows[0].label, "WHOLE") << make;
    EXPECT_FALSE(rows[0].serial.empty()) << make;
  }
}

TEST(Volumes, PartitionBeyondTheEndIsAProblem) {
  if (!has_sfdisk()) GTEST_SKIP() << "NO SFDISK: install the package fdisk";
  Scratch scratch;
  run(scratch, "truncate -s 16M raw && printf '2048,20000,83\\n' | sfdisk -q raw && truncate -s 4M raw");
  std::vector<ProblemRow> problems;
  std::vector<VolumeRow> parts = allocated(find_in(scratch.path("raw"), problems));
  ASSERT_EQ(parts.size(), 1u);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].what_happened.find("beyond the end"), std::string::npos);
}

// An image that was cut short, before its second partition begins: the first is found, and both are told.
TEST(Volumes, CutBetweenPartitionsIsAProblem) {
  if (!has_sfdisk()) GTEST_SKIP() << "NO SFDISK: install the package fdisk";
  for (const char* label : {"dos", "gpt"})
    for (const char* size : {"3M", "5M", "6M"}) {
      Scratch scratch;
      run(scratch,
          fmt::format("truncate -s 16M raw && printf 'label: {}\\nstart=2048,size=8192\\nstart=14336,size=8192\\n' | "
                      "sfdisk -q raw && mkfs.ext2 -q -F -E offset=1048576 raw 4M && truncate -s {} raw",
                      label, size));
      std::vector<ProblemRow> problems;
      std::vector<VolumeRow> parts = allocated(find_in(scratch.path("raw"), problems));
      ASSERT_EQ(parts.size(), 1u) << label << size;
      EXPECT_EQ(parts[0].offset, MiB);
      EXPECT_EQ(parts[0].file_system, "ext2");
      std::string told;
      for (const ProblemRow& problem : problems) told += problem.what_happened + "\n";
      EXPECT_NE(told.find("beyond the end of the image: nothing of its 4.0 MiB is there"), std::string::npos) << told;
      EXPECT_EQ(told.find("goes ") != std::string::npos, std::string(size) == "3M") << told;
    }
}

TEST(Volumes, FileSystemBeyondTheEndIsAProblem) {
  for (const char* make : {"mkfs.ext4 -q -F raw", "mkfs.fat raw >/dev/null", "mkntfs -F -Q -q raw >/dev/null 2>&1"}) {
    Scratch scratch;
    run(scratch, fmt::format("truncate -s 16M raw && {} && cp raw whole && truncate -s 10M raw", make));
    std::vector<ProblemRow> problems;
    find_in(scratch.path("whole"), problems);
    EXPECT_TRUE(problems.empty()) << make << problems[0].what_happened;
    ASSERT_EQ(find_in(scratch.path("raw"), problems).size(), 1u) << make;
    ASSERT_EQ(problems.size(), 1u) << make;
    EXPECT_NE(problems[0].what_happened.find("beyond the end of the image"), std::string::npos);
  }
}

struct Known {
  std::string file, name;
};

class Named : public testing::TestWithParam<Known> {};

TEST_P(Named, WhatCannotBeReadIsNamedAndAProblem) {
  std::string evidence = evidence_file("images/" + GetParam().file);
  if (evidence.empty()) GTEST_SKIP() << "NO EVIDENCE: images/" << GetParam().file;
  Scratch scratch;
  std::string tool = evidence.substr(evidence.rfind('.')) == ".zst" ? "zstd -qdc" : "xz -dkc";
  run(scratch, tool + " '" + evidence + "' | head -c 160M | dd of=raw bs=64K conv=sparse iflag=fullblock");
  std::vector<ProblemRow> problems;
  std::vector<VolumeRow> rows = find_in(scratch.path("raw"), problems);
  size_t named = 0;
  for (const VolumeRow& row : rows) named += row.file_system == GetParam().name && !is_readable(row);
  EXPECT_EQ(named, 1u) << rows.size() << " volumes, first holds " << (rows.empty() ? "" : rows[0].file_system);
  EXPECT_FALSE(problems.empty());
}

INSTANTIATE_TEST_SUITE_P(Images, Named,
                         testing::Values(Known{"blkid/bitlocker-win7.img.xz", "bitlocker"},
                                         Known{"bitlocker/bitlk-aes-xts-128.img.xz", "bitlocker"},
                                         Known{"blkid/f2fs.img.xz", "f2fs"}, Known{"blkid/hfs.img.xz", "hfs"},
                                         Known{"blkid/jfs.img.xz", "jfs"}, Known{"blkid/luks2.img.xz", "luks2"},
                                         Known{"blkid/lvm2.img.xz", "lvm2"}, Known{"blkid/reiser3.img.xz", "reiserfs"},
                                         Known{"blkid/udf-hdd-win7.img.xz", "udf"}, Known{"blkid/zfs.img.xz", "zfs"},
                                         Known{"luks/luks1_aes-xts-plain64-sha256.img.xz", "luks1"},
                                         Known{"multi/fs.multiple.xz", "btrfs"},
                                         Known{"filevault2/small.xz", "corestorage"},
                                         Known{"xfs/xfs_preallocated.img.zst", "xfs"}),
                         [](const testing::TestParamInfo<Known>& it) {
                           std::string out;
                           for (char c : it.param.file) out += isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return out;
                         });

}  // namespace
}  // namespace weft::fs
