#include "pack/append.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "pack/native.h"

namespace weft::pack {
namespace {

// Most text is ASCII: looked at eight bytes at a time. True when every byte is 0x01..0x7F.
bool is_plain(std::string_view text) {
  constexpr uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word | (word - ones)) & highs) return false;  // a high byte, or a borrow out of a zero byte
  }
  for (; i < text.size(); ++i)
    if (text[i] <= 0) return false;
  return true;
}

bool is_storable(std::string_view text) {
  return is_plain(text) || (is_utf8(text) && text.find('\0') == std::string_view::npos);
}

}  // namespace

struct Appender::State {
  struct Column {
    Type type = Type::text;
    duckdb_vector vector = nullptr;
    void* data = nullptr;
    uint64_t* validity = nullptr;  // only asked for when the first NULL of a chunk comes
  };
  duckdb_appender appender = nullptr;
  duckdb_data_chunk chunk = nullptr;
  std::vector<Column> columns;
  idx_t row = 0, capacity = duckdb_vector_size();
  size_t column = 0;

  ~State() {
    if (chunk) duckdb_destroy_data_chunk(&chunk);
    if (appender) duckdb_appender_destroy(&appender);
  }
  void expect(bool ok) {
    if (ok) return;
    const char* message = duckdb_appender_error(appender);
    throw Error(message ? message : "DuckDB does not take the rows");
  }
  // Where the chunk's vectors lie now; they move when the chunk is reset.
  void locate() {
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
};

Appender::Appender(Database& database, const TableInfo& table) : state_(std::make_unique<State>()) {
  std::string name(table.name);
  state_->expect(duckdb_appender_create(database.native().connection, nullptr, name.c_str(), &state_->appender) ==
                 DuckDBSuccess);
  std::vector<duckdb_logical_type> types;
  for (const ColumnInfo& column : table.columns) {
    state_->columns.push_back({column.type, nullptr, nullptr, nullptr});
    duckdb_type type = column.type == Type::text     ? DUCKDB_TYPE_VARCHAR
                       : column.type == Type::number ? DUCKDB_TYPE_UBIGINT
                       : column.type == Type::flag   ? DUCKDB_TYPE_BOOLEAN
                       : column.type == Type::real   ? DUCKDB_TYPE_DOUBLE
                                                     : DUCKDB_TYPE_TIMESTAMP_NS;
    types.push_back(duckdb_create_logical_type(type));
  }
  state_->chunk = duckdb_create_data_chunk(types.data(), types.size());
  for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
  if (!state_->chunk) throw Error("DuckDB has no memory for rows");
  state_->locate();
}
Appender::~Appender() = default;

void Appender::put(std::string_view text) {
  State::Column& column = state_->next(Type::text);
  if (is_storable(text)) {
    duckdb_vector_assign_string_element_len(column.vector, state_->row, text.data(), text.size());
  } else {
    std::string shown = printable(text);
    duckdb_vector_assign_string_element_len(column.vector, state_->row, shown.data(), shown.size());
  }
}
void Appender::put(uint64_t value) {
  state_->set(Type::number, value);
}
void Appender::put(bool value) {
  state_->set(Type::flag, value);
}
void Appender::put(double value) {
  state_->set(Type::real, value);
}
void Appender::put(Time value) {
  state_->set(Type::time, value.nanoseconds);
}

void Appender::put_null() {
  check(state_->column < state_->columns.size(), "more cells than columns");
  State::Column& column = state_->columns[state_->column++];
  if (!column.validity) {
    duckdb_vector_ensure_validity_writable(column.vector);
    column.validity = duckdb_vector_get_validity(column.vector);
  }
  column.validity[state_->row / 64] &= ~(uint64_t(1) << (state_->row % 64));
}

void Appender::end_row() {
  check(state_->column == state_->columns.size(), "a row without all its cells");
  state_->column = 0;
  if (++state_->row == state_->capacity) flush();
}

void Appender::flush() {
  if (state_->row == 0) return;
  duckdb_data_chunk_set_size(state_->chunk, state_->row);
  state_->expect(duckdb_append_data_chunk(state_->appender, state_->chunk) == DuckDBSuccess);
  duckdb_data_chunk_reset(state_->chunk);
  state_->row = 0;
  state_->locate();
}

void Appender::finish() {
  flush();
  state_->expect(duckdb_appender_flush(state_->appender) == DuckDBSuccess);
}

void create_table(Database& database, const TableInfo& table, std::string_view name) {
  database.run(fmt::format("CREATE OR REPLACE TABLE {} ({})", identifier(name), column_definitions(table)));
}

void write_parquet_query(Database& database, const std::string& query, const std::string& path, int mode) {
  std::string temporary = path + ".tmp";
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd || ::fchmod(fd.get(), mode_t(mode)) != 0) throw Error("cannot create", temporary, errno);
  // The mode holds from the first byte on: DuckDB writes into the file we made, not beside it.
  database.run(
      fmt::format("COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, USE_TMP_FILE false)",
                  query, Database::quote(temporary)));
  if (::fsync(fd.get()) != 0) throw Error("cannot write", temporary, errno);
  publish(temporary, path);
}

}  // namespace weft::pack
