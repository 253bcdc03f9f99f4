// Every image of the evidence that is a container or raw, against what other tools say of it.

#include <gmock/gmock.h>

#include "base/text.h"
#include "image/image_testing.h"

namespace weft::image {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// The MD5s here are those that the containers state, or that qemu-img's output gives.
struct Known {
  const char *path, *format;
  uint64_t size;
  const char* md5;
};
const Known known[] = {
    {"images/dfvfs/ext2.E01", "ewf", 4194304, "196066add11fb71c4c49cf1bb50d6d24"},
    {"images/dfvfs/ext2.qcow2", "qcow2", 4194304, "196066add11fb71c4c49cf1bb50d6d24"},
    {"images/dfvfs/ext2.splitraw.000", "split raw", 4194304, "196066add11fb71c4c49cf1bb50d6d24"},
    {"images/bulk_extractor/CFReDS001.E01", "ewf", 103219200, "e4f9afba18011f0b9015a9d74cd3c3ac"},
    {"images/bulk_extractor/email_test.E01", "ewf", 3538432, "63fa546614f5d732586f3ca06b59bc49"},
    {"images/bulk_extractor/nps-2010-emails.E01", "ewf", 10485760, "7dae50cec8163697415e69fd72387c01"},
    {"images/ntfs/test.ntfs.dd.E01", "ewf", 10485760, "8b4382280340597b7930b4b34742afba"},
    {"images/plaso/image-split.E01", "ewf", 1474560, "38ea5af8a80e16e46c095c9110242fc0"},
};

class KnownImage : public testing::TestWithParam<Known> {};
TEST_P(KnownImage, GivesTheStatedBytes) {
  const Known& it = GetParam();
  NEEDS_EVIDENCE(it.path);
  Image image = open(evidence() + "/" + it.path);
  EXPECT_EQ(image.format, it.format);
  EXPECT_EQ(image.bytes->size(), it.size);
  EXPECT_THAT(image.faults, IsEmpty());
  const Content content = content_of(*image.bytes);
  EXPECT_EQ(content.size, it.size);
  EXPECT_EQ(content.md5, it.md5);
  EXPECT_THAT(content.faults, IsEmpty());
  EXPECT_EQ(recognise(evidence() + "/" + it.path).parts, image.parts);
}
INSTANTIATE_TEST_SUITE_P(Evidence, KnownImage, testing::ValuesIn(known));

// Every disk image that qemu-img reads gives the bytes that it gives.
class QemuImage : public testing::TestWithParam<std::string> {};
TEST_P(QemuImage, GivesTheBytesOfQemu) {
  NEEDS_EVIDENCE(GetParam());
  NEEDS_TOOL("qemu-img");
  Scratch scratch;
  std::string path = evidence() + "/" + GetParam();
  if (path.ends_with(".gz")) {
    ASSERT_TRUE(run("gzip -dc '" + path + "' > " + (scratch / "disk.vhdx")));
    path = scratch / "disk.vhdx";
  }
  ASSERT_TRUE(run("qemu-img convert -O raw '" + path + "' " + (scratch / "raw")));
  Image image = open(path);
  EXPECT_THAT(image.faults, IsEmpty());
  // VHDs and old raw tools differ in padding; the container's own size is the truth, so both sizes must agree.
  const uint64_t size = std::filesystem::file_size(scratch / "raw");
  EXPECT_EQ(image.bytes->size(), size);
  Image raw = open(scratch / "raw");
  std::vector<uint8_t> ours(4 * MiB), theirs(4 * MiB);
  std::vector<Fault> faults;
  for (uint64_t at = 0; at < size && at < 1 * GiB; at += ours.size()) {
    ASSERT_EQ(image.bytes->read(at, ours, faults), raw.bytes->read(at, theirs, faults));
    ASSERT_TRUE(ours == theirs) << "differs in the 4 MiB from " << at;
  }
  EXPECT_THAT(faults, IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Evidence, QemuImage,
                         testing::Values("images/dfvfs/ext2.qcow2", "images/dfvfs/ext2.vmdk", "images/dfvfs/ext2.vhd",
                                         "images/dfvfs/windows_volume.qcow2", "images/keramics/fat32.qcow2",
                                         "images/plaso/image.qcow2", "images/plaso/vsstest.qcow2",
                                         "images/xfs/xfs.vhdx.gz", "images/lvm/lvm2.vhdx.gz"));

TEST(Evidence, Ext2IsTheSameInEveryContainer) {
  NEEDS_EVIDENCE("images/dfvfs/ext2.E01");
  const std::string folder = evidence() + "/images/dfvfs/";
  const std::string truth = content_of(folder + "ext2.E01").sha256;
  for (const char* name : {"ext2.qcow2", "ext2.vmdk", "ext2.vhd", "ext2.splitraw.000"}) {
    Image image = open(folder + name);
    // VHD rounds its size up to whole cylinders; what is behind the file system is zero.
    std::string bytes = bytes_of(*image.bytes);
    bytes.resize(4194304);
    EXPECT_EQ(sha256_hex(as_bytes(bytes)), truth) << name;
  }
}

TEST(Evidence, EnCaseStatesItsHashesAndMetadata) {
  NEEDS_EVIDENCE("images/bulk_extractor/email_test.E01");
  Image image = open(evidence() + "/images/bulk_extractor/email_test.E01");
  EXPECT_EQ(image.parts.size(), 4u);
  EXPECT_EQ(image.stored_md5, "b817ed2590eeeb39f42445088d369f6c");  // does not match the data: the caller's to tell
  std::string all;
  for (const auto& [key, value] : image.metadata) all += key + "=" + value + "\n";
  EXPECT_THAT(all, HasSubstr("case_number=CASE1\n"));
  EXPECT_THAT(all, HasSubstr("examiner_name=EXAMINER1\n"));
  EXPECT_THAT(all, HasSubstr("evidence_number=EVIDENCE1\n"));
  std::string here = evidence() + "/images/bulk_extractor/email_test.E02";
  EXPECT_THAT(refusal(here), HasSubstr("is segment 2 of an EnCase image: name its first segment"));
}

TEST(Evidence, DifferencingDiskReadsThroughItsParent) {
  NEEDS_EVIDENCE("images/dfvfs/image-differential.vhd");
  Image image = open(evidence() + "/images/dfvfs/image-differential.vhd");
  ASSERT_EQ(image.parts.size(), 2u);
  EXPECT_TRUE(image.parts[1].ends_with("/image.vhd"));
  EXPECT_EQ(content_of(*image.bytes).size, open(image.parts[1]).bytes->size());
  Scratch scratch;
  std::filesystem::copy_file(image.parts[0], scratch / "child.vhd");
  EXPECT_THAT(refusal(scratch / "child.vhd"),
              HasSubstr("holds only the changes to another image, image.vhd, which is not beside it"));
}

TEST(Evidence, WrongChecksumInAVhdIsReported) {
  NEEDS_EVIDENCE("images/dfvfs/image.vhd");
  Image image = open(evidence() + "/images/dfvfs/image.vhd");  // qemu-img refuses it for this reason
  ASSERT_EQ(image.faults.size(), 1u);
  EXPECT_THAT(image.faults[0].what, HasSubstr("image.vhd: the checksum of the VHD's footer is wrong"));
  const std::string same = bytes_of(*open(evidence() + "/images/plaso/image.qcow2").bytes);
  EXPECT_TRUE(bytes_of(*image.bytes).starts_with(same));
}

TEST(Evidence, DirtyVhdxIsRefused) {
  NEEDS_EVIDENCE("images/vhdx/vhdx-log-replay.vhdx.gz");
  Scratch scratch;
  ASSERT_TRUE(run("gzip -dc " + evidence() + "/images/vhdx/vhdx-log-replay.vhdx.gz > " + (scratch / "log.vhdx")));
  EXPECT_THAT(refusal(scratch / "log.vhdx"), HasSubstr("its log has to be replayed"));
}

TEST(Evidence, WhatIsNotReadIsRefusedByName) {
  NEEDS_EVIDENCE("images/aff4/dream.aff4");
  const std::pair<const char*, const char*> cases[] = {
      {"images/aff4/Base-Linear.af4", "is an AFF4 image"},
      {"images/aff4/Base-Linear.std.aff4", "is an AFF4 image"},
      {"images/aff4/dream.aff4", "is an AFF4 image"},
      {"images/keramics/hfsplus_bzip2.dmg", "is an Apple disk image (DMG)"},
      {"images/plaso/spotlight.12.dmg", "is an Apple disk image (DMG)"},
      {"images/wim/TestData.wim", "is a Windows image (WIM)"},
      {"images/filevault2/small.xz", "is an xz stream"},
      {"images/ext/test_disk1.bin.zst", "is a zstd stream"},
      {"images/xfs/xfs.vhdx.gz", "is a gzip stream"},
      {"archives/jpegs.rar", "is a RAR archive"},
      {"archives/test_read_format_rar5_blake2.rar", "is a RAR archive"},
      {"archives/test_read_format_7zip_lzma2.7z", "is a 7z archive"},
      {"archives/test_read_format_cab_1.cab", "is a cabinet archive"},
      {"archives/syslog.newc.cpio", "is a cpio archive"},
      {"archives/syslog.bz2", "is a bzip2 stream"},
      {"archives/syslog.lzma", "is an lzma stream"},
      {"archives/syslog.Z", "is a compress (.Z) stream"},
      {"archives/test_hello.512b.gz", "is named like a compressed stream, but its signature is missing"},
  };
  for (const auto& [path, message] : cases) EXPECT_THAT(refusal(evidence() + "/" + path), HasSubstr(message)) << path;
}

TEST(Evidence, RawStaysRaw) {
  NEEDS_EVIDENCE("images/dfvfs/apfs.raw");
  for (const char* path :
       {"images/dfvfs/apfs.raw", "images/plaso/iso9660.raw", "images/plaso/syslog_image.dd", "images/fat/fat12.img",
        "images/bulk_extractor/ELF_2009-aor-test_spada4.iso", "images/truecrypt/tc_3-ripemd160-xts-serpent",
        "images/ext/hierarchy_32.ext4", "images/bulk_extractor/nps-2010-emails.100k.raw"}) {
    const std::string whole = evidence() + "/" + path;
    Image image = open(whole);
    EXPECT_EQ(image.format, "raw") << path;
    EXPECT_EQ(content_of(*image.bytes).sha256, sha256_hex(as_bytes(slurp(whole)))) << path;
  }
}

}  // namespace
}  // namespace weft::image
