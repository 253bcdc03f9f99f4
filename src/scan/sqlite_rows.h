// Where in a text columns of SQLite rows lie. They touch each other, so that what one holds is not found, or is found
// with what the next one begins with; where a page says where they are, scanners are shown each of them by itself.
// Private to the engine.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "scan/pieces.h"

namespace weft::scan {

class SqliteRows {
 public:
  struct Column {
    size_t end() const { return size_t(begin) + size; }
    uint32_t begin = 0;
    uint16_t size = 0;  // smaller than a page of the database
    Coding coding = Coding::utf8;
  };

  // Of all pages in the text that begin in front of `end`. origin: where text[0] lies in the source, which tells where
  // pages may begin.
  void find(std::string_view text, size_t end, uint64_t origin);
  void clear();
  // Whether the byte is a row's. What lies there is told column by column.
  bool hold(size_t at) const {
    if (rows_.empty()) return false;
    const auto behind = std::partition_point(rows_.begin(), rows_.end(), [&](const Row& row) { return row.end <= at; });
    return behind != rows_.end() && behind->begin <= at;
  }
  // In order. What is shorter than any word that is looked for is left out.
  const std::vector<Column>& columns() const { return columns_; }
  // The column that holds the byte, or null.
  const Column* column_at(size_t at) const {
    const auto column = first_behind(at);
    return column != columns_.end() && column->begin <= at ? &*column : nullptr;
  }
  // Calls each(begin, end) for the parts of a stretch that lie in no row, and those in columns that are UTF-8 or bytes.
  template <class Each>
  void parts(size_t begin, size_t end, Each each) const;

 private:
  struct Row {  // or several that touch
    uint32_t begin = 0, end = 0;
  };
  std::vector<Column>::const_iterator first_behind(size_t at) const {
    return std::partition_point(columns_.begin(), columns_.end(), [&](const Column& c) { return c.end() <= at; });
  }
  void add(std::string_view text, const struct SqlitePage& page);

  std::vector<Row> rows_;
  std::vector<Column> columns_;
};

template <class Each>
void SqliteRows::parts(size_t begin, size_t end, Each each) const {
  auto row = std::partition_point(rows_.begin(), rows_.end(), [&](const Row& one) { return one.end <= begin; });
  auto column = first_behind(begin);
  for (; row != rows_.end() && row->begin < end; ++row) {
    if (begin < row->begin) each(begin, size_t(row->begin));
    for (; column != columns_.end() && column->begin < std::min<size_t>(row->end, end); ++column)
      if (column->coding == Coding::utf8) each(std::max<size_t>(begin, column->begin), std::min(column->end(), end));
    begin = row->end;
  }
  if (begin < end) each(begin, end);
}

}  // namespace weft::scan
