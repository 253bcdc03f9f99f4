// Unit file, version 4, little-endian:
//   magic "WEFTUNIT", u32 version, SHA-256 (hex) of the schema, so that a build with other columns does not misread it;
//   portions, each: u64 its size in bytes; for each table in the order of UnitRows: u64 number of rows, u64 size in
//   bytes, then the rows in the table's order, column by column:
//     text u32 length + bytes; number, time and real 8 bytes; flag 1 byte; in front of an optional 1 byte, 0 for
//     nothing
//   u64 checksum (base/checksum.h) of all bytes before.
// The checksum is checked before a row is read: a file cut short or damaged is an Error, never a few rows fewer.
#include "pack/unit_file.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <numeric>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/checksum.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "pack/cell_code.h"
#include "pack/order.h"
#include "pack/schema.h"
#include "pack/storable.h"

namespace weft::pack {
namespace {

constexpr std::string_view magic = "WEFTUNIT";
constexpr uint32_t version = 4;
constexpr size_t schema_size = 64, checksum_size = sizeof(uint64_t);

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

// A portion as bytes.
class Encoder {
 public:
  template <class T>
  void little(T value) {
    static_assert(std::endian::native == std::endian::little);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void put(std::string_view text) {
    if (text.size() > UINT32_MAX) throw Error("a text of more than 4 GiB does not fit into a unit");
    little(uint32_t(text.size()));
    bytes_ += text;
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
  std::string& bytes() { return bytes_; }
  // The number written at `at` becomes the count of bytes behind it.
  void set_size(size_t at) {
    const auto size = uint64_t(bytes_.size() - at - sizeof(uint64_t));
    std::memcpy(bytes_.data() + at, &size, sizeof size);
  }

 private:
  std::string bytes_;
};

template <class Row>
void get_rows(Cursor& in, std::vector<Row>& rows) {
  const uint64_t count = in.u64le();
  in.skip(sizeof(uint64_t));
  // A row takes at least one byte a column, so a wrong count cannot ask for much more than the file is large.
  constexpr size_t columns = std::tuple_size_v<decltype(Row::columns())>;
  rows.reserve(std::min<uint64_t>(count, in.remaining() / columns));
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    Row& row = rows.emplace_back();
    std::apply([&](const auto&... c) { (get_cell(in, row.*c.member), ...); }, columns_of<Row>);
  }
}

bool storable(const std::string& text) {
  return is_storable(text);
}
bool storable(const std::optional<std::string>& text) {
  return !text || is_storable(*text);
}
template <class T>
bool storable(const T&) {
  return true;
}
void make_storable(std::string& text) {
  if (!is_storable(text)) text = printable(text);
}
void make_storable(std::optional<std::string>& text) {
  if (text) make_storable(*text);
}
template <class T>
void make_storable(T&) {}

// Visits the rows in their table's order, their texts as they can be stored.
template <class Row, class Visit>
void each_in_order(const std::vector<Row>& table, Visit visit) {
  const auto fits = [](const Row& row) {
    return std::apply([&](const auto&... c) { return (storable(row.*c.member) && ...); }, columns_of<Row>);
  };
  if (!std::all_of(table.begin(), table.end(), fits)) {
    std::vector<Row> copy = table;
    for (Row& row : copy) std::apply([&](const auto&... c) { (make_storable(row.*c.member), ...); }, columns_of<Row>);
    return each_in_order(copy, visit);
  }
  // Cells are made once a row, not once a comparison.
  std::vector<Cells<Row>> cells;
  std::vector<size_t> order(table.size());
  cells.reserve(table.size());
  for (const Row& row : table) cells.push_back(cells_of(row));
  std::iota(order.begin(), order.end(), size_t(0));
  const auto before = [&](size_t a, size_t b) { return comes_before<Row>(cells[a], cells[b]); };
  if (!std::is_sorted(order.begin(), order.end(), before)) std::stable_sort(order.begin(), order.end(), before);
  for (const size_t number : order) visit(table[number]);
}

}  // namespace

class UnitWriter::File {
 public:
  explicit File(const std::string& path) : path_(path), temporary_(path + ".tmp") {
    fd_ = Fd(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd_) throw Error("cannot create", temporary_, errno);
    Encoder head;
    head.bytes() = magic;
    head.little(version);
    head.bytes() += fingerprint();
    write(head.bytes());
  }
  ~File() {
    if (fd_) ::unlink(temporary_.c_str());
  }
  void write(std::string_view bytes) {
    std::lock_guard lock(mutex_);
    checksum_.update(as_bytes(bytes));
    put(bytes);
  }
  // Checksum, sync, close, rename.
  void finish() {
    Encoder closing;
    closing.little(checksum_.value());
    put(closing.bytes());
    if (::fsync(fd_.get()) != 0) throw Error("cannot write", temporary_, errno);
    publish(temporary_, path_);
    fd_ = Fd();
  }

 private:
  void put(std::string_view left) {
    while (!left.empty()) {
      ssize_t n = ::write(fd_.get(), left.data(), left.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw Error("cannot write", temporary_, errno);
      left.remove_prefix(size_t(n));
    }
  }

  std::string path_, temporary_;
  std::mutex mutex_;
  Fd fd_;
  Checksum checksum_;
};

UnitWriter::UnitWriter(const std::string& path) : file_(std::make_unique<File>(path)) {}
UnitWriter::~UnitWriter() = default;

void UnitWriter::add(const UnitRows& rows) {
  thread_local Encoder out;  // kept for its buffer
  out.bytes().clear();
  out.little(uint64_t(0));
  each_table(rows, [&]<class Row>(const std::vector<Row>& table) {
    out.little(uint64_t(table.size()));
    const size_t size_at = out.bytes().size();
    out.little(uint64_t(0));
    each_in_order(table, [&](const Row& row) {
      std::apply([&](const auto&... c) { (out.put(row.*c.member), ...); }, columns_of<Row>);
    });
    out.set_size(size_at);
  });
  out.set_size(0);
  file_->write(out.bytes());
}

void UnitWriter::finish() {
  file_->finish();
}

void write_unit(const std::string& path, const UnitRows& rows) {
  UnitWriter out(path);
  out.add(rows);
  out.finish();
}

namespace {

class UnitReader {
 public:
  // Checks the file's checksum and head.
  explicit UnitReader(const std::string& path) : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat info {};
    if (!fd_ || ::fstat(fd_.get(), &info) != 0) throw Error("cannot open", path, errno);
    const auto size = uint64_t(info.st_size);
    if (size < head_size + checksum_size) throw Error("not a unit file, or cut short", path);
    left_ = size - checksum_size;
    Checksum checksum;
    const std::string head = read(head_size);
    checksum.update(as_bytes(head));
    while (left_ > 0) checksum.update(as_bytes(read(size_t(std::min<uint64_t>(left_, 1 * MiB)))));
    left_ = checksum_size;
    if (head.compare(0, magic.size(), magic) != 0) throw Error("not a unit file", path);
    const std::string closing = read(checksum_size);
    if (Cursor(as_bytes(closing)).u64le() != checksum.value()) throw Error("damaged unit file", path);
    Cursor in(as_bytes(head));
    in.skip(magic.size());
    if (in.u32le() != version || in.take_text(schema_size) != fingerprint())
      throw Error("unit file of another version of Weft", path);
    at_ = head_size, left_ = size - checksum_size - head_size;
  }
  bool more() const { return left_ > 0; }
  UnitRows portion() {
    const std::string size = left_ < sizeof(uint64_t) ? std::string() : read(sizeof(uint64_t));
    const uint64_t bytes = Cursor(as_bytes(size)).u64le();
    if (size.empty() || bytes > left_) throw Error("unit file does not add up", path_);
    const std::string body = read(size_t(bytes));
    Cursor in(as_bytes(body));
    UnitRows rows;
    each_table(rows, [&]<class Row>(std::vector<Row>& table) { get_rows(in, table); });
    if (!in.ok() || in.remaining() != 0) throw Error("unit file does not add up", path_);
    return rows;
  }

 private:
  static constexpr size_t head_size = magic.size() + sizeof(uint32_t) + schema_size;

  std::string read(size_t size) {
    std::string out(size, '\0');
    for (size_t done = 0; done < size;) {
      const ssize_t n = ::pread(fd_.get(), out.data() + done, size - done, off_t(at_ + done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) throw Error("cannot read", path_, n < 0 ? errno : 0);
      done += size_t(n);
    }
    at_ += size, left_ -= size;
    return out;
  }

  std::string path_;
  Fd fd_;
  uint64_t at_ = 0, left_ = 0;
};

}  // namespace

struct UnitFile::Map {
  explicit Map(const std::string& path) : mapping(path) {
    const Bytes all = mapping.bytes();
    constexpr size_t head_size = magic.size() + sizeof(uint32_t) + schema_size;
    if (all.size() < head_size + checksum_size) throw Error("not a unit file, or cut short", path);
    Cursor in(all.first(all.size() - checksum_size));
    if (in.take_text(magic.size()) != magic) throw Error("not a unit file", path);
    if (Cursor(all.last(checksum_size)).u64le() != checksum(all.first(all.size() - checksum_size)))
      throw Error("damaged unit file", path);
    if (in.u32le() != version || in.take_text(schema_size) != fingerprint())
      throw Error("unit file of another version of Weft", path);
    each_table(static_cast<const UnitRows&>(UnitRows()), [&](const auto&) { tables.emplace_back(); });
    while (in.ok() && in.remaining() > 0) {
      in.skip(sizeof(uint64_t));
      for (std::vector<SortedRows>& runs : tables) {
        const uint64_t rows = in.u64le(), size = in.u64le();
        const Bytes bytes = in.take(size);
        if (rows > 0) runs.push_back({bytes, rows});
      }
    }
    if (!in.ok()) throw Error("unit file does not add up", path);
  }
  Mapping mapping;
  std::vector<std::vector<SortedRows>> tables;

  // Of a file that may be larger than memory should hold.
  uint64_t checksum(Bytes bytes) const {
    constexpr size_t held = 32 * MiB;
    Checksum out;
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(held, bytes.size()))) {
      out.update(bytes.first(std::min(held, bytes.size())));
      mapping.give_back();
    }
    return out.value();
  }
};

UnitFile::UnitFile(const std::string& path) : map_(std::make_unique<Map>(path)) {}
UnitFile::UnitFile(UnitFile&&) noexcept = default;
UnitFile::~UnitFile() = default;
void UnitFile::give_back_pages() const {
  map_->mapping.give_back();
}

const std::vector<SortedRows>& UnitFile::runs(size_t table) const {
  return map_->tables.at(table);
}

void read_unit(const std::string& path, const std::function<void(UnitRows&)>& portion) {
  for (UnitReader in(path); in.more();) {
    UnitRows rows = in.portion();
    portion(rows);
  }
}

UnitRows read_unit(const std::string& path) {
  UnitRows all;
  bool first = true;
  read_unit(path, [&](UnitRows& rows) {
    if (std::exchange(first, false)) return void(all = std::move(rows));
    const auto join = [](auto& to, auto& from) {
      to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    join(all.exhibits, rows.exhibits), join(all.volumes, rows.volumes), join(all.files, rows.files);
    join(all.extents, rows.extents), join(all.features, rows.features), join(all.problems, rows.problems);
    join(all.tokens, rows.tokens);
    std::apply([&](auto&... to) { (join(to, std::get<std::remove_reference_t<decltype(to)>>(rows.records)), ...); },
               all.records);
  });
  return all;
}

}  // namespace weft::pack
