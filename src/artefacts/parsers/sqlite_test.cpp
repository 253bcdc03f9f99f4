// What real databases must give, and what the write-ahead log adds. Row counts of all databases below WEFT_EVIDENCE
// were compared with SQLite's own shell; here those of a few stand.
#include <gtest/gtest.h>
#include <map>
#include <sqlite3.h>
#include <unistd.h>

#include "artefacts/testing.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

std::map<std::string, size_t> rows_by_table(Rows& rows) {
  std::map<std::string, size_t> out;
  for (const DatabaseRow& row : records<DatabaseRow>(rows)) ++out[row.table_name];
  return out;
}

TEST(sqlite, reads_a_browsers_history) {
  auto database = evidence("browsers/firefox/places.sqlite");
  if (!database) GTEST_SKIP() << "no real database: set WEFT_EVIDENCE";
  Rows rows = run(parser_named("sqlite"), "places.sqlite", *database);
  EXPECT_TRUE(rows.problems().empty()) << listing(rows);
  const auto& visits = records<VisitRow>(rows);
  EXPECT_EQ(visits.size(), rows_by_table(rows)["moz_places"]);
  size_t checked = 0;
  for (const FeatureRow& row : rows.selectors()) {
    if (row.kind != "url") continue;
    EXPECT_EQ(lower_ascii(database->substr(row.offset, row.value.size())), lower_ascii(row.value));
    ++checked;
  }
  EXPECT_GE(checked, 50u);
}

TEST(sqlite, reads_chromes_times) {
  auto database = evidence("browsers/chrome/History");
  if (!database) GTEST_SKIP() << "no real database: set WEFT_EVIDENCE";
  Rows rows = run(parser_named("sqlite"), "History", *database);
  const auto& visits = records<VisitRow>(rows);
  ASSERT_FALSE(visits.empty());
  for (const VisitRow& visit : visits) {
    if (!visit.time) continue;
    EXPECT_GT(to_text(*visit.time), "2005");
    EXPECT_LT(to_text(*visit.time), "2020");
  }
}

// A database whose log has not been written back: made by SQLite itself, copied while it is open.
class WithLog : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "weft_sqlite_test_" + std::to_string(getpid()) + ".db";
    remove();
    sqlite3* open = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &open), SQLITE_OK);
    auto run_sql = [&](const std::string& sql) {
      EXPECT_EQ(sqlite3_exec(open, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(open);
    };
    run_sql(
        "PRAGMA page_size=1024; PRAGMA journal_mode=WAL; CREATE TABLE contacts(id INTEGER PRIMARY KEY, name, email)");
    for (int i = 0; i < 100; ++i)
      run_sql("INSERT INTO contacts(name, email) VALUES('n" + std::to_string(i) + "', 'old" + std::to_string(i) +
              "@b-c.de')");
    run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    run_sql(
        "UPDATE contacts SET email = 'new5@b-c.de' WHERE id = 5; INSERT INTO contacts(name, email) VALUES('late', "
        "'late@b-c.de'); CREATE TABLE added(x); INSERT INTO added VALUES('more@b-c.de')");
    content_ = read_file(path_), log_ = read_file(path_ + "-wal");
    sqlite3_close(open);
  }
  void TearDown() override { remove(); }
  void remove() {
    for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((path_ + suffix).c_str());
  }
  std::string path_, content_, log_;
};

TEST_F(WithLog, shows_what_the_log_changed) {
  Rows rows = run(parser_named("sqlite"), "x.db", content_, {{"-wal", log_}});
  EXPECT_TRUE(has(rows, "email", "new5@b-c.de", "contact")) << listing(rows);
  EXPECT_TRUE(has(rows, "email", "late@b-c.de", "contact"));
  EXPECT_TRUE(has(rows, "email", "more@b-c.de", "row"));
  EXPECT_FALSE(has(rows, "email", "old4@b-c.de", "contact"));  // what row 5 was
  EXPECT_EQ(rows_by_table(rows)["contacts"], 101u);
  EXPECT_TRUE(rows.problems().empty());
}

TEST_F(WithLog, is_read_without_the_log_too) {
  Rows rows = run(parser_named("sqlite"), "x.db", content_);
  EXPECT_TRUE(has(rows, "email", "old4@b-c.de", "contact"));
  EXPECT_FALSE(has(rows, "email", "late@b-c.de", "contact"));
  EXPECT_EQ(rows_by_table(rows)["contacts"], 100u);
}

TEST_F(WithLog, does_not_believe_a_torn_log) {
  std::string torn = log_;
  torn[32 + 24 + 100] ^= 1;  // in the first frame's page: its checksum no longer holds, nor any behind it
  Rows rows = run(parser_named("sqlite"), "x.db", content_, {{"-wal", torn}});
  EXPECT_TRUE(has(rows, "email", "old4@b-c.de", "contact"));
  EXPECT_FALSE(has(rows, "email", "late@b-c.de", "contact"));
}

TEST_F(WithLog, survives_any_log) {
  for (size_t at = 0; at < std::min<size_t>(log_.size(), 256); ++at)
    for (char with : {char(0xFF), char(0x01)}) {
      std::string changed = log_;
      changed[at] = char(changed[at] ^ with);
      Rows rows = run(parser_named("sqlite"), "x.db", content_, {{"-wal", changed}});
      EXPECT_GE(rows_by_table(rows)["contacts"], 100u);
    }
  for (size_t length = 0; length < log_.size(); length += 511) {
    Rows rows = run(parser_named("sqlite"), "x.db", content_, {{"-wal", log_.substr(0, length)}});
    EXPECT_GE(rows_by_table(rows)["contacts"], 100u);
  }
}

}  // namespace
}  // namespace weft::artefacts
