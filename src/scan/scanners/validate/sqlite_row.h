// Where a column of an SQLite row begins and ends. Columns stand glued to each other, so text in one runs into the
// next.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::scan {

// How far before a text its row is looked for.
inline constexpr size_t row_reach = 768;

struct TextColumn {
  size_t begin = 0, end = 0;  // end 0: none
};

// The text column that holds the byte at `at`, told by the header of the row in front of it and by the row's size,
// which stands in front of that; none when no header there says so. Deleted rows are rows too.
TextColumn text_column(std::string_view text, size_t at);

// Where the web address begins whose host is at or around `host`: at its scheme, or where the host does.
size_t address_begin(std::string_view text, size_t host);

}  // namespace weft::scan
