#include "pack/database.h"

#include <cerrno>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "pack/scratch_test.h"

namespace weft::pack {
namespace {

TEST(database, renders_every_type_it_hands_out) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  auto rows = database.rows(
      "SELECT true, 1::TINYINT, -2::SMALLINT, 3::INTEGER, (-9223372036854775808)::BIGINT, 4::UTINYINT, 5::USMALLINT, "
      "6::UINTEGER, 18446744073709551615::UBIGINT, 170141183460469231731687303715884105727::HUGEINT, 2.5::DOUBLE, "
      "-0.05, 12.340::DECIMAL(18,3), 'é\nx', NULL, TIMESTAMP_NS '1969-12-31 23:59:59.123456789', sum(7::UBIGINT), 0");
  ASSERT_EQ(rows.size(), 1u);
  Database::Row expected{"true",
                         "1",
                         "-2",
                         "3",
                         "-9223372036854775808",
                         "4",
                         "5",
                         "6",
                         "18446744073709551615",
                         "170141183460469231731687303715884105727",
                         "2.5",
                         "-0.05",
                         "12.340",
                         "é\nx",
                         std::nullopt,
                         "1969-12-31T23:59:59.123456789Z",
                         "7",
                         "0"};
  EXPECT_EQ(rows[0], expected);
}

TEST(database, each_streams_and_can_stop) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB, 2);
  uint64_t seen = 0;
  database.each("SELECT * FROM range(100000)", [&](const Database::Row& row) {
    EXPECT_EQ(row[0], std::to_string(seen));
    return ++seen < 5000;
  });
  EXPECT_EQ(seen, 5000u);
  EXPECT_EQ(database.value("SELECT 1"), "1");  // the connection is free again
  EXPECT_EQ(database.value("SELECT 1 WHERE false"), std::nullopt);
}

TEST(database, errors_carry_the_message) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  for (auto sql : {"SELECT * FROM nowhere", "SELEC 1"}) {
    EXPECT_THROW(database.run(sql), Error);
    EXPECT_THROW(database.rows(sql), Error);
  }
  try {
    database.rows("SELECT * FROM nowhere");
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("nowhere"), std::string::npos);
  }
  // An error in the middle of a stream is an error too, not an early end.
  EXPECT_THROW(database.rows("SELECT CAST(CASE WHEN range = 90000 THEN 'x' ELSE '1' END AS BIGINT) FROM range(100000)"),
               Error);
  EXPECT_THROW(database.rows("SELECT [1, 2]"), Error);
}

TEST(database, loads_nothing_from_outside) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  EXPECT_THROW(database.run("SELECT * FROM read_csv('https://127.0.0.1:9/x.csv')"), Error);
  EXPECT_EQ(database.value("SELECT current_setting('autoinstall_known_extensions')::VARCHAR"), "false");
}

TEST(database, two_at_once_spill_apart_and_leave_nothing) {
  Scratch scratch;
  std::string spill = scratch / "spill";
  std::filesystem::create_directories(spill + "/duckdb-killed");
  write_file(spill + "/duckdb-killed/lock", "");
  {
    Database one(spill, 256 * MiB), two(spill, 256 * MiB);
    EXPECT_FALSE(exists(spill + "/duckdb-killed"));  // what a killed process left is swept
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(spill), {}), 2);
    EXPECT_EQ(one.value("SELECT 1"), "1");
    EXPECT_EQ(two.value("SELECT 1"), "1");
  }
  EXPECT_TRUE(std::filesystem::is_empty(spill));
}

TEST(database, packs_without_any_are_typed_and_empty) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  database.attach_packs({});
  database.attach_links(scratch / "none");
  EXPECT_EQ(database.value("SELECT count(*) FROM feature"), "0");
  EXPECT_EQ(
      database.value("SELECT data_type FROM duckdb_columns() WHERE table_name = 'feature' AND column_name = 'offset'"),
      "UBIGINT");
}

TEST(database, quotes) {
  Scratch scratch;
  Database database(scratch / "spill", 256 * MiB);
  std::string text = "it's \"x\" \\ ; --";
  EXPECT_EQ(database.value("SELECT " + Database::quote(text)), text);
}

TEST(database, a_full_disk_is_called_so) {
  Scratch scratch;
  Database database(scratch / "tmp", GiB);
  try {
    database.run("COPY (SELECT range FROM range(100000)) TO '/dev/full' (FORMAT parquet, USE_TMP_FILE false)");
    FAIL() << "it fits on no disk";
  } catch (const Error& error) {
    EXPECT_EQ(error.os_code(), ENOSPC) << error.what();
  }
}

}  // namespace
}  // namespace weft::pack
