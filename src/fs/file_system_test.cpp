// Against real images, with fls and icat as the other opinion: the same entries, the same contents, and extents that
// lead to the same bytes on the image. Images come from the evidence folder and are unpacked to raw in a scratch
// folder.
#include "fs/file_system.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <iterator>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "fs/testing.h"

namespace weft::fs {
namespace {

struct Case {
  std::string name, unpack;  // unpack: shell command; $E is the evidence file, $R the raw file to make
  std::string file;
};

std::vector<Case> cases() {
  std::string copy = "cp \"$E\" \"$R\"", xz = "xz -dkc \"$E\" > \"$R\"", zst = "zstd -qdf --sparse \"$E\" -o \"$R\"",
              qemu = "qemu-img convert -O raw \"$E\" \"$R\"",
              ewf = "ewfexport -q -u -f raw -t \"$R\" \"$E\" >/dev/null 2>&1 && mv \"$R.raw\" \"$R\"";
  return {
      {"ext2", qemu, "dfvfs/ext2.qcow2"},
      {"ext2_deleted", qemu, "plaso/image.qcow2"},
      {"ext4", copy, "ext/hierarchy_32.ext4"},
      {"ext4_disk", zst, "ext/test_disk1.bin.zst"},
      {"ext3_disk", zst, "ext/test_disk_ext3.bin.zst"},
      {"fat12", copy, "fat/fat12.img"},
      {"fat32", qemu, "keramics/fat32.qcow2"},
      {"hfsplus", copy, "dfvfs/hfsplus.raw"},
      {"apfs", copy, "dfvfs/apfs.raw"},
      {"iso9660", copy, "plaso/iso9660.raw"},
      {"iso_knoppix", copy, "bulk_extractor/ELF_2009-aor-test_spada4.iso"},
      {"ntfs_qcow", qemu, "dfvfs/windows_volume.qcow2"},
      {"ntfs_vss", qemu, "plaso/vsstest.qcow2"},
      {"ntfs_e01", ewf, "ntfs/test.ntfs.dd.E01"},
      {"cfreds", ewf, "bulk_extractor/CFReDS001.E01"},
      {"nps_emails", ewf, "bulk_extractor/nps-2010-emails.E01"},
      {"plaso_split", ewf, "plaso/image-split.E01"},
      {"syslog", copy, "plaso/syslog_image.dd"},
      {"multi", xz, "multi/fs.multiple.xz"},
      {"ufs", xz, "blkid/ufs.img.xz"},
  };
}

class Peer : public testing::TestWithParam<Case> {};

// fls shows a control character as '^'.
std::string with_carets(std::string path) {
  for (size_t at = 0; (at = path.find("\\x", at)) != path.npos;) {
    bool control = path[at + 2] == '0' || path[at + 2] == '1' || path.compare(at + 2, 2, "7F") == 0;
    if (control) path.replace(at, 4, "^");
    ++at;
  }
  return path;
}

// "*" for deleted, the metadata address as fls writes it, the path.
std::string fls_line(const FileRow& row) {
  std::string address = fmt::format("{}", row.inode.value_or(0));
  if (row.attribute_type) address += fmt::format("-{}-{}", *row.attribute_type, row.attribute_id.value_or(0));
  return fmt::format("{}{}\t{}", row.state == "allocated" ? "" : "* ", address, with_carets(row.path));
}

std::vector<std::string> fls(const Scratch& scratch, const std::string& raw, const VolumeRow& volume) {
  std::string where = fmt::format("-o {} ", volume.offset / 512);
  if (volume.scheme == "apfs") where += fmt::format("-P apfs -B {} ", apfs_block(scratch, raw, volume));
  std::vector<std::string> out;
  for (std::string& line : lines(run(scratch, "TZ=UTC fls -r -p " + where + raw))) {
    size_t tab = line.find('\t'), type = line.find(' ');
    if (tab == line.npos || type == line.npos) continue;
    std::string address = line.substr(type + 1, tab - type - 2);
    if (size_t at = address.find("(realloc)"); at != address.npos) address.erase(at);
    out.push_back(address + "\t" + printable(line.substr(tab + 1)));
  }
  return out;
}

std::string icat_sha256(const Scratch& scratch, const std::string& raw, const VolumeRow& volume, const FileRow& row) {
  std::string where = fmt::format("-o {} ", volume.offset / 512);
  if (volume.scheme == "apfs") where += fmt::format("-P apfs -B {} ", apfs_block(scratch, raw, volume));
  std::string address = fmt::format("{}", *row.inode);
  if (row.attribute_type) address += fmt::format("-{}-{}", *row.attribute_type, row.attribute_id.value_or(0));
  std::string content = run(scratch, "icat " + where + raw + " " + address);
  return sha256_hex(as_bytes(content));
}

// The content as its extents tell it: zeros where there is none.
std::string sha256_by_extents(ByteSource& image, const FileRow& row, const std::vector<ExtentRow>& extents) {
  std::vector<uint8_t> content(row.size);
  std::vector<Fault> faults;
  for (const ExtentRow& extent : extents) {
    if (extent.kind != "data") continue;
    EXPECT_LE(extent.file_offset + extent.size, row.size) << row.path;
    if (extent.file_offset + extent.size > row.size) return "";
    image.read(extent.offset, MutableBytes(content).subspan(extent.file_offset, extent.size), faults);
  }
  return sha256_hex(content);
}

std::vector<std::string> only_in(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  std::vector<std::string> out;
  std::set_difference(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(out));
  if (out.size() > 20) out.resize(20);
  return out;
}

bool has(const std::vector<ExtentRow>& extents, std::string_view kind) {
  return std::any_of(extents.begin(), extents.end(), [&](const ExtentRow& extent) { return extent.kind == kind; });
}

TEST_P(Peer, SaysTheSame) {
  std::string evidence = evidence_file("images/" + GetParam().file);
  if (evidence.empty()) GTEST_SKIP() << "NO EVIDENCE: images/" << GetParam().file;
  Scratch scratch;
  std::string raw = scratch.path("raw");
  run(scratch, fmt::format("E='{}'; R='{}'; {}", evidence, raw, GetParam().unpack));
  ASSERT_TRUE(std::filesystem::exists(raw)) << "unpacking failed";
  FileSource image(raw);
  std::vector<ProblemRow> problems;
  Limits limits;
  std::vector<VolumeRow> volumes = find_volumes(image, limits, problems);
  size_t walked = 0, contents = 0;
  uint64_t next_id = 1;
  for (const VolumeRow& volume : volumes) {
    if (!is_readable(volume)) continue;
    auto system = open(image, volume, limits);
    Listing listing;
    NoWatch watch;
    uint64_t end = system->walk(next_id, watch, listing);
    ASSERT_EQ(end - next_id, listing.files.size());
    std::vector<std::string> ours, theirs = fls(scratch, raw, volume);
    for (auto& [row, extents] : listing.files) {
      EXPECT_EQ(row.file_id, next_id++);
      ours.push_back(fls_line(row));
    }
    std::sort(ours.begin(), ours.end());
    std::sort(theirs.begin(), theirs.end());
    EXPECT_EQ(only_in(ours, theirs), std::vector<std::string>{}) << "fls does not list these, volume " << volume.volume;
    EXPECT_EQ(only_in(theirs, ours), std::vector<std::string>{}) << "fls lists these, volume " << volume.volume;
    ++walked;

    size_t step = std::max<size_t>(1, listing.files.size() / 40);  // icat is a process each: a sample of 40
    for (size_t i = 0; i < listing.files.size(); i += step) {
      auto& [row, extents] = listing.files[i];
      if (!row.inode || *row.inode == 0 || row.size > 64 * MiB) continue;
      SCOPED_TRACE(row.path);
      std::string by_icat = icat_sha256(scratch, raw, volume, row), by_us;
      try {
        by_us = content_sha256(*system->open(row));
      } catch (const Error& error) {
        EXPECT_EQ(by_icat, sha256_hex({})) << error.what();
        continue;
      }
      EXPECT_EQ(by_us, by_icat);
      ++contents;
      bool whole = system->open(row)->size() == row.size;
      if (whole && has(extents, "data") && !has(extents, "compressed")) {
        EXPECT_EQ(sha256_by_extents(image, row, extents), by_us);
      }
      if (has(extents, "resident")) {  // up to the fixup bytes, of which small contents have none
        std::vector<uint8_t> there(row.size), content(row.size);
        std::vector<Fault> faults;
        image.read(extents[0].offset, there, faults);
        system->open(row)->read(0, content, faults);
        if (extents[0].offset % 512 + row.size <= 510) {
          EXPECT_EQ(there, content);
        }
      }
    }
  }
  EXPECT_GT(walked, 0u);
  if (GetParam().name != "ufs") {  // an empty file system
    EXPECT_GT(contents, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Images, Peer, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<Case>& it) { return it.param.name; });

}  // namespace
}  // namespace weft::fs
