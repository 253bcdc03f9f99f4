// DuckDB, for everyone: queries over packs and link tables. The only header of Weft behind which DuckDB stands.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pack/scope.h"

namespace weft::pack {

struct TableInfo;

// One thread at a time. Errors of SQL are our own mistakes or the world's (disk full): Error either way, with DuckDB's
// message. Nothing is loaded from or sent to a network, and nothing is written but where SQL says and in `temporary`.
// Mind that `offset` is a word of SQL: write "offset" for the column.
class Database {
 public:
  // In memory, spilling to a folder of its own under `temporary` (inside the case; made when missing), which goes when
  // the Database goes, or with the next one when the process was killed. Memory in bytes, threads for DuckDB.
  Database(const std::string& temporary, uint64_t memory, unsigned threads = 1);
  ~Database();
  Database(Database&&) noexcept;

  using Value = std::optional<std::string>;  // as text, times as in base/time.h; nothing for NULL
  using Row = std::vector<Value>;
  // One or more statements, results dropped.
  void run(const std::string& sql);
  // All rows as text: for small results. One statement; lists and structs must be cast to VARCHAR in it.
  std::vector<Row> rows(const std::string& sql);
  // Row by row, without holding them all. each returns false to stop, and does not use this Database.
  void each(const std::string& sql, const std::function<bool(const Row&)>& each);
  std::optional<std::string> value(const std::string& sql);  // first column of the first row

  // Some rows of a result, as they lie in DuckDB's memory: gone when the callback returns.
  class Batch {
   public:
    virtual size_t rows() const = 0;
    virtual bool is_null(size_t column, size_t row) const = 0;
    virtual std::string_view text(size_t column, size_t row) const = 0;  // of a VARCHAR; empty for NULL
    virtual uint64_t number(size_t column, size_t row) const = 0;        // of a UBIGINT; 0 for NULL

   protected:
    ~Batch() = default;
  };
  // Batch by batch, for many rows: no value is copied or rendered. Columns must be VARCHAR or UBIGINT. each does not
  // use this Database.
  void scan(const std::string& sql, const std::function<void(const Batch&)>& each);

  // Views named exhibit, volume, file, extent, feature, problem over the Parquet files of these packs (typed and empty
  // when there are none), in the order given. Only the tables named, if any are: each costs opening its files.
  // What the scope does not cover is left out: rows of files and of what lies in them. Exhibits, volumes and extents
  // stay.
  void attach_packs(const std::vector<std::string>& pack_folders, const Scope& scope = {},
                    std::span<const std::string_view> tables = {});
  // Views over the link tables (link, evidence, set_aside, owner, cluster, direction, dated) that the folder has.
  void attach_links(const std::string& links_folder);

  // A text as an SQL literal, quotes and all.
  static std::string quote(std::string_view text);

  // Typed rows go in and out through pack/append.h.
  struct Native;
  Native& native() { return *native_; }

 private:
  std::unique_ptr<Native> native_;
};

// COPY of a table or view to a file, in its own order: csv (header; empty for NULL, "" for an empty text), jsonl,
// parquet. Times are RFC 3339 text in csv and jsonl. "-" is standard output. Error, naming the valid ones, for an
// unknown table or format. Gives the number of rows.
uint64_t export_table(Database& database, const std::string& table, const std::string& format, const std::string& to);

}  // namespace weft::pack
