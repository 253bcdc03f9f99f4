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
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/structure.h"
#include "scan/sqlite_page.h"

namespace weft::scan {
namespace {

constexpr size_t grid = 8, head = 16, longest_shown = 60;

// The first text of a row that holds any.
std::string_view first_text(std::string_view text, const SqliteCell& cell, size_t& columns) {
  std::string_view out;
  columns = 0;
  each_sqlite_column(text, cell, [&](uint64_t type, size_t begin, size_t end) {
    ++columns;
    if (out.empty() && type > sqlite::first_blob && type % 2 == 1)
      out = text.substr(begin, std::min(end - begin, longest_shown));
  });
  return out;
}

// Returns how long the page of rows there is; 0 when it is none.
size_t on_page(std::string_view text, size_t begin, SqlitePages& pages, SqlitePage& page, Sink& sink) {
  if (!pages.read(begin, begin, page)) return 0;
  size_t most_columns = 0;
  std::string_view shown;
  for (const SqliteCell& cell : page.cells) {
    size_t columns = 0;
    const std::string_view first = first_text(text, cell, columns);
    most_columns = std::max(most_columns, columns);
    if (shown.empty() && is_utf8(first)) shown = first;
  }
  if (most_columns == 0) return 0;
  sink.feature("carved_sqlite_page",
               fmt::format("{} bytes, rows {} to {}, {} of them, {} columns{}", page.size, page.cells.front().number,
                           page.cells.back().number, page.cells.size(), most_columns,
                           shown.empty() ? "" : ", “" + printable(shown) + "”"),
               begin, begin + head);
  return page.size;
}

bool is_page_size(uint64_t size) {
  return size >= smallest_sqlite_page && size <= longest_sqlite_page && std::has_single_bit(size);
}

// Behind a database whose head tells how long it is.
size_t behind_database(std::string_view text, size_t begin) {
  uint64_t size = big(text, begin + 16, 2);
  if (size == 1) size = longest_sqlite_page;
  const uint64_t pages = big(text, begin + 28, 4);
  if (!is_page_size(size) || pages == 0 || big(text, begin + 24, 4) != big(text, begin + 92, 4))
    return begin + smallest_sqlite_page;
  return begin + size_t(std::min<uint64_t>(pages * size, text.size() - begin));
}

void on_text(std::string_view text, size_t begin, size_t end, Sink& sink) {
  using namespace std::string_view_literals;
  SqlitePages pages(text);
  SqlitePage page;
  size_t from = 0;
  for (size_t at = (begin + grid - 1) / grid * grid; at < end && at + smallest_sqlite_page <= text.size(); at += grid) {
    if (text[at] != 0x0D && text[at] != 'S') continue;
    if (at < from) continue;
    if (text[at] == 0x0D)
      from = at + on_page(text, at, pages, page, sink);
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
