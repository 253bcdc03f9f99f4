// Binary property lists (Apple's CFBinaryPList.c; "bplist00"): objects, a table of where each begins, and 32 bytes at
// the end that tell how the table is made. Writers put the objects one behind the other in the order of their numbers,
// so they are read that way, and the list ends where the table of the places that were read stands.
#include <string_view>

#include "scan/field_sources.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

constexpr size_t magic_size = 8, tail_size = 32, most_nested = 4;

// Where the list ends whose table of `count` objects begins at `table`; 0: it does not.
size_t end_of(std::string_view text, size_t begin, size_t table, size_t count, size_t last, size_t reference) {
  for (size_t width = 1; width <= 4; ++width) {
    if (big(text, table, width) != magic_size) continue;
    const size_t tail = table + count * width;
    if (tail + tail_size > text.size() || uint8_t(text[tail + 6]) != width || uint8_t(text[tail + 7]) != reference)
      continue;
    if (big(text, tail + 8, 8) == count && big(text, tail + 24, 8) == table - begin &&
        big(text, tail - width, width) == last - begin)
      return tail + tail_size;
  }
  return 0;
}

// With references of so many bytes. The fields go to out; damaged ones, too: the caller drops them.
size_t read(std::string_view text, size_t begin, size_t reference, size_t depth, Work& work, Fields::Lists& out);

size_t read_nested(std::string_view text, size_t begin, size_t depth, Work& work, Fields::Lists& out) {
  const size_t before = out.fields.size();
  for (size_t reference = 1; reference <= 4; ++reference) {
    if (const size_t end = read(text, begin, reference, depth, work, out)) return end;
    out.fields.resize(before);
  }
  return 0;
}

size_t read(std::string_view text, size_t begin, size_t reference, size_t depth, Work& work, Fields::Lists& out) {
  size_t at = begin + magic_size, last = 0;
  for (size_t count = 0; at < text.size() && work.left > 0; ++count, --work.left) {
    if (count > 0)
      if (const size_t end = end_of(text, begin, at, count, last, reference)) return end;
    last = at;
    const uint8_t kind = uint8_t(text[at]) >> 4, low = uint8_t(text[at]) & 15;
    uint64_t size = low;
    ++at;
    if (low == 15 && kind >= 4 && kind != 8) {  // an integer says how many
      if (at >= text.size() || uint8_t(text[at]) >> 4 != 1 || (uint8_t(text[at]) & 15) > 3) return 0;
      const size_t width = size_t(1) << (uint8_t(text[at]) & 15);
      size = big(text, at + 1, width);
      at += 1 + width;
    }
    if (at > text.size() || size > text.size()) return 0;
    switch (kind) {
      case 0:  // null, false, true, filler
        size = 0;
        break;
      case 1:  // integer
      case 2:  // real
      case 3:  // date
        if (size > 4) return 0;
        size = size_t(1) << size;
        break;
      case 8:  // a number of an object, of keyed archives
        ++size;
        break;
      case 6:
        size *= 2;
        break;
      case 10:  // array
      case 11:
      case 12:  // set
        size *= reference;
        break;
      case 13:  // dictionary
        size *= 2 * reference;
        break;
      case 4:
      case 5:
      case 7:
        break;
      default:
        return 0;
    }
    const size_t end = at + size_t(size);
    if (end > text.size()) return 0;
    if (kind == 4 && depth < most_nested && text.substr(at, magic_size) == "bplist00") {
      const size_t before = out.fields.size();
      if (read_nested(text.substr(0, end), at, depth + 1, work, out) != end) {
        out.fields.resize(before);
        out.field(at, end);
      }
    } else if (kind >= 4 && kind <= 7 && kind != 6) {
      out.field(at, end);
    } else if (kind == 6) {
      out.field(at, end, Coding::utf16be);
    }
    at = end;
  }
  return 0;
}

}  // namespace

size_t find_plist_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out) {
  if (text.substr(std::min(at, text.size()), magic_size) != "bplist00") return 0;
  const size_t end = read_nested(text, at, 0, work, out);
  if (end > 0) out.stretch(at, end);
  return end;
}

}  // namespace weft::scan
