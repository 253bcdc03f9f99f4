// DuckDB behind a small door. Results are streamed chunk by chunk and rendered cell by cell, so that each() over a
// billion rows holds two thousand of them.
#include "pack/database.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "pack/native.h"
#include "pack/schema.h"
#include "pack/scope_tables.h"

namespace weft::pack {
namespace {

namespace stdfs = std::filesystem;
constexpr const char* spill_prefix = "duckdb-";

// Takes the lock file of a spill folder; empty when another process holds it or the folder is just being removed.
Fd lock_folder(const std::string& folder, int flags) {
  Fd fd(::open((folder + "/lock").c_str(), flags | O_RDWR | O_CLOEXEC, 0600));
  struct stat info;
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return Fd();
  if (::fstat(fd.get(), &info) != 0 || info.st_nlink == 0) return Fd();
  return fd;
}

// Spill folders whose process is gone: their lock can be taken.
void sweep(const std::string& temporary) {
  std::error_code ignored;  // what cannot be swept now is swept by the next one
  for (const auto& entry : stdfs::directory_iterator(temporary, ignored)) {
    if (entry.path().filename().string().rfind(spill_prefix, 0) != 0) continue;
    if (Fd lock = lock_folder(entry.path().string(), 0)) stdfs::remove_all(entry.path(), ignored);
  }
}

void make_spill_folder(Database::Native& native, const std::string& temporary) {
  std::error_code error;
  stdfs::create_directories(temporary, error);
  if (error) throw Error("cannot create", temporary, error.value());
  sweep(temporary);
  for (int attempt = 0; attempt < 10 && !native.lock; ++attempt) {
    native.spill = temporary + "/" + spill_prefix + "XXXXXX";
    if (!::mkdtemp(native.spill.data())) {
      native.spill.clear();
      throw Error("cannot create a folder in", temporary, errno);
    }
    native.lock = lock_folder(native.spill, O_CREAT);
  }
  if (!native.lock) throw Error("cannot lock", native.spill);
}

// Each thread sorts and groups in buffers of its own that do not spill: two of them run out of 256 MiB over 1.4 million
// features where one does not.
constexpr uint64_t thread_share = 256 * MiB;

void configure(duckdb_config config, const std::string& spill, uint64_t memory, unsigned threads) {
  const std::pair<const char*, std::string> settings[] = {
      {"memory_limit", fmt::format("{}B", memory)},
      {"threads", fmt::format("{}", std::clamp<uint64_t>(threads, 1, std::max<uint64_t>(1, memory / thread_share)))},
      {"temp_directory", spill},
      {"extension_directory", spill},
      {"secret_directory", spill},
      {"allow_persistent_secrets", "false"},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"preserve_insertion_order", "true"},
  };
  for (const auto& [name, value] : settings)
    if (duckdb_set_config(config, name, value.c_str()) != DuckDBSuccess)
      throw Error(fmt::format("DuckDB does not know the setting {}", name));
}

[[noreturn]] void fail(const char* message) {
  // DuckDB says in words what the system said.
  const std::string_view words = message ? message : "";
  for (const int code : {ENOSPC, EDQUOT, EIO, EROFS, EMFILE, ENFILE})
    if (words.find(std::strerror(code)) != std::string_view::npos)
      throw Error::relayed(std::string(words.substr(0, words.find('\n'))), code);  // the query behind it says nothing
  throw Error(message && *message ? message : "DuckDB failed, silently");
}

struct Prepared {
  duckdb_prepared_statement it = nullptr;
  ~Prepared() { duckdb_destroy_prepare(&it); }
};
struct Chunk {
  duckdb_data_chunk it = nullptr;
  ~Chunk() {
    if (it) duckdb_destroy_data_chunk(&it);
  }
};
struct LogicalType {
  duckdb_logical_type it = nullptr;
  ~LogicalType() { duckdb_destroy_logical_type(&it); }
};
// Marks the connection as busy for the time of one each().
struct Busy {
  bool& flag;
  explicit Busy(bool& f) : flag(f) { flag = true; }
  ~Busy() { flag = false; }
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
using Int128 = __int128;
#pragma GCC diagnostic pop

std::string decimal(Int128 value, unsigned scale) {
  std::string reversed;
  unsigned digits = 0;
  for (Int128 rest = value; rest != 0 || digits <= scale; rest /= 10) {
    if (digits++ == scale && scale > 0) reversed += '.';
    reversed += char('0' + std::abs(int(rest % 10)));
  }
  if (value < 0) reversed += '-';
  return {reversed.rbegin(), reversed.rend()};
}

template <class T>
T at(const void* data, idx_t row) {
  return static_cast<const T*>(data)[row];
}

// One column of one chunk, ready to be read.
struct Vector {
  duckdb_type type = DUCKDB_TYPE_INVALID;
  unsigned scale = 0;
  void* data = nullptr;
  uint64_t* validity = nullptr;

  Vector(duckdb_vector vector) {
    LogicalType logical{duckdb_vector_get_column_type(vector)};
    type = duckdb_get_type_id(logical.it);
    if (type == DUCKDB_TYPE_DECIMAL) {
      scale = duckdb_decimal_scale(logical.it);
      type = duckdb_decimal_internal_type(logical.it);
    }
    data = duckdb_vector_get_data(vector);
    validity = duckdb_vector_get_validity(vector);
  }

  bool is_null(idx_t row) const { return validity && (validity[row / 64] >> (row % 64) & 1) == 0; }

  std::string_view view(idx_t row) const {  // of a VARCHAR
    duckdb_string_t* string = static_cast<duckdb_string_t*>(data) + row;
    return {duckdb_string_t_data(string), duckdb_string_t_length(*string)};
  }
  std::string text(idx_t row) const {
    switch (type) {
      case DUCKDB_TYPE_VARCHAR:
        return std::string(view(row));
      case DUCKDB_TYPE_BOOLEAN:
        return at<bool>(data, row) ? "true" : "false";
      case DUCKDB_TYPE_TINYINT:
        return decimal(at<int8_t>(data, row), scale);
      case DUCKDB_TYPE_SMALLINT:
        return decimal(at<int16_t>(data, row), scale);
      case DUCKDB_TYPE_INTEGER:
        return decimal(at<int32_t>(data, row), scale);
      case DUCKDB_TYPE_BIGINT:
        return decimal(at<int64_t>(data, row), scale);
      case DUCKDB_TYPE_UTINYINT:
        return decimal(at<uint8_t>(data, row), 0);
      case DUCKDB_TYPE_USMALLINT:
        return decimal(at<uint16_t>(data, row), 0);
      case DUCKDB_TYPE_UINTEGER:
        return decimal(at<uint32_t>(data, row), 0);
      case DUCKDB_TYPE_UBIGINT:
        return decimal(at<uint64_t>(data, row), 0);
      case DUCKDB_TYPE_HUGEINT: {
        duckdb_hugeint value = at<duckdb_hugeint>(data, row);
        return decimal(Int128(value.upper) * (Int128(1) << 64) + Int128(value.lower), scale);
      }
      case DUCKDB_TYPE_FLOAT:
        return fmt::format("{}", at<float>(data, row));
      case DUCKDB_TYPE_DOUBLE:
        return fmt::format("{}", at<double>(data, row));
      case DUCKDB_TYPE_TIMESTAMP_NS:
        return to_text(Time{at<int64_t>(data, row)});
      default:
        throw Error("this type of column has no text here: cast it to VARCHAR in the query");
    }
  }
};

}  // namespace

Database::Native::~Native() {
  if (connection) duckdb_disconnect(&connection);
  if (database) duckdb_close(&database);
  std::error_code ignored;  // a folder that stays is swept by the next Database
  if (!spill.empty()) stdfs::remove_all(spill, ignored);
}

Database::Database(const std::string& temporary, uint64_t memory, unsigned threads)
    : native_(std::make_unique<Native>()) {
  make_spill_folder(*native_, temporary);
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) != DuckDBSuccess) throw Error("DuckDB has no memory for its settings");
  char* message = nullptr;
  duckdb_state state = DuckDBError;
  try {
    configure(config, native_->spill, memory, threads);
    state = duckdb_open_ext(nullptr, &native_->database, config, &message);
  } catch (...) {
    duckdb_destroy_config(&config);
    throw;
  }
  duckdb_destroy_config(&config);
  if (state != DuckDBSuccess) {
    Error error(message ? message : "DuckDB does not open");
    duckdb_free(message);
    throw error;
  }
  if (duckdb_connect(native_->database, &native_->connection) != DuckDBSuccess) throw Error("DuckDB does not connect");
}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;

void Database::run(const std::string& sql) {
  check(!native_->streaming, "each() used its own Database");
  Result result;
  if (duckdb_query(native_->connection, sql.c_str(), &result.it) != DuckDBSuccess)
    fail(duckdb_result_error(&result.it));
}

namespace {

// Runs a query and hands over chunk by chunk as it comes, until `each` returns false.
void stream(Database::Native& native, const std::string& sql,
            const std::function<bool(const std::vector<Vector>&, idx_t)>& each) {
  check(!native.streaming, "each() used its own Database");
  // A query that is left before its end stays open until the next one, which rolls back whatever was registered in
  // between (the rows to be written as Parquet). So a next one comes at once.
  struct Closed {
    duckdb_connection connection;
    bool at_end = false;
    ~Closed() {
      if (!at_end) duckdb_query(connection, "SELECT 1", nullptr);
    }
  } closed{native.connection};
  Prepared statement;
  if (duckdb_prepare(native.connection, sql.c_str(), &statement.it) != DuckDBSuccess)
    fail(duckdb_prepare_error(statement.it));
  Result result;
  if (duckdb_execute_prepared_streaming(statement.it, &result.it) != DuckDBSuccess)
    fail(duckdb_result_error(&result.it));
  Busy busy(native.streaming);
  for (;;) {
    Chunk chunk{duckdb_fetch_chunk(result.it)};
    if (!chunk.it) break;
    idx_t count = duckdb_data_chunk_get_size(chunk.it);
    if (count == 0) break;
    std::vector<Vector> columns;
    for (idx_t i = 0; i < duckdb_data_chunk_get_column_count(chunk.it); ++i)
      columns.emplace_back(duckdb_data_chunk_get_vector(chunk.it, i));
    if (!each(columns, count)) return;
  }
  closed.at_end = true;
  const char* message = duckdb_result_error(&result.it);  // a stream that failed on the way ends like one that is done
  if (message && *message) fail(message);
}

class ChunkBatch final : public Database::Batch {
 public:
  ChunkBatch(const std::vector<Vector>& columns, idx_t count) : columns_(columns), count_(count) {
    for (const Vector& column : columns)
      check(column.type == DUCKDB_TYPE_VARCHAR || column.type == DUCKDB_TYPE_UBIGINT,
            "a batch holds texts and numbers");
  }
  size_t rows() const override { return count_; }
  bool is_null(size_t column, size_t row) const override { return columns_[column].is_null(row); }
  std::string_view text(size_t column, size_t row) const override {
    return is_null(column, row) ? std::string_view() : columns_[column].view(row);
  }
  uint64_t number(size_t column, size_t row) const override {
    return is_null(column, row) ? 0 : at<uint64_t>(columns_[column].data, row);
  }

 private:
  const std::vector<Vector>& columns_;
  idx_t count_;
};

}  // namespace

void Database::each(const std::string& sql, const std::function<bool(const Row&)>& each) {
  Row row;
  stream(*native_, sql, [&](const std::vector<Vector>& columns, idx_t count) {
    row.resize(columns.size());
    for (idx_t r = 0; r < count; ++r) {
      for (size_t c = 0; c < columns.size(); ++c) row[c] = columns[c].is_null(r) ? Value() : Value(columns[c].text(r));
      if (!each(row)) return false;
    }
    return true;
  });
}

void Database::scan(const std::string& sql, const std::function<void(const Batch&)>& each) {
  stream(*native_, sql, [&](const std::vector<Vector>& columns, idx_t count) {
    each(ChunkBatch(columns, count));
    return true;
  });
}

std::vector<Database::Row> Database::rows(const std::string& sql) {
  std::vector<Row> out;
  each(sql, [&](const Row& row) {
    out.push_back(row);
    return true;
  });
  return out;
}

std::optional<std::string> Database::value(const std::string& sql) {
  Value out;
  each(sql, [&](const Row& row) {
    if (!row.empty()) out = row[0];
    return false;
  });
  return out;
}

void Database::attach_packs(const std::vector<std::string>& pack_folders, const Scope& scope,
                            std::span<const std::string_view> tables) {
  auto parquet = [&](std::string_view table) {
    std::string files;
    for (const std::string& folder : pack_folders)
      files += fmt::format("{}{}", files.empty() ? "" : ", ", quote(fmt::format("{}/{}.parquet", folder, table)));
    return fmt::format("read_parquet([{}])", files);
  };
  std::optional<ScopeTables> scoped;
  if (!scope.empty() && !pack_folders.empty()) scoped.emplace(*this, scope, parquet, tables);
  for (const TableInfo& table : pack_tables()) {
    if (!tables.empty() && std::find(tables.begin(), tables.end(), table.name) == tables.end()) continue;
    std::string columns;
    for (const ColumnInfo& column : table.columns)
      columns += fmt::format("{}CAST({} AS {}) AS {}", columns.empty() ? "" : ", ",
                             pack_folders.empty() ? "NULL" : identifier(column.name), sql_type(column.type),
                             identifier(column.name));
    std::string from = pack_folders.empty() ? "WHERE false"
                       : scoped             ? fmt::format("FROM ({})", scoped->covered(table))
                                            : "FROM " + parquet(table.name);
    run(fmt::format("CREATE OR REPLACE VIEW {} AS SELECT {} {}", identifier(table.name), columns, from));
  }
}

void Database::attach_links(const std::string& links_folder) {
  for (const char* table : {"link", "evidence", "set_aside", "owner", "cluster", "direction", "dated"}) {
    std::string file = fmt::format("{}/{}.parquet", links_folder, table);
    if (exists(file))
      run(fmt::format("CREATE OR REPLACE VIEW {} AS SELECT * FROM read_parquet([{}])", identifier(table), quote(file)));
  }
}

std::string Database::quote(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

}  // namespace weft::pack
