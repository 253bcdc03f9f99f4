// DuckDB, for everyone: queries over packs and link tables. The only header of Weft behind which DuckDB stands.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::pack {

// One thread at a time. Errors of SQL are our own mistakes or the world's (disk full): Error either way.
class Database {
 public:
  // In memory, spilling to the folder `temporary` (inside the case); memory in bytes, threads for DuckDB.
  Database(const std::string& temporary, uint64_t memory, unsigned threads = 1);
  ~Database();
  Database(Database&&) noexcept;

  using Value = std::optional<std::string>;  // as text; nothing for NULL
  using Row = std::vector<Value>;
  void run(const std::string& sql);
  // All rows as text: for small results.
  std::vector<Row> rows(const std::string& sql);
  // Row by row, without holding them all. each returns false to stop.
  void each(const std::string& sql, const std::function<bool(const Row&)>& each);
  std::optional<std::string> value(const std::string& sql);  // first column of the first row

  // Views named exhibit, volume, file, extent, feature, problem over the Parquet files of these packs (typed and empty
  // when there are none), and link tables (link, evidence, set_aside) where links_folder has them.
  void attach_packs(const std::vector<std::string>& pack_folders);
  void attach_links(const std::string& links_folder);

  // A text as an SQL literal, quotes and all.
  static std::string quote(std::string_view text);

  // Appends typed rows to a table created from the row struct: see pack/append.h.
  struct Native;
  Native& native() { return *native_; }

 private:
  std::unique_ptr<Native> native_;
};

// COPY of a table or view to a file: csv (with header), jsonl, parquet. Stable order. Error for an unknown format.
void export_table(Database& database, const std::string& table, const std::string& format, const std::string& to);

}  // namespace weft::pack
