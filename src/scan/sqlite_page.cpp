// A page begins with its kind (13 rows, 10 keys, 2 keys within the tree), the first free block 2, the number of cells
// 2, where they begin 2, fragments 1, and of kind 2 a further page 4; then where each cell is 2. A cell is of kind 2 a
// page 4, then the size of its row, of kind 13 the row's number, and the row: the size of its head, the types of its
// columns, the columns; the number of an overflow page 4, where it goes on elsewhere (SQLite's "Database File
// Format", 1.6, 2.1).
//
// How large the page is, is told by how far cells and free blocks reach: they fill it to its end. All cells must lie
// behind the table of their places without lying in each other, each must be as long as its columns together, to the
// byte, and rows are numbered upwards.
#include "scan/sqlite_page.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

enum : uint8_t { inner_keys = 2, keys = 10, rows = 13 };
constexpr size_t most_fragments = 60, smallest_block = 4;
constexpr uint64_t longest_row = 0x7fffffff;

// The cell there, and how long its row is; end is not known yet.
std::optional<SqliteCell> cell_at(std::string_view page, size_t at, uint8_t kind, uint64_t& size, size_t& work) {
  Cursor in(as_bytes(page));
  in.seek(at);
  if (kind == inner_keys) in.skip(4);
  size = sqlite::varint(in);
  SqliteCell cell;
  cell.begin = at;
  if (kind == rows) cell.number = int64_t(sqlite::varint(in));
  const size_t begin = in.position();
  const uint64_t head_size = sqlite::varint(in);
  if (!in.ok() || size > longest_row || head_size < 2 || head_size > size || head_size > page.size() - begin)
    return std::nullopt;
  cell.types = in.position(), cell.columns = begin + size_t(head_size);
  if (cell.types > cell.columns || smallest_block + head_size > work) return std::nullopt;
  work -= smallest_block + size_t(head_size);
  Cursor types(as_bytes(page.substr(0, cell.columns)));
  types.seek(cell.types);
  uint64_t length = head_size;
  while (types.remaining() > 0 && length <= size) {
    const uint64_t type = sqlite::varint(types);
    if (!types.ok() || type == 10 || type == 11) return std::nullopt;
    length += sqlite::column_size(type);
  }
  if (length != size || types.remaining() > 0) return std::nullopt;
  cell.end = begin;  // of what stands in front of the row
  return cell;
}

// How far the free blocks reach; nothing when they make no chain.
std::optional<size_t> end_of_free(std::string_view page, size_t first, size_t cells, size_t& work) {
  size_t end = 0;
  for (size_t at = first; at != 0; work -= smallest_block) {
    if (work < smallest_block || at < std::max(cells, end) || at + smallest_block > page.size()) return std::nullopt;
    const size_t next = big(page, at, 2), size = big(page, at + 2, 2);
    if (size < smallest_block) return std::nullopt;
    end = at + size;
    at = next;
  }
  return end;
}

}  // namespace

bool SqlitePages::read(size_t begin, size_t head, SqlitePage& out) {
  const std::string_view page = text_.substr(begin, longest_sqlite_page);
  if (page.size() < smallest_sqlite_page) return false;
  head -= begin;
  const auto kind = uint8_t(page[head]);
  if (kind != rows && kind != keys && kind != inner_keys) return false;
  const size_t free = big(page, head + 1, 2), count = big(page, head + 3, 2), first = big(page, head + 5, 2);
  const size_t places = head + (kind == inner_keys ? 12 : 8);
  const size_t cells = first == 0 ? longest_sqlite_page : first;
  if (count == 0 || cells < places + 2 * count || cells >= page.size() || uint8_t(page[head + 7]) > most_fragments)
    return false;
  work_ = std::min(most_work, work_ + 2 * (begin - std::exchange(at_, begin)));
  const size_t work = work_;
  const auto free_end = end_of_free(page, free, cells, work_);
  if (!free_end) return false;

  out.is_table = kind == rows;
  out.cells.clear();
  sizes_.clear(), ends_.clear();
  for (size_t i = 0; i < count; ++i) {
    const size_t place = big(page, places + 2 * i, 2);
    uint64_t size = 0;
    const auto cell = place < cells ? std::nullopt : cell_at(page, place, kind, size, work_);
    if (!cell || (out.is_table && i > 0 && cell->number <= out.cells.back().number)) return false;
    out.cells.push_back(*cell);
    sizes_.push_back(size);
  }

  // The size they fill to its end; if there is none, the first they fit in.
  const auto end_of = [&](size_t i, size_t size) {
    const size_t here = sqlite::size_here(sizes_[i], size, out.is_table);
    return std::max(out.cells[i].end + here + (here < sizes_[i] ? 4 : 0), out.cells[i].begin + smallest_block);
  };
  out.size = 0;
  for (size_t size = smallest_sqlite_page; size <= longest_sqlite_page; size *= 2) {
    size_t end = *free_end;
    for (size_t i = 0; i < count && end <= size; ++i) end = std::max(end, end_of(i, size));
    if (end > size || end > page.size() || (out.size != 0 && end < size)) continue;
    out.size = size;
    if (end == size) break;
  }
  if (out.size == 0) return false;
  for (size_t i = 0; i < count; ++i) ends_.emplace_back(out.cells[i].begin, end_of(i, out.size));
  std::sort(ends_.begin(), ends_.end());
  for (size_t i = 1; i < count; ++i)
    if (ends_[i].first < ends_[i - 1].second) return false;
  for (size_t i = 0; i < count; ++i) {
    SqliteCell& cell = out.cells[i];
    cell.end += begin + sqlite::size_here(sizes_[i], out.size, out.is_table);
    cell.begin += begin, cell.types += begin, cell.columns += begin;
    cell.columns = std::min(cell.columns, cell.end);
  }
  work_ = work;
  return true;
}

}  // namespace weft::scan
