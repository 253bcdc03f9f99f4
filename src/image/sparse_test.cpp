// Raw images with holes: the same bytes as without them, and a huge one costs no more than what is in it.
#include <algorithm>
#include <random>
#include <sys/stat.h>

#include "image/image_testing.h"

namespace weft::image {
namespace {

TEST(Sparse, HolesAreZeros) {
  Scratch scratch;
  const std::string path = scratch / "holes.img";
  std::mt19937_64 random(11);
  std::string whole(5'000'011, '\0');
  {
    std::ofstream out(path, std::ios::binary);
    for (size_t at = 0; at + 70'000 < whole.size(); at += 300'000 + random() % 900'000) {
      const size_t size = 1 + random() % 70'000;
      for (size_t i = 0; i < size; ++i) whole[at + i] = char(random());
      out.seekp(std::streamoff(at));
      out.write(whole.data() + at, std::streamsize(size));
    }
  }
  std::filesystem::resize_file(path, whole.size());
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  if (uint64_t(status.st_blocks) * 512 >= whole.size()) GTEST_SKIP() << "SKIPPED: this file system has no holes";

  const Image image = open(path);
  ASSERT_EQ(image.bytes->size(), whole.size());
  for (int round = 0; round < 500; ++round) {
    const uint64_t at = random() % whole.size();
    std::vector<uint8_t> out(1 + random() % 400'000, 0xaa);
    std::vector<Fault> faults;
    const size_t n = image.bytes->read(at, out, faults);
    ASSERT_EQ(n, std::min<uint64_t>(out.size(), whole.size() - at));
    ASSERT_TRUE(faults.empty());
    ASSERT_TRUE(as_text(Bytes(out).first(n)) == std::string_view(whole).substr(at, n)) << at;
  }
}

TEST(Sparse, AHugeHoleIsNotRead) {
  Scratch scratch;
  const std::string path = scratch / "huge.img";
  spill(path, "the only words");
  std::filesystem::resize_file(path, uint64_t(1) << 40);
  const Image image = open(path);
  std::vector<uint8_t> out(64 * MiB);
  std::vector<Fault> faults;
  struct stat before {
  }, after{};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  EXPECT_EQ(image.bytes->read((uint64_t(1) << 40) - out.size() / 2, out, faults), out.size() / 2);
  EXPECT_TRUE(faults.empty());
  EXPECT_TRUE(std::all_of(out.begin(), out.begin() + ptrdiff_t(out.size() / 2), [](uint8_t c) { return c == 0; }));
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(before.st_blocks, after.st_blocks);
}

}  // namespace
}  // namespace weft::image
