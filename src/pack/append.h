// Typed rows into DuckDB: a table from a row struct, filled in chunks. And from there to a Parquet file.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pack/database.h"
#include "pack/schema.h"

namespace weft::pack {

// Rows of one table, cell by cell in column order, on their way into DuckDB.
// Text that is not UTF-8, or holds a NUL, is stored as weft::printable() shows it: DuckDB takes no other.
class RowFiller {
 public:
  virtual ~RowFiller();
  void put(std::string_view text);
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(uint64_t value);
  void put(bool value);
  void put(double value);
  void put(Time value);
  template <class T>
  void put(const std::optional<T>& value) {
    value ? put(*value) : put_null();
  }
  void put_null();
  // The same, of a text that is known to be one that can be stored (unit files hold no other), and that stays where it
  // is until the query that asks for the rows is over: it is neither looked at nor copied.
  void put_lasting(std::string_view text);
  template <class T>
  void put_lasting(const std::optional<T>& value) {
    value ? put_lasting(*value) : put_null();
  }
  template <class T>
  void put_lasting(const T& value) {
    put(value);
  }

 protected:
  struct Chunk;
  explicit RowFiller(const TableInfo& table);
  std::unique_ptr<Chunk> chunk_;
};

// Fills one table. Belongs to one thread and lives no longer than its Database.
class Appender : public RowFiller {
 public:
  // The table must be there; create_table() makes it.
  Appender(Database& database, const TableInfo& table);
  ~Appender() override;
  void end_row();
  // Hands over what is still in the chunk. Rows not finished are lost, so whoever appends calls it.
  void finish();

 private:
  void flush();
  struct Target;
  std::unique_ptr<Target> target_;
};

// An empty table named as the row struct says, or otherwise; one of that name is replaced.
void create_table(Database& database, const TableInfo& table, std::string_view name);
template <class Row>
void create_table(Database& database) {
  create_table(database, table_info<Row>(), Row::table);
}

template <class Row>
void append(Appender& appender, std::span<const Row> rows) {
  for (const Row& row : rows) {
    std::apply([&](const auto&... column) { (appender.put(row.*column.member), ...); }, columns_of<Row>);
    appender.end_row();
  }
}
template <class Row>
void append(Database& database, const std::vector<Row>& rows) {
  Appender appender(database, table_info<Row>());
  append(appender, std::span<const Row>(rows));
  appender.finish();
}

// A query's rows, in its order, as a Parquet file: whole or not there, and the same bytes for the same rows whatever
// the number of threads. Pack and link tables are all written by this.
void write_parquet_query(Database& database, const std::string& query, const std::string& path, int mode = 0644);

// Puts the cells of the next row; false when there is none.
using NextRow = std::function<bool(RowFiller&)>;
// Rows as they come, as a Parquet file; the same promise, and no more memory than a row group takes.
void write_parquet_rows(Database& database, const TableInfo& table, const NextRow& next, const std::string& path,
                        int mode = 0644);

// The rows as they stand.
template <class Row>
void write_parquet(Database& database, const std::vector<Row>& rows, const std::string& path) {
  size_t at = 0;
  const NextRow next = [&](RowFiller& out) {
    if (at == rows.size()) return false;
    std::apply([&](const auto&... column) { (out.put(rows[at].*column.member), ...); }, columns_of<Row>);
    ++at;
    return true;
  };
  write_parquet_rows(database, table_info<Row>(), next, path);
}

}  // namespace weft::pack
