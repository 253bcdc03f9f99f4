#include "link/background.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "pack/scratch_test.h"

namespace weft::link {
namespace {

TEST(BackgroundFile, FindsWhatWasPutIn) {
  pack::Scratch scratch;
  std::vector<uint64_t> hashes;
  for (int i = 0; i < 1000; ++i) hashes.push_back(selector_hash("email", "user" + std::to_string(i) + "@firm.net"));
  std::sort(hashes.begin(), hashes.end());
  BackgroundWriter writer("debian", 7);
  for (size_t i = 0; i < hashes.size(); ++i) writer.add({hashes[i], uint32_t(1 + i % 7)});
  writer.write(scratch / "b");
  Background background(scratch / "b");
  EXPECT_EQ(background.name(), "debian");
  EXPECT_EQ(background.sources(), 7u);
  EXPECT_EQ(background.size(), 1000u);
  for (size_t i = 0; i < hashes.size(); ++i) EXPECT_EQ(background.holding(hashes[i]), 1 + i % 7);
  for (uint64_t absent : {uint64_t(0), hashes[0] + 1, hashes.back() + 1, UINT64_MAX})
    EXPECT_EQ(background.holding(absent), 0u);
  std::string bytes = read_file(scratch / "b");
  EXPECT_EQ(bytes.find("user"), std::string::npos);
  EXPECT_EQ(bytes.find("firm"), std::string::npos);
  EXPECT_EQ(background.sha256(), sha256_hex(as_bytes(bytes)));
}

TEST(BackgroundFile, DamagedOnesAreRefused) {
  pack::Scratch scratch;
  BackgroundWriter writer("x", 1);
  for (uint64_t i = 1; i < 20; ++i) writer.add({i, 1});
  writer.write(scratch / "good");
  std::string good = read_file(scratch / "good");
  for (size_t size = 0; size < good.size(); ++size) {
    write_file(scratch / "bad", good.substr(0, size));
    EXPECT_THROW(Background(scratch / "bad"), Error) << size;
  }
  std::string huge = good;
  for (size_t i = 16; i < 24; ++i) huge[i] = '\xff';  // the count
  write_file(scratch / "bad", huge);
  EXPECT_THROW(Background(scratch / "bad"), Error);
  EXPECT_THROW(Background(scratch / "absent"), Error);
}

TEST(BackgroundFile, HashIsTheStartOfSha256) {
  std::string text("email\0a@b.net", 13);
  EXPECT_EQ(selector_hash("email", "a@b.net"), std::stoull(sha256_hex(as_bytes(text)).substr(0, 16), nullptr, 16));
}

}  // namespace
}  // namespace weft::link
