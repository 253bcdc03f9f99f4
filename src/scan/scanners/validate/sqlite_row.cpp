// A row is a header and a body (SQLite file format, §2.1): the header's own length and one serial type for each column,
// all as varints; the body holds the columns in that order, nothing between them. Serial types 0, 8 and 9 take no
// bytes, 1 to 7 take 1, 2, 3, 4, 6, 8 and 8, 10 and 11 are not used, from 12 on an even N is a blob of (N-12)/2 bytes
// and an odd N a text of (N-13)/2.
//
// The header is looked for in the bytes before the text: it is one when its types fill it exactly and a text column
// begins just at `begin`. Other bytes can look like that by accident, so one of the columns must have a type below 9 (a
// number or NULL, such as every row of a table with a key has), which is a control byte that no text holds.
#include "scan/scanners/validate/sqlite_row.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace weft::scan {
namespace {

constexpr size_t longest_before = 160;  // header and columns in front of the text

struct Varint {
  uint64_t value = 0;
  size_t length = 0;
};

// Up to three bytes: two million, more than any column here has.
Varint varint(std::string_view text, size_t at, size_t end) {
  Varint out;
  while (at < end && out.length < 3) {
    const auto byte = uint8_t(text[at++]);
    out.value = out.value << 7 | (byte & 0x7F);
    ++out.length;
    if (byte < 0x80) return out;
  }
  return {};
}

struct Column {
  size_t begin = 0, end = 0;
  size_t row_end = 0;  // of all columns
};

// The text column that holds the byte at `at`, when a header begins at `header` and has one; else nothing.
Column column_by_header(std::string_view text, size_t header, size_t at) {
  const auto length = uint8_t(text[header]);
  if (length < 2 || length > 0x7F || header + length > at) return {};
  constexpr std::array<uint8_t, 10> sizes{0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  const size_t header_end = header + length;
  size_t column = header_end;
  Column found;
  bool numeric = false;
  for (size_t in = header + 1; in < header_end;) {
    const Varint type = varint(text, in, header_end);
    if (type.length == 0 || type.value == 10 || type.value == 11) return {};
    in += type.length;
    const size_t size = type.value < 10 ? sizes[type.value] : size_t(type.value - 12) / 2;
    numeric = numeric || type.value < 9;
    if (column <= at && at < column + size) {
      if (type.value < 13 || type.value % 2 == 0) return {};
      found = {column, column + size};
    }
    column += size;
  }
  found.row_end = column;
  return numeric ? found : Column();
}

// In front of a row's header stand the row's size and its number, as varints (§1.6).
bool has_its_size(std::string_view text, size_t header, size_t row_end) {
  for (size_t number = 1; number <= 4 && number < header; ++number)
    for (size_t length = 1; length <= 2 && number + length <= header; ++length) {
      const Varint size = varint(text, header - number - length, header - number);
      if (size.length != length || size.value != row_end - header) continue;
      const bool ends = uint8_t(text[header - 1]) < 0x80;
      bool goes_on = true;
      for (size_t i = header - number; i + 1 < header; ++i) goes_on = goes_on && uint8_t(text[i]) >= 0x80;
      if (ends && goes_on) return true;
    }
  return false;
}

// Nearest first. each is given a header's place and the column it says; true ends the search.
template <class Each>
void each_header(std::string_view text, size_t at, Each each) {
  const size_t first = at - std::min(at, longest_before);
  // A row of numbers and text has control bytes in front of its text.
  const std::string_view before = text.substr(first, at - first);
  if (std::none_of(before.begin(), before.end(), [](char c) { return uint8_t(c) < 9; })) return;
  for (size_t header = at; header-- > first;)
    if (each(header, column_by_header(text, header, at))) return;
}

}  // namespace

size_t text_column_end(std::string_view text, size_t begin) {
  size_t out = 0;
  each_header(text, begin, [&](size_t, Column column) {
    if (column.end == 0 || column.begin != begin) return false;
    out = column.end;
    return true;
  });
  return out;
}

size_t text_column_begin(std::string_view text, size_t begin, size_t end) {
  size_t out = 0;
  each_header(text, end - 1, [&](size_t header, Column column) {
    if (column.end < end || column.begin <= begin || column.begin >= end) return false;
    if (!has_its_size(text, header, column.row_end)) return false;
    out = column.begin;
    return true;
  });
  return out;
}

size_t address_begin(std::string_view text, size_t host) {
  constexpr size_t longest_host = 64;
  size_t begin = host;
  while (begin > 0 && host - begin < longest_host &&
         (is_alnum(text[begin - 1]) || text[begin - 1] == '.' || text[begin - 1] == '-'))
    --begin;
  if (begin < 3 || text.substr(begin - 3, 3) != "://") return begin;
  const bool secure = begin >= 8 && (text[begin - 4] | 32) == 's';
  return begin - std::min<size_t>(begin, secure ? 8 : 7);
}

}  // namespace weft::scan
