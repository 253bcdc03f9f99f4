// A page of an ESE database (Extensible Storage Engine: WebCacheV01.dat, Windows.edb, SRUDB.dat, ntds.dit), told by
// itself: its records, and where their values lie. Any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::scan {

struct EseValue {
  size_t begin = 0, end = 0;  // in the text
  bool is_compressed = false;
};

// Values of a table's records, or pieces of its long values; in the order of their places, not overlapping.
struct EsePage {
  size_t size = 0;
  bool is_long_values = false;
  std::vector<EseValue> values;
};

constexpr size_t ese_grid = 512, smallest_ese_page = 2 * KiB, longest_ese_page = 32 * KiB;

// Whether a page with values begins there. Places where none does, are seen by a few bytes.
bool read_ese_page(std::string_view text, size_t at, EsePage& out);

}  // namespace weft::scan
