// Containers made on the spot by other tools, in every variant we know of, and then damaged.

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <random>

#include "base/text.h"
#include "image/image_testing.h"

namespace weft::image {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// 6 MiB: noise, text, zeros; the same every time.
std::string sample(size_t size = 6 * MiB) {
  std::string out(size, '\0');
  std::mt19937 random(42);
  for (size_t i = 0; i < size; i++) {
    const size_t megabyte = i / MiB;
    if (megabyte % 3 == 0) out[i] = char(random());
    if (megabyte % 3 == 1) out[i] = "the quick brown fox "[i % 20];
  }
  return out;
}

class Container : public testing::Test {
 protected:
  void SetUp() override {
    NEEDS_TOOL("qemu-img");
    NEEDS_TOOL("qemu-io");
    spill(raw, sample());
  }
  // What qemu-img reads from a container.
  std::string by_qemu(const std::string& path) {
    // A fixed VHD has no signature at its start, and qemu-img would take it for raw.
    const std::string format = path.ends_with(".vhd") ? "-f vpc " : "";
    EXPECT_TRUE(run("qemu-img convert -O raw " + format + path + " " + (scratch / "peer.raw")));
    return slurp(scratch / "peer.raw");
  }
  void expect_like_qemu(const std::string& path) {
    Image image = open(path);
    std::vector<Fault> faults;
    EXPECT_TRUE(bytes_of(*image.bytes) == by_qemu(path)) << path;
    EXPECT_EQ(content_of(*image.bytes, 8191).sha256, sha256_hex(as_bytes(slurp(scratch / "peer.raw")))) << path;
    EXPECT_THAT(content_of(*image.bytes).faults, IsEmpty()) << path;
  }
  Scratch scratch;
  std::string raw = scratch / "source.bin";
};

TEST_F(Container, EveryVariantOfQemu) {
  const std::pair<const char*, const char*> variants[] = {
      {"a.qcow2", "qcow2"},
      {"old.qcow2", "qcow2 -o compat=0.10"},
      {"small.qcow2", "qcow2 -o cluster_size=512"},
      {"packed.qcow2", "qcow2 -c"},
      {"one.qcow", "qcow"},
      {"fixed.vhd", "vpc -o subformat=fixed,force_size=on"},
      {"dynamic.vhd", "vpc -o subformat=dynamic,force_size=on"},
      {"fixed.vhdx", "vhdx -o subformat=fixed"},
      {"dynamic.vhdx", "vhdx -o subformat=dynamic"},
      {"sparse.vmdk", "vmdk"},
      {"flat.vmdk", "vmdk -o subformat=monolithicFlat"},
      {"split.vmdk", "vmdk -o subformat=twoGbMaxExtentSparse"},
      {"splitflat.vmdk", "vmdk -o subformat=twoGbMaxExtentFlat"},
      {"stream.vmdk", "vmdk -o subformat=streamOptimized"},
  };
  for (const auto& [name, options] : variants) {
    const std::string path = scratch / name;
    ASSERT_TRUE(run("qemu-img convert -O " + std::string(options) + " -f raw " + raw + " " + path)) << name;
    SCOPED_TRACE(name);
    EXPECT_EQ(refusal(path), "");
    if (refusal(path).empty()) expect_like_qemu(path);
  }
}

TEST_F(Container, RenamedSparseVmdkIsRefused) {
  ASSERT_TRUE(run("qemu-img convert -O vmdk -f raw " + raw + " " + (scratch / "before.vmdk")));
  std::filesystem::rename(scratch / "before.vmdk", scratch / "after.vmdk");
  EXPECT_THAT(refusal(scratch / "after.vmdk"), HasSubstr("it was renamed"));
  EXPECT_THAT(refusal(scratch / "after.vmdk"), HasSubstr("called before.vmdk"));
}

TEST_F(Container, ZeroClustersOfQcow) {
  const std::string path = scratch / "zero.qcow2";
  ASSERT_TRUE(run("qemu-img create -f qcow2 " + path +
                  " 4M && qemu-io -c 'write -P 0x41 0 4M' -c 'write -z 64k 64k' "
                  "-c 'write -z -u 256k 128k' " +
                  path));
  EXPECT_EQ(refusal(path), "");
  if (refusal(path).empty()) expect_like_qemu(path);
}

TEST_F(Container, BackingFiles) {
  ASSERT_TRUE(run("cd " + scratch.path() +
                  " && qemu-img convert -O qcow2 -f raw source.bin base.qcow2 && "
                  "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 top.qcow2 && "
                  "qemu-io -c 'write -P 0x42 1M 100k' -c 'write -z 64k 64k' top.qcow2"));
  EXPECT_EQ(refusal(scratch / "top.qcow2"), "");
  if (refusal(scratch / "top.qcow2").empty()) {
    expect_like_qemu(scratch / "top.qcow2");
    EXPECT_EQ(open(scratch / "top.qcow2").parts.size(), 2u);
  }
  std::filesystem::rename(scratch / "base.qcow2", scratch / "gone");
  EXPECT_THAT(refusal(scratch / "top.qcow2"),
              HasSubstr("to another image, base.qcow2, which is not beside it: put it there"));
  // In another folder it may be there, and stays out of reach.
  ASSERT_TRUE(run("cd " + scratch.path() +
                  " && mkdir other && cp source.bin other/far.img && cd other && mkdir sub && cd sub && "
                  "qemu-img create -f qcow2 -b ../far.img -F raw far.qcow2"));
  EXPECT_THAT(
      refusal(scratch / "other/sub/far.qcow2"),
      HasSubstr("another image, far.img, which is not beside it: put it there (inside, it is called ../far.img; "
                "names inside evidence are not followed to other folders)"));
  ASSERT_TRUE(run("cd " + scratch.path() +
                  " && qemu-img create -f qcow2 -b source.bin -F raw onraw.qcow2 7M && "
                  "qemu-io -c 'write -P 0x42 1M 100k' onraw.qcow2"));
  expect_like_qemu(scratch / "onraw.qcow2");
}

TEST_F(Container, SnapshotOfVmdk) {
  ASSERT_TRUE(
      run("cd " + scratch.path() +
          " && qemu-img convert -O vmdk -f raw source.bin base.vmdk && "
          "qemu-img create -f vmdk -b base.vmdk -F vmdk top.vmdk && qemu-io -c 'write -P 0x42 1M 100k' top.vmdk"));
  EXPECT_EQ(refusal(scratch / "top.vmdk"), "");
  if (refusal(scratch / "top.vmdk").empty()) expect_like_qemu(scratch / "top.vmdk");
  std::filesystem::rename(scratch / "base.vmdk", scratch / "gone");
  EXPECT_THAT(refusal(scratch / "top.vmdk"),
              HasSubstr("to another image, base.vmdk, which is not beside it: put it there"));
}

TEST_F(Container, WhatQcowCannotDoHereIsRefused) {
  ASSERT_TRUE(run("qemu-img convert -O qcow2 -c -o compression_type=zstd -f raw " + raw + " " + (scratch / "z.qcow2")));
  EXPECT_THAT(refusal(scratch / "z.qcow2"), HasSubstr("features not known here"));
  ASSERT_TRUE(run("qemu-img create -f qcow2 -o extended_l2=on " + (scratch / "x.qcow2") + " 8M"));
  EXPECT_THAT(refusal(scratch / "x.qcow2"), HasSubstr("features not known here"));
  // It measures how fast this machine is, and gives up where that comes out odd: on a busy one it may.
  bool made = false;
  for (const char* milliseconds : {"10", "10", "100", "1000"})
    made = made || run(fmt::format("qemu-img create -f qcow2 --object secret,id=s,data=abc123 -o encrypt.format=luks "
                                   "-o encrypt.key-secret=s -o encrypt.iter-time={} {} 8M",
                                   milliseconds, scratch / "c.qcow2"));
  ASSERT_TRUE(made);
  EXPECT_THAT(refusal(scratch / "c.qcow2"), HasSubstr("it is encrypted"));
}

TEST_F(Container, ExtentsOfVmdk) {
  ASSERT_TRUE(run("qemu-img convert -O vmdk -o subformat=monolithicFlat -f raw " + raw + " " + (scratch / "d.vmdk")));
  EXPECT_EQ(open(scratch / "d.vmdk").parts.size(), 2u);
  EXPECT_EQ(open(scratch / "d-flat.vmdk").format, "raw");
  std::filesystem::resize_file(scratch / "d-flat.vmdk", 5 * MiB + 100);
  EXPECT_THAT(refusal(scratch / "d.vmdk"), HasSubstr("the extent d-flat.vmdk has 5242980 bytes instead of 6291456"));
  std::filesystem::remove(scratch / "d-flat.vmdk");
  EXPECT_THAT(refusal(scratch / "d.vmdk"), HasSubstr("the extent d-flat.vmdk of the VMDK is missing"));
  std::string text = slurp(scratch / "d.vmdk");
  text.replace(text.find("d-flat.vmdk"), 11, "/etc/passwd");
  spill(scratch / "d.vmdk", text);
  EXPECT_THAT(refusal(scratch / "d.vmdk"), HasSubstr("names an extent outside its own folder, /etc/passwd"));
}

// ---- EnCase ----

class EnCase : public testing::Test {
 protected:
  void SetUp() override {
    NEEDS_TOOL("ewfacquire");
    spill(scratch / "source.bin", sample());
    ASSERT_TRUE(run("ewfacquire -u -t " + (scratch / "a") +
                    " -C 7 -D d -e someone -E 12 -N n -f encase6 -c deflate:none "
                    "-S 1048576 -d sha1 " +
                    (scratch / "source.bin")));
    ASSERT_TRUE(
        run("ewfacquire -u -t " + (scratch / "b") + " -f encase6 -c deflate:best -S 1G " + (scratch / "source.bin")));
  }
  std::string a(int number) { return scratch / ("a.E0" + std::to_string(number)); }
  Scratch scratch;
  const std::string truth = sample();
};

TEST_F(EnCase, AllSegments) {
  Image image = open(a(1));
  EXPECT_GE(image.parts.size(), 6u);
  EXPECT_TRUE(bytes_of(*image.bytes) == truth);
  EXPECT_EQ(image.stored_md5, content_of(*image.bytes).md5);
  EXPECT_EQ(image.stored_sha1, content_of(*image.bytes).sha1);
  EXPECT_TRUE(bytes_of(*open(scratch / "b.E01").bytes) == truth);
}

TEST_F(EnCase, MissingSegments) {
  const size_t last = open(a(1)).parts.size();
  std::filesystem::rename(a(int(last)), scratch / "kept");
  EXPECT_THAT(refusal(a(1)),
              HasSubstr("segment " + std::to_string(last) + " of the EnCase image is missing, expected at "));
  std::filesystem::rename(scratch / "kept", a(int(last)));
  std::filesystem::rename(a(2), scratch / "kept");
  EXPECT_THAT(refusal(a(1)), HasSubstr("segment 2 of the EnCase image is missing, expected at " + a(2)));
  std::filesystem::copy_file(a(3), a(2));
  EXPECT_THAT(refusal(a(1)),
              HasSubstr("says it is segment 3 of its EnCase image, but stands at the place of segment 2"));
}

TEST_F(EnCase, BadChunkIsZeroedAndReportedEveryTime) {
  std::string bytes = slurp(a(1));
  const size_t at = bytes.find(truth.substr(100000, 64));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = char(bytes[at] ^ 1);
  spill(a(1), bytes);
  Image image = open(a(1));
  for (int i = 0; i < 2; i++) {
    const Content content = content_of(*image.bytes, 100);
    ASSERT_EQ(content.faults.size(), 1u) << "round " << i;
    EXPECT_EQ(content.faults[0].offset, 98304u);
    EXPECT_EQ(content.faults[0].size, 32768u);
  }
  std::string want = truth;
  std::fill_n(want.begin() + 98304, 32768, '\0');
  EXPECT_TRUE(bytes_of(*image.bytes) == want);
}

TEST_F(EnCase, BadCompressedChunkIsZeroedAndReported) {
  std::string bytes = slurp(scratch / "b.E01");
  for (size_t i = bytes.size() / 2; i < bytes.size() / 2 + 40; i++) bytes[i] = char(bytes[i] ^ 0x55);
  spill(scratch / "b.E01", bytes);
  Image image = open(scratch / "b.E01");
  const Content content = content_of(*image.bytes);
  ASSERT_EQ(content.faults.size(), 1u);
  std::string want = truth;
  std::fill_n(want.begin() + ptrdiff_t(content.faults[0].offset), content.faults[0].size, '\0');
  EXPECT_LE(content.faults[0].size, 65536u);
  EXPECT_TRUE(bytes_of(*image.bytes) == want);
}

// Whatever is cut off or flipped: an Error, or every byte that differs from the truth lies in a reported fault.
bool silent_difference(const std::string& path, const std::string& truth, std::string& why) {
  try {
    Image image = open(path);
    std::vector<Fault> faults = image.faults;
    std::vector<uint8_t> out(std::min<uint64_t>(image.bytes->size(), truth.size() + MiB));
    out.resize(image.bytes->read(0, out, faults));
    if (out.size() != truth.size() && faults.empty()) {
      why = "size " + std::to_string(out.size());
      return true;
    }
    std::string seen(out.begin(), out.end());
    seen.resize(truth.size());
    for (const Fault& fault : faults) {
      if (fault.offset >= truth.size()) continue;
      const size_t n = std::min<uint64_t>(fault.size, truth.size() - fault.offset);
      std::copy_n(truth.begin() + ptrdiff_t(fault.offset), n, seen.begin() + ptrdiff_t(fault.offset));
    }
    if (seen == truth) return false;
    const size_t at = size_t(std::mismatch(seen.begin(), seen.end(), truth.begin()).first - seen.begin());
    why = "differs at " + std::to_string(at) + " with " + std::to_string(faults.size()) + " faults";
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST_F(EnCase, TruncationIsNeverSilent) {
  const int last = int(open(a(1)).parts.size());
  for (const std::string& path : {scratch / "b.E01", a(last), a(2)}) {
    const std::string whole = slurp(path);
    std::mt19937 random(7);
    for (int i = 0; i < 60; i++) {
      const size_t size = i < 20 ? whole.size() - size_t(i) * 7 - 1 : random() % whole.size();
      spill(path, whole.substr(0, size));
      std::string why;
      const std::string first = path == scratch / "b.E01" ? path : a(1);
      EXPECT_FALSE(silent_difference(first, truth, why)) << path << " cut to " << size << ": " << why;
      if (refusal(first).empty()) {
        EXPECT_FALSE(open(first).faults.empty()) << path << " cut to " << size;
      }
    }
    spill(path, whole);
  }
}

}  // namespace
}  // namespace weft::image
