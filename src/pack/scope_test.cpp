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
  return database.value("SELECT " + scope.why({Database::quote(exhibit), Database::quote(path)})).value_or("");
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
  EXPECT_NE(said("out\t*\tbefore:2023-02-30\twhy\n").find("YYYY-MM-DD"), std::string::npos);
  EXPECT_NE(said("out\t*\tafter:2023\twhy\n").find("YYYY-MM-DD"), std::string::npos);
  EXPECT_NE(said("privileged\t*\tparty:\twhy\n").find("address"), std::string::npos);
}

TEST(Scope, DaysAndPartiesFitWhatTheySay) {
  Scratch scratch;
  Database database(scratch / "tmp", 256 * MiB);
  auto out = [&](const std::string& what, const std::string& first, const std::string& last,
                 const std::string& parties) {
    auto time = [](const std::string& text) {
      return text.empty() ? "NULL::TIMESTAMP_NS" : "CAST('" + text + "' AS TIMESTAMP_NS)";
    };
    Scope scope("out\t*\t" + what + "\twhy\n", "rules");
    EXPECT_TRUE(scope.by_more_than_path());
    return database
        .value("SELECT " + scope.why({"'EX'", "'a/b'", time(first), time(last),
                                      parties.empty() ? "NULL" : Database::quote(parties)}))
        .has_value();
  };
  EXPECT_TRUE(out("before:2023-01-01", "2020-05-01 00:00:00", "2022-12-31 23:59:59.999999999", ""));
  EXPECT_FALSE(out("before:2023-01-01", "2020-05-01 00:00:00", "2023-01-01 00:00:00", "")) << "changed since";
  EXPECT_TRUE(out("after:2023-12-31", "2024-01-01 00:00:00", "2024-02-01 00:00:00", ""));
  EXPECT_FALSE(out("after:2023-12-31", "2023-12-31 23:59:59", "2024-02-01 00:00:00", "")) << "made before";
  EXPECT_FALSE(out("before:2023-01-01", "", "", "")) << "what has no date fits no day";
  EXPECT_FALSE(out("after:2023-01-01", "", "", ""));

  const std::string parties =
      "Ann Bee <ann@one.example>\nCounsel, V. <v.Counsel@Velten-Law.example>\nx@mail.two.example";
  for (const char* pattern : {"v.counsel@velten-law.example", "velten-law.example", "*@velten-law.example",
                              "*counsel@*", "two.example", "mail.two.example", "ann@one.example", "x@*.two.example"})
    EXPECT_TRUE(out(std::string("party:") + pattern, "", "", parties)) << pattern;
  for (const char* pattern : {"counsel@velten-law.example", "law.example", "velten-law.exampl", "one.example.net",
                              "ann", "velten-law?example.*", "nn@one.example", "*bee*"})
    EXPECT_FALSE(out(std::string("party:") + pattern, "", "", parties)) << pattern;
  EXPECT_FALSE(out("party:*@*", "", "", "")) << "what is no message has no party";
}

}  // namespace
}  // namespace weft::pack
