#include "pack/scope_tables.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>

#include "pack/scratch_test.h"

namespace weft::pack {
namespace {

// The tables of a pack, as far as a scope looks at them.
class ScopeRows : public testing::Test {
 protected:
  ScopeRows() : database_(scratch_ / "tmp", 256 * MiB) {
    for (const TableInfo& table : pack_tables())
      database_.run(fmt::format("CREATE TABLE {} ({})", identifier(table.name), column_definitions(table)));
  }

  void file(int id, const std::string& path, const std::string& created, const std::string& modified) {
    auto time = [](const std::string& text) { return text.empty() ? "NULL" : Database::quote(text); };
    database_.run(
        fmt::format("INSERT INTO file (exhibit, file_id, path, kind, created, modified) VALUES ('EX', {}, {}, "
                    "'file', {}, {})",
                    id, Database::quote(path), time(created), time(modified)));
    paths_[id] = path;
  }
  void message(int file, int at, const std::string& time, const std::string& sender, const std::string& recipients,
               bool enclosed = false) {
    database_.run(
        fmt::format("INSERT INTO message (exhibit, file, file_id, path, time, sender, recipients) VALUES "
                    "('EX', {0}, {1}, '#{1}+{2}', {3}, {4}, {5})",
                    Database::quote(paths_[file]), file, at, time.empty() ? "NULL" : Database::quote(time),
                    Database::quote(sender), Database::quote(recipients)));
    feature(file, enclosed ? at : at + 6, sender, "from");  // as the parser of mail does it
  }
  // file 0: in no file. layers: as at the end of a decoding path.
  void feature(int file, int at, const std::string& value, const std::string& role = "",
               const std::string& layers = "") {
    database_.run(fmt::format(
        "INSERT INTO feature (exhibit, kind, value, file, file_id, file_offset, path, role, scanner) VALUES ('EX', "
        "'email', {}, {}, {}, {}, '{}{}', {}, {})",
        Database::quote(value), Database::quote(file ? paths_[file] : ""), file ? std::to_string(file) : "NULL",
        file && at >= 0 ? std::to_string(at) : "NULL", file ? fmt::format("#{}+{}", file, at) : std::to_string(at),
        layers, Database::quote(role), role.empty() ? "'email'" : "'mail'"));
  }
  // id 0: of no file
  void problem(int id, const std::string& path, const std::string& what, const std::string& stage = "scan") {
    database_.run(fmt::format("INSERT INTO problem (exhibit, stage, path, file_id, what) VALUES ('EX', {}, {}, {}, {})",
                              Database::quote(stage), Database::quote(path), id ? std::to_string(id) : "NULL",
                              Database::quote(what)));
  }
  // Problems that are shown, in order.
  std::vector<std::string> problems(const std::string& rules) {
    Scope scope(rules, "rules");
    const ScopeTables tables(database_, scope, [](std::string_view table) { return identifier(table); }, {});
    std::vector<std::string> found;
    for (const TableInfo& table : pack_tables())
      if (table.name == "problem")
        for (const auto& row : database_.rows("SELECT what FROM (" + tables.covered(table) + ") ORDER BY 1"))
          found.push_back(*row[0]);
    return found;
  }
  // Values of features that are kept out, and paths of files; in order.
  std::vector<std::string> out(const std::string& rules) {
    Scope scope(rules, "rules");
    const ScopeTables tables(database_, scope, [](std::string_view table) { return identifier(table); }, {});
    std::vector<std::string> found;
    for (const TableInfo& table : pack_tables()) {
      if (table.name != "feature" && table.name != "file" && table.name != "message") continue;
      std::string shown = table.name == "feature" ? "value" : table.name == "file" ? "path" : "'message ' || sender";
      for (const auto& row : database_.rows(fmt::format("SELECT {0} FROM (SELECT * FROM {1} EXCEPT ALL {2}) ORDER BY 1",
                                                        shown, identifier(table.name), tables.covered(table))))
        found.push_back(*row[0]);
    }
    return found;
  }
  std::optional<std::string> shown(const std::string& rules, int file, uint64_t begin, uint64_t end) {
    return kept_out_of(database_, Scope(rules, "rules"), {"EX", paths_[file], uint64_t(file), begin, end});
  }
  using Found = std::vector<std::string>;

  Scratch scratch_;
  Database database_;
  std::map<int, std::string> paths_;
};

const std::string counsel = "privileged\t*\tparty:law.example\tcorrespondence with counsel\n";

TEST_F(ScopeRows, AMessageIsKeptOutWithAllThatIsInIt) {
  file(1, "mail/inbox", "", "2023-06-01");
  message(1, 1000, "2023-01-01", "ann@one.example", "bob@two.example");
  message(1, 2000, "2023-02-01", "ann@one.example", "Counsel <v@law.example>\nbob@two.example");
  message(1, 3000, "2023-03-01", "carl@three.example", "bob@two.example");
  feature(1, 1500, "open text");
  feature(1, 2500, "secret text");
  feature(1, 2600, "secret attachment", "", "-BASE64-40-GZIP-3");
  feature(1, 3500, "later text");
  feature(1, 1900, "its From line");
  feature(1, 1860, "the end of the one before");
  feature(1, -1, "slack");
  feature(0, 99, "unallocated");
  EXPECT_EQ(out(counsel),
            (Found{"ann@one.example", "its From line", "secret attachment", "secret text", "message ann@one.example"}));
  EXPECT_EQ(shown(counsel, 1, 1500, 1700), std::nullopt);
  EXPECT_EQ(shown(counsel, 1, 2500, 2510), "privileged: correspondence with counsel");
  EXPECT_TRUE(shown(counsel, 1, 1500, 2400)) << "not by way of what lies in front of it";
  EXPECT_TRUE(shown(counsel, 1, 1500, 3400)) << "nor from one side to the other";
  EXPECT_EQ(shown(counsel, 1, 3000, 3400), std::nullopt);
  EXPECT_EQ(out("in\t*\tmail/*\n" + counsel), Found{}) << "the first rule that fits decides";
  EXPECT_EQ(out("privileged\tOTHER\tparty:law.example\twhy\n"), Found{});
}

TEST_F(ScopeRows, AFileOfOneMessageIsTheMessage) {
  file(1, "mail/1.eml", "2024-01-01", "2024-01-01");
  file(2, "mail/2.eml", "2024-01-01", "2024-01-01");
  message(1, 0, "2023-01-01", "ann@one.example", "v@law.example");
  message(2, 0, "2023-01-01", "bob@two.example", "ann@one.example");
  feature(1, 700, "secret");
  feature(1, -1, "secret slack");
  feature(2, 700, "open");
  EXPECT_EQ(out(counsel),
            (Found{"mail/1.eml", "ann@one.example", "secret", "secret slack", "message ann@one.example"}));
}

TEST_F(ScopeRows, WhatAMessageEnclosesBelongsToIt) {
  file(1, "mail/inbox", "", "2023-06-01");
  message(1, 100, "2023-02-01", "ann@one.example", "v@law.example");
  message(1, 600, "2020-01-01", "old@nine.example", "ann@one.example", true);  // forwarded to counsel
  message(1, 2000, "2023-03-01", "carl@three.example", "bob@two.example");
  message(1, 2600, "2023-02-01", "v@law.example", "carl@three.example", true);  // counsel's, forwarded
  message(1, 4000, "2023-03-01", "dora@four.example", "bob@two.example");
  feature(1, 900, "behind what was enclosed");
  feature(1, 2300, "around counsel's");
  feature(1, 4300, "open");
  Found found = out(counsel);
  EXPECT_EQ(found, (Found{"ann@one.example", "around counsel's", "behind what was enclosed", "carl@three.example",
                          "old@nine.example", "v@law.example", "message ann@one.example", "message carl@three.example",
                          "message old@nine.example", "message v@law.example"}));
}

TEST_F(ScopeRows, DaysGoByTheMessageElseByTheFile) {
  file(1, "mail/inbox", "2020-01-01", "2024-06-01");
  file(2, "old.doc", "2019-01-01", "2022-12-31 10:00:00");
  file(3, "around.doc", "2019-01-01", "2023-03-01");
  file(4, "new.doc", "2024-01-01", "2024-01-02");
  file(5, "undated.doc", "", "");
  file(6, "copied.doc", "2023-07-01", "2018-01-01");
  message(1, 100, "2022-02-01", "early@one.example", "bob@two.example");
  message(1, 2000, "2023-02-01", "inside@one.example", "bob@two.example");
  message(1, 4000, "", "undated@one.example", "bob@two.example");
  message(1, 6000, "2024-02-01", "late@one.example", "bob@two.example");
  for (int id = 2; id <= 6; ++id) feature(id, 10, "in " + paths_[id]);
  feature(0, 99, "unallocated");
  EXPECT_EQ(out("out\t*\tbefore:2023-01-01\twhy\nout\t*\tafter:2023-12-31\twhy\n"),
            (Found{"new.doc", "old.doc", "early@one.example", "in new.doc", "in old.doc", "late@one.example",
                   "message early@one.example", "message late@one.example"}));
  EXPECT_TRUE(shown("out\t*\tbefore:2023-01-01\twhy\n", 2, 0, 10));
  EXPECT_FALSE(shown("out\t*\tbefore:2023-01-01\twhy\n", 3, 0, 10));
  EXPECT_TRUE(shown("out\t*\tbefore:2023-01-01\twhy\n", 1, 300, 310));
}

// A mail store's messages have no stretch of their own in the file: they are known by their addresses.
TEST_F(ScopeRows, AMessageOutOfAStoreGoesByItsAddress) {
  file(1, "outlook.pst", "", "2023-06-01");
  for (auto [at, to] : {std::pair("-PST-32", "v@law.example"), std::pair("-PST-64", "bob@two.example")})
    database_.run(
        fmt::format("INSERT INTO message (exhibit, file, file_id, path, sender, recipients) VALUES ('EX', "
                    "'outlook.pst', 1, '#1+0{}', 'ann{}', '{}')",
                    at, at, to));
  feature(1, 0, "to counsel", "to", "-PST-32");
  feature(1, 0, "to bob", "to", "-PST-64");
  EXPECT_EQ(out(counsel), (Found{"to counsel", "message ann-PST-32"}));
}

TEST_F(ScopeRows, WhatIsKeptOutIsCounted) {
  file(1, "mail/1.eml", "2024-01-01", "2024-01-01");
  message(1, 0, "2023-01-01", "ann@one.example", "v@law.example");
  feature(1, 700, "secret");
  std::vector<KeptOut> counted = kept_out(database_, Scope(counsel, "rules"));
  ASSERT_EQ(counted.size(), 1u);
  EXPECT_EQ(counted[0].why, "privileged: correspondence with counsel");
  EXPECT_EQ(counted[0].files, 1u);
  EXPECT_EQ(counted[0].features, 2u);
}

TEST_F(ScopeRows, ProblemsGoWithTheirFiles) {
  file(1, "Counsel/a.7z", "", "2023-06-01");
  file(2, "Mail/inbox", "", "2023-06-01");
  file(3, "Mail/open", "", "2023-06-01");
  message(2, 0, "2023-01-01", "ann@one.example", "bob@two.example");
  message(2, 1000, "2023-01-01", "ann@one.example", "v@law.example");
  message(3, 0, "2023-01-01", "ann@one.example", "bob@two.example");
  problem(1, "16384", "by address");
  problem(1, "#1+0", "by place");
  problem(0, "Counsel/gone", "by path", "file system");
  problem(0, "99999-GZIP-0", "in no file");
  problem(0, "", "of the volume", "volume");
  problem(2, "32768", "of a mailbox");
  problem(3, "65536", "of another");
  using Shown = std::vector<std::string>;
  const std::string folder = "privileged\t*\tCounsel/*\tcounsel\n";
  EXPECT_EQ(problems(folder), (Shown{"in no file", "of a mailbox", "of another", "of the volume"}));
  EXPECT_EQ(problems(folder + counsel), (Shown{"in no file", "of another", "of the volume"}));
  EXPECT_EQ(problems("out\t*\t-\tfree space\n"),
            (Shown{"by address", "by path", "by place", "of a mailbox", "of another", "of the volume"}));
}

TEST_F(ScopeRows, RulesThatDecideNothingAreKnown) {
  file(1, "Counsel/a.txt", "", "2023-06-01");
  file(2, "Mail/inbox", "", "2023-06-01");
  message(2, 0, "2023-01-01", "ann@one.example", "v@law.example");
  const Scope scope("in\tEX\tCounsel/*\nprivileged\tEX\tcounsel/a.txt\tlate\nprivileged\tEX\tCounsle/*\tmisspelt\n" +
                        counsel + "out\tother\t*\tother\n",
                    "rules");
  EXPECT_EQ(idle_rules(database_, scope), (std::vector<size_t>{1, 2, 4}));
}

}  // namespace
}  // namespace weft::pack
