#include "pack/scope.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "pack/database.h"
#include "pack/scratch_test.h"

namespace weft::pack {
namespace {

// What the rules say of a file; "" when it is covered.
std::string gate(const Scope& scope, const std::string& exhibit, const std::string& path) {
  static Scratch scratch;
  Database database(scratch / "tmp", 256 * MiB);
  return database.value("SELECT " + scope.why(Database::quote(exhibit), Database::quote(path))).value_or("");
}

TEST(Scope, PatternsFitWholeTexts) {
  auto fits = [](const std::string& pattern, const std::string& path) {
    return gate(Scope("out\t*\t" + pattern + "\twhy\n", "rules"), "EX1", path) != "";
  };
  for (auto [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"*", ""},
                                                                  {"*", "a/b"},
                                                                  {"a*c", "abc"},
                                                                  {"a*c", "a/b/c"},
                                                                  {"*.DOC", "x/y.doc"},
                                                                  {"a?c", "abc"},
                                                                  {"*a*b*", "xxaxxbxx"},
                                                                  {"**", "a"},
                                                                  {"Users/*/Counsel/*", "users/ann/counsel/letter.txt"},
                                                                  {"100%_\\'", "100%_\\'"},
                                                                  {"Ä*", "äb"}})
    EXPECT_TRUE(fits(pattern, text)) << pattern << " " << text;
  for (auto [pattern, text] : std::initializer_list<std::pair<const char*, const char*>>{{"a", "ab"},
                                                                                         {"a", ""},
                                                                                         {"a*c", "abcd"},
                                                                                         {"a?c", "ac"},
                                                                                         {"*/Counsel/*", "Counsel/a"},
                                                                                         {"1%", "10"},
                                                                                         {"a_c", "abc"}})
    EXPECT_FALSE(fits(pattern, text)) << pattern << " " << text;
  EXPECT_FALSE(fits("*a*a*a*a*a*a*a*a*b", std::string(20'000, 'a'))) << "and in no long time";
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
  EXPECT_EQ(gate(scope, "EX1", "home/a.txt"), "");
  EXPECT_EQ(gate(scope, "phone-1", "DCIM/1.jpg"), "");
  EXPECT_EQ(gate(scope, "phone-1", "DCIM/Counsel/1.jpg"), "privileged: correspondence with counsel");
  EXPECT_EQ(gate(scope, "phone-1", "notes.txt"), "out of scope: pictures only");
  EXPECT_NE(gate(scope, "phone-1", ""), "") << "a whole exhibit, so what lies in no file, too";
  EXPECT_EQ(gate(scope, "EX1", ""), "");
  EXPECT_NE(gate(scope, "EX3", ""), "");
  EXPECT_EQ(gate(scope, "EX3", "a.txt"), "");
  EXPECT_EQ(scope.sha256().size(), 64u);
  EXPECT_EQ(scope.rules_for("EX1"), "privileged\t*/Counsel/*\tcorrespondence with counsel\n");
  EXPECT_EQ(gate(Scope::read("/nowhere/scope"), "EX1", "a"), "");
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
