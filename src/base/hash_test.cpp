#include "base/hash.h"

#include <gtest/gtest.h>
#include <random>

#include "base/sha256_pair.h"

namespace weft {
namespace {

std::vector<uint8_t> noise(size_t size) {
  std::mt19937 random(uint32_t(size) + 1);
  std::vector<uint8_t> out(size);
  for (uint8_t& byte : out) byte = uint8_t(random());
  return out;
}

// FIPS 180-4's examples, as NIST publishes them.
TEST(Hash, Sha256GivesWhatItsStandardSays) {
  EXPECT_EQ(sha256_hex(as_bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Hasher one(Digest::sha256), other(Digest::sha256);
  const std::string million(1'000'000, 'a');
  const std::string_view two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  Hasher::update(one, as_bytes(million), other, as_bytes(two_blocks));
  EXPECT_EQ(one.hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(other.hex(), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Hash, TwoAtATimeAreWhatEachIsAlone) {
  std::mt19937 random(7);
  for (unsigned round = 0; round < 300; ++round) {
    Hasher one(Digest::sha256), other(Digest::sha256), one_alone(Digest::sha256), other_alone(Digest::sha256);
    for (unsigned part = 0; part < 4; ++part) {
      const std::vector<uint8_t> a = noise(random() % 700), b = noise(random() % (part == 2 ? 40 : 700));
      Hasher::update(one, a, other, b);
      one_alone.update(a), other_alone.update(b);
    }
    ASSERT_EQ(one.hex(), one_alone.hex()) << round;
    ASSERT_EQ(other.hex(), other_alone.hex()) << round;
    ASSERT_EQ(one.save(), one_alone.save()) << "a run that is resumed goes on from this";
  }
}

// Longer than a count of bits in 32 bits holds.
TEST(Hash, TwoAtATimeCountTheirBits) {
  const std::vector<uint8_t> some = noise(1 << 20);
  Hasher one(Digest::sha256), other(Digest::sha256), alone(Digest::sha256);
  for (unsigned i = 0; i < 520; ++i) {
    Hasher::update(one, some, other, Bytes(some).first(i % 70));
    alone.update(some);
  }
  EXPECT_EQ(one.hex(), alone.hex());
}

// A machine that has the instructions is not one where the library is used instead unseen.
TEST(Hash, PairsAreUsedWhereTheProcessorHasThem) {
  std::string flags;
  if (FILE* file = ::fopen("/proc/cpuinfo", "r")) {
    char line[8192];
    while (::fgets(line, sizeof line, file))
      if (std::string_view(line).starts_with("flags")) flags = line;
    ::fclose(file);
  }
  EXPECT_EQ(can_hash_pairs(), flags.find(" sha_ni") != std::string::npos);
}

}  // namespace
}  // namespace weft
