#include "scan/yara_rules.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "base/error.h"
#include "base/watch.h"
#include "scan/engine.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Results scanned(const Rules& rules, std::string_view bytes, size_t begin, size_t end, uint64_t offset = 0) {
  Scan scan(rules, {});
  NoWatch watch;
  Results results;
  scan.page({as_bytes(bytes), begin, end, offset}, {}, watch, results);
  std::erase_if(results.features, [](const Found& f) { return f.kind != yara_kind; });
  return results;
}

std::vector<std::string> shown(const Results& results) {
  std::vector<std::string> out;
  for (const Found& f : results.features) out.push_back(fmt::format("{}@{}{}", f.value, f.offset, f.layers));
  return out;
}

std::vector<std::string> found(const std::string& rules, std::string_view bytes) {
  return shown(scanned(Rules({}, {}, Lists{{}, {{"dir/mine.yar", rules}}}), bytes, 0, bytes.size()));
}

constexpr std::string_view two = R"(rule two { strings: $a = "alpha" $h = { 01 02 ?? 04 } condition: all of them })";

TEST(Yara, EachStringOfARuleThatHoldsIsAFeature) {
  EXPECT_THAT(found(std::string(two), "alpha \1\2\3\4 alpha"),
              ElementsAre("mine:two $a@0", "mine:two $h@6", "mine:two $a@11"));
  EXPECT_THAT(found(std::string(two), "alpha \1\2\3\5 alpha"), IsEmpty());
}

TEST(Yara, AFeatureHasItsPlaceAndContext) {
  const std::string bytes = "zz alpha \1\2\3\4 alpha";
  const Results results =
      scanned(Rules({}, {}, Lists{{}, {{"mine.yar", std::string(two)}}}), bytes, 0, bytes.size(), 512);
  ASSERT_EQ(results.features.size(), 3u);
  EXPECT_EQ(results.features[0].offset, 515u);
  EXPECT_EQ(results.features[0].source_end, 520u);
  EXPECT_EQ(results.features[0].context, "zz alpha \\x01\\x02\\x03\\x04 alpha");
  EXPECT_EQ(results.features[0].encoding, "");
  EXPECT_EQ(results.features[0].scanner, "yara");
}

TEST(Yara, ARuleWithoutStringsIsFoundWhereTheTextBegins) {
  EXPECT_THAT(found("rule mz { condition: uint16(0) == 0x5A4D }", "MZ and more"), ElementsAre("mine:mz@0"));
  EXPECT_THAT(found("rule mz { condition: uint16(0) == 0x5A4D }", "ZM and more"), IsEmpty());
  EXPECT_THAT(
      found("import \"hash\" rule h { condition: hash.md5(0, filesize) == \"900150983cd24fb0d6963f7d28e17f72\" }",
            "abc"),
      ElementsAre("mine:h@0"));
}

TEST(Yara, PrivateAndGlobalMeanWhatTheyMeanInYara) {
  const std::string rules = R"(
    private rule hidden { strings: $x = "alpha" condition: $x }
    rule seen { strings: $y = "beta" $z = "gamma" private condition: hidden and $y and $z })";
  EXPECT_THAT(found(rules, "alpha beta gamma"), ElementsAre("mine:seen $y@6"));
  EXPECT_THAT(found(rules, "beta gamma"), IsEmpty());
  EXPECT_THAT(
      found("global private rule small { condition: filesize < 8 } rule a { strings: $a = \"aa\" condition: $a }",
            "longer than that aa"),
      IsEmpty());
}

TEST(Yara, MarginsDecideButBelongToTheNeighbours) {
  const Rules rules({}, {}, Lists{{}, {{"mine.yar", std::string(two)}}});
  const std::string bytes = "alpha \1\2\3\4 alpha";
  EXPECT_THAT(shown(scanned(rules, bytes, 0, 6)), ElementsAre("mine:two $a@0"));
  EXPECT_THAT(shown(scanned(rules, bytes, 6, bytes.size())), ElementsAre("mine:two $h@6", "mine:two $a@11"));
}

TEST(Yara, LayersAreTextsOfTheirOwn) {
  const Rules rules(Lists{{}, {{"mine.yar", "rule k { strings: $k = \"kestrelbrook\" condition: $k at 42 }"}}});
  const std::string text =
      "dGhlIHBhc3N3b3JkLCBpbiBSdXNzaWFuINC/0LDRgNC+0LvRjCwgb2Yga2VzdHJlbGJyb29rOyBhbmQgc29tZSBt\n"
      "b3JlIHRleHQgdG8gYmUgbG9uZw==\n";
  EXPECT_THAT(shown(scanned(rules, text, 0, text.size())), ElementsAre("mine:k $k@0-BASE64-42"));
}

TEST(Yara, TwoFilesOfOneNameHaveTwoNamespaces) {
  const std::string rule = "rule r { strings: $a = \"aa\" condition: $a }";
  const Rules rules({}, {}, Lists{{}, {{"x/mine.yar", rule}, {"y/mine.yar", rule}}});
  EXPECT_THAT(shown(scanned(rules, "aa", 0, 2)), ElementsAre("mine-2:r $a@0", "mine:r $a@0"));
  const std::vector<ListFile> files = {{"x/mine.yar", rule}, {"y/mine.yar", rule}};
  EXPECT_EQ(YaraRules(files).rules(), 2u);
}

TEST(Yara, AStringThatIsEverywhereIsCutAndTold) {
  const Rules rules({}, {}, Lists{{}, {{"mine.yar", "rule r { strings: $a = \"aa\" condition: #a > 5 }"}}});
  const std::string bytes(50'000, 'a');
  const Results results = scanned(rules, bytes, 0, bytes.size());
  EXPECT_EQ(results.features.size(), 10'000u);
  ASSERT_EQ(results.problems.size(), 1u);
  EXPECT_EQ(results.problems[0].what, "YARA mine:r $a: 39999 more places in this text are left out");
  const std::string more(3'000'000, 'a');
  const Results cut = scanned(rules, more, 0, more.size());
  ASSERT_EQ(cut.problems.size(), 2u);
  EXPECT_EQ(cut.problems[1].what,
            "YARA mine:r $a: more than 1000000 matches in this text: what follows is not looked for");
}

TEST(Yara, WhatWasSetAsideIsNotTouchedAndTold) {
  class Aside final : public Watch {
   public:
    bool enter(std::string_view item) override { return item != "page 0 yara"; }
  } watch;
  const Rules rules({}, {}, Lists{{}, {{"mine.yar", std::string(two)}}});
  Scan scan(rules, {});
  Results results;
  const std::string bytes = "alpha \1\2\3\4";
  scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch, results);
  EXPECT_THAT(results.features, IsEmpty());
  ASSERT_EQ(results.problems.size(), 1u);
  EXPECT_EQ(results.problems[0].what, "YARA rules were set aside here");
}

// More than the 32 that libyara once allowed.
TEST(Yara, ManyThreadsGiveTheSame) {
  const Rules rules({}, {}, Lists{{}, {{"mine.yar", std::string(two)}}});
  std::string bytes;
  for (int i = 0; i < 2000; ++i) bytes += "alpha \1\2\3\4 " + std::to_string(i);
  const std::vector<std::string> one = shown(scanned(rules, bytes, 0, bytes.size()));
  EXPECT_EQ(one.size(), 4000u);
  std::vector<std::vector<std::string>> all(48);
  {
    std::vector<std::jthread> pool;
    for (auto& mine : all) pool.emplace_back([&] { mine = shown(scanned(rules, bytes, 0, bytes.size())); });
  }
  for (const auto& mine : all) EXPECT_EQ(mine, one);
}

TEST(Yara, BadRulesAreRefusedWithFileAndLine) {
  EXPECT_THAT(refused<YaraRules>("mine.yar", "rule a {\n  strings: $x = \"aa\"\n  condition: $y and $x\n}\n"),
              HasSubstr("mine.yar:3: "));
  EXPECT_THAT(refused<YaraRules>("mine.yar", "rule a {\n  strings: $x = \"aa\"\n  condition: $y and $x\n}\n"),
              HasSubstr("undefined string \"$y\""));
  EXPECT_THAT(refused<YaraRules>("mine.yar", "rule a { condition: filename == \"x\" }"),
              HasSubstr("undefined identifier \"filename\""));
  EXPECT_THAT(refused<YaraRules>("mine.yar", "\ninclude \"/etc/passwd\"\nrule a { condition: true }"),
              HasSubstr("mine.yar:2: "));
  EXPECT_THAT(refused<YaraRules>("mine.yar", "import \"pe\"\n\nimport \"time\"\nrule a { condition: time.now() > 0 }"),
              HasSubstr("mine.yar:3: the module \"time\""));
  EXPECT_THAT(refused<YaraRules>("mine.yar", "import \"nonsense\"\nrule a { condition: true }"),
              HasSubstr("mine.yar:1: "));
  EXPECT_THAT(refused<YaraRules>("mine.yar", "rule a { condition: true }\0"s), HasSubstr("mine.yar:1: holds a NUL"));
  EXPECT_THAT(refused<YaraRules>("mine.yar", "YARA\1\2\3"), HasSubstr("compiled"));
  EXPECT_THAT(refused<YaraRules>("mine.yar", "rule a { condition: true } rule a { condition: true }"),
              HasSubstr("duplicated identifier"));
  for (const char* module : {"magic", "cuckoo"})
    EXPECT_THAT(refused<YaraRules>("mine.yar", fmt::format("import \"{}\"\nrule a {{ condition: true }}", module)),
                HasSubstr("mine.yar:1: "))
        << module;
}

}  // namespace
}  // namespace weft::scan
