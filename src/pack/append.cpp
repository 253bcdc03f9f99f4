#include "pack/append.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "pack/native.h"
#include "pack/storable.h"

namespace weft::pack {
namespace {

duckdb_type native_type(Type type) {
  return type == Type::text     ? DUCKDB_TYPE_VARCHAR
         : type == Type::number ? DUCKDB_TYPE_UBIGINT
         : type == Type::flag   ? DUCKDB_TYPE_BOOLEAN
         : type == Type::real   ? DUCKDB_TYPE_DOUBLE
                                : DUCKDB_TYPE_TIMESTAMP_NS;
}

}  // namespace

// Some rows, in vectors of DuckDB's.
struct RowFiller::Chunk {
  struct Column {
    Type type = Type::text;
    duckdb_vector vector = nullptr;
    void* data = nullptr;
    uint64_t* validity = nullptr;  // only asked for when the first NULL of a chunk comes
  };
  duckdb_data_chunk it = nullptr;
  std::vector<Column> columns;
  idx_t row = 0, capacity = duckdb_vector_size();
  size_t column = 0;

  // Where the vectors lie now; they move when a chunk is reset.
  void fill(duckdb_data_chunk chunk) {
    it = chunk;
    row = column = 0;
    for (size_t i = 0; i < columns.size(); ++i) {
      columns[i].vector = duckdb_data_chunk_get_vector(chunk, i);
      columns[i].data = duckdb_vector_get_data(columns[i].vector);
      columns[i].validity = nullptr;
    }
  }
  Column& next(Type type) {
    check(column < columns.size() && columns[column].type == type, "a cell of another type than its column");
    return columns[column++];
  }
  template <class T>
  void set(Type type, T value) {
    static_cast<T*>(next(type).data)[row] = value;
  }
  // True when it is full.
  bool end_row() {
    check(column == columns.size(), "a row without all its cells");
    column = 0;
    return ++row == capacity;
  }
};

RowFiller::RowFiller(const TableInfo& table) : chunk_(std::make_unique<Chunk>()) {
  for (const ColumnInfo& column : table.columns) chunk_->columns.push_back({column.type, nullptr, nullptr, nullptr});
}
RowFiller::~RowFiller() = default;

void RowFiller::put(std::string_view text) {
  const Chunk::Column& column = chunk_->next(Type::text);
  if (is_storable(text)) {
    duckdb_vector_assign_string_element_len(column.vector, chunk_->row, text.data(), text.size());
  } else {
    const std::string shown = printable(text);
    duckdb_vector_assign_string_element_len(column.vector, chunk_->row, shown.data(), shown.size());
  }
}
void RowFiller::put_lasting(std::string_view text) {
  if (text.size() > UINT32_MAX) return put(text);
  duckdb_string_t& to = static_cast<duckdb_string_t*>(chunk_->next(Type::text).data)[chunk_->row];
  to = {};
  if (text.size() <= sizeof to.value.inlined.inlined) {
    to.value.inlined.length = uint32_t(text.size());
    std::copy(text.begin(), text.end(), to.value.inlined.inlined);
  } else {
    to.value.pointer.length = uint32_t(text.size());
    std::copy_n(text.begin(), sizeof to.value.pointer.prefix, to.value.pointer.prefix);
    to.value.pointer.ptr = const_cast<char*>(text.data());  // only read
  }
}
void RowFiller::put(uint64_t value) {
  chunk_->set(Type::number, value);
}
void RowFiller::put(bool value) {
  chunk_->set(Type::flag, value);
}
void RowFiller::put(double value) {
  chunk_->set(Type::real, value);
}
void RowFiller::put(Time value) {
  chunk_->set(Type::time, value.nanoseconds);
}

void RowFiller::put_null() {
  check(chunk_->column < chunk_->columns.size(), "more cells than columns");
  Chunk::Column& column = chunk_->columns[chunk_->column++];
  if (!column.validity) {
    duckdb_vector_ensure_validity_writable(column.vector);
    column.validity = duckdb_vector_get_validity(column.vector);
  }
  column.validity[chunk_->row / 64] &= ~(uint64_t(1) << (chunk_->row % 64));
}

struct Appender::Target {
  duckdb_appender appender = nullptr;
  duckdb_data_chunk chunk = nullptr;

  ~Target() {
    if (chunk) duckdb_destroy_data_chunk(&chunk);
    if (appender) duckdb_appender_destroy(&appender);
  }
  void expect(bool ok) {
    if (ok) return;
    const char* message = duckdb_appender_error(appender);
    throw Error(message ? message : "DuckDB does not take the rows");
  }
};

Appender::Appender(Database& database, const TableInfo& table) : RowFiller(table), target_(std::make_unique<Target>()) {
  std::string name(table.name);
  target_->expect(duckdb_appender_create(database.native().connection, nullptr, name.c_str(), &target_->appender) ==
                  DuckDBSuccess);
  std::vector<duckdb_logical_type> types;
  for (const ColumnInfo& column : table.columns) types.push_back(duckdb_create_logical_type(native_type(column.type)));
  target_->chunk = duckdb_create_data_chunk(types.data(), types.size());
  for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
  if (!target_->chunk) throw Error("DuckDB has no memory for rows");
  chunk_->fill(target_->chunk);
}
Appender::~Appender() = default;

void Appender::end_row() {
  if (chunk_->end_row()) flush();
}

void Appender::flush() {
  if (chunk_->row == 0) return;
  duckdb_data_chunk_set_size(target_->chunk, chunk_->row);
  target_->expect(duckdb_append_data_chunk(target_->appender, target_->chunk) == DuckDBSuccess);
  duckdb_data_chunk_reset(target_->chunk);
  chunk_->fill(target_->chunk);
}

void Appender::finish() {
  flush();
  target_->expect(duckdb_appender_flush(target_->appender) == DuckDBSuccess);
}

void create_table(Database& database, const TableInfo& table, std::string_view name) {
  database.run(fmt::format("CREATE OR REPLACE TABLE {} ({})", identifier(name), column_definitions(table)));
}

namespace {

// What DuckDB calls for rows: one thread at a time, since a table function has one unless it asks for more. Nothing is
// thrown through DuckDB's frames; what was thrown is kept and thrown again when the query is over.
class Stream final : public RowFiller {
 public:
  Stream(const TableInfo& table, const NextRow& next) : RowFiller(table), table_(table), next_(next) {}

  // Registers it; it must live as long as the query that reads it.
  void offer(Database& database, const std::string& name) {
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_table_function_set_name(function, name.c_str());
    duckdb_table_function_set_extra_info(function, this, nullptr);
    duckdb_table_function_set_bind(function, [](duckdb_bind_info info) {
      for (const ColumnInfo& column : static_cast<Stream*>(duckdb_bind_get_extra_info(info))->table_.columns) {
        duckdb_logical_type type = duckdb_create_logical_type(native_type(column.type));
        duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type);
        duckdb_destroy_logical_type(&type);
      }
    });
    duckdb_table_function_set_init(function, [](duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); });
    duckdb_table_function_set_function(function, [](duckdb_function_info info, duckdb_data_chunk output) {
      auto& stream = *static_cast<Stream*>(duckdb_function_get_extra_info(info));
      try {
        duckdb_data_chunk_set_size(output, stream.some(output));
      } catch (...) {
        stream.failed_ = std::current_exception();
        duckdb_function_set_error(info, "the rows could not be made");
      }
    });
    const bool taken = duckdb_register_table_function(database.native().connection, function) == DuckDBSuccess;
    duckdb_destroy_table_function(&function);
    if (!taken) throw Error("DuckDB does not take the rows of " + name);
  }
  void rethrow() {
    if (failed_) std::rethrow_exception(failed_);
  }

 private:
  idx_t some(duckdb_data_chunk output) {
    chunk_->fill(output);
    while (!over_) {
      if (!next_(*this))
        over_ = true;
      else if (chunk_->end_row())
        break;
    }
    return chunk_->row;
  }

  const TableInfo& table_;
  const NextRow& next_;
  bool over_ = false;
  std::exception_ptr failed_;
};

}  // namespace

void write_parquet_rows(Database& database, const TableInfo& table, const NextRow& next, const std::string& path,
                        int mode) {
  Stream stream(table, next);
  const std::string name = fmt::format("weft_rows_{}", database.native().streams++);
  stream.offer(database, name);
  try {
    write_parquet_query(database, fmt::format("SELECT * FROM {}()", name), path, mode);
  } catch (const Error&) {
    stream.rethrow();
    throw;
  }
}

void write_parquet_query(Database& database, const std::string& query, const std::string& path, int mode) {
  std::string temporary = path + ".tmp";
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd || ::fchmod(fd.get(), mode_t(mode)) != 0) throw Error("cannot create", temporary, errno);
  // The mode holds from the first byte on: DuckDB writes into the file we made, not beside it. Dictionaries of more
  // than a few thousand values take longer to make than they save, and no room either.
  database.run(
      fmt::format("COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880, "
                  "DICTIONARY_SIZE_LIMIT 4096, USE_TMP_FILE false)",
                  query, Database::quote(temporary)));
  if (::fsync(fd.get()) != 0) throw Error("cannot write", temporary, errno);
  publish(temporary, path);
}

}  // namespace weft::pack
