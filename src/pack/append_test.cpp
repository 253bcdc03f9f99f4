#include "pack/append.h"

#include <gtest/gtest.h>
#include <limits>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "pack/scratch_test.h"

namespace weft::pack {
namespace {

struct AllRow {
  std::string text;
  uint64_t number = 0;
  bool flag = false;
  double real = 0;
  Time time;
  std::optional<std::string> maybe_text;
  std::optional<uint64_t> maybe_number;
  std::optional<bool> maybe_flag;
  std::optional<double> maybe_real;
  std::optional<Time> maybe_time;

  static constexpr std::string_view table = "every";
  static constexpr std::string_view what = "every type a column may have";
  static constexpr auto columns() {
    using R = AllRow;
    return std::make_tuple(column("text", &R::text, ""), column("number", &R::number, ""), column("flag", &R::flag, ""),
                           column("real", &R::real, ""), column("time", &R::time, ""),
                           column("maybe_text", &R::maybe_text, ""), column("maybe_number", &R::maybe_number, ""),
                           column("maybe_flag", &R::maybe_flag, ""), column("maybe_real", &R::maybe_real, ""),
                           column("maybe_time", &R::maybe_time, ""));
  }
};

std::vector<AllRow> sample() {
  AllRow empty;
  AllRow full{"Ünï\n", std::numeric_limits<uint64_t>::max(), true, 0.1, Time{-1}, "", 0, false, -0.5, Time{1}};
  AllRow bad;
  bad.text = std::string("a\0b", 3), bad.maybe_text = "\xFF\xFE";
  return {empty, full, bad};
}

const std::vector<Database::Row> expected{
    {"", "0", "false", "0", "1970-01-01T00:00:00Z", {}, {}, {}, {}, {}},
    {"Ünï\n", "18446744073709551615", "true", "0.1", "1969-12-31T23:59:59.999999999Z", "", "0", "false", "-0.5",
     "1970-01-01T00:00:00.000000001Z"},
    {"a\\x00b", "0", "false", "0", "1970-01-01T00:00:00Z", "\\xFF\\xFE", {}, {}, {}, {}}};

TEST(append, every_type_and_nothing) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  create_table<AllRow>(database);
  append(database, sample());
  EXPECT_EQ(database.rows("SELECT * FROM every"), expected);
}

TEST(append, many_chunks_keep_order_and_nulls) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB, 2);
  std::vector<AllRow> rows(10'000);
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].number = i;
    rows[i].text = "a text that does not fit into twelve bytes " + std::to_string(i);
    if (i % 3 == 0) rows[i].maybe_number = i;
  }
  create_table<AllRow>(database);
  append(database, rows);
  EXPECT_EQ(database.value("SELECT count(*) FROM every WHERE (maybe_number IS NOT NULL) = (number % 3 = 0) "
                           "AND coalesce(maybe_number, number) = number AND ends_with(text, ' ' || number)"),
            "10000");
}

TEST(append, texts_at_every_length_around_a_word) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  std::vector<AllRow> rows;
  for (size_t length = 1; length < 20; ++length)
    for (size_t at = 0; at < length; ++at)
      for (char c : {'\0', '\x01', '\x7F', '\x80', '\xFF'}) {
        rows.emplace_back().text = std::string(length, 'x');
        rows.back().text[at] = c;
      }
  create_table<AllRow>(database);
  append(database, rows);
  auto back = database.rows("SELECT text FROM every");
  ASSERT_EQ(back.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    bool kept = rows[i].text.find_first_of(std::string("\0\x80\xFF", 3)) == std::string::npos;
    EXPECT_EQ(back[i][0] == rows[i].text, kept) << i;
  }
}

TEST(append, parquet_round_trip_and_export) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  write_parquet(database, sample(), scratch / "every.parquet");
  write_parquet(database, std::vector<AllRow>(), scratch / "none.parquet");
  EXPECT_FALSE(exists(scratch / "every.parquet.tmp"));
  EXPECT_EQ(database.rows("SELECT * FROM " + Database::quote(scratch / "every.parquet")), expected);
  EXPECT_EQ(database.rows("DESCRIBE SELECT * FROM " + Database::quote(scratch / "every.parquet")),
            database.rows("DESCRIBE SELECT * FROM " + Database::quote(scratch / "none.parquet")));

  database.run("CREATE VIEW every AS SELECT * FROM " + Database::quote(scratch / "every.parquet"));
  export_table(database, "every", "csv", scratch / "o.csv");
  EXPECT_EQ(read_file(scratch / "o.csv"),
            "text,number,flag,real,time,maybe_text,maybe_number,maybe_flag,maybe_real,maybe_time\n"
            "\"\",0,false,0.0,1970-01-01T00:00:00Z,,,,,\n"
            "\"Ünï\n\",18446744073709551615,true,0.1,1969-12-31T23:59:59.999999999Z,\"\",0,false,-0.5,"
            "1970-01-01T00:00:00.000000001Z\n"
            "a\\x00b,0,false,0.0,1970-01-01T00:00:00Z,\\xFF\\xFE,,,,\n");
  export_table(database, "every", "jsonl", scratch / "o.jsonl");
  EXPECT_EQ(
      read_file(scratch / "o.jsonl"),
      "{\"text\":\"\",\"number\":0,\"flag\":false,\"real\":0.0,\"time\":\"1970-01-01T00:00:00Z\",\"maybe_text\":"
      "null,\"maybe_number\":null,\"maybe_flag\":null,\"maybe_real\":null,\"maybe_time\":null}\n"
      "{\"text\":\"Ünï\\n\",\"number\":18446744073709551615,\"flag\":true,\"real\":0.1,\"time\":\"1969-12-31T23:59:"
      "59.999999999Z\",\"maybe_text\":\"\",\"maybe_number\":0,\"maybe_flag\":false,\"maybe_real\":-0.5,"
      "\"maybe_time\":\"1970-01-01T00:00:00.000000001Z\"}\n"
      "{\"text\":\"a\\\\x00b\",\"number\":0,\"flag\":false,\"real\":0.0,\"time\":\"1970-01-01T00:00:00Z\",\"maybe_"
      "text\":\"\\\\xFF\\\\xFE\",\"maybe_number\":null,\"maybe_flag\":null,\"maybe_real\":null,\"maybe_time\":null}\n");
  export_table(database, "every", "parquet", scratch / "o.parquet");
  EXPECT_EQ(database.rows("SELECT * FROM " + Database::quote(scratch / "o.parquet")), expected);
}

TEST(append, exported_times_are_as_to_text_says) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  std::vector<AllRow> rows;
  std::string text = "time\n";
  for (int64_t base : {int64_t(0), int64_t(1343166324), int64_t(-5), int64_t(-9000000000), int64_t(9000000000)})
    for (int64_t rest : {0, 1, 1000, 120000000, 123456000, 123456789, 1000000, 999999999}) {
      rows.emplace_back().time = Time{base * 1'000'000'000 + rest};
      text += to_text(rows.back().time) + "\n";
    }
  create_table<AllRow>(database);
  append(database, rows);
  database.run("CREATE VIEW moments AS SELECT time FROM every");
  export_table(database, "moments", "csv", scratch / "o.csv");
  EXPECT_EQ(read_file(scratch / "o.csv"), text);
}

TEST(append, export_names_what_there_is) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  database.attach_packs({});
  auto message = [&](const char* table, const char* format) -> std::string {
    try {
      export_table(database, table, format, scratch / "o");
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  std::string unknown = message("features", "csv");
  EXPECT_EQ(unknown.rfind("unknown table 'features'; there are ", 0), 0u) << unknown;
  for (const TableInfo& table : pack_tables())
    EXPECT_NE(unknown.find(" " + std::string(table.name)), std::string::npos) << unknown << " misses " << table.name;
  EXPECT_EQ(message("feature", "xlsx"), "unknown format 'xlsx'; there are csv, jsonl, parquet");
  EXPECT_FALSE(exists(scratch / "o"));
}

TEST(append, export_to_standard_output) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  database.run("CREATE VIEW numbers AS SELECT range AS n FROM range(3)");
  testing::internal::CaptureStdout();
  export_table(database, "numbers", "csv", "-");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "n\n0\n1\n2\n");
}

TEST(append, export_of_many_rows_keeps_their_order) {
  Scratch scratch;
  Database database(scratch / "spill", 512 * MiB, 2);
  database.run("CREATE TABLE numbers AS SELECT range AS n FROM range(500000)");
  std::string expected_text = "n\n";
  for (int i = 0; i < 500'000; ++i) expected_text += std::to_string(i) + "\n";
  export_table(database, "numbers", "csv", scratch / "o.csv");
  EXPECT_TRUE(read_file(scratch / "o.csv") == expected_text);
}

TEST(append, to_a_table_that_is_not_there) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  EXPECT_THROW(append(database, sample()), Error);
}

TEST(append, the_file_has_its_mode) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  write_parquet_query(database, "SELECT 1 AS x", scratch / "secret.parquet", 0600);
  struct stat info;
  ASSERT_EQ(::stat((scratch / "secret.parquet").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace weft::pack
