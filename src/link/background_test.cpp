#include "link/background.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "pack/scratch_test.h"

namespace weft::link {
namespace {

BackgroundHead head(uint32_t sources, const BackgroundKey& key) {
  BackgroundHead out;
  out.name = "debian", out.sources = sources, out.key = key;
  return out;
}
std::string user(int i) {
  return "user" + std::to_string(i) + "@firm.net";
}
BackgroundEntries users(int count, const BackgroundKey& key) {
  ValueHash hash(key);
  BackgroundEntries out;
  for (int i = 0; i < count; ++i) out["email"].push_back({hash("email", user(i)), uint32_t(1 + i % 7)});
  out["iban"].push_back({hash("iban", "DE02120300000000202051"), 3});
  std::sort(out["email"].begin(), out["email"].end(), [](auto& x, auto& y) { return x.hash < y.hash; });
  return out;
}
std::string what(const std::function<void()>& fails) {
  try {
    fails();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// From the reference implementation: key 00 01 … 0f, text 00 01 … (Aumasson and Bernstein 2012, appendix A, and
// vectors.h)
TEST(ValueHashing, IsSipHash) {
  std::vector<uint8_t> text;
  EXPECT_EQ(siphash(0x0706050403020100, 0x0f0e0d0c0b0a0908, text), 0x726fdb47dd0e0e31u);
  for (uint8_t i = 0; i < 8; ++i) text.push_back(i);
  EXPECT_EQ(siphash(0x0706050403020100, 0x0f0e0d0c0b0a0908, text), 0x93f5f5799a932462u);
  for (uint8_t i = 8; i < 15; ++i) text.push_back(i);
  EXPECT_EQ(siphash(0x0706050403020100, 0x0f0e0d0c0b0a0908, text), 0xa129ca6149be45e5u);
}
TEST(ValueHashing, HangsOnKeyKindAndValue) {
  ValueHash one(as_bytes("one")), other(as_bytes("other"));
  EXPECT_EQ(one("email", "a@b.net"), ValueHash(as_bytes("one"))("email", "a@b.net"));
  EXPECT_NE(one("email", "a@b.net"), other("email", "a@b.net"));
  EXPECT_NE(one("email", "a@b.net"), one("domain", "a@b.net"));
  EXPECT_NE(one("ab", "c"), one("a", "bc"));
}

TEST(BackgroundFile, FindsWhatWasPutIn) {
  pack::Scratch scratch;
  BackgroundKey key = random_bytes(background_key_size);
  BackgroundHead wanted = head(7, key);
  wanted.exhibits = {5, 9};
  write_background(scratch / "b", wanted, users(1000, key));
  Background background(scratch / "b");
  EXPECT_EQ(background.name(), "debian");
  EXPECT_EQ(background.sources(), 7u);
  EXPECT_EQ(background.size(), 1001u);
  EXPECT_EQ(background.unlisted(), 0u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(background.holding("email", user(i)), uint32_t(1 + i % 7)) << i;
  EXPECT_EQ(background.holding("email", user(1000)), 0u);
  EXPECT_EQ(background.holding("domain", user(1)), 0u);
  EXPECT_EQ(background.holding("iban", "DE02120300000000202051"), 3u);
  std::string bytes = read_file(scratch / "b");
  EXPECT_EQ(bytes.find("user"), std::string::npos);
  EXPECT_EQ(bytes.find("firm"), std::string::npos);
  EXPECT_EQ(background.sha256(), sha256_hex(as_bytes(bytes)));
  BackgroundFile file(scratch / "b");
  EXPECT_EQ(file.head().exhibits, wanted.exhibits);
  EXPECT_EQ(file.head().key, key);
  ASSERT_EQ(file.kinds().size(), 2u);
  EXPECT_EQ(file.kinds()[0].name, "email");
  EXPECT_EQ(file.kinds()[0].selectors, 1000u);
  EXPECT_EQ(file.kinds()[1].name, "iban");
}

TEST(BackgroundFile, WhoHoldsTheKeyApartIsAskedForIt) {
  pack::Scratch scratch;
  BackgroundKey key = random_bytes(background_key_size), wrong = random_bytes(background_key_size);
  BackgroundHead apart = head(7, {});
  apart.fingerprint = key_fingerprint(key);
  write_background(scratch / "b", apart, users(10, key));
  EXPECT_EQ(read_file(scratch / "b").find(std::string(as_text(key))), std::string::npos);
  EXPECT_NE(what([&] { Background(scratch / "b"); }).find("was not given"), std::string::npos);
  EXPECT_NE(what([&] { Background(scratch / "b", std::vector<BackgroundKey>{wrong}); }).find("is not the one"),
            std::string::npos);
  Background background(scratch / "b", std::vector<BackgroundKey>{wrong, key});
  EXPECT_EQ(background.holding("email", user(3)), 4u);
  EXPECT_EQ(BackgroundFile(scratch / "b").kinds().size(), 2u);  // counts can be seen without
}

TEST(BackgroundFile, RareValuesCanBeDropped) {
  pack::Scratch scratch;
  BackgroundKey key = random_bytes(background_key_size);
  BackgroundHead few = head(7, key);
  few.least = 4;
  write_background(scratch / "b", few, users(70, key));
  Background background(scratch / "b");
  EXPECT_EQ(background.size(), 40u);  // 4 to 7 of 7; the IBAN on 3 is gone
  EXPECT_EQ(background.unlisted(), 3u);
  EXPECT_EQ(background.holding("email", user(3)), 4u);
  EXPECT_EQ(background.holding("email", user(2)), 0u);
  EXPECT_EQ(BackgroundFile(scratch / "b").kinds().size(), 1u);
}

TEST(BackgroundFile, DamagedOnesAreRefused) {
  pack::Scratch scratch;
  BackgroundKey key = random_bytes(background_key_size);
  write_background(scratch / "good", head(7, key), users(20, key));
  std::string good = read_file(scratch / "good");
  auto refused = [&](const std::string& bytes) {
    std::ofstream(scratch / "bad", std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
    EXPECT_THROW(BackgroundFile(scratch / "bad"), Error);
  };
  for (size_t size = 0; size < good.size(); ++size) refused(good.substr(0, size));
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = char(bad[at] ^ 0x80);
    refused(bad);
  }
  refused(good + "x");
  EXPECT_THROW(Background(scratch / "absent"), Error);
}

TEST(BackgroundKeys, AreReadableByTheirOwnerOnly) {
  pack::Scratch scratch;
  write_background_key(scratch / "key");
  EXPECT_EQ(read_background_key(scratch / "key").size(), background_key_size);
  EXPECT_EQ(int(std::filesystem::status(scratch / "key").permissions()), 0600);
  write_file(scratch / "no", "correct horse battery staple\n");
  EXPECT_THROW(read_background_key(scratch / "no"), Error);
}

}  // namespace
}  // namespace weft::link
