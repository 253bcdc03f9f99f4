// Pages of SQLite databases that lie outside a whole one: of deleted databases whose head is gone, in write-ahead logs,
// in memory. Kind carved_sqlite_page; what makes up a page of rows (a leaf of a table's tree) is the SQLite file
// format's §1.6, a row its §2.1.
//
// A page stands on a grid of eight bytes, as the frames of a log have a head of 24. It begins with 0x0D, the first free
// block, the number of cells and where they begin, then tells where each cell is; a cell is the size of its row, the
// row's number, and the row: the sizes of its columns, then the columns. How large the page is, is told by how far
// cells and free blocks reach.
//
// False positives: all cells must lie in the page behind the table of their places, their rows must be as long as the
// sizes of their columns together, to the byte, and be numbered upwards. Where a database's head tells how many pages
// there are, these are not listed one by one: carved_sqlite has them.
#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "base/cursor.h"
#include "base/sqlite.h"
#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

using sqlite::varint;

constexpr size_t grid = 8, smallest_page = 512, longest_page = 64 * KiB, head = 16, longest_shown = 60;
constexpr size_t longest_head = 200;  // of a row; some hundred columns

struct Row {
  uint64_t number = 0;
  size_t columns = 0, end = 0;  // end: in the page
  std::string_view text;        // of its first column of text
};

// The cell there. A row that is longer than fits goes on elsewhere; its end is then not known, but its head is.
std::optional<Row> row_at(std::string_view page, size_t at) {
  Cursor in(as_bytes(page));
  in.seek(at);
  const uint64_t size = varint(in);
  Row row;
  row.number = varint(in);
  const size_t begin = in.position();
  const uint64_t head_size = varint(in);
  if (!in.ok() || head_size < 2 || head_size > size || head_size > longest_head || head_size > page.size() - begin)
    return std::nullopt;
  const size_t head_end = begin + size_t(head_size);
  Cursor sizes(as_bytes(page.substr(0, head_end)));
  sizes.seek(in.position());
  uint64_t length = head_size;
  for (; sizes.remaining() > 0; ++row.columns) {
    const uint64_t type = varint(sizes);
    if (!sizes.ok() || type == 10 || type == 11 || type > (uint64_t(1) << 31)) return std::nullopt;
    const uint64_t column = sqlite::column_size(type);
    if (row.text.empty() && type > sqlite::first_blob + 1 && type % 2 == 1 && begin + length < page.size())
      row.text = page.substr(begin + size_t(length), size_t(std::min<uint64_t>(column, longest_shown)));
    length += column;
  }
  if (length != size) return std::nullopt;
  row.end = size_t(std::min<uint64_t>(begin + length, page.size()));
  return row;
}

// How far the free blocks reach; nothing when they make no chain.
std::optional<size_t> end_of_free(std::string_view page, size_t first, size_t cells) {
  size_t end = 0;
  for (size_t at = first; at != 0;) {
    if (at < std::max(cells, end) || at + 4 > page.size()) return std::nullopt;
    const size_t next = big(page, at, 2), size = big(page, at + 2, 2);
    if (size < 4) return std::nullopt;
    end = at + size;
    at = next;
  }
  return end;
}

// Returns how long the page of rows there is; 0 when it is none.
size_t on_page(std::string_view text, size_t begin, Sink& sink) {
  const std::string_view page = text.substr(begin, longest_page);
  const size_t free = big(page, 1, 2), count = big(page, 3, 2), cells = big(page, 5, 2);
  if (page.size() < smallest_page || page[0] != 0x0D || count == 0 || cells < 8 + 2 * count || uint8_t(page[7]) > 60)
    return 0;
  const auto free_end = end_of_free(page, free, cells);
  if (!free_end) return 0;
  size_t end = *free_end, columns = 0, longest = 0, used = 0;
  uint64_t first = 0, last = 0;
  std::string_view shown;
  for (size_t i = 0; i < count; ++i) {
    const size_t place = big(page, 8 + 2 * i, 2);
    const auto row = place < cells ? std::nullopt : row_at(page, place);
    if (!row || (i > 0 && row->number <= last)) return 0;
    // Cells do not overlap, so all together they are no longer than the page.
    used += std::max<size_t>(row->end - place, 4);
    if (used > page.size()) return 0;
    if (i == 0) first = row->number;
    last = row->number;
    columns = std::max(columns, row->columns);
    longest = std::max(longest, place);
    if (row->end < page.size()) end = std::max(end, row->end);
    if (shown.empty() && is_utf8(row->text)) shown = row->text;
  }
  const size_t size = std::max(smallest_page, std::bit_ceil(std::max(end, longest + 4)));
  if (size > longest_page || columns == 0) return 0;
  sink.feature("carved_sqlite_page",
               fmt::format("{} bytes, rows {} to {}, {} of them, {} columns{}", size, first, last, count, columns,
                           shown.empty() ? "" : ", “" + printable(shown) + "”"),
               begin, begin + head);
  return size;
}

bool is_page_size(uint64_t size) {
  return size >= smallest_page && size <= longest_page && std::has_single_bit(size);
}

// Behind a database whose head tells how long it is.
size_t behind_database(std::string_view text, size_t begin) {
  uint64_t size = big(text, begin + 16, 2);
  if (size == 1) size = longest_page;
  const uint64_t pages = big(text, begin + 28, 4);
  if (!is_page_size(size) || pages == 0 || big(text, begin + 24, 4) != big(text, begin + 92, 4))
    return begin + smallest_page;
  return begin + size_t(std::min<uint64_t>(pages * size, text.size() - begin));
}

void on_text(std::string_view text, size_t begin, size_t end, Sink& sink) {
  using namespace std::string_view_literals;
  size_t from = 0;
  for (size_t at = (begin + grid - 1) / grid * grid; at < end && at + smallest_page <= text.size(); at += grid) {
    if (text[at] != 0x0D && text[at] != 'S') continue;
    if (at < from) continue;
    if (text[at] == 0x0D)
      from = at + on_page(text, at, sink);
    else if (text.substr(at, 16) == "SQLite format 3\0"sv)
      from = behind_database(text, at);
  }
}

constexpr std::array<std::string_view, 1> kinds{"carved_sqlite_page"};
constexpr std::array examples{
    Example{"\x0d\x0aLines end like this in letters, and a page of a database begins like one.", "carved_sqlite_page",
            ""},
};

}  // namespace

extern const Scanner carved_sqlite_page_scanner;
const Scanner carved_sqlite_page_scanner{
    "carved_sqlite_page",
    "carved_sqlite_page: pages of rows of SQLite databases that lie outside whole ones",
    kinds,
    {},
    nullptr,
    examples,
    0,
    0,
    on_text};

}  // namespace weft::scan
