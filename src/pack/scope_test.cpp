#include "pack/scope.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace weft::pack {
namespace {

TEST(Scope, PatternsFitWholeTexts) {
  for (auto [pattern, text] : std::initializer_list<std::pair<const char*, const char*>>{
           {"*", ""},
           {"*", "a/b"},
           {"a*c", "abc"},
           {"a*c", "a/b/c"},
           {"*.DOC", "x/y.doc"},
           {"a?c", "abc"},
           {"*a*b*", "xxaxxbxx"},
           {"**", "a"},
           {"Users/*/Counsel/*", "users/ann/counsel/letter.txt"}})
    EXPECT_TRUE(fits(pattern, text)) << pattern << " " << text;
  for (auto [pattern, text] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", "a"}, {"a", ""}, {"a", "ab"}, {"a*c", "abcd"}, {"a?c", "ac"}, {"*/Counsel/*", "Counsel/a"}})
    EXPECT_FALSE(fits(pattern, text)) << pattern << " " << text;
  std::string hostile(20'000, 'a');
  EXPECT_FALSE(fits("*a*a*a*a*a*a*b", hostile)) << "and in no long time";
}

TEST(Scope, TheFirstRuleThatFitsDecides) {
  Scope scope(
      "# what the order covers\n\n"
      "privileged\t*\t*/Counsel/*\tcorrespondence with counsel\r\n"
      "in\tphone-*\t\tDCIM/*\n"
      "out\tphone-*\t*\tpictures only\n"
      "out\tEX3\t-\tunallocated space is not covered\n",
      "rules");
  ASSERT_EQ(scope.rules().size(), 4u);
  EXPECT_EQ(scope.gate("EX1", "home/a.txt"), nullptr);
  EXPECT_EQ(scope.gate("phone-1", "DCIM/1.jpg"), nullptr);
  EXPECT_EQ(scope.gate("phone-1", "DCIM/Counsel/1.jpg")->why(), "privileged: correspondence with counsel");
  EXPECT_EQ(scope.gate("phone-1", "notes.txt")->why(), "out of scope: pictures only");
  EXPECT_NE(scope.gate("phone-1", ""), nullptr) << "a whole exhibit, so what lies in no file, too";
  EXPECT_EQ(scope.gate("EX1", ""), nullptr);
  EXPECT_NE(scope.gate("EX3", ""), nullptr);
  EXPECT_EQ(scope.gate("EX3", "a.txt"), nullptr);
  EXPECT_EQ(scope.sha256().size(), 64u);
  EXPECT_TRUE(Scope::read("/nowhere/scope").empty());
}

TEST(Scope, WhatIsNoRuleSaysWhereAndWhy) {
  auto said = [](const std::string& text) -> std::string {
    try {
      Scope(text, "rules");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(said("in\t*\t*\nout *\n").find("line 2"), std::string::npos);
  EXPECT_NE(said("out\t*\t*\n").find("reason"), std::string::npos);
  EXPECT_NE(said("out\tEX1\n").find("a path"), std::string::npos);
  EXPECT_NE(said("in\t*\t*\tx\ty\n").find("four"), std::string::npos);
  EXPECT_NE(said("# nothing\n").find("no rule"), std::string::npos);
}

}  // namespace
}  // namespace weft::pack
