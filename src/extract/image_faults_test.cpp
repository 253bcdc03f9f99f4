#include "extract/image_faults.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace weft::extract {
namespace {

TEST(ImageFaults, ComeBackButForWhatWasTorn) {
  const std::string path = testing::TempDir() + "/faults";
  std::filesystem::remove(path);
  EXPECT_TRUE(ImageFaultsFile::read(path).empty());
  ImageFaultsFile(path).add({uint64_t(1) << 60, 512, "a \"bad\" sector\n\xff"});
  ImageFaultsFile(path).add({7, 8, "torn"});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);
  {
    ImageFaultsFile again(path);
    again.add({9, 10, "after it"});
    again.sync();
  }
  const std::vector<Fault> all = ImageFaultsFile::read(path);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].offset, uint64_t(1) << 60);
  EXPECT_EQ(all[0].size, 512u);
  EXPECT_EQ(all[0].what, "a \"bad\" sector\n\xef\xbf\xbd");
  EXPECT_EQ(all[1].what, "after it");
}

}  // namespace
}  // namespace weft::extract
