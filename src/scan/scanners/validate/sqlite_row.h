// Where a column of an SQLite row ends. Columns stand glued to each other, so text in one runs into the next.
#pragma once

#include <string_view>

namespace weft::scan {

// The end of the text column that begins at `begin`, told by the header of the row in front of it; 0 when no header
// there says that a text column begins here.
size_t text_column_end(std::string_view text, size_t begin);

// The begin of the text column that holds [begin, end), told in the same way, and by the size of
// the row in front of its header: nothing but a row does. 0 when no header says so.
size_t text_column_begin(std::string_view text, size_t begin, size_t end);

// Where the web address begins whose host is at or around `host`: at its scheme, or where the host does.
size_t address_begin(std::string_view text, size_t host);

}  // namespace weft::scan
