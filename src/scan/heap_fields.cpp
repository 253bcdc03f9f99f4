// Heaps of Outlook's stores as they stand ([MS-PST] 2.3.1): in stores that are not enciphered, and in what the packed
// blocks of newer OST files unpack to. (Enciphered ones: decoders/pst.cpp, which sets the items apart.)
//
// A heap fills blocks of data, which lie on a grid of 64 bytes. Each begins with the place of its map; of the first one
// a signature, the root and levels follow, of every eighth other one levels. The map says how many items there are,
// and where each begins and the last one ends; they lie from the head up to the map, nothing between.
#include <algorithm>

#include "scan/field_sources.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

constexpr size_t grid = 64, width = 2, map_head = 4;

// Adds the items of the heap's block that begins there, and gives where its map begins; 0: it is none.
size_t add_block(std::string_view text, size_t at, Fields::Lists& out) {
  constexpr size_t first_head = 12, head = 2, head_with_levels = 66, most_items = 2047;
  const auto number = [&](size_t from) { return size_t(uint8_t(text[from])) | size_t(uint8_t(text[from + 1])) << 8; };
  const size_t size = number(at), map = at + size;
  if (size <= map_head || map + map_head + width > text.size()) return 0;
  const size_t count = number(map), places = map + map_head;
  const size_t begin = number(places);
  if (begin != head && begin != head_with_levels && (begin != first_head || uint8_t(text[at + 2]) != 0xec)) return 0;
  if (count == 0 || count > most_items || places + (count + 1) * width > text.size()) return 0;
  if (const size_t end = number(places + count * width); end > size || end + 1 < size) return 0;
  for (size_t i = 0; i < count; ++i)
    if (number(places + i * width) > number(places + (i + 1) * width)) return 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t item = at + number(places + i * width), behind = at + number(places + (i + 1) * width);
    out.stretch(item, behind);
    out.field(item, behind, coding_of_value(text.substr(item, behind - item)));
  }
  return map;
}

}  // namespace

void find_heap_fields(std::string_view text, size_t end, uint64_t origin, Fields::Lists& out) {
  for (size_t at = (grid - origin % grid) % grid; at < end && at + width <= text.size();) {
    const size_t map = add_block(text, at, out);
    at += map == 0 ? grid : (map - at + grid - 1) / grid * grid;
  }
}

}  // namespace weft::scan
