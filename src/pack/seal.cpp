// Sealing: rows of all units, in any order, become Parquet files whose bytes depend on the rows alone.
//   units → append to DuckDB tables (spilling beyond the budget) → drop what was read better elsewhere → SELECT … ORDER
//   BY all columns → Parquet → hash → manifest → sync → rename
// What makes the bytes equal: the order is total up to identical rows (every column takes part, NULLs first), row
// groups have a fixed number of rows, and DuckDB writes them in the order of the query whatever the number of threads
// (preserve_insertion_order). A test seals with 1, 2 and 4 threads and compares the bytes.
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "pack/append.h"
#include "pack/manifest.h"
#include "pack/pack.h"
#include "pack/unit_file.h"

namespace weft::pack {
namespace {

namespace stdfs = std::filesystem;

std::string columns_of(const TableInfo& table, std::string_view prefix = "") {
  std::string out;
  for (const ColumnInfo& column : table.columns)
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, identifier(column.name));
  return out;
}

// first, then every other column; so only identical rows tie.
std::string order(const TableInfo& table, const std::vector<std::string>& first) {
  std::string out;
  auto add = [&](const std::string& term) { out += (out.empty() ? "" : ", ") + term + " NULLS FIRST"; };
  for (const std::string& term : first) add(term);
  for (const ColumnInfo& column : table.columns) {
    std::string name = identifier(column.name);
    if (std::find(first.begin(), first.end(), name) == first.end()) add(name);
  }
  return out;
}

template <class Row>
std::string select(const std::vector<std::string>& first, bool distinct = false) {
  TableInfo table = table_info<Row>();
  return fmt::format("SELECT {}{} FROM {} ORDER BY {}", distinct ? "DISTINCT " : "", columns_of(table),
                     identifier(table.name), order(table, first));
}

// The file's path comes from the file table: the worker that found the feature knew the number only.
std::string select_features() {
  TableInfo table = table_info<FeatureRow>();
  std::string columns;
  for (const ColumnInfo& column : table.columns) {
    std::string name = identifier(column.name);
    columns += columns.empty() ? "" : ", ";
    columns +=
        column.name == "file" ? "coalesce(f.path, feature.file) AS file" : fmt::format("feature.{0} AS {0}", name);
  }
  return fmt::format(
      "SELECT DISTINCT {} FROM feature LEFT JOIN (SELECT file_id, min(path) AS path FROM file GROUP BY file_id) AS f "
      "ON feature.file_id = f.file_id ORDER BY {}",
      columns, order(table, {"\"offset\"", "\"path\"", "\"kind\"", "\"value\"", "\"encoding\""}));
}

void load(Database& database, const std::vector<std::string>& units) {
  each_table(static_cast<const UnitRows&>(UnitRows()),
             [&]<class Row>(const std::vector<Row>&) { create_table<Row>(database); });
  for (const std::string& unit : units)
    read_unit(unit, [&](const UnitRows& rows) {
      each_table(rows, [&]<class Row>(const std::vector<Row>& table) {
        if (!table.empty()) append(database, table);
      });
    });
}

// A stream or value that crosses a seam of its file was read twice: cut short where it begins on the image, and whole
// through the file (path "#FILE+…"). The whole one stands; what the cut one gave at the same place of the same file
// goes, and so does its complaint of being cut. What a parser read (it has a role) takes no part: its path always leads
// through the file, and both it and the scanner's find stand.
void prefer_whole_contents(Database& database) {
  database.run(
      "CREATE TEMP TABLE whole AS SELECT DISTINCT \"offset\", file_id, split_part(path, '-', 2) AS layer, "
      "CASE WHEN contains(path, '-') THEN '' ELSE kind END AS kind FROM feature WHERE starts_with(path, '#') AND role "
      "= ''");
  database.run(
      "DELETE FROM feature AS f USING whole AS w WHERE f.\"offset\" = w.\"offset\" AND f.file_id = w.file_id "
      "AND NOT starts_with(f.path, '#') AND split_part(f.path, '-', 2) = w.layer AND w.kind IN ('', f.kind)");
  database.run(
      "DELETE FROM problem AS p USING whole AS w WHERE p.stage = 'scan' AND p.\"offset\" = w.\"offset\" "
      "AND p.file_id = w.file_id AND w.layer <> '' AND split_part(p.path, '-', 2) IN ('', w.layer)");
}

struct Query {
  TableInfo table;
  std::string sql;
};
std::vector<Query> queries() {
  std::vector<Query> out{{table_info<ExhibitRow>(), select<ExhibitRow>({})},
                         {table_info<VolumeRow>(), select<VolumeRow>({"\"volume\"", "\"offset\""})},
                         {table_info<FileRow>(), select<FileRow>({"\"file_id\""})},
                         {table_info<ExtentRow>(),
                          select<ExtentRow>({"\"file_id\"", "\"kind\" = 'slack'", "\"file_offset\"", "\"offset\""})},
                         {table_info<FeatureRow>(), select_features()}};
  std::apply(
      [&]<class... Rows>(const std::vector<Rows>&...) {
        (out.push_back({table_info<Rows>(), select<Rows>({"\"offset\"", "\"path\""}, true)}), ...);
      },
      RecordLists());
  out.push_back({table_info<ProblemRow>(), select<ProblemRow>({}, true)});
  return out;
}

SealedTable write_table(Database& database, const Query& query, const std::string& folder) {
  SealedTable out;
  out.name = query.table.name;
  out.file = out.name + ".parquet";
  std::string path = folder + "/" + out.file;
  write_parquet_query(database, query.sql, path);
  out.sha256 = sha256_of_file(path);
  out.bytes = stdfs::file_size(path);
  out.rows =
      std::stoull(database.value(fmt::format("SELECT num_rows FROM parquet_file_metadata({})", Database::quote(path)))
                      .value_or("0"));
  return out;
}

void make_folder(const std::string& path) {
  std::error_code error;
  stdfs::create_directories(path, error);
  if (error) throw Error("cannot create", path, error.value());
}
void remove_folder(const std::string& path) {
  std::error_code error;
  stdfs::remove_all(path, error);
  if (error) throw Error("cannot remove", path, error.value());
}

}  // namespace

void seal(const SealOptions& options) {
  if (exists(options.folder)) throw Error("there is a pack already", options.folder);
  stdfs::path folder(options.folder);
  std::string temporary = (folder.parent_path() / ("." + folder.filename().string() + ".sealing")).string();
  remove_folder(temporary);  // what a killed seal left
  make_folder(temporary);

  Database database(options.temporary, options.limits.memory / 2, options.threads);
  load(database, options.units);
  prefer_whole_contents(database);

  std::vector<SealedTable> tables;
  for (const Query& query : queries()) tables.push_back(write_table(database, query, temporary));
  make_folder(stdfs::path(options.tokens).parent_path().string());
  write_parquet_query(database, select<TokenRow>({}, true), options.tokens,
                      0600);  // before the pack: its name says all is done

  write_file(temporary + "/manifest.json", manifest_text(options, tables));  // also syncs the folder
  publish(temporary, options.folder);
}

}  // namespace weft::pack
