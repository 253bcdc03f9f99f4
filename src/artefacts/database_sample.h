// An SQLite database as small as can be, made by the compiler: one table, its rows of texts.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

namespace weft::artefacts {

class SampleDatabase {
 public:
  constexpr SampleDatabase(std::string_view table, std::string_view sql,
                           std::initializer_list<std::initializer_list<std::string_view>> rows) {
    text(0, "SQLite format 3");
    big(16, page, 2), big(18, 0x0101, 2), big(20, 0x00402020, 4), big(24, 1, 4), big(28, 2, 4), big(40, 1, 4);
    big(44, 4, 4), big(56, 1, 4), big(92, 1, 4), big(96, 3040001, 4);
    // sqlite_schema: type, name, tbl_name, rootpage (2, in one byte), sql
    size_t size = 7 + 5 + 2 * table.size() + 1 + sql.size();
    size_t at = page - size - 3;
    leaf(100, 1, at);
    big(108, at, 2);
    at = varint(at, size, 2), at = varint(at, 1, 1);
    at = varint(at, 7, 1), at = varint(at, 13 + 2 * 5, 1), at = varint(at, 13 + 2 * table.size(), 1);
    at = varint(at, 13 + 2 * table.size(), 1), at = varint(at, 1, 1), at = varint(at, 13 + 2 * sql.size(), 2);
    at = text(at, "table"), at = text(at, table), at = text(at, table), bytes_[at++] = 2, text(at, sql);

    size_t end = 2 * page, pointer = page + 8;
    uint64_t id = 0;
    for (const auto& row : rows) {
      size_t payload = 1 + 2 * row.size();
      for (std::string_view value : row) payload += value.size();
      end -= payload + 3;
      big(pointer, end - page, 2), pointer += 2;
      at = varint(end, payload, 2), at = varint(at, ++id, 1), at = varint(at, 1 + 2 * row.size(), 1);
      for (std::string_view value : row) at = varint(at, 13 + 2 * value.size(), 2);
      for (std::string_view value : row) at = text(at, value);
    }
    leaf(page, rows.size(), end - page);
  }
  constexpr std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  static constexpr size_t page = 512;
  constexpr void leaf(size_t at, uint64_t cells, uint64_t begin) {
    bytes_[at] = 13;
    big(at + 3, cells, 2), big(at + 5, begin, 2);
  }
  constexpr size_t text(size_t at, std::string_view value) {
    for (char byte : value) bytes_[at++] = byte;
    return at;
  }
  constexpr void big(size_t at, uint64_t value, unsigned width) {
    for (unsigned i = width; i-- > 0; value >>= 8) bytes_[at + i] = char(value & 0xFF);
  }
  // In as many bytes as asked for: leading ones of zero are allowed.
  constexpr size_t varint(size_t at, uint64_t value, unsigned width) {
    for (unsigned i = width; i-- > 0; value >>= 7) bytes_[at + i] = char((value & 0x7F) | (i + 1 < width ? 0x80 : 0));
    return at + width;
  }

  std::array<char, 2 * page> bytes_{};
};

}  // namespace weft::artefacts
