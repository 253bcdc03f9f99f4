// Evidence is opened for reading and nothing else: what strace saw while every kind of exhibit was opened and read. And
// what the rights of files and devices add to that.

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image_testing.h"

namespace weft::image {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace files = std::filesystem;

// Not a test of its own: what the next one runs under strace.
TEST(ReadOnly, DISABLED_ReadAll) {
  const char* folder = std::getenv("WEFT_READ_ALL");
  ASSERT_TRUE(folder);
  for (const auto& exhibit : files::directory_iterator(folder)) {
    if (exhibit.path().extension() == ".E02") continue;
    OpenOptions options;
    options.spool = files::path(folder).parent_path().string() + "/spool-" + exhibit.path().filename().string();
    Image image = open(exhibit.path().string(), options);
    EXPECT_THAT(content_of(*image.bytes).faults, IsEmpty()) << exhibit.path();
  }
}

void make_exhibits(const Scratch& scratch) {
  const std::string source = scratch / "source", to = scratch / "in/";
  std::string bytes(3 * MiB, 'x');
  for (size_t i = 0; i < bytes.size(); i += 977) bytes[i] = char(i);
  files::create_directories(to + "folder/inner");
  spill(source, bytes);
  spill(to + "folder/inner/file", "in a folder");
  const char* made[][2] = {{"a.qcow2", "qcow2"},
                           {"fixed.vhd", "vpc -o subformat=fixed,force_size=on"},
                           {"dynamic.vhd", "vpc -o subformat=dynamic,force_size=on"},
                           {"a.vhdx", "vhdx"},
                           {"sparse.vmdk", "vmdk"},
                           {"stream.vmdk", "vmdk -o subformat=streamOptimized"},
                           {"a.img", "raw"}};
  for (const auto& [name, options] : made) {
    ASSERT_TRUE(run("qemu-img convert -f raw -O " + std::string(options) + " " + source + " " + to + name)) << name;
  }
  ASSERT_TRUE(run("ewfacquire -u -f encase6 -c deflate:fast -S 1G -t " + to + "a " + source));
  ASSERT_TRUE(run("cd " + scratch.path() + " && zip " + to + "a.zip source && tar czf " + to + "a.tgz source"));
}

TEST(ReadOnly, EvidenceIsOpenedForReadingOnly) {
  NEEDS_TOOL("strace");
  NEEDS_TOOL("qemu-img");
  NEEDS_TOOL("ewfacquire");
  NEEDS_TOOL("zip");
  Scratch scratch;
  make_exhibits(scratch);
  if (HasFatalFailure()) return;
  const std::string self = files::read_symlink("/proc/self/exe").string(), log = scratch / "log";
  if (!run("strace -o /dev/null true")) GTEST_SKIP() << "strace may not trace here";
  ASSERT_TRUE(run("WEFT_READ_ALL=" + (scratch / "in") +
                  " strace -f -y -e trace=%file,ftruncate,fchmod,fchown,pwrite64,write -o " + log + " " + self +
                  " --gtest_also_run_disabled_tests --gtest_filter=ReadOnly.DISABLED_ReadAll"));
  std::ifstream lines(log);
  size_t opened = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(scratch / "in/") == std::string::npos) continue;
    const std::string call = line.substr(line.find_first_not_of("0123456789 "));
    const std::string name = call.substr(0, call.find('('));
    if (name == "execve" || name.find("stat") != std::string::npos || name.find("access") != std::string::npos ||
        name.starts_with("readlink")) {
      continue;
    }
    EXPECT_THAT(name, testing::AnyOf("open", "openat")) << line;
    EXPECT_THAT(line, AllOf(HasSubstr("O_RDONLY"), Not(HasSubstr("O_CREAT")), Not(HasSubstr("O_TRUNC")))) << line;
    opened++;
  }
  EXPECT_GE(opened, 12u);
}

// The rights of root pass over a file's mode, so this is tried as someone else.
TEST(ReadOnly, WhatMayNotBeReadInAFolderIsAFault) {
  Scratch scratch;
  const std::string root = scratch / "exhibit";
  files::create_directories(root + "/closed");
  spill(root + "/closed/inside", "inside");
  spill(root + "/open", "open");
  spill(root + "/secret", "secret");
  ASSERT_EQ(::chmod(scratch.path().c_str(), 0755) | ::chmod((root + "/secret").c_str(), 0) |
                ::chmod((root + "/closed").c_str(), 0),
            0);
  const bool root_user = ::geteuid() == 0;
  ASSERT_EQ(root_user ? ::seteuid(65534) : 0, 0);
  std::string all, text;
  {
    Image image = open(root);
    const Content content = content_of(*image.bytes);
    text = bytes_of(*image.bytes);
    for (const Fault& fault : image.faults) all += fault.what + "\n";
    for (const Fault& fault : content.faults) all += fault.what + "\n";
    EXPECT_EQ(image.entries.size(), 3u);
  }
  ASSERT_EQ(root_user ? ::seteuid(0) : 0, 0);
  EXPECT_THAT(all, HasSubstr("closed: the folder could not be opened: Permission denied"));
  EXPECT_THAT(all, HasSubstr("secret: cannot be read: Permission denied"));
  EXPECT_THAT(all, HasSubstr("secret: cannot be opened: Permission denied"));
  EXPECT_THAT(text, HasSubstr("open"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
  ::chmod((root + "/closed").c_str(), 0755);
}

TEST(ReadOnly, ABlockDeviceIsReadAsItIs) {
  Scratch scratch;
  std::string bytes = "QFI\xfb";  // its owner wrote a container's signature there: it stays a device
  for (int i = 0; bytes.size() < 2 * MiB; i++) bytes += std::to_string(i);
  bytes.resize(2 * MiB);
  spill(scratch / "disk", bytes);
  FILE* pipe = ::popen(("PATH=$PATH:/sbin losetup -r -f --show " + (scratch / "disk") + " 2>/dev/null").c_str(), "r");
  char name[64] = {};
  const bool attached = pipe && ::fgets(name, sizeof name, pipe) != nullptr;
  if (pipe) ::pclose(pipe);
  if (!attached) GTEST_SKIP() << "no loop device may be set up here";
  const std::string device(name, std::string_view(name).find('\n'));
  {
    Image image = open(device);
    EXPECT_EQ(image.format, "device");
    EXPECT_EQ(image.bytes->size(), bytes.size());
    EXPECT_TRUE(bytes_of(*image.bytes) == bytes);
    EXPECT_THAT(image.faults, IsEmpty());
  }
  EXPECT_TRUE(run("PATH=$PATH:/sbin losetup -d " + device));
}

}  // namespace
}  // namespace weft::image
