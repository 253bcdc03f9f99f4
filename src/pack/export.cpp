#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
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

// Control characters as weft::printable() shows them, but for tabs and ends of lines, which are CSV: a terminal that
// shows the file must not obey what the evidence says.
std::string without_controls(const std::string& column) {
  std::string nested = column;
  for (int code = 1; code < 0xA0; code = code == 0x1F ? 0x7F : code + 1)
    if (code != '\t' && code != '\n' && code != '\r')
      nested = fmt::format("replace({}, chr({}), '{}\\x{:02X}')", nested, code, code < 0x80 ? "" : "\\xC2", code);
  return fmt::format(
      R"(CASE WHEN regexp_matches({0}, '[\x01-\x08\x0B\x0C\x0E-\x1F\x7F-\x{{9F}}]') THEN {1} ELSE {0} END AS {0})",
      column, nested);
}

std::string valid_tables(Database& database) {
  std::string out;
  for (const auto& row :
       database.rows("SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal ORDER BY 1"))
    out += (out.empty() ? "" : ", ") + row[0].value_or("");
  return out;
}

// Standard output, handed on through a pipe: DuckDB opens what it writes to and cuts it to nothing first, and standard
// output may be a file that others have written to before us.
class StandardOutput {
 public:
  StandardOutput() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw Error("cannot make a pipe", {}, errno);
    read_ = Fd(ends[0]), write_ = Fd(ends[1]);
    copier_ = std::jthread([this] { copy(); });
  }
  ~StandardOutput() { Fd closing = std::move(write_); }  // the reader sees the end; copier_ joins after that
  std::string path() const { return fmt::format("/proc/self/fd/{}", write_.get()); }
  // Waits until everything is out. Error when it could not be written.
  void finish() {
    { Fd closing = std::move(write_); }
    copier_.join();
    if (failed_ != 0) throw Error("cannot write to standard output", {}, failed_);
  }

 private:
  void copy() {
    std::vector<char> buffer(64 * 1024);
    for (ssize_t got; (got = ::read(read_.get(), buffer.data(), buffer.size())) > 0;)
      for (ssize_t done = 0;
           done < got && failed_ == 0;) {  // after a failure the rest is drained, so that nobody waits
        ssize_t n = ::write(STDOUT_FILENO, buffer.data() + done, size_t(got - done));
        if (n >= 0)
          done += n;
        else if (errno != EINTR)
          failed_ = errno;
      }
  }
  Fd read_, write_;
  int failed_ = 0;
  std::jthread copier_;
};

}  // namespace

uint64_t export_table(Database& database, const std::string& table, const std::string& format, const std::string& to) {
  std::string options;
  if (format == "csv")
    options = "FORMAT csv, HEADER true, NULLSTR ''";
  else if (format == "jsonl")
    options = "FORMAT json";
  else if (format == "parquet")
    options = "FORMAT parquet, COMPRESSION zstd";
  else
    throw Error(fmt::format("unknown format '{}'; there are csv, jsonl, parquet", format));

  std::string columns;
  for (const auto& row :
       database.rows(fmt::format("SELECT column_name, data_type FROM duckdb_columns() WHERE NOT internal "
                                 "AND table_name = {} ORDER BY column_index",
                                 Database::quote(table)))) {
    std::string name = identifier(row[0].value_or(""));
    bool time = row[1] == "TIMESTAMP_NS" && format != "parquet";
    bool text = row[1] == "VARCHAR" && format == "csv";
    columns += (columns.empty() ? "" : ", ") + (time ? time_expression(name) : text ? without_controls(name) : name);
  }
  if (columns.empty()) throw Error(fmt::format("unknown table '{}'; there are {}", table, valid_tables(database)));
  options += ", USE_TMP_FILE false";  // who names the file sees to it that it is there whole
  auto copy = [&](const std::string& path) {
    std::optional<std::string> rows = database.value(
        fmt::format("COPY (SELECT {} FROM {}) TO {} ({})", columns, identifier(table), Database::quote(path), options));
    return rows ? std::stoull(*rows) : uint64_t(0);
  };
  if (to != "-") return copy(to);
  StandardOutput out;
  uint64_t rows = copy(out.path());
  out.finish();
  return rows;
}

}  // namespace weft::pack
