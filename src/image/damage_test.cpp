// Truncated containers: never a crash, a hang or unbounded memory; a cut-off end is never silent.

#include <algorithm>
#include <functional>
#include <random>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "image/image_testing.h"

namespace weft::image {
namespace {

struct Made {
  const char *name, *options;
};
const Made made[] = {
    {"a.qcow2", "qcow2"},
    {"packed.qcow2", "qcow2 -c"},
    {"fixed.vhd", "vpc -o subformat=fixed,force_size=on"},
    {"dynamic.vhd", "vpc -o subformat=dynamic,force_size=on"},
    {"dynamic.vhdx", "vhdx -o subformat=dynamic"},
    {"sparse.vmdk", "vmdk"},
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
    ASSERT_TRUE(run("qemu-img convert -O " + std::string(GetParam().options) + " -f raw " + (scratch_ / "source") + " " +
                    path_));
    whole_ = slurp(path_);
  }

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

  // Runs all variants in a child with little memory and time, so that one that breaks the process is caught. Gives one
  // letter for each; fewer when the child died.
  std::string in_child(size_t variants, const std::function<std::string(size_t)>& variant) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit memory{1 * GiB, 1 * GiB}, seconds{120, 120};
      ::setrlimit(RLIMIT_AS, &memory);
      ::setrlimit(RLIMIT_CPU, &seconds);
      for (size_t i = 0; i < variants; i++) {
        spill(path_, variant(i));
        const char letter = try_once();
        if (::write(ends[1], &letter, 1) != 1) break;
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    std::string letters;
    for (char letter = 0; ::read(ends[0], &letter, 1) == 1;) letters += letter;
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status)) << "the child died of signal " << WTERMSIG(status) << " at variant " << letters.size();
    return letters;
  }

  Scratch scratch_;
  std::string truth_, whole_, path_;
};

TEST_P(Damage, TruncationIsNeverSilent) {
  std::vector<size_t> sizes;
  for (size_t size : {1, 511, 512, 513, 1024, 4096, 65536, 65537, 131072, 200000}) sizes.push_back(size);
  std::mt19937 random(2);
  for (int i = 0; i < 40; i++) sizes.push_back(1 + random() % (whole_.size() - 1));
  for (size_t i = 1; i < 20; i++) sizes.push_back(whole_.size() - i * 511);
  std::erase_if(sizes, [&](size_t size) { return size >= whole_.size(); });
  const std::string letters = in_child(sizes.size(), [&](size_t i) { return whole_.substr(0, sizes[i]); });
  ASSERT_EQ(letters.size(), sizes.size());
  for (size_t i = 0; i < letters.size(); i++) EXPECT_NE(letters[i], 'S') << "cut to " << sizes[i] << " of " << whole_.size();
}

INSTANTIATE_TEST_SUITE_P(Containers, Damage, testing::ValuesIn(made),
                         [](const auto& it) {
                           std::string name = it.param.name;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace weft::image
