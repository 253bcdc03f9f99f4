// What real databases must give, and what the write-ahead log adds. Row counts of all databases below WEFT_EVIDENCE
// were compared with SQLite's own shell; here those of a few stand.
#include <gtest/gtest.h>
#include <map>
#include <set>
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

// A database of small pages that SQLite makes of these statements.
std::string made_of(const std::string& sql) {
  sqlite3* open = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &open), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(open, ("PRAGMA page_size=512;" + sql).c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(open);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(open, "main", &size, 0);
  std::string out(reinterpret_cast<const char*>(bytes), size_t(size));
  sqlite3_free(bytes);
  sqlite3_close(open);
  return out;
}

std::string numbers(int first, int last) {
  return fmt::format("WITH RECURSIVE n(i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n WHERE i < {}) ", first, last);
}

TEST(sqlite, a_page_that_is_kept_was_not_visited) {
  Rows rows = run(parser_named("sqlite"), "places.sqlite",
                  made_of("CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url, title, visit_count INTEGER DEFAULT 0, "
                          "last_visit_date INTEGER);"
                          "INSERT INTO moz_places VALUES(1, 'http://never.org/', 'bookmark', 0, NULL),"
                          "(2, 'http://visited.org/', 'x', 3, 1600000000000000),"
                          "(3, 'http://embedded.org/', 'x', 0, 1600000000000000), (4, 'http://who.org/', 'x', "
                          "NULL, NULL)"));
  EXPECT_TRUE(has(rows, "url", "http://never.org/", "kept")) << listing(rows);
  EXPECT_TRUE(has(rows, "url", "http://visited.org/", "visit"));
  EXPECT_TRUE(has(rows, "url", "http://embedded.org/", "visit"));
  EXPECT_TRUE(has(rows, "url", "http://who.org/", "visit"));
  const auto& visits = records<VisitRow>(rows);
  ASSERT_EQ(visits.size(), 4u);
  EXPECT_EQ(visits[0].count, std::optional<uint64_t>(0));
  EXPECT_FALSE(visits[0].time);
  EXPECT_EQ(visits[1].count, std::optional<uint64_t>(3));
  EXPECT_EQ(to_text(visits[2].time.value()), "2020-09-13T12:26:40Z");
  EXPECT_FALSE(visits[3].count);
}

TEST(sqlite, safaris_times_and_titles_are_those_of_the_last_visit) {
  Rows rows = run(parser_named("sqlite"), "History.db",
                  made_of("CREATE TABLE history_items(id INTEGER PRIMARY KEY, url TEXT, visit_count INTEGER);"
                          "CREATE TABLE history_visits(id INTEGER PRIMARY KEY, history_item INTEGER, visit_time REAL, "
                          "title TEXT);"
                          "INSERT INTO history_items VALUES(1, 'http://a.org/', 3), (2, 'http://b.org/', 1),"
                          "(3, 'http://c.org/', 0);"
                          "INSERT INTO history_visits VALUES(1, 1, 531955469.75, 'New'), (2, 1, 500000000, 'Old'),"
                          "(3, 1, 531955470, NULL), (4, 2, 1e300, 'far'), (5, 2, -1, 'no')"));
  const auto& visits = records<VisitRow>(rows);
  ASSERT_EQ(visits.size(), 3u);
  EXPECT_EQ(visits[0].title, "New");
  EXPECT_EQ(to_text(visits[0].time.value()), "2017-11-09T21:24:30Z");
  EXPECT_FALSE(visits[1].time);
  EXPECT_TRUE(has(rows, "url", "http://b.org/", "visit")) << listing(rows);
  EXPECT_TRUE(has(rows, "url", "http://c.org/", "kept"));
}

TEST(sqlite, reads_safaris_history) {
  auto database = evidence("browsers/safari/History.db");
  if (!database) GTEST_SKIP() << "no real database: set WEFT_EVIDENCE";
  Rows rows = run(parser_named("sqlite"), "History.db", *database);
  ASSERT_FALSE(records<VisitRow>(rows).empty());
  for (const VisitRow& visit : records<VisitRow>(rows)) {
    ASSERT_TRUE(visit.time) << visit.url;
    EXPECT_GT(to_text(*visit.time), "2005");
    EXPECT_LT(to_text(*visit.time), "2030");
  }
}

TEST(sqlite, tables_that_begin_on_one_page_are_read_once) {
  const std::string content =
      made_of("CREATE TABLE t(a); CREATE TABLE z(b); INSERT INTO z VALUES('z@b-c.de');" + numbers(1, 2000) +
              "INSERT INTO t SELECT 'x' FROM n; PRAGMA writable_schema=ON;" + numbers(1, 12000) +
              "INSERT INTO sqlite_schema SELECT 'table', 't' || i, 't' || i, 2, 'CREATE TABLE t' || i || '(a)' FROM n");
  Rows rows = run(parser_named("sqlite"), "x.db", content);
  EXPECT_EQ(rows_by_table(rows), (std::map<std::string, size_t>{{"t", 2000}, {"z", 1}}));
  EXPECT_TRUE(has(rows, "email", "z@b-c.de", "row"));
  ASSERT_EQ(rows.problems().size(), 1u) << listing(rows);
  EXPECT_EQ(rows.problems()[0].what, "left out: 12000 tables with an earlier one's name or first page");
}

uint16_t big(std::string_view bytes, size_t at) {
  return uint16_t(uint8_t(bytes[at]) << 8 | uint8_t(bytes[at + 1]));
}
void set_big(std::string& bytes, size_t at, size_t value) {
  bytes[at] = char(value >> 8), bytes[at + 1] = char(value);
}

// Every cell of a table is the one whose text goes on over a thousand and more pages.
TEST(sqlite, cells_that_share_one_long_text) {
  std::string content = made_of(
      "CREATE TABLE a(x); INSERT INTO a VALUES('a@b-c.de'); CREATE TABLE t(a);"
      "INSERT INTO t(rowid, a) VALUES(1, printf('%.900000c', 'y'));" +
      numbers(2, 9000) + "INSERT INTO t SELECT 'xxxxxxxxxx' FROM n");
  const auto each_leaf = [&](const auto& found) {
    for (size_t at = 512; at < content.size(); at += 512)
      if (content[at] == 13 && big(content, at + 3) > 1) found(at);
  };
  std::string long_one;
  each_leaf([&](size_t at) {
    const size_t cell = at + big(content, at + 8);
    if (uint8_t(content[cell]) > 0x80 && long_one.empty()) long_one = content.substr(cell, at + 512 - cell);
  });
  ASSERT_FALSE(long_one.empty());
  size_t cells = 0;
  each_leaf([&](size_t at) {
    const size_t cell = 512 - long_one.size(), count = std::min<size_t>((512 - 8) / 6, (cell - 8) / 2);
    set_big(content, at + 1, 0), set_big(content, at + 3, count), set_big(content, at + 5, cell), content[at + 7] = 0;
    for (size_t i = 0; i < count; ++i) set_big(content, at + 8 + 2 * i, cell);
    content.replace(at + cell, long_one.size(), long_one);
    cells += count;
  });
  ASSERT_GE(cells, 10'000u);
  const Seconds seconds;
  Rows rows = run(parser_named("sqlite"), "x.db", content);
  EXPECT_LE(seconds.passed(), 2);
  EXPECT_TRUE(has(rows, "email", "a@b-c.de", "row"));
  EXPECT_GE(rows_by_table(rows)["t"], 8u);
  EXPECT_LE(rows_by_table(rows)["t"], 50u);
  ASSERT_GE(rows.problems().size(), 1u);
  EXPECT_EQ(rows.problems()[0].what, "table t: it takes more steps, or bytes, than a database of its size may");
}

// Each cell of the schema is one long statement, which is parsed before SQLite sees that it has it.
TEST(sqlite, a_schema_that_says_the_same_over_and_over) {
  std::string view = "CREATE VIEW v AS SELECT 1";
  while (view.size() < 300 * KiB) view += ",1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1";
  std::string content =
      made_of("PRAGMA page_size=65536;" + view + "; CREATE TABLE z(b); INSERT INTO z VALUES('z@b-c.de')");
  const size_t long_one = big(content, 108), table = big(content, 110), count = 5000;
  set_big(content, 103, count);
  set_big(content, 108, table);
  for (size_t i = 1; i < count; ++i) set_big(content, 108 + 2 * i, long_one);
  const Seconds seconds;
  Rows rows = run(parser_named("sqlite"), "x.db", content);
  EXPECT_LE(seconds.passed(), 5);
  EXPECT_TRUE(has(rows, "email", "z@b-c.de", "row")) << listing(rows);
  ASSERT_EQ(rows.problems().size(), 1u);
  EXPECT_EQ(rows.problems()[0].what, "left out: tables behind what a schema may take to read");
}

// What a column is computed to lies in no byte of the file, and may take as long as it likes.
TEST(sqlite, columns_that_are_computed_are_not_asked_for) {
  const std::string content = made_of(
      "CREATE TABLE t(a, b AS (length(hex(zeroblob(500000)))), c, d AS (a || '@computed.de'), e AS (c || '@stored.de') "
      "STORED); INSERT INTO t(a, c) VALUES('a@b-c.de', 'anna');" +
      numbers(1, 3000) + "INSERT INTO t(a, c) SELECT 'x', 'y' FROM n");
  const Seconds seconds;
  Rows rows = run(parser_named("sqlite"), "x.db", content);
  EXPECT_LE(seconds.passed(), 2);
  EXPECT_EQ(rows_by_table(rows)["t"], 3001u);
  EXPECT_EQ(records<DatabaseRow>(rows).at(0).content, "a=a@b-c.de\nc=anna\ne=anna@stored.de");
  EXPECT_TRUE(has(rows, "email", "anna@stored.de", "row")) << listing(rows);
  EXPECT_EQ(rows.problems().size(), 0u);
}

// Their rows are keys of a tree, on its leaves and within it, with the columns of the key in front.
TEST(sqlite, says_where_rows_without_numbers_lie) {
  for (const std::string encoding : {"UTF-8", "UTF-16le", "UTF-16be"})
    for (const std::string key : {"who", "note, mail", "mail DESC"}) {
      const std::string content = made_of(fmt::format(
          "PRAGMA page_size=1024; PRAGMA encoding='{}'; CREATE TABLE t(who, n, mail, note, PRIMARY KEY ({})) WITHOUT "
          "ROWID; CREATE INDEX i ON t(mail, note, n, who); {} INSERT INTO t SELECT 'Kunde' || i, 1, 'm' || (i * 7 % "
          "1000) || '@b-c.de', 'Notiz' || (i * 3 % 1000) FROM n",
          encoding, key, numbers(1, 300)));
      Rows rows = run(parser_named("sqlite"), "x.db", content);
      std::set<uint64_t> places;
      for (const FeatureRow& row : rows.selectors()) {
        if (row.kind != "email") continue;
        places.insert(row.offset);
        const Bytes there = as_bytes(content).subspan(row.offset, (encoding == "UTF-8" ? 1 : 2) * row.value.size());
        EXPECT_EQ(encoding == "UTF-8"      ? std::string(as_text(there))
                  : encoding == "UTF-16le" ? from_utf16le(there)
                                           : from_utf16be(there),
                  row.value);
      }
      EXPECT_EQ(places.size(), 300u) << encoding << " " << key;
    }
}

TEST(sqlite, a_table_may_have_the_name_of_what_tells_its_columns) {
  Rows rows = run(parser_named("sqlite"), "x.db",
                  made_of("CREATE TABLE pragma_table_xinfo(name, hidden); CREATE TABLE t(a);"
                          "INSERT INTO pragma_table_xinfo VALUES('b', 0); INSERT INTO t VALUES('a@b-c.de')"));
  EXPECT_TRUE(has(rows, "email", "a@b-c.de", "row")) << listing(rows);
  EXPECT_EQ(rows.problems().size(), 0u);
}

TEST(sqlite, says_what_it_cut) {
  const std::string name(300, 'n'), column(300, 'c');
  const std::string content = made_of(fmt::format(
      "CREATE TABLE {0}({1}, b, c); INSERT INTO {0} VALUES('1', printf('%.5000c', 'y'), printf('%.70000c', 'z')); {2}"
      "INSERT INTO {0} SELECT i, 'y', 'z' FROM n",
      name, column, numbers(1, 500)));
  Rows rows = run(parser_named("sqlite"), "x.db", content);
  const auto& all = records<DatabaseRow>(rows);
  ASSERT_EQ(all.size(), 501u) << listing(rows);
  EXPECT_EQ(all[0].table_name, name.substr(0, 200));
  EXPECT_EQ(all[0].content,
            column.substr(0, 200) + "=1\nb=" + std::string(4096, 'y') + "\nc=" + std::string(4096, 'z'));
  EXPECT_EQ(listing(rows),
            "problem the name of a table or column gives its first 200 bytes: 2, the first here\n"
            "problem a row's content gives the first 4096 bytes of a text: 2, the first here\n"
            "problem a text of more than 65536 bytes is not looked into for addresses\n");
}

}  // namespace
}  // namespace weft::artefacts
