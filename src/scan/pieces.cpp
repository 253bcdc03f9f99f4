#include "scan/pieces.h"

#include <algorithm>

#include "base/text.h"

namespace weft::scan {
namespace {

constexpr size_t mark_distance = 64;

bool is_continuation(char c) {
  return (static_cast<uint8_t>(c) & 0xc0) == 0x80;
}

// How many bytes of UTF-16 the character takes that begins with this byte of UTF-8.
size_t units_size(char c) {
  return is_continuation(c) ? 0 : static_cast<uint8_t>(c) >= 0xf0 ? 4 : 2;
}

}  // namespace

void Pieces::clear() {
  text_.assign(1, '\0');
  pieces_.clear();
  marks_.clear();
}

void Pieces::add(Bytes bytes, size_t begin, size_t end, Coding coding) {
  Piece piece{text_.size(), 0, begin, coding, marks_.size()};
  if (coding == Coding::utf8) {
    text_ += as_text(bytes.subspan(begin, end - begin));
  } else {
    const bool big_endian = coding == Coding::utf16be;
    const auto unit_at = [&](size_t at) {
      return big_endian ? char32_t(bytes[at] << 8 | bytes[at + 1]) : char32_t(bytes[at + 1] << 8 | bytes[at]);
    };
    marks_.push_back({text_.size(), begin});
    for (size_t at = begin; at + 2 <= end; at += 2) {
      if (text_.size() >= marks_.back().text + mark_distance) marks_.push_back({text_.size(), at});
      char32_t unit = unit_at(at);
      if (unit < 0x80) {
        text_.push_back(static_cast<char>(unit));
        continue;
      }
      if (unit >> 10 == 0xd800 >> 10 && at + 4 <= end)
        if (const char32_t low = unit_at(at + 2); low >> 10 == 0xdc00 >> 10) {
          unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
          at += 2;
        }
      append_utf8(text_, unit);
    }
  }
  piece.end = text_.size();
  text_.push_back('\0');
  pieces_.push_back(piece);
}

const Pieces::Piece* Pieces::holding(size_t end, size_t size) const {
  const auto piece =
      std::partition_point(pieces_.begin(), pieces_.end(), [&](const Piece& p) { return p.end + 1 < end; });
  return piece != pieces_.end() && end > piece->begin && end - piece->begin >= size ? &*piece : nullptr;
}

size_t Pieces::source(const Piece& piece, size_t position) const {
  if (piece.coding == Coding::utf8) return piece.source + (std::min(position, piece.end) - piece.begin);
  // Marks are mark_distance apart or more: not farther behind the first than that.
  const size_t last = std::min(marks_.size(), piece.first_mark + (position - piece.begin) / mark_distance + 1);
  auto mark = std::upper_bound(marks_.begin() + ptrdiff_t(piece.first_mark), marks_.begin() + ptrdiff_t(last), position,
                               [](size_t value, const Mark& m) { return value < m.text; }) -
              1;
  size_t source = mark->source, character = 2;  // the size of the last one
  for (size_t at = mark->text; at < std::min(position, piece.end); ++at)
    if (const size_t size = units_size(text_[at])) source += character = size;
  // A position inside a character's bytes belongs to that character.
  if (position < piece.end && is_continuation(text_[position])) source -= character;
  return source;
}

}  // namespace weft::scan
