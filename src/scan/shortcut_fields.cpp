// Strings of shortcuts of Windows ([MS-SHLLINK] 2.4), in files and in jump lists: description, paths, arguments. Each
// has the number of its signs in two bytes in front, and nothing behind: the number of the next one's is a sign of
// UTF-16.
#include "scan/field_sources.h"
#include "scan/scanners/structure.h"

namespace weft::scan {

size_t find_shortcut_fields(std::string_view text, size_t at, Work&, Fields::Lists& out) {
  enum : uint64_t { id_list = 1, link_info = 2, first_string = 4, last_string = 0x40, is_unicode = 0x80 };
  constexpr size_t head = 0x4c;
  const uint64_t flags = little(text, at + 20, 4);
  size_t place = at + head, behind = 0;
  if (flags & id_list) place += 2 + size_t(little(text, place, 2));
  if (flags & link_info) place += size_t(little(text, place, 4));
  for (uint64_t string = first_string; string <= last_string; string <<= 1) {
    if ((flags & string) == 0) continue;
    const size_t size = size_t(little(text, place, 2)) * (flags & is_unicode ? 2 : 1);
    place += 2;
    if (place >= text.size() || size > text.size() - place) break;
    out.stretch(place, place + size);
    out.field(place, place + size, coding_of_value(text.substr(place, size)));
    behind = place += size;
  }
  return behind;
}

}  // namespace weft::scan
