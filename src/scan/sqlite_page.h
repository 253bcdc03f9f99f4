// A page of an SQLite database, told by itself: its cells, and where their columns lie. Any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cursor.h"
#include "base/sqlite.h"

namespace weft::scan {

// A row of a table; or a key, of an index or of a table that has no numbers of rows.
struct SqliteCell {
  size_t begin = 0, end = 0;      // in the text: what lies on this page
  size_t types = 0, columns = 0;  // where the types of its columns begin, and the columns
  int64_t number = 0;             // of a row
};

struct SqlitePage {
  size_t size = 0;
  bool is_table = false;
  std::vector<SqliteCell> cells;  // in the order of rows and keys
};

constexpr size_t smallest_sqlite_page = 512, longest_sqlite_page = 64 * KiB;
constexpr size_t sqlite_head_size = 100;  // of a database, in front of its first page's cells

// Reads pages of one text, from its begin on. Where none is it looks at no more heads of rows than the bytes it passed
// have room for: a page may seem to begin everywhere, and all its cells may be one.
class SqlitePages {
 public:
  explicit SqlitePages(std::string_view text) : text_(text) {}
  // Whether a page begins at `begin` whose cells are told of at `head`, which is there or behind a database's head.
  bool read(size_t begin, size_t head, SqlitePage& out);

 private:
  std::string_view text_;
  static constexpr size_t most_work = 2 * longest_sqlite_page;
  size_t work_ = most_work, at_ = 0;  // bytes of heads that may be looked at; where that was said
  std::vector<uint64_t> sizes_;       // of the rows at hand
  std::vector<std::pair<size_t, size_t>> ends_;
};

// Calls each(type, begin, end) for the columns of a cell; of those that go on on another page end comes early.
template <class Each>
void each_sqlite_column(std::string_view text, const SqliteCell& cell, Each each) {
  Cursor types(as_bytes(text.substr(0, cell.columns)));
  types.seek(cell.types);
  for (size_t at = cell.columns; types.remaining() > 0;) {
    const uint64_t type = sqlite::varint(types);
    const size_t end = at + size_t(std::min<uint64_t>(sqlite::column_size(type), cell.end - at));
    each(type, at, end);
    at = end;
  }
}

}  // namespace weft::scan
