// A value in UTF-16 is told as such: what stands in front of it may make it begin at an odd place.
#include <algorithm>

#include "scan/ese_page.h"
#include "scan/field_sources.h"

namespace weft::scan {
namespace {

// Whether it is UTF-16, mostly of ASCII, and holds nothing that might be 8-bit text.
bool is_wide(std::string_view value) {
  size_t wide = 0;
  for (size_t at = 0; at + 2 <= value.size(); at += 2) {
    const auto first = uint8_t(value[at]), second = uint8_t(value[at + 1]);
    if (first >= 0x20 && first < 0x7f && second >= 0x20 && second < 0x7f) return false;
    wide += first != 0 && first < 0x80 && second == 0;
  }
  return value.size() % 2 == 0 && 4 * wide >= value.size();
}

}  // namespace

void find_ese_fields(std::string_view text, size_t end, uint64_t origin, Fields::Lists& out) {
  EsePage page;
  for (size_t at = (ese_grid - origin % ese_grid) % ese_grid; at < end;) {
    if (!read_ese_page(text, at, page)) {
      at += ese_grid;
      continue;
    }
    for (const EseValue& value : page.values) {
      if (value.is_compressed) continue;
      out.stretch(value.begin, value.end);
      const bool wide = is_wide(text.substr(value.begin, value.end - value.begin));
      out.field(value.begin, value.end, wide ? Coding::utf16le : Coding::utf8);
    }
    at += page.size;
  }
}

}  // namespace weft::scan
