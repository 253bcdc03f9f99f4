// Key schedules where tools have found them, and at every place in the grid of what is looked at.
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>
#include <string>

#include "base/file.h"
#include "scan/scanners/scanners_harness.h"

namespace weft::scan {
namespace {

std::vector<Feature> keys(std::string_view text) {
  return Direct(aes_key_scanner).run(text);
}

TEST(AesKey, WhereBulkExtractorFindsThem) {
  const char* folder = std::getenv("WEFT_EVIDENCE");
  const std::string path =
      (folder ? std::string(folder) : WEFT_SOURCE_DIR "/../shared/evidence") + "/windows/memory/ram_2pages.bin";
  if (!exists(path)) GTEST_SKIP() << "no evidence: " << path;
  const std::vector<Feature> found = keys(read_file(path));
  const std::pair<size_t, std::string> wanted[] = {
      {496, "a26e0e4c06c4bbbf5d628bc7f8b391b6"},
      {1120, "dcd20518c416c0e28ed8599c86ede8e6"},
      {7008, "0923e04d4044571f55bf43bcac061104456303a152c54c16baa696e9a6188065"},
      {7304, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"}};
  ASSERT_EQ(found.size(), std::size(wanted));
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].begin, wanted[i].first);
    EXPECT_EQ(found[i].value, wanted[i].second);
  }
}

TEST(AesKey, WhereverTheyBeginAndNoneWhenCut) {
  std::mt19937_64 random(6);
  std::string noise(1024, '\0');
  for (char& c : noise) c = char(uint8_t(random()));
  for (const Example& example : aes_key_scanner.examples) {
    if (example.value.empty()) continue;
    const std::string schedule(example.text);
    for (size_t before = 0; before < 300; ++before) {
      const std::string text = noise.substr(0, before) + schedule + noise.substr(0, before % 70);
      const std::vector<Feature> found = keys(text);
      ASSERT_EQ(found.size(), 1u) << before;
      EXPECT_EQ(found[0].begin, before);
      EXPECT_EQ(found[0].end, before + example.value.size() / 2);
      EXPECT_EQ(found[0].value, example.value);
      ASSERT_TRUE(keys(text.substr(0, before + schedule.size() - 1)).empty());
    }
    // One behind the other, as a cipher and its twin lie.
    EXPECT_EQ(keys(schedule + schedule + noise + schedule).size(), 3u);
    // Any bit decides.
    for (size_t bit = 0; bit < 8 * schedule.size(); bit += 7) {
      std::string bent = schedule;
      bent[bit / 8] = char(uint8_t(bent[bit / 8]) ^ (1u << bit % 8));
      EXPECT_TRUE(keys(bent).empty()) << bit;
    }
  }
}

}  // namespace
}  // namespace weft::scan
