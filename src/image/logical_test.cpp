// Folders, archives and split images: what only names and layouts can get wrong.

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/text.h"
#include "image/image_testing.h"

namespace weft::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace files = std::filesystem;

const LogicalEntry* entry_at(const Image& image, const std::string& path) {
  for (const LogicalEntry& entry : image.entries) {
    if (entry.path == path) return &entry;
  }
  return nullptr;
}
std::string content_at(Image& image, const std::string& path) {
  const LogicalEntry* entry = entry_at(image, path);
  if (!entry) return "(no such entry)";
  std::vector<uint8_t> out(entry->size);
  std::vector<Fault> faults;
  out.resize(image.bytes->read(entry->offset, out, faults));
  return {out.begin(), out.end()};
}
std::vector<std::string> paths_of(const Image& image) {
  std::vector<std::string> out;
  for (const LogicalEntry& entry : image.entries) out.push_back(entry.path);
  return out;
}
// The layout's promises, whatever is in it.
void expect_sound(Image& image) {
  uint64_t end = 0;
  std::string before;
  for (const LogicalEntry& entry : image.entries) {
    EXPECT_LE(before, entry.path);
    before = entry.path;
    EXPECT_FALSE(entry.path.starts_with('/')) << entry.path;
    EXPECT_EQ(("/" + entry.path + "/").find("/../"), std::string::npos) << entry.path;
    EXPECT_TRUE(is_utf8(entry.path));
    if (entry.kind != "file") continue;
    EXPECT_EQ(entry.offset % 4096, 0u) << entry.path;
    EXPECT_GE(entry.offset, end) << entry.path;
    if (entry.size > 0) end = entry.offset + entry.size + 1;
  }
  EXPECT_GE(image.bytes->size(), end);
  const std::string all = bytes_of(*image.bytes);
  for (const LogicalEntry& entry : image.entries) {
    if (entry.kind == "file" && entry.size > 0) {
      EXPECT_EQ(all.at(entry.offset + entry.size), '\0') << entry.path;
    }
  }
  EXPECT_EQ(content_of(*image.bytes, 4097).sha256, sha256_hex(as_bytes(all)));
}

TEST(Folder, LaysOutWhatIsThere) {
  Scratch scratch;
  const std::string root = scratch / "exhibit";
  files::create_directories(root + "/b/inner");
  spill(root + "/b/inner/x", std::string(4096, 'x'));
  spill(root + "/b/y", "yy");
  spill(root + "/a.txt", "hello");
  spill(root + "/empty", "");
  spill(root + "/b.txt", std::string(5000, 'b'));
  spill(root + "/not\xffutf8", "odd");
  spill(root + "/new\nline", "odd too");
  files::create_symlink("b", root + "/loop");
  files::create_symlink("..", root + "/b/up");
  files::create_symlink("/etc/passwd", root + "/outside");
  ASSERT_EQ(::mkfifo((root + "/fifo").c_str(), 0600), 0);
  Image image = open(root);
  EXPECT_EQ(image.format, "folder");
  EXPECT_TRUE(image.logical);
  EXPECT_THAT(image.faults, IsEmpty());
  EXPECT_THAT(paths_of(image), ElementsAre("a.txt", "b", "b.txt", "b/inner", "b/inner/x", "b/up", "b/y", "empty",
                                           "fifo", "loop", "new\\x0Aline", "not\\xFFutf8", "outside"));
  EXPECT_EQ(entry_at(image, "outside")->kind, "link");
  EXPECT_EQ(entry_at(image, "outside")->target, "/etc/passwd");
  EXPECT_EQ(entry_at(image, "fifo")->kind, "fifo");
  EXPECT_EQ(content_at(image, "a.txt"), "hello");
  EXPECT_EQ(content_at(image, "b.txt"), std::string(5000, 'b'));
  EXPECT_EQ(content_at(image, "b/inner/x"), std::string(4096, 'x'));
  EXPECT_EQ(content_at(image, "not\\xFFutf8"), "odd");
  EXPECT_EQ(content_at(image, "new\\x0Aline"), "odd too");
  EXPECT_TRUE(entry_at(image, "a.txt")->modified.has_value());
  expect_sound(image);
}

TEST(Folder, WhatVanishesOrShrinksIsAFault) {
  Scratch scratch;
  const std::string root = scratch / "exhibit";
  files::create_directories(root);
  spill(root + "/a", std::string(10000, 'a'));
  spill(root + "/b", std::string(10000, 'b'));
  spill(root + "/c", "ccc");
  Image image = open(root);
  files::remove(root + "/a");
  files::resize_file(root + "/b", 5000);
  files::remove(root + "/c");
  files::create_symlink("/etc/passwd", root + "/c");
  const Content content = content_of(*image.bytes);
  std::string all;
  for (const Fault& fault : content.faults) all += fault.what + "\n";
  EXPECT_THAT(all, HasSubstr("a: cannot be opened: No such file"));
  EXPECT_THAT(all, HasSubstr("b: the file ends before its stated size"));
  EXPECT_THAT(all, HasSubstr("c: cannot be opened: Too many levels of symbolic links"));
}

TEST(Folder, ManyFilesAndDeepFolders) {
  Scratch scratch;
  std::string path = scratch / "exhibit";
  files::create_directories(path);
  for (int i = 0; i < 3000; i++) spill(path + "/" + std::to_string(i), std::to_string(i));
  files::current_path(path);
  for (int i = 0; i < 300; i++) {
    files::create_directory("a-rather-long-name-for-a-folder");
    files::current_path("a-rather-long-name-for-a-folder");  // the whole path is longer than PATH_MAX
  }
  spill("bottom", "found");
  files::current_path("/");
  Image image = open(scratch / "exhibit");
  EXPECT_THAT(image.faults, IsEmpty());
  EXPECT_EQ(image.entries.size(), 3301u);
  for (const LogicalEntry& entry : image.entries) {
    if (entry.path.ends_with("/bottom")) {
      EXPECT_EQ(content_at(image, entry.path), "found");
    }
  }
  EXPECT_EQ(content_at(image, "2999"), "2999");
  EXPECT_EQ(content_of(*image.bytes).size, image.bytes->size());
  EXPECT_TRUE(run("rm -rf " + (scratch / "exhibit")));
}

TEST(Split, NumbersAndLetters) {
  Scratch scratch;
  for (const auto& names : std::vector<std::vector<std::string>>{
           {"n.001", "n.002", "n.003"}, {"z.000", "z.001", "z.002"}, {"l.aa", "l.ab", "l.ac"}}) {
    for (size_t i = 0; i < 3; i++) spill(scratch / names[i], std::string(1000 + i, char('a' + i)));
    Image image = open(scratch / names[0]);
    EXPECT_EQ(image.format, "split raw");
    EXPECT_EQ(bytes_of(*image.bytes), std::string(1000, 'a') + std::string(1001, 'b') + std::string(1002, 'c'));
    EXPECT_EQ(content_of(*image.bytes, 7).sha256, sha256_hex(as_bytes(bytes_of(*image.bytes))));
    EXPECT_THAT(refusal(scratch / names[2]), HasSubstr("is part 3 of a split image: name its first part"));
    files::remove(scratch / names[1]);
    EXPECT_THAT(refusal(scratch / names[0]), HasSubstr("a part of the split image is missing"));
    files::remove(scratch / names[2]);
    EXPECT_EQ(open(scratch / names[0]).format, "raw");
  }
  spill(scratch / "disk.img", "raw");
  spill(scratch / "disk.iso", "raw");
  EXPECT_EQ(open(scratch / "disk.img").format, "raw");
}

TEST(Recognise, DamagedOrEmptyContainersAreNeverRaw) {
  Scratch scratch;
  const std::string noise(100000, 'x');
  for (const char* name :
       {"a.E01", "a.vhd", "a.vhdx", "a.qcow2", "a.vmdk", "a.vdi", "a.aff", "a.zip", "a.tar", "a.s01"}) {
    spill(scratch / name, noise);
    EXPECT_THAT(refusal(scratch / name), HasSubstr("its signature is missing")) << name;
    spill(scratch / name, "");
    EXPECT_THAT(refusal(scratch / name), HasSubstr("the file is empty")) << name;
  }
  EXPECT_THAT(refusal(scratch / "nothing"), HasSubstr("cannot open the evidence"));
  ASSERT_EQ(::mkfifo((scratch / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(refusal(scratch / "fifo"), HasSubstr("is neither a file, a folder nor a block device"));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("is neither a file, a folder nor a block device"));
}

// ---- archives ----

class ArchiveTest : public testing::Test {
 protected:
  Image unpack(const std::string& path, uint64_t limit = 64 * MiB) {
    OpenOptions options;
    options.spool = scratch / "spool";
    options.spool_limit = limit;
    return open(path, options);
  }
  std::string all_faults(const Image& image) {
    std::string all;
    for (const Fault& fault : image.faults) all += fault.what + "\n";
    return all;
  }
  // Builds an archive with Python's own modules, which allow every kind of nonsense.
  bool python(const std::string& code) {
    spill(scratch / "make.py", "import tarfile, zipfile, io, os\nos.chdir('" + scratch.path() + "')\n" + code);
    return run("python3 " + (scratch / "make.py"));
  }
  Scratch scratch;
};

TEST_F(ArchiveTest, EvidenceZipAndTar) {
  NEEDS_EVIDENCE("archives/syslog.zip");
  for (const char* name : {"syslog.zip", "syslog.tar", "syslog.tgz", "absolute_paths.zip", "with_directory.zip",
                           "test_compat_zip_1.zip"}) {
    Image image = unpack(evidence() + "/archives/" + name);
    EXPECT_GE(image.entries.size(), 1u) << name;
    expect_sound(image);
  }
  Image zip = unpack(evidence() + "/archives/syslog.zip");
  Image tar = unpack(evidence() + "/archives/syslog.tgz");
  EXPECT_EQ(tar.format, "tar");
  EXPECT_EQ(content_at(tar, "syslog").size(), 1247u);
  Image absolute = unpack(evidence() + "/archives/absolute_paths.zip");
  EXPECT_THAT(paths_of(absolute), ElementsAre("folder/syslog", "folder/wtmp.1"));
  EXPECT_THAT(all_faults(absolute), HasSubstr("/folder/syslog: the name leads outside the archive"));
  Image locked = unpack(evidence() + "/archives/test_read_format_zip_winzip_aes256.zip");
  EXPECT_THAT(all_faults(locked), HasSubstr("README: is encrypted"));
}

TEST_F(ArchiveTest, NamesStayInside) {
  ASSERT_TRUE(python(R"(
z = zipfile.ZipFile('slip.zip', 'w')
for n in ['../../etc/cron.d/x', '/abs', 'a/../../b', 'ok/./c', 'ünï']: z.writestr(n, 'data of ' + n)
z.close()
t = tarfile.open('slip.tar', 'w')
for n in ['../up', '/abs', 'x\ny', 'dup', 'dup']:
    i = tarfile.TarInfo(n); d = ('data of ' + n).encode(); i.size = len(d); t.addfile(i, io.BytesIO(d))
i = tarfile.TarInfo('link'); i.type = tarfile.SYMTYPE; i.linkname = '/etc/passwd'; t.addfile(i)
i = tarfile.TarInfo('hard'); i.type = tarfile.LNKTYPE; i.linkname = 'dup'; t.addfile(i)
i = tarfile.TarInfo('dev'); i.type = tarfile.CHRTYPE; t.addfile(i)
t.close()
)"));
  Image zip = unpack(scratch / "slip.zip");
  EXPECT_THAT(paths_of(zip), ElementsAre("a/b", "abs", "etc/cron.d/x", "ok/c", "ünï"));
  EXPECT_EQ(content_at(zip, "etc/cron.d/x"), "data of ../../etc/cron.d/x");
  EXPECT_EQ(content_at(zip, "ünï"), "data of ünï");
  EXPECT_THAT(all_faults(zip), HasSubstr("../../etc/cron.d/x: the name leads outside the archive"));
  expect_sound(zip);
  Image tar = unpack(scratch / "slip.tar");
  EXPECT_THAT(paths_of(tar), ElementsAre("abs", "dev", "dup", "dup", "hard", "link", "up", "x\\x0Ay"));
  EXPECT_EQ(entry_at(tar, "link")->target, "/etc/passwd");
  EXPECT_EQ(entry_at(tar, "dev")->kind, "device");
  expect_sound(tar);
  // Only the archives, the script and the spool with its index.
  EXPECT_EQ(std::distance(files::directory_iterator(scratch.path()), files::directory_iterator{}), 5);
}

TEST_F(ArchiveTest, BombsStopAtTheLimit) {
  ASSERT_TRUE(python(R"(
z = zipfile.ZipFile('bomb.zip', 'w', zipfile.ZIP_DEFLATED)
z.writestr('a', 'first'); z.writestr('b', b'\0' * (300 << 20)); z.writestr('c', 'last')
z.close()
)"));
  Image image = unpack(scratch / "bomb.zip", 10 * MiB);
  EXPECT_THAT(all_faults(image), HasSubstr("b: the limit of 10485760 unpacked bytes is reached"));
  EXPECT_LE(image.bytes->size(), 11 * MiB);
  EXPECT_EQ(content_at(image, "a"), "first");
  struct stat status {};
  ASSERT_EQ(::stat((scratch / "spool").c_str(), &status), 0);
  EXPECT_LT(status.st_blocks * 512, 1 << 20) << "zeros must not take room";
  // A lifted limit is another unpacking.
  Image whole = unpack(scratch / "bomb.zip", 400 * MiB);
  EXPECT_EQ(content_at(whole, "c"), "last");
}

TEST_F(ArchiveTest, CompleteSpoolIsUsedAgainAndABrokenOneIsNot) {
  ASSERT_TRUE(
      python("z = zipfile.ZipFile('a.zip', 'w'); z.writestr('f', 'data' * 5000); z.writestr('g', 'x'); z.close()"));
  Image first = unpack(scratch / "a.zip");
  const std::string truth = content_of(*first.bytes).sha256;
  struct stat before {
  }, after{};
  ASSERT_EQ(::stat((scratch / "spool").c_str(), &before), 0);
  Image again = unpack(scratch / "a.zip");
  ASSERT_EQ(::stat((scratch / "spool").c_str(), &after), 0);
  EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
  EXPECT_EQ(content_of(*again.bytes).sha256, truth);
  EXPECT_EQ(paths_of(again), paths_of(first));
  EXPECT_EQ(entry_at(again, "f")->modified, entry_at(first, "f")->modified);
  files::resize_file(scratch / "spool", 4096);
  EXPECT_EQ(content_of(*unpack(scratch / "a.zip").bytes).sha256, truth);
  std::string index = slurp(scratch / "spool.index");
  index[index.size() / 2] ^= 1;
  spill(scratch / "spool.index", index);
  EXPECT_EQ(content_of(*unpack(scratch / "a.zip").bytes).sha256, truth);
  OpenOptions stopped;
  stopped.spool = scratch / "other";
  stopped.stopping = [] { return true; };
  EXPECT_THAT(refusal(scratch / "a.zip", stopped), HasSubstr("stopped while unpacking"));
  EXPECT_FALSE(files::exists(scratch / "other.index"));
  EXPECT_THAT(refusal(scratch / "a.zip"), HasSubstr("an archive needs a place to be unpacked into"));
}

TEST_F(ArchiveTest, TruncatedArchivesSaySo) {
  ASSERT_TRUE(python(R"(
d = os.urandom(50000)
t = tarfile.open('a.tar.xz', 'w:xz')
for n in ['f', 'g']:
    i = tarfile.TarInfo(n); i.size = len(d); t.addfile(i, io.BytesIO(d))
t.close()
z = zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED); z.writestr('f', d); z.writestr('g', d); z.close()
t = tarfile.open('a.tar', 'w')
for n in ['f', 'g']:
    i = tarfile.TarInfo(n); i.size = len(d); t.addfile(i, io.BytesIO(d))
t.close()
)"));
  for (const char* name : {"a.tar.xz", "a.zip", "a.tar"}) {
    const std::string whole = slurp(scratch / name);
    for (size_t size : {whole.size() / 3, whole.size() / 2, whole.size() * 3 / 4}) {
      spill(scratch / "cut", whole.substr(0, size));
      try {
        Image image = unpack(scratch / "cut");
        EXPECT_FALSE(image.faults.empty()) << name << " cut to " << size;
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace
}  // namespace weft::image
