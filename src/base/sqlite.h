// How SQLite writes the head of a row (https://sqlite.org/fileformat2.html, 1.6 and 2.1), for all who read its rows
// where no database is left to open. Any thread.
#pragma once

#include "base/cursor.h"

namespace weft::sqlite {

// One to nine bytes, the most significant first, seven bits of each but of a ninth. Past the end: in.ok() is false.
inline uint64_t varint(Cursor& in) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) {
    const uint8_t byte = in.u8();
    value = value << 7 | (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return value << 8 | in.u8();
}

// From this serial type on a column is a blob (even) or a text (odd).
inline constexpr uint64_t first_blob = 12;

// Bytes that a column of that serial type takes. Types 10 and 11, which no file may have, take none.
inline uint64_t column_size(uint64_t type) {
  constexpr uint8_t numbers[first_blob] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return type < first_blob ? numbers[type] : (type - first_blob) / 2;
}

// How much of a row of that size lies on the page of its cell, of which so many bytes are usable; behind it stands the
// number of the page where it goes on, if that is not all. Rows of tables may be longer than keys of indexes.
inline size_t size_here(uint64_t size, size_t usable, bool is_table) {
  const size_t longest = is_table ? usable - 35 : (usable - 12) * 64 / 255 - 23;
  if (size <= longest) return size_t(size);
  const size_t least = (usable - 12) * 32 / 255 - 23, more = least + size_t((size - least) % (usable - 4));
  return more <= longest ? more : least;
}

}  // namespace weft::sqlite
