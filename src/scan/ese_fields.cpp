#include "scan/ese_page.h"
#include "scan/field_sources.h"

namespace weft::scan {

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
      out.field(value.begin, value.end, coding_of_value(text.substr(value.begin, value.end - value.begin)));
    }
    at += page.size;
  }
}

}  // namespace weft::scan
