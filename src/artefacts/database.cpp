// Reading: SQLite's own library, on a copy in memory into which the write-ahead log's pages have been put: the file as
// a checkpoint would have left it. So nothing is opened by name and nothing can be written. Its schema is not trusted.
//
// Places: the format's tree is walked beside it, to say where a row's bytes lie (sqlite.org/fileformat2.html). A page
// of a table is a leaf (13) of cells or an inner page (5) of children; a cell is the payload's length, the row's id,
// and a record: the length of its head, a type for each column, then the columns. What does not fit a page goes on
// elsewhere: a place is given for what begins on the page. A place is checked against the text that SQLite gave before
// it is used. A table without row ids is a tree of keys (pages of 2 and 10), which holds its rows in the order in which
// SQLite gives them, with the columns of the key first.
//
// Cost. SQLite counts operations; but one operation may read a value of a thousand pages, of which a hostile file has
// one, and a million cells that lead there. So the pages it asked for are counted, and the bytes it gave. Of a sound
// database each page is asked for once or twice, and once more for each column that stands on it. Columns that are
// computed when they are asked for (generated, virtual) have no bytes in the file, and are not asked for.
//
// The log (sqlite.org/walformat.html): 32 bytes of head, then frames of 24 bytes and a page. Those count that carry the
// head's salts and a checksum that goes on from the frame before, up to the last one that ends a transaction.
#include "artefacts/database.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <set>
#include <sqlite3.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/sqlite.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

using sqlite::varint;

constexpr uint64_t nowhere = UINT64_MAX;

struct Checksum {
  bool big;
  uint32_t a = 0, b = 0;
  void add(Bytes bytes) {
    Cursor in(bytes);
    while (in.remaining() >= 8) {
      uint32_t x = big ? in.u32be() : in.u32le(), y = big ? in.u32be() : in.u32le();
      a += x + b, b += y + a;
    }
  }
};

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace

constexpr int operations_a_step = 100;
constexpr size_t tables_most = 10'000;
constexpr uint64_t schema_most = 16 * MiB;  // a column takes three bytes there, and a hundred in memory

struct Database::Connection {
  sqlite3* handle = nullptr;
  uint64_t page_size = 0;
  uint64_t steps_left = 0;
  uint64_t bytes_most = 0, bytes = 0;  // given
  uint64_t pages_before = 0;           // asked for, when bytes_most was set
  bool stopped = false;                // since then

  ~Connection() { sqlite3_close_v2(handle); }
  uint64_t pages_asked_for() const {
    int hits = 0, misses = 0, unused = 0;
    sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_HIT, &hits, &unused, 0);
    sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_MISS, &misses, &unused, 0);
    return uint64_t(unsigned(hits)) + unsigned(misses);
  }
  void allow(uint64_t most) { bytes_most = most, bytes = 0, pages_before = pages_asked_for(), stopped = false; }
  bool within_bytes() const { return bytes + (pages_asked_for() - pages_before) * page_size <= bytes_most; }
  bool may_go_on() {
    if (!stopped && (steps_left == 0 || !within_bytes())) stopped = true;
    return !stopped;
  }
};

struct Statement {
  sqlite3_stmt* it = nullptr;
  ~Statement() { sqlite3_finalize(it); }
};

Database::~Database() = default;

Database::Database(Bytes content, Bytes log) : bytes_(content.begin(), content.end()), file_size_(content.size()) {
  Cursor in(content);
  bool known = in.take_text(16) == std::string_view("SQLite format 3\0", 16);
  page_size_ = in.u16be();
  if (page_size_ == 1) page_size_ = 65536;
  in.skip(2);
  usable_ = page_size_ - std::min<uint32_t>(in.u8(), page_size_);
  in.seek(56);
  utf8_ = in.u32be() <= 1;
  if (!known || !in.ok() || page_size_ < 512 || (page_size_ & (page_size_ - 1)) != 0 || usable_ < 480) {
    failure_ = "no SQLite database, or its head is damaged";
    return;
  }
  apply(log);
  bytes_[18] = bytes_[19] = 1;  // no log: it has been applied
  connection_ = std::make_unique<Connection>();
  connection_->page_size = page_size_;
  connection_->steps_left = (1000 + bytes_.size() / 256) * 1000 / operations_a_step;
  if (sqlite3_open_v2(":memory:", &connection_->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
      SQLITE_OK)
    throw Error("SQLite cannot be started");
  sqlite3* handle = connection_->handle;
  // No value is larger than the file that holds it, however a query makes it.
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, int(std::clamp<size_t>(bytes_.size(), MiB, 32 * MiB)));
  sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 100);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  // A damaged schema is read as far as it goes, and a file that is shorter than it says, too.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
  sqlite3_progress_handler(
      handle, operations_a_step,
      [](void* of) {
        auto& connection = *static_cast<Connection*>(of);
        if (!connection.may_go_on()) return 1;
        --connection.steps_left;
        return 0;
      },
      connection_.get());
  if (sqlite3_deserialize(handle, "main", bytes_.data(), sqlite3_int64(bytes_.size()), sqlite3_int64(bytes_.size()),
                          SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
    failure_ = reason();
}

std::string Database::reason() const {
  return connection_->stopped ? "it takes more steps, or bytes, than a database of its size may"
                              : sqlite3_errmsg(connection_->handle);
}

void Database::apply(Bytes log) {
  Cursor in(log);
  uint32_t magic = in.u32be();
  in.skip(4);
  uint32_t size = in.u32be();
  in.skip(4);
  Bytes salts = in.take(8);
  uint32_t a = in.u32be(), b = in.u32be();
  if (!in.ok() || (magic & 0xFFFFFFFE) != 0x377F0682 || size != page_size_) return;
  Checksum sum{(magic & 1) != 0};
  sum.add(log.first(24));
  if (sum.a != a || sum.b != b) return;
  struct Frame {
    uint32_t page;
    Bytes content;
  };
  std::vector<Frame> frames;
  size_t whole = 0;
  uint32_t pages = 0;  // of the database, after the last transaction
  while (in.remaining() >= 24 + size_t(page_size_)) {
    Bytes head = in.take(24), content = in.take(page_size_);
    Cursor of(head);
    uint32_t number = of.u32be(), commit = of.u32be();
    Bytes same = of.take(8);
    sum.add(head.first(8)), sum.add(content);
    if (!std::equal(same.begin(), same.end(), salts.begin()) || of.u32be() != sum.a || of.u32be() != sum.b) break;
    frames.push_back({number, content});
    if (commit != 0) whole = frames.size(), pages = commit;
  }
  frames.resize(whole);
  if (frames.empty() || uint64_t(pages) * page_size_ > file_size_ + log.size()) return;
  bytes_.resize(size_t(pages) * page_size_);
  from_log_.resize(pages + 1);
  for (const Frame& frame : frames) {
    if (frame.page == 0 || frame.page > pages) continue;
    std::copy(frame.content.begin(), frame.content.end(), bytes_.begin() + ptrdiff_t(frame.page - 1) * page_size_);
    from_log_[frame.page] = true;
  }
}

std::vector<Table> Database::tables() {
  std::vector<Table> out;
  const uint64_t most = MiB + std::min<uint64_t>(2 * bytes_.size(), schema_most);
  connection_->allow(most);
  // The first statement reads the schema: of one that was ended early, what had been read stands.
  Statement list;
  constexpr std::string_view all = "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table' AND rootpage > 0";
  if (sqlite3_prepare_v2(connection_->handle, all.data(), int(all.size()), &list.it, nullptr) != SQLITE_OK) {
    failure_ = reason();
    return out;
  }
  const bool ended_early = connection_->stopped;
  connection_->allow(most);
  std::set<uint32_t> roots;
  std::set<std::string> names;
  size_t twice = 0, beyond = 0;
  int result;
  while ((result = sqlite3_step(list.it)) == SQLITE_ROW) {
    const unsigned char* name = sqlite3_column_text(list.it, 0);
    if (!name) continue;
    Table table{reinterpret_cast<const char*>(name), {}, uint32_t(sqlite3_column_int64(list.it, 1)), {}};
    if (out.size() == tables_most)
      ++beyond;
    else if (!names.insert(lower_ascii(table.name)).second || !roots.insert(table.root).second)
      ++twice;
    else
      out.push_back(std::move(table));
  }
  if (result != SQLITE_DONE && !connection_->stopped) failure_ = reason();
  if (ended_early || connection_->stopped) left_out_ = "tables behind what a schema may take to read; ";
  if (beyond > 0) left_out_ += fmt::format("{} tables beyond the first {}; ", beyond, tables_most);
  if (twice > 0) left_out_ += fmt::format("{} tables with an earlier one's name or first page; ", twice);
  if (!left_out_.empty()) left_out_ = "left out: " + left_out_.substr(0, left_out_.size() - 2);
  // A text of another encoding grows by half, and older rows have a later column's default for nothing.
  connection_->allow(16 * MiB + 8 * uint64_t(bytes_.size()));
  for (Table& table : out) {
    Statement one;
    constexpr int name_column = 1, key_column = 5, hidden_column = 6, computed = 2;
    std::vector<std::pair<int, size_t>> order;  // part of the key, or behind all of them; column
    // Not the function of that name, in whose place a table of the file may stand.
    sqlite3_prepare_v2(connection_->handle, ("PRAGMA table_xinfo(" + quoted(table.name) + ")").c_str(), -1, &one.it,
                       nullptr);
    int step = SQLITE_ERROR;
    while (one.it && (step = sqlite3_step(one.it)) == SQLITE_ROW)
      if (const unsigned char* name = sqlite3_column_text(one.it, name_column);
          name && sqlite3_column_int(one.it, hidden_column) != computed) {
        const int part = sqlite3_column_int(one.it, key_column);
        order.emplace_back(part > 0 ? part : std::numeric_limits<int>::max(), table.columns.size());
        table.columns.push_back(reinterpret_cast<const char*>(name));
      }
    if (step != SQLITE_DONE) table.columns.clear();
    std::sort(order.begin(), order.end());
    for (const auto& [part, column] : order) table.by_key.push_back(column);
  }
  return out;
}

std::string Database::each_row(const Table& table, const std::function<void(const Row&)>& each) {
  // Tables without row ids are asked again without.
  Statement rows;
  std::string from;
  for (const std::string& column : table.columns) from += (from.empty() ? "" : ", ") + quoted(column);
  if (from.empty()) return connection_->stopped ? reason() : "its columns cannot be read";
  from += " FROM " + quoted(table.name);
  bool with_id =
      sqlite3_prepare_v2(connection_->handle, ("SELECT _rowid_, " + from).c_str(), -1, &rows.it, nullptr) == SQLITE_OK;
  // In the order of their keys, if it can be had, not of an index that has all columns, too.
  std::vector<uint64_t> keyed;
  if (!with_id) {
    const std::string by_key = from + " INDEXED BY " + quoted("sqlite_autoindex_" + table.name + "_1");
    const auto ask = [&](const std::string& what) {
      return sqlite3_prepare_v2(connection_->handle, ("SELECT " + what).c_str(), -1, &rows.it, nullptr) == SQLITE_OK;
    };
    if (ask(by_key))
      keyed = places_by_key(table.root);
    else if (!ask(from))
      return reason();
  }
  std::vector<Place> places = with_id ? this->places(table.root) : std::vector<Place>();
  uint64_t begin = uint64_t(table.root - 1) * page_size_;
  if (begin >= file_size_) begin = 0;
  int first = with_id, result;
  size_t number = 0;
  while ((result = sqlite3_step(rows.it)) == SQLITE_ROW) {
    if (!connection_->may_go_on()) return reason();
    Row row;
    row.at = begin;
    if (with_id) row.id = sqlite3_column_int64(rows.it, 0);
    for (int i = first; i < sqlite3_column_count(rows.it); ++i) {
      Cell cell;
      cell.type = Cell::Type(0);
      switch (sqlite3_column_type(rows.it, i)) {
        case SQLITE_INTEGER:
          cell.type = Cell::Type::integer, cell.integer = sqlite3_column_int64(rows.it, i);
          break;
        case SQLITE_FLOAT:
          cell.type = Cell::Type::real, cell.real = sqlite3_column_double(rows.it, i);
          break;
        case SQLITE_TEXT: {
          auto text = reinterpret_cast<const char*>(sqlite3_column_text(rows.it, i));
          cell.type = Cell::Type::text, cell.text = {text ? text : "", size_t(sqlite3_column_bytes(rows.it, i))};
          break;
        }
        case SQLITE_BLOB: {
          auto blob = static_cast<const char*>(sqlite3_column_blob(rows.it, i));
          cell.type = Cell::Type::blob, cell.text = {blob ? blob : "", size_t(sqlite3_column_bytes(rows.it, i))};
          break;
        }
        default:
          break;
      }
      connection_->bytes += cell.text.size();
      row.cells.push_back(cell);
    }
    // A column may stand on a page that the one before it asked for.
    connection_->pages_before += std::min(row.cells.size(), connection_->pages_asked_for() - connection_->pages_before);
    auto it = std::lower_bound(places.begin(), places.end(), row.id.value_or(0),
                               [](const Place& a, int64_t id) { return a.id < id; });
    bool placed = row.id && it != places.end() && it->id == *row.id;
    if (placed) {
      row.at = it->cell;
      // For every page of the payload, however long the cell says it is, SQLite clears four bytes.
      Cursor cell(bytes_);
      cell.seek(it->cell);
      connection_->bytes += varint(cell) / 128;
    }
    const uint64_t by_key = number < keyed.size() ? keyed[number] : nowhere;
    ++number;
    for (Cell& cell : row.cells) cell.at = row.at;
    if (placed) locate(it->cell, row);
    if (by_key != nowhere) locate_by_key(by_key, table.by_key, row);
    each(row);
  }
  return result == SQLITE_DONE ? std::string() : reason();
}

Bytes Database::page(uint32_t number) const {
  uint64_t begin = uint64_t(number - 1) * page_size_;
  if (number == 0 || begin + page_size_ > bytes_.size()) return {};
  return Bytes(bytes_).subspan(begin, page_size_);
}

// Row ids and cells of all leaves that lie in the database file, in order. Each page is visited once, whatever the
// trees.
std::vector<Database::Place> Database::places(uint32_t root) {
  std::vector<Place> out;
  placed_.resize(bytes_.size() / page_size_ + 1);
  std::vector<uint32_t> open{root};
  while (!open.empty()) {
    uint32_t number = open.back();
    open.pop_back();
    Bytes bytes = page(number);
    if (bytes.empty() || placed_[number]) continue;
    placed_[number] = true;
    Cursor in(bytes);
    if (number == 1) in.skip(100);
    uint8_t type = in.u8();
    in.skip(2);
    uint16_t count = in.u16be();
    in.skip(3);
    if (type == 5) open.push_back(in.u32be());
    if ((type != 5 && type != 13) || count > page_size_ / 6) continue;  // as SQLite says: a cell takes six bytes
    bool stored = number >= from_log_.size() || !from_log_[number];
    for (unsigned i = 0; i < count && in.remaining() >= 2; ++i) {
      uint16_t at = in.u16be();
      Cursor cell(bytes);
      cell.seek(at);
      if (type == 5) {
        open.push_back(cell.u32be());
        continue;
      }
      varint(cell);
      int64_t id = int64_t(varint(cell));
      if (cell.ok() && stored) out.push_back({id, uint64_t(number - 1) * page_size_ + at});
    }
  }
  std::sort(out.begin(), out.end(), [](const Place& a, const Place& b) { return a.id < b.id; });
  return out;
}

// The keys of a table without row ids, in order, on leaves and within the tree; nowhere, of those that the log has
// changed. Each page is visited once, as above.
std::vector<uint64_t> Database::places_by_key(uint32_t root) {
  constexpr uint8_t inner = 2, leaf = 10;
  std::vector<uint64_t> out;
  placed_.resize(bytes_.size() / page_size_ + 1);
  std::vector<std::pair<uint32_t, unsigned>> open{{root, 0}};  // pages, and which of their children is next
  while (!open.empty()) {
    const auto [number, next] = open.back();
    const Bytes bytes = page(number);
    Cursor in(bytes);
    const uint8_t kind = in.u8();
    in.skip(2);
    const unsigned count = in.u16be();
    in.skip(3);
    const bool is_read = bytes.empty() || (next == 0 && placed_[number]) || count > page_size_ / 6;
    if (is_read || (kind != inner && kind != leaf) || next > count) {
      open.pop_back();
      continue;
    }
    placed_[number] = true;
    const bool stored = number >= from_log_.size() || !from_log_[number];
    const uint64_t begin = uint64_t(number - 1) * page_size_;
    const auto key = [&](uint16_t at) { out.push_back(stored ? begin + at : nowhere); };
    if (kind == leaf) {
      for (unsigned i = 0; i < count && in.remaining() >= 2; ++i) key(in.u16be());
      open.pop_back();
      continue;
    }
    uint32_t child = in.u32be();  // the last
    in.skip(next > 0 ? 2 * (next - 1) : 0);
    if (next > 0) key(in.u16be());
    if (next < count) {
      Cursor cell(bytes);
      cell.seek(in.u16be());
      child = cell.u32be();
    }
    ++open.back().second;
    open.emplace_back(child, 0);
  }
  return out;
}

// If it is that row: what it has of texts and blobs there is what SQLite gave.
void Database::locate_by_key(uint64_t at, const std::vector<size_t>& by_key, Row& row) const {
  const uint64_t begin = at / page_size_ * page_size_, end = std::min<uint64_t>(begin + usable_, bytes_.size());
  Cursor in(Bytes(bytes_).first(end));
  in.seek(begin);
  const bool is_inner = in.u8() == 2;
  in.seek(at);
  if (is_inner) in.skip(4);
  varint(in);
  const uint64_t record = in.position(), head = varint(in);
  uint64_t column = record + head;
  std::vector<std::pair<size_t, uint64_t>> places;
  for (const size_t number : by_key) {
    if (in.position() >= record + head || !in.ok()) break;
    const uint64_t type = varint(in), size = sqlite::column_size(type);
    if (column >= end || size > bytes_.size() || number >= row.cells.size()) break;
    const Cell& cell = row.cells[number];
    const Bytes here = Bytes(bytes_).subspan(column, std::min<uint64_t>(end - column, size));
    if (type >= sqlite::first_blob && size > 0) {
      if (cell.type != (type % 2 == 1 ? Cell::Type::text : Cell::Type::blob)) return;
      const bool as_it_stands = utf8_ || cell.type == Cell::Type::blob;
      if (as_it_stands ? size != cell.text.size() || !cell.text.starts_with(as_text(here))
                       : here.size() == size && from_utf16le(here) != cell.text && from_utf16be(here) != cell.text)
        return;
      places.emplace_back(number, column);
    }
    column += size;
  }
  if (places.empty()) return;
  row.at = at;
  for (Cell& cell : row.cells) cell.at = at;
  for (const auto& [number, place] : places) row.cells[number].at = place;
}

void Database::locate(uint64_t at, Row& row) const {
  uint64_t end = at / page_size_ * page_size_ + usable_;
  Cursor in(Bytes(bytes_).first(std::min<uint64_t>(end, bytes_.size())));
  in.seek(at);
  varint(in), varint(in);
  uint64_t record = in.position(), head = varint(in);
  uint64_t column = record + head;
  for (Cell& cell : row.cells) {
    if (in.position() >= record + head || !in.ok()) return;  // columns added later are not in older rows
    uint64_t type = varint(in), size = sqlite::column_size(type);
    if (column >= end || size > bytes_.size()) return;
    if (type >= sqlite::first_blob) {
      uint64_t here = std::min(end - column, size);
      bool is_text = (type & 1) != 0 && cell.type == Cell::Type::text;
      bool same =
          is_text &&
          (!utf8_ || (size == cell.text.size() && as_text(Bytes(bytes_).subspan(column, std::min<uint64_t>(here, 8))) ==
                                                      cell.text.substr(0, std::min<uint64_t>(here, 8))));
      if (same || (type & 1) == 0) cell.at = column;
    }
    column += size;
  }
}

}  // namespace weft::artefacts
