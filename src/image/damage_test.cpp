// Damaged containers: cut at many lengths, and with bytes changed in headers and tables. Never a crash, a hang,
// unbounded memory or an exception that is not an Error; a cut-off end is never silent, nor is damage where the format
// has checksums.

#include <algorithm>
#include <functional>
#include <gmock/gmock.h>
#include <random>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "image/image_testing.h"

namespace weft::image {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

struct Made {
  const char *name, *options;
};
const Made made[] = {
    {"a.qcow2", "qcow2"},
    {"packed.qcow2", "qcow2 -c"},
    {"fixed.vhd", "vpc -o subformat=fixed,force_size=on"},
    {"dynamic.vhd", "vpc -o subformat=dynamic,force_size=on"},
    {"dynamic.vhdx", "vhdx -o subformat=dynamic"},
    {"fixed.vhdx", "vhdx -o subformat=fixed"},
    {"sparse.vmdk", "vmdk"},
    {"split.vmdk", "vmdk -o subformat=twoGbMaxExtentSparse"},
    {"stream.vmdk", "vmdk -o subformat=streamOptimized"},
    {"packed.E01", "ewfacquire -c deflate:best"},
    {"plain.E01", "ewfacquire -c deflate:none"},
};

class Damage : public testing::TestWithParam<Made> {
 protected:
  void SetUp() override {
    NEEDS_TOOL("qemu-img");
    truth_.resize(3 * MiB);
    std::mt19937 random(1);
    for (char& c : truth_) c = char(random() % 16);
    spill(scratch_ / "source", truth_);
    path_ = scratch_ / GetParam().name;
    std::string make =
        "qemu-img convert -O " + std::string(GetParam().options) + " -f raw " + (scratch_ / "source") + " " + path_;
    if (is_ewf()) {
      NEEDS_TOOL("ewfacquire");
      make = std::string(GetParam().options) + " -u -f encase6 -S 1G -t " + path_.substr(0, path_.size() - 4) + " " +
             (scratch_ / "source");
    }
    ASSERT_TRUE(run(make));
    damaged_ = std::string_view(GetParam().name).starts_with("split") ? scratch_ / "split-s001.vmdk" : path_;
    whole_ = slurp(damaged_);
  }

  bool is_ewf() const { return std::string_view(GetParam().name).ends_with(".E01"); }

  // 'e' refused, 'f' read with faults that cover every wrong byte, 's' read and right, 'S' read and silently wrong.
  char try_once() {
    try {
      Image image = open(path_);
      std::vector<Fault> faults = image.faults;
      std::vector<uint8_t> out(truth_.size());
      out.resize(image.bytes->read(0, out, faults));
      std::string seen(out.begin(), out.end());
      seen.resize(truth_.size());
      for (const Fault& fault : faults) {
        if (fault.offset >= truth_.size()) continue;
        const size_t n = std::min<uint64_t>(fault.size, truth_.size() - fault.offset);
        std::copy_n(truth_.begin() + ptrdiff_t(fault.offset), n, seen.begin() + ptrdiff_t(fault.offset));
      }
      if (seen != truth_) return 'S';
      return faults.empty() ? 's' : 'f';
    } catch (const Error&) {
      return 'e';
    }
  }

  // Runs the variants in children with little memory and time, a new one after each that dies. Gives one letter for
  // each variant: try_once()'s, 'c' when the child crashed on it, 'h' when it took more than ten seconds.
  std::string in_children(size_t variants, const std::function<std::string(size_t)>& variant) {
    std::string letters;
    while (letters.size() < variants) {
      int ends[2];
      EXPECT_EQ(::pipe(ends), 0);
      const pid_t child = ::fork();
      if (child == 0) child_of(ends[1], letters.size(), variants, variant);
      ::close(ends[1]);
      for (char letter = 0; ::read(ends[0], &letter, 1) == 1;) letters += letter;
      ::close(ends[0]);
      int status = 0;
      ::waitpid(child, &status, 0);
      if (WIFSIGNALED(status))
        letters += WTERMSIG(status) == SIGPROF ? 'h' : 'c';
      else if (WEXITSTATUS(status) != 0)
        letters += 'x';
    }
    return letters;
  }

  [[noreturn]] void child_of(int out, size_t from, size_t variants, const std::function<std::string(size_t)>& variant) {
    const rlimit memory{1 * GiB, 1 * GiB}, core{0, 0};
    if (!sanitized) ::setrlimit(RLIMIT_AS, &memory);  // a sanitizer's shadow takes terabytes of addresses
    ::setrlimit(RLIMIT_CORE, &core);
    for (size_t i = from; i < variants; i++) {
      const itimerval ten_seconds{{0, 0}, {sanitized ? 60 : 10, 0}};
      ::setitimer(ITIMER_PROF, &ten_seconds, nullptr);
      char letter = 'x';
      try {
        spill(damaged_, variant(i));
        letter = try_once();
      } catch (const std::exception&) {
      }
      if (::write(out, &letter, 1) != 1) break;
    }
    ::_exit(0);
  }

  Scratch scratch_;
  std::string truth_, whole_, path_;
  std::string damaged_;  // path_, or the part of it that holds the content
};

TEST_P(Damage, TruncationIsNeverSilent) {
  std::vector<size_t> sizes;
  for (size_t size : {1, 511, 512, 513, 1024, 4096, 65536, 65537, 131072, 200000}) sizes.push_back(size);
  std::mt19937 random(2);
  for (int i = 0; i < 40; i++) sizes.push_back(1 + random() % (whole_.size() - 1));
  for (size_t i = 1; i < 20; i++) sizes.push_back(whole_.size() - i * 511);
  std::erase_if(sizes, [&](size_t size) { return size >= whole_.size(); });
  const std::string letters = in_children(sizes.size(), [&](size_t i) { return whole_.substr(0, sizes[i]); });
  for (size_t i = 0; i < letters.size(); i++) {
    EXPECT_TRUE(std::string_view("efs").find(letters[i]) != std::string_view::npos)
        << letters[i] << ": cut to " << sizes[i] << " of " << whole_.size();
  }
}

TEST_P(Damage, WhatIsCutOffIsOneFault) {
  const size_t at = whole_.find(truth_.substr(2 * MiB, 64 * KiB));
  spill(damaged_, whole_.substr(0, at == std::string::npos ? whole_.size() / 5 * 4 : at));
  try {
    Image image = open(path_);
    std::vector<Fault> faults;
    std::vector<uint8_t> out(truth_.size());
    image.bytes->read(0, out, faults);
    EXPECT_LE(faults.size(), 2u) << faults[0].what << "; " << faults[1].what;
  } catch (const Error&) {
    // Refused.
  }
}

// The table that says where chunks begin comes behind them: what a cut leaves of them is there all the same.
TEST_P(Damage, ChunksOfACutEnCaseImageAreRead) {
  if (!is_ewf()) GTEST_SKIP() << "of E01 alone";
  const size_t chunk = 32 * KiB, sectors = whole_.find("sectors") + 76;
  std::mt19937 random(4);
  for (int round = 0; round < 12; ++round) {
    const size_t cut = sectors + 2 * chunk + random() % (whole_.size() - sectors - 3 * chunk);
    spill(damaged_, whole_.substr(0, cut));
    Image image = open(path_);
    EXPECT_THAT(image.faults, testing::Not(testing::IsEmpty())) << "cut to " << cut;
    std::vector<Fault> faults;
    std::vector<uint8_t> out(truth_.size());
    // Pages in any order, as file systems are read, and all of it.
    for (int page = 0; page < 20; ++page)
      image.bytes->read(random() % truth_.size(), MutableBytes(out).first(5000), faults);
    faults.clear();
    ASSERT_EQ(image.bytes->read(0, out, faults), truth_.size());
    const uint64_t there = faults.empty() ? truth_.size() : faults.front().offset;
    EXPECT_TRUE(std::equal(out.begin(), out.begin() + ptrdiff_t(there), truth_.begin(),
                           [](uint8_t a, char b) { return a == uint8_t(b); }));
    const double share = double(cut - sectors) / double(whole_.size() - sectors);
    EXPECT_GE(double(there), share * double(truth_.size()) - 2.0 * chunk - 8 * KiB) << "cut to " << cut;
    for (const Fault& fault : faults) EXPECT_EQ(fault.offset + fault.size, truth_.size()) << "one fault, to the end";
  }
}

// Where a container keeps what describes it: what is neither zero nor the sample's own bytes (they are below 16).
std::vector<size_t> telling_bytes(const std::string& whole) {
  std::vector<size_t> out;
  for (size_t at = 0; at < whole.size(); at += 512) {
    const std::string_view block = std::string_view(whole).substr(at, 512);
    if (std::any_of(block.begin(), block.end(), [](char c) { return uint8_t(c) >= 16; })) {
      for (size_t i = 0; i < block.size(); i++) {
        if (block[i] != 0) out.push_back(at + i);
      }
    }
  }
  return out;
}

TEST_P(Damage, ChangedBytesDoNoHarm) {
  const std::vector<size_t> telling = telling_bytes(whole_);
  ASSERT_FALSE(telling.empty());
  constexpr size_t variants = 40;
  const unsigned seed = unsigned(GTEST_FLAG_GET(random_seed));  // --gtest_random_seed=N tries others
  const auto variant = [&](size_t i) {
    std::mt19937 random{seed * 1000 + unsigned(i)};
    std::string bytes = whole_;
    for (size_t flips = 1 + i % 4; flips > 0; flips--) {
      // Half of the changes fall into the first sectors, where every field counts, zeros too.
      const size_t at = i % 2 ? random() % std::min<size_t>(2048, bytes.size()) : telling[random() % telling.size()];
      const uint8_t choices[] = {uint8_t(bytes[at] ^ (1 << random() % 8)), 0xff, 0x7f, 0, uint8_t(random())};
      bytes[at] = char(choices[random() % 5]);
    }
    return bytes;
  };
  const std::string letters = in_children(variants, variant);
  const std::string_view allowed = is_ewf() ? "efs" : "efsS";  // only E01 has checksums over content and tables
  for (size_t i = 0; i < letters.size(); i++) {
    EXPECT_TRUE(allowed.find(letters[i]) != std::string_view::npos) << letters[i] << ": variant " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Containers, Damage, testing::ValuesIn(made), [](const auto& it) {
  std::string name = it.param.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

}  // namespace
}  // namespace weft::image
