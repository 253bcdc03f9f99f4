// Unit file, version 1, little-endian:
//   magic "WEFTUNIT", u32 version, SHA-256 (hex) of the schema, so that a build with other columns does not misread it;
//   for each table in the order of UnitRows: u64 number of rows, then the rows, column by column:
//     text u32 length + bytes; number, time and real 8 bytes; flag 1 byte; in front of an optional 1 byte, 0 for
//     nothing
//   SHA-256 (hex) of all bytes before.
// The closing hash is checked before a row is read: a file cut short or damaged is an Error, never a few rows fewer.
#include "pack/unit_file.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "pack/schema.h"

namespace weft::pack {
namespace {

constexpr std::string_view magic = "WEFTUNIT";
constexpr uint32_t version = 1;
constexpr size_t hash_size = 64;

std::string fingerprint() {
  std::string text;
  each_table(static_cast<const UnitRows&>(UnitRows()), [&]<class Row>(const std::vector<Row>&) {
    TableInfo table = table_info<Row>();
    text += fmt::format("{}:", table.name);
    for (const ColumnInfo& c : table.columns) text += fmt::format(" {} {} {}", c.name, sql_type(c.type), c.optional);
    text += '\n';
  });
  return sha256_hex(as_bytes(text));
}

// Writes through a buffer, hashing on the way.
class Writer {
 public:
  explicit Writer(const std::string& path) : path_(path), hasher_(Digest::sha256) {
    fd_ = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd_) throw Error("cannot create", path_, errno);
    buffer_.reserve(buffer_size + 4 * KiB);
  }

  void raw(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() >= buffer_size) flush();
  }
  template <class T>
  void little(T value) {
    char bytes[sizeof(T)];
    for (size_t i = 0; i < sizeof(T); ++i) bytes[i] = char(value >> (8 * i) & 0xFF);
    raw({bytes, sizeof(T)});
  }

  void put(const std::string& text) {
    if (text.size() > UINT32_MAX) throw Error("a text of more than 4 GiB does not fit into a unit", path_);
    little(uint32_t(text.size()));
    raw(text);
  }
  void put(uint64_t value) { little(value); }
  void put(bool value) { little(uint8_t(value)); }
  void put(double value) { little(std::bit_cast<uint64_t>(value)); }
  void put(Time value) { little(uint64_t(value.nanoseconds)); }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }

  // Hash, sync, close.
  void finish() {
    flush();
    buffer_ = hasher_.hex();
    write();
    if (::fsync(fd_.get()) != 0) throw Error("cannot write", path_, errno);
    fd_ = Fd();
  }

 private:
  static constexpr size_t buffer_size = 1 * MiB;

  void flush() {
    hasher_.update(as_bytes(buffer_));
    write();
  }
  void write() {
    std::string_view left = buffer_;
    while (!left.empty()) {
      ssize_t n = ::write(fd_.get(), left.data(), left.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw Error("cannot write", path_, errno);
      left.remove_prefix(size_t(n));
    }
    buffer_.clear();
  }

  std::string path_;
  Fd fd_;
  Hasher hasher_;
  std::string buffer_;
};

void get(Cursor& in, std::string& out) {
  out = in.take_text(in.u32le());
}
void get(Cursor& in, uint64_t& out) {
  out = in.u64le();
}
void get(Cursor& in, bool& out) {
  out = in.u8() != 0;
}
[[maybe_unused]] void get(Cursor& in, double& out) {
  out = std::bit_cast<double>(in.u64le());
}
void get(Cursor& in, Time& out) {
  out.nanoseconds = int64_t(in.u64le());
}
template <class T>
void get(Cursor& in, std::optional<T>& out) {
  if (in.u8() != 0) get(in, out.emplace());
}

template <class Row>
void get_rows(Cursor& in, std::vector<Row>& rows) {
  uint64_t count = in.u64le();
  // A row takes at least one byte a column, so a wrong count cannot ask for much more than the file is large.
  constexpr size_t columns = std::tuple_size_v<decltype(Row::columns())>;
  rows.reserve(std::min<uint64_t>(count, in.remaining() / columns));
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    Row& row = rows.emplace_back();
    std::apply([&](const auto&... c) { (get(in, row.*c.member), ...); }, Row::columns());
  }
}

}  // namespace

void write_unit(const std::string& path, const UnitRows& rows) {
  std::string temporary = path + ".tmp";
  Writer out(temporary);
  out.raw(magic);
  out.little(version);
  out.raw(fingerprint());
  each_table(rows, [&]<class Row>(const std::vector<Row>& table) {
    out.put(uint64_t(table.size()));
    for (const Row& row : table) std::apply([&](const auto&... c) { (out.put(row.*c.member), ...); }, Row::columns());
  });
  out.finish();
  publish(temporary, path);
}

UnitRows read_unit(const std::string& path) {
  std::string content = read_file(path);
  if (content.size() < magic.size() + 4 + 2 * hash_size || content.compare(0, magic.size(), magic) != 0)
    throw Error("not a unit file, or cut short", path);
  Bytes body = as_bytes(content).first(content.size() - hash_size);
  if (sha256_hex(body) != std::string_view(content).substr(body.size())) throw Error("damaged unit file", path);

  Cursor in(body);
  in.skip(magic.size());
  if (in.u32le() != version || in.take_text(hash_size) != fingerprint())
    throw Error("unit file of another version of Weft", path);
  UnitRows rows;
  each_table(rows, [&]<class Row>(std::vector<Row>& table) { get_rows(in, table); });
  if (!in.ok() || in.remaining() != 0) throw Error("unit file does not add up", path);
  return rows;
}

}  // namespace weft::pack
