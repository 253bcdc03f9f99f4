#include <fmt/format.h>

#include "base/error.h"
#include "pack/database.h"
#include "pack/schema.h"

namespace weft::pack {
namespace {

// The same text that weft::to_text(Time) makes, in SQL: 0, 3, 6 or 9 decimals, and Z.
std::string time_expression(const std::string& column) {
  return fmt::format(
      "strftime({0}, '%Y-%m-%dT%H:%M:%S') || CASE WHEN epoch_ns({0}) % 1000 <> 0 THEN '.' || strftime({0}, '%n') "
      "WHEN epoch_ns({0}) % 1000000 <> 0 THEN '.' || strftime({0}, '%f') "
      "WHEN epoch_ns({0}) % 1000000000 <> 0 THEN '.' || strftime({0}, '%g') ELSE '' END || 'Z' AS {0}",
      column);
}

std::string valid_tables(Database& database) {
  std::string out;
  for (const auto& row : database.rows("SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal ORDER BY 1"))
    out += (out.empty() ? "" : ", ") + row[0].value_or("");
  return out;
}

}  // namespace

void export_table(Database& database, const std::string& table, const std::string& format, const std::string& to) {
  std::string options;
  if (format == "csv") options = "FORMAT csv, HEADER true, NULLSTR ''";
  else if (format == "jsonl") options = "FORMAT json";
  else if (format == "parquet") options = "FORMAT parquet, COMPRESSION zstd";
  else throw Error(fmt::format("unknown format '{}'; there are csv, jsonl, parquet", format));

  std::string columns;
  for (const auto& row : database.rows(fmt::format("SELECT column_name, data_type FROM duckdb_columns() WHERE NOT internal "
                                                   "AND table_name = {} ORDER BY column_index", Database::quote(table)))) {
    std::string name = identifier(row[0].value_or(""));
    bool time = row[1] == "TIMESTAMP_NS" && format != "parquet";
    columns += (columns.empty() ? "" : ", ") + (time ? time_expression(name) : name);
  }
  if (columns.empty()) throw Error(fmt::format("unknown table '{}'; there are {}", table, valid_tables(database)));
  database.run(fmt::format("COPY (SELECT {} FROM {}) TO {} ({})", columns, identifier(table),
                           Database::quote(to == "-" ? "/dev/stdout" : to), options));
}

}  // namespace weft::pack
