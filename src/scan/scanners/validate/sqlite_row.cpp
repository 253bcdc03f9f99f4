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

size_t end_by_header(std::string_view text, size_t header, size_t begin) {
  const auto length = uint8_t(text[header]);
  if (length < 2 || length > 0x7F || header + length > begin) return 0;
  constexpr std::array<uint8_t, 10> sizes{0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  const size_t header_end = header + length;
  size_t column = header_end, end = 0;
  bool numeric = false;
  for (size_t at = header + 1; at < header_end;) {
    const Varint type = varint(text, at, header_end);
    if (type.length == 0 || type.value == 10 || type.value == 11) return 0;
    at += type.length;
    const size_t size = type.value < 10 ? sizes[type.value] : size_t(type.value - 12) / 2;
    numeric = numeric || type.value < 9;
    if (column == begin && type.value >= 13 && type.value % 2 == 1 && size > 0) end = column + size;
    if (end == 0 && column + size > begin) return 0;
    column += size;
  }
  return numeric ? end : 0;
}

}  // namespace

size_t text_column_end(std::string_view text, size_t begin) {
  const size_t first = begin - std::min(begin, longest_before);
  // A row of numbers and text has control bytes in front of its text.
  const std::string_view before = text.substr(first, begin - first);
  if (std::none_of(before.begin(), before.end(), [](char c) { return uint8_t(c) < 9; })) return 0;
  for (size_t header = begin; header-- > first;)
    if (size_t end = end_by_header(text, header, begin)) return end;
  return 0;
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
