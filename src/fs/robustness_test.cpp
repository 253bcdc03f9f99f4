// Damaged file systems: flipped bytes in the metadata and cut images. Each variant is walked and its contents read in a
// child process under memory and time limits. The Sleuth Kit may crash on hostile bytes (that is why walks run in
// workers); what must never happen is a hang, memory without bound, or an exception that is not an Error.
#include <gtest/gtest.h>
#include <iostream>
#include <random>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/testing.h"

namespace weft::fs {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

constexpr int exit_fine = 0, exit_wrong = 3;

struct Discard final : WalkSink {
  std::vector<FileRow> some;
  void file(FileRow row, std::vector<ExtentRow>) override {
    if (some.size() < 40) some.push_back(std::move(row));
  }
  void problem(ProblemRow) override {}
};

int extract_all(MemorySource& image) {
  Limits limits;
  limits.walk_entries = 20000;
  std::vector<ProblemRow> problems;
  for (const VolumeRow& volume : find_volumes(image, limits, problems)) {
    if (!is_readable(volume)) continue;
    try {
      auto system = open(image, volume, limits);
      Discard sink;
      NoWatch watch;
      system->walk(1, watch, sink);
      for (const FileRow& row : sink.some) {
        try {
          auto content = system->open(row);
          std::vector<uint8_t> buffer(64 * KiB);
          std::vector<Fault> faults;
          for (uint64_t at = 0; at < std::min<uint64_t>(content->size(), 4 * MiB); at += buffer.size())
            content->read(at, buffer, faults);
        } catch (const Error&) {
        }
      }
    } catch (const Error&) {
    }
  }
  return exit_fine;
}

enum class End { fine, crash, hang, wrong };

End in_child(std::vector<uint8_t> bytes) {
  pid_t child = fork();
  if (child == 0) {
    rlimit memory{1 * GiB, 1 * GiB}, time{20, 20}, core{0, 0};
    if (!sanitized) setrlimit(RLIMIT_AS, &memory);  // a sanitizer's shadow takes terabytes of addresses
    time.rlim_cur = time.rlim_max = sanitized ? 120 : 20;
    setrlimit(RLIMIT_CPU, &time);
    setrlimit(RLIMIT_CORE, &core);
    int code = exit_wrong;
    try {
      MemorySource image(std::move(bytes));
      code = extract_all(image);
    } catch (...) {
      code = exit_wrong;
    }
    _exit(code);
  }
  // A child that waits for something uses no CPU time: it is given a minute by the clock.
  int status = 0;
  for (int ticks = 0; waitpid(child, &status, WNOHANG) == 0; ++ticks) {
    if (ticks == 6000 && !sanitized) kill(child, SIGKILL);
    usleep(10'000);
  }
  // AddressSanitizer ends the child with 1: TSK reads beyond its buffers here and there; the report names who did it.
  if (sanitized && WIFEXITED(status) && WEXITSTATUS(status) == 1) return End::crash;
  if (WIFEXITED(status)) return WEXITSTATUS(status) == exit_fine ? End::fine : End::wrong;
  return WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL ? End::hang : End::crash;
}

struct Seed {
  std::string name, file, unpack;
};

class Damage : public testing::TestWithParam<Seed> {};

TEST_P(Damage, EndsInTime) {
  std::string evidence = evidence_file("images/" + GetParam().file);
  if (evidence.empty()) GTEST_SKIP() << "NO EVIDENCE: images/" << GetParam().file;
  Scratch scratch;
  run(scratch, fmt::format("E='{}'; R='{}'; {}", evidence, scratch.path("raw"), GetParam().unpack));
  std::string text = read_file(scratch.path("raw"));
  std::vector<uint8_t> whole(text.begin(), text.end());
  if (whole.size() > 8 * MiB) whole.resize(8 * MiB);
  std::vector<size_t> alive;  // pages that are not all zero: flipping zeros far out changes nothing
  for (size_t at = 0; at + 512 <= whole.size(); at += 512)
    if (std::any_of(whole.begin() + ptrdiff_t(at), whole.begin() + ptrdiff_t(at + 512), [](uint8_t b) { return b; }))
      alive.push_back(at);
  ASSERT_FALSE(alive.empty());

  std::mt19937 random(20120724u + unsigned(GTEST_FLAG_GET(random_seed)));  // --gtest_random_seed=N tries others
  int crashes = 0;
  constexpr int variants = 16;
  for (int variant = 0; variant < variants; ++variant) {
    std::vector<uint8_t> bytes = whole;
    if (variant % 8 == 7) {
      bytes.resize(random() % bytes.size());
    } else {
      for (int flips = 1 << (variant % 7); flips > 0; --flips)
        bytes[alive[random() % std::min<size_t>(alive.size(), 256)] + random() % 512] = uint8_t(random());
    }
    End end = in_child(std::move(bytes));
    EXPECT_NE(end, End::hang) << "variant " << variant;
    EXPECT_NE(end, End::wrong) << "variant " << variant;
    crashes += end == End::crash;
  }
  RecordProperty("crashes", crashes);
  if (crashes > 0) std::cout << "The Sleuth Kit crashed on " << crashes << " of " << variants << " variants\n";
  EXPECT_LE(crashes, variants / 8) << "more crashes inside TSK than it is known for";
}

INSTANTIATE_TEST_SUITE_P(Images, Damage,
                         testing::Values(Seed{"ext2", "plaso/syslog_image.dd", "cp \"$E\" \"$R\""},
                                         Seed{"ext4", "ext/hierarchy_32.ext4", "cp \"$E\" \"$R\""},
                                         Seed{"fat12", "fat/fat12.img", "cp \"$E\" \"$R\""},
                                         Seed{"hfsplus", "dfvfs/hfsplus.raw", "cp \"$E\" \"$R\""},
                                         Seed{"apfs", "dfvfs/apfs.raw", "cp \"$E\" \"$R\""},
                                         Seed{"iso9660", "plaso/iso9660.raw", "cp \"$E\" \"$R\""},
                                         Seed{"ntfs", "dfvfs/windows_volume.qcow2",
                                              "qemu-img convert -O raw \"$E\" \"$R\""}),
                         [](const testing::TestParamInfo<Seed>& it) { return it.param.name; });

TEST(Damage, EmptyAndTinyImagesHaveOneVolume) {
  for (size_t size : {0, 1, 511, 512, 4096}) {
    MemorySource image{std::vector<uint8_t>(size)};
    std::vector<ProblemRow> problems;
    std::vector<VolumeRow> volumes = find_volumes(image, Limits{}, problems);
    ASSERT_EQ(volumes.size(), 1u);
    EXPECT_EQ(volumes[0].scheme, "none");
    EXPECT_EQ(volumes[0].size, size);
    EXPECT_FALSE(is_readable(volumes[0]));
    EXPECT_THROW(open(image, volumes[0], Limits{}), Error);
  }
}

}  // namespace
}  // namespace weft::fs
