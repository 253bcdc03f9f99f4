// SQLite databases in memory: their tables and rows as SQLite shows them, with the changes in the write-ahead log, and
// where the bytes of a cell lie in the database file. SQLite stands behind this header only.
// Hostile databases cost no more than so many steps and bytes as their size allows. One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::artefacts {

struct Cell {
  enum class Type { null, integer, real, text, blob } type = Type::null;
  std::string_view text;  // of a text, or the bytes of a blob; for as long as the call lasts
  int64_t integer = 0;
  double real = 0;
  uint64_t at = 0;  // where it begins in the file; of the row, or of the table's first page, where that is not known
};

struct Row {
  std::optional<int64_t> id;
  uint64_t at = 0;
  std::vector<Cell> cells;  // as many as the table has columns
};

struct Table {
  std::string name;
  std::vector<std::string> columns;
  uint32_t root = 0;           // its first page, from 1
  std::vector<size_t> by_key;  // columns in the order in which a table without row ids stores them
};

class Database {
 public:
  // log: the content of the file beside it whose name ends in "-wal", or nothing.
  Database(Bytes content, Bytes log);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Why it cannot be read; empty when it can.
  const std::string& failure() const { return failure_; }
  // Those that begin on an earlier one's page, or bear its name, are left out: their rows are the same bytes.
  std::vector<Table> tables();
  // What tables() left out, and why; empty when it has them all.
  const std::string& left_out() const { return left_out_; }
  // Calls each(row) for one after the other. Returns why it ended early; empty when it did not.
  std::string each_row(const Table& table, const std::function<void(const Row&)>& each);

 private:
  struct Connection;
  struct Place {
    int64_t id;
    uint64_t cell;
  };
  void apply(Bytes log);
  Bytes page(uint32_t number) const;
  std::vector<Place> places(uint32_t root);
  std::vector<uint64_t> places_by_key(uint32_t root);
  void locate(uint64_t cell, Row& row) const;
  void locate_by_key(uint64_t cell, const std::vector<size_t>& by_key, Row& row) const;
  std::string reason() const;

  std::vector<uint8_t> bytes_;  // with the log's pages in place
  std::vector<bool> from_log_;  // by page number
  uint64_t file_size_ = 0;      // of the database file alone
  uint32_t page_size_ = 0, usable_ = 0;
  std::vector<bool> placed_;  // by page number: a page belongs to one table
  bool utf8_ = true;
  std::string failure_, left_out_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace weft::artefacts
