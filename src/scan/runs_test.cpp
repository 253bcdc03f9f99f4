#include "scan/runs.h"

#include <gtest/gtest.h>
#include <random>
#include <set>
#include <string>
#include <utility>

namespace weft::scan {
namespace {

using Ends = std::set<std::pair<uint32_t, size_t>>;

struct Asked {
  Pattern pattern;
  std::string signs;
  size_t times;
};

const std::string digits = "0123456789", capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const std::string small = "abcdefghijklmnopqrstuvwxyz";

const std::vector<Asked> all{{{"[A-Z0-9]{16}", first_end}, capitals + digits, 16},
                             {{"[0-9A-Fa-f]{32}", first_end}, digits + "ABCDEFabcdef", 32},
                             {{"[0-9]{7}", first_end}, digits, 7},
                             {{"[A-Za-z0-9+/_-]{48}", first_end}, capitals + small + digits + "+/_-", 48},
                             {{"[a-f]{31}", first_end}, "abcdef", 31}};

// Sign by sign.
Ends plainly(std::string_view text) {
  Ends out;
  for (uint32_t number = 0; number < all.size(); ++number) {
    size_t length = 0;
    for (size_t at = 0; at < text.size(); ++at) {
      length = all[number].signs.find(text[at]) == std::string::npos ? 0 : length + 1;
      if (length == all[number].times) out.emplace(number, at + 1);
    }
  }
  return out;
}

TEST(Runs, AreFoundWhereverTheyBeginAndHoweverLongTheyAre) {
  Runs runs;
  for (uint32_t number = 0; number < all.size(); ++number) ASSERT_TRUE(runs.add(all[number].pattern, number));
  EXPECT_EQ(runs.width(), 48u);
  std::mt19937 random(3);
  size_t found = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    while (text.size() < 300) {
      // Stretches of one class around the lengths that matter, and single signs of all kinds between them.
      const std::string& signs = all[random() % all.size()].signs;
      for (size_t n = random() % 70; n > 0; --n) text += signs[random() % signs.size()];
      for (size_t n = random() % 3; n > 0; --n) text += char(random() % 256);
    }
    text.resize(random() % text.size());
    Ends ends;
    runs.find(text, [&](uint32_t number, size_t end) { EXPECT_TRUE(ends.emplace(number, end).second); });
    ASSERT_EQ(ends, plainly(text)) << text;
    found += ends.size();
  }
  EXPECT_GT(found, 3000u);
}

TEST(Runs, TakeOnlyWhatTheyCanFind) {
  Runs runs;
  EXPECT_FALSE(runs.add({"[A-Z0-9]{16}", 0}, 0)) << "every end is wanted";
  EXPECT_FALSE(runs.add({"[A-Z0-9]{14}", first_end}, 0)) << "too short";
  EXPECT_FALSE(runs.add({"[0-9]{6}", first_end}, 0)) << "too short even for digits";
  EXPECT_FALSE(runs.add({"[A-Za-z]{16}", first_end}, 0)) << "too short for all letters";
  EXPECT_FALSE(runs.add({"[A-Z0-9]{16,20}", first_end}, 0));
  EXPECT_FALSE(runs.add({"[A-Z0-9]{16}x", first_end}, 0));
  EXPECT_FALSE(runs.add({"[^A-Z]{40}", first_end}, 0));
  EXPECT_FALSE(runs.add({R"([\x20-\x7e]{40})", first_end}, 0));
  EXPECT_FALSE(runs.add({"[A-Z ]{40}", first_end}, 0)) << "a space is no sign that is looked for";
  EXPECT_TRUE(runs.quiet('A'));
  EXPECT_TRUE(runs.add({"[A-Z]{15}", first_end}, 0));
  EXPECT_FALSE(runs.quiet('A'));
  EXPECT_TRUE(runs.quiet('a'));
}

TEST(Runs, AreOfTheSameSortsHoweverManyBytesAreLookedAtAtOnce) {
  std::mt19937 random(4);
  for (const Runs::Classify classify : Runs::classifiers())
    for (int round = 0; round < 200; ++round) {
      std::string bytes;
      while (bytes.size() < Runs::block) bytes += char(random() % 256);
      const Runs::Sorts sorts = classify(bytes.data());
      for (size_t i = 0; i < bytes.size(); ++i) {
        const auto c = uint8_t(bytes[i]);
        ASSERT_EQ(sorts.wide >> i & 1, Runs::is_wide(c)) << unsigned(c);
        ASSERT_EQ(sorts.narrow >> i & 1, Runs::is_narrow(c)) << unsigned(c);
        ASSERT_EQ(sorts.number >> i & 1, Runs::is_number(c)) << unsigned(c);
      }
    }
}

}  // namespace
}  // namespace weft::scan
