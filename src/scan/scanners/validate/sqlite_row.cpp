// A row is a header and a body (SQLite file format, §2.1): the header's own length and one serial type for each column,
// all as varints; the body holds the columns in that order, nothing between them. Serial types 0, 8 and 9 take no
// bytes, 1 to 7 take 1, 2, 3, 4, 6, 8 and 8, 10 and 11 are not used, from 12 on an even N is a blob of (N-12)/2 bytes
// and an odd N a text of (N-13)/2.
//
// The header is looked for in the bytes before the text. Other bytes, such as those of a floating-point number, can
// look like one by accident, so more has to hold. Text columns hold text. One of the columns has a type below 10 (a
// number or NULL, such as every row of a table with a key has), which is a control byte that no text holds, but for 9,
// the number 1, which is a tab: in a header that has no other, its own length is such a byte. And the size of the row
// is said in front: in a table by the row's size and number, in an index by its size alone (§1.6), whose last column is
// a number.
//
// In a deleted row the first four bytes are gone; there stand where the next free block is and how long this one is,
// which is as long as the row was, or as what new rows have left of it. They may have taken the header's own length
// with them; then its types have to fill the block exactly. That proves less, so what follows the block has to be a row
// as well, or the start of a page.
#include "scan/scanners/validate/sqlite_row.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace weft::scan {
namespace {

constexpr size_t longest_before = row_reach - 16;  // header and columns in front of the text; in front of it, its size
constexpr size_t most_types = 800;                 // read for one text: bytes may be anything

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

struct Type {
  uint32_t length = 0;  // of the type itself; 0: none
  uint32_t size = 0;    // of its column
  bool numeric = false, text = false;
};

constexpr Type type_of(uint32_t value, uint32_t length) {
  constexpr std::array<uint8_t, 10> sizes{0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  if (value == 10 || value == 11) return {};
  if (value < 10) return {length, sizes[value], true, false};
  return {length, (value - 12) / 2, false, value % 2 == 1};
}

// Those of one byte, which most are.
constexpr std::array<Type, 0x80> short_types = [] {
  std::array<Type, 0x80> out;
  for (uint32_t value = 0; value < out.size(); ++value) out[value] = type_of(value, 1);
  return out;
}();

inline Type type_at(std::string_view text, size_t at, size_t end) {
  if (at < end && uint8_t(text[at]) < 0x80) return short_types[uint8_t(text[at])];
  const Varint type = varint(text, at, end);
  return type.length == 0 ? Type() : type_of(uint32_t(type.value), uint32_t(type.length));
}

// A row as a header tells it.
struct Row {
  TextColumn column;  // the one that holds the text
  size_t end = 0;     // of all columns; 0: there is no such row
  bool ends_in_number = false;
  size_t types = 0, numbers = 0;  // NULL is a number here
};

bool is_text(std::string_view column) {
  return std::all_of(column.begin(), column.end(),
                     [](char c) { return uint8_t(c) >= ' ' || c == '\t' || c == '\n' || c == '\r'; });
}

// The columns of types[begin, end), which stand behind them; a row only if one of them is a text that holds `at`, and
// if they end at or before `last`.
Row row_of(std::string_view text, size_t begin, size_t end, size_t at, size_t last, size_t& budget) {
  Row out;
  size_t column = end;
  while (begin < end) {
    const Type type = type_at(text, begin, end);
    if (type.length == 0 || budget == 0) return {};
    --budget;
    begin += type.length;
    ++out.types;
    out.numbers += type.numeric;
    out.ends_in_number = type.size <= 8 && !type.text;
    if (column <= at && at < column + type.size) {
      if (!type.text) return {};
      out.column = {column, column + type.size};
    }
    column += type.size;
    if (column > last || (column > at && out.column.end == 0)) return {};
  }
  if (out.column.end == 0 || out.numbers == 0) return {};
  out.end = column;
  return out;
}

// What stands in the text columns of types[begin, end) in front of `at` is text: a header read at the wrong byte, such
// as one inside of the right header, takes numbers for it.
bool holds_text(std::string_view text, size_t begin, size_t end, size_t at) {
  size_t column = end;
  while (begin < end && column <= at) {
    const Type type = type_at(text, begin, end);
    if (type.length == 0) return false;
    begin += type.length;
    const std::string_view part = text.substr(column, std::min<size_t>(type.size, at - column));
    const bool whole = column + type.size <= at;
    if (type.text && !(is_text(part) && (!whole || is_utf8(part)))) return false;
    column += type.size;
  }
  return true;
}

// Calls each(size, number) for all sizes of a row that may be said in front of a header: in front of the row's number,
// which has so many bytes, or with none, right in front of it.
template <class Each>
void each_size(std::string_view text, size_t header, Each each) {
  for (size_t number = 0; number <= 9 && number < header; ++number) {
    if (number > 1 && uint8_t(text[header - number]) < 0x80) break;
    if (number > 0 && number < 9 && uint8_t(text[header - 1]) >= 0x80) continue;
    // A varint backwards: its last byte is below 0x80, the others are not.
    const size_t end = header - number;
    size_t size = uint8_t(text[end - 1]);
    if (size >= 0x80) continue;
    each(size, number);
    for (size_t length = 2; length <= 3 && length <= end && uint8_t(text[end - length]) >= 0x80; ++length) {
      size |= size_t(text[end - length] & 0x7F) << 7 * (length - 1);
      each(size, number);
    }
  }
}

// The row whose header is at `header`, with its size in front.
Row live_row(std::string_view text, size_t header, size_t length, size_t at, size_t& budget) {
  size_t most = 0;
  if (header >= 3 && ((uint8_t(text[header - 2]) | uint8_t(text[header - 3])) & 0x80) == 0) {
    // Sizes of one byte alone, in front of the header or of a number of one byte: most are told here.
    const size_t near = uint8_t(text[header - 1]), farther = uint8_t(text[header - 2]);
    if (near < 0x80) most = std::max(near, farther);
  } else {
    each_size(text, header, [&](size_t size, size_t) { most = std::max(most, size); });
  }
  if (header + most <= at) return {};
  const Row row = row_of(text, header + 1, header + length, at, header + most, budget);
  if (row.end == 0) return {};
  bool said = false;
  each_size(text, header, [&](size_t size, size_t number) {
    said = said || (size == row.end - header && (number > 0 || row.ends_in_number));
  });
  return said && holds_text(text, header + 1, header + length, at) ? row : Row();
}

size_t big_16(std::string_view text, size_t at) {
  return at + 2 <= text.size() ? size_t(uint8_t(text[at]) << 8 | uint8_t(text[at + 1])) : 0;
}

// A row begins at `at`, with its size and its number.
bool is_row(std::string_view text, size_t at, size_t& budget) {
  const Varint size = varint(text, at, text.size());
  size_t header = at + size.length;
  for (size_t i = 0; i < 8 && header < text.size() && uint8_t(text[header]) >= 0x80; ++i) ++header;
  if (size.length == 0 || ++header >= text.size()) return false;
  const auto length = uint8_t(text[header]);
  if (length < 2 || length > 0x7F || header + length > text.size()) return false;
  size_t row = length;
  for (size_t in = header + 1; in < header + length;) {
    const Type type = type_at(text, in, header + length);
    if (type.length == 0 || budget == 0) return false;
    --budget;
    in += type.length, row += type.size;
    if (row > size.value) return false;
  }
  return row == size.value;
}

// A page of rows begins at `at` (§1.6): its kind, the first free block, how many rows, where they begin, fragments.
bool is_page(std::string_view text, size_t at) {
  const char kind = at + 10 <= text.size() ? text[at] : '\0';
  if (kind != 0x0A && kind != 0x0D) return false;
  const size_t rows = big_16(text, at + 3), content = big_16(text, at + 5);
  return rows > 0 && uint8_t(text[at + 7]) <= 60 && content >= 8 + 2 * rows && big_16(text, at + 8) >= content;
}

// The last byte below 9 of text[first, at), or at. A block at a time: addresses in plain text have none.
size_t low_byte_before(std::string_view text, size_t first, size_t at) {
  constexpr size_t block = 32;
  size_t end = at;
  for (; end - first >= block; end -= block) {
    const char* bytes = text.data() + end - block;
    uint8_t any = 0;
    for (size_t i = 0; i < block; ++i) any |= uint8_t(uint8_t(bytes[i]) < 9);
    if (any) break;
  }
  while (end > first)
    if (uint8_t(text[--end]) < 9) return end;
  return at;
}

constexpr uint64_t ones = 0x0101010101010101, high_bits = ones * 0x80, low_bits = ones * 0x7f;

uint64_t eight_bytes(std::string_view text, size_t at) {
  uint64_t out = 0;
  std::memcpy(&out, text.data() + at, 8);
  return out;
}
// The high bit of each byte that is zero.
uint64_t zeros(uint64_t bytes) {
  return ~(((bytes & low_bits) + low_bits) | bytes | low_bits);
}
// The high bit of each byte that is above the number.
uint64_t above(uint64_t bytes, uint64_t number) {
  if (number >= 0xff) return 0;
  if (number >= 0x7f) return ((bytes & low_bits) + ones * (0xff - number)) & bytes & high_bits;
  return (((bytes & low_bits) + ones * (0x7f - number)) | bytes) & high_bits;
}

// The first byte of the size of the largest block whose row has types of one byte each.
constexpr size_t farthest_type = 12 + 0x7F, most_of_short_types = 0x7F * ((0x7F - 12) / 2) + farthest_type;
constexpr uint64_t most_of_sizes = most_of_short_types / 256;

// What stands in some bytes.
struct Makeup {
  bool any_high = false;        // above 0x7F
  bool any_large_size = false;  // may be the first byte of a size above 255, if none is high
};
Makeup makeup_of(std::string_view text) {
  using Block = uint8_t __attribute__((vector_size(16)));
  using Halves = uint64_t __attribute__((vector_size(16)));
  Block bytes{}, high{}, large{};
  const auto look = [&](size_t at, size_t size) {
    std::memcpy(&bytes, text.data() + at, size);
    high |= bytes;
    large |= Block(Block(bytes - 1) < uint8_t(most_of_sizes));
  };
  size_t at = 0;
  for (; text.size() - at >= sizeof bytes; at += sizeof bytes) look(at, sizeof bytes);
  bytes = Block{};
  look(at, text.size() - at);
  const auto all_high = std::bit_cast<Halves>(high), all_large = std::bit_cast<Halves>(large);
  return {((all_high[0] | all_high[1]) & high_bits) != 0, (all_large[0] | all_large[1]) != 0};
}

// The row that was in the free block at `block`: its header begins at one of the bytes behind the lost four, or its
// types do. That of the key, which is NULL, may be lost as well.
Row deleted_row(std::string_view text, size_t block, size_t at, size_t& budget) {
  const size_t size = big_16(text, block + 2), first = block + 4, block_end = block + size;
  if (size < 8 || first >= at || block_end <= at || block_end > text.size()) return {};
  if (!is_page(text, block_end) && !is_row(text, block_end, budget)) return {};
  for (size_t header = first; header < at && header <= block + 12; ++header) {
    const auto length = uint8_t(text[header]);
    // Behind the lost bytes may stand more of the row's number.
    if (header > first + 1 && uint8_t(text[header - 2]) < 0x80) break;
    if (header > first && uint8_t(text[header - 1]) >= 0x80) continue;
    if (length < 2 || length > 0x7F || header + length > at) continue;
    const Row row = row_of(text, header + 1, header + length, at, text.size(), budget);
    // The end of a free block is used first: a new row may stand over the end of this one. With no end to tell it by,
    // one type in four must be a number: text that is taken for types has fewer.
    if (row.end != block_end && (row.end < block_end || row.column.end > block_end || row.numbers * 4 < row.types))
      continue;
    if (holds_text(text, header + 1, header + length, at)) return row;
  }
  size_t filled = 0;
  for (size_t end = first; end < at && end - first < 0x7F && budget > 0; --budget) {
    const Type type = type_at(text, end, at);
    if (type.length == 0) return {};
    filled += type.size;
    end += type.length;
    if (end + filled > block_end) return {};
    if (end + filled < block_end) continue;
    const Row row = row_of(text, first, end, at, block_end, budget);
    if (row.end != 0 && holds_text(text, first, end, at)) return row;
  }
  return {};
}

// The column that holds `at`, of a row that was in a free block at a place in [first, last).
//
// A block so large was a row with a type of two bytes, since types of one byte tell of no more; and its types begin
// behind the block's four bytes, or some later, and are no longer than a header of one byte says. So where no byte is
// above 0x7F, the first byte of the size is small: most places in text fall, eight at a time. And the block reaches
// behind `at`: of those far in front of it the first byte is not zero, of those near the second one is not small.
TextColumn deleted_column(std::string_view text, size_t first, size_t last, size_t at) {
  size_t budget = most_types / 2;
  size_t high = last + 4;  // the first byte above 0x7F behind the block's four
  while (high < at && uint8_t(text[high]) < 0x80) ++high;
  if (high >= at) high = std::string_view::npos;
  TextColumn out;
  const auto look = [&](size_t block) {
    if (block + 4 < text.size() && uint8_t(text[block + 4]) >= 0x80) high = block + 4;
    const size_t size = big_16(text, block + 2);
    if (size < 8 || block + size <= at) return false;
    if (size > most_of_short_types && high - block > farthest_type) return false;
    const Row row = deleted_row(text, block, at, budget);
    out = row.column;
    return row.end != 0;
  };
  for (size_t block = last; block > first && budget > 0;) {
    if (block >= first + 8 && block >= 8 && block + 4 <= text.size() && high - block > farthest_type + 8) {
      const uint64_t types = eight_bytes(text, block - 4), sizes = eight_bytes(text, block - 6),
                     behind = eight_bytes(text, block - 5);
      uint64_t small = ~above(sizes, most_of_sizes) & high_bits;
      const uint64_t least = std::max<uint64_t>(at - (block - 1), 7);  // no block is shorter than eight bytes
      small &= ~zeros(sizes) | above(behind, least);
      if (least >= 2 * 256) small &= above(sizes, 1);
      if ((types & high_bits) == 0) {
        while (small != 0 && budget > 0) {
          const size_t byte = 7 - size_t(std::countl_zero(small)) / 8;
          small &= ~(uint64_t(0xff) << 8 * byte);
          if (look(block - 8 + byte)) return out;
        }
        block -= 8;
        continue;
      }
    }
    if (look(--block)) return out;
  }
  return {};
}

}  // namespace

TextColumn text_column(std::string_view text, size_t at) {
  const size_t first = at - std::min(at, longest_before);
  const size_t last = low_byte_before(text, first, at);  // the nearest that a header could hold
  if (last == at) return {};
  // The size of a row that begins farther in front takes more than one byte, the first of them above 0x7F: addresses in
  // plain text have none.
  constexpr size_t most_of_a_byte = 0x7F;
  const Makeup bytes = makeup_of(text.substr(first, at - first));
  const size_t near = at - std::min(at, most_of_a_byte);
  const size_t lowest = bytes.any_high ? first : std::max(first, near);
  // low: the nearest byte below 10 behind a header; its types hold one.
  size_t budget = most_types, low = std::min(text.substr(0, at).find('\t', last + 1), at);
  Row row;
  const auto is_header = [&](size_t header, size_t low_behind) {
    const auto length = uint8_t(text[header]);
    if (length < 2 || length > 0x7F || header + length <= low_behind || header + length > at) return false;
    if (at - header > most_of_a_byte && header >= 3 &&
        ((uint8_t(text[header - 2]) | uint8_t(text[header - 3])) & 0x80) == 0)
      return false;
    row = live_row(text, header, length, at, budget);
    return row.end != 0;
  };
  for (size_t header = last + 1; header > lowest && budget > 0;) {
    // Eight at a time: each has room for its types, and a row's size, which reaches behind `at`, in one of the two
    // bytes in front.
    if (!bytes.any_high && header >= lowest + 8 && header >= first + 10) {
      const uint64_t nearest = at - (header - 1), lengths = eight_bytes(text, header -= 8);
      const uint64_t lows = ~above(lengths, 9) & high_bits;
      uint64_t may = above(lengths, 1) & ~above(lengths, nearest + 7) &
                     (above(eight_bytes(text, header - 1), nearest) | above(eight_bytes(text, header - 2), nearest));
      while (may != 0 && budget > 0) {
        const size_t byte = 7 - size_t(std::countl_zero(may)) / 8;
        may &= ~(uint64_t(0xff) << 8 * byte);
        const uint64_t behind = lows >> 8 * byte >> 8;
        const size_t low_behind = behind == 0 ? low : header + byte + 1 + size_t(std::countr_zero(behind)) / 8;
        if (is_header(header + byte, low_behind)) return row.column;
      }
      if (lows != 0) low = header + size_t(std::countr_zero(lows)) / 8;
    } else {
      if (is_header(--header, low)) return row.column;
      if (uint8_t(text[header]) < 10) low = header;
    }
  }
  // So does the size of a block that begins there, and its first byte tells of no more than most rows are.
  const size_t first_block = bytes.any_high || bytes.any_large_size ? first : lowest;
  return deleted_column(text, std::min(first_block, last), last, at);
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
