// The order of decoding paths: numbers by value, everything else by byte.
#pragma once

#include <string_view>

#include "base/text.h"

namespace weft::scan {

// "-GZIP-512-ZIP-0" against "-GZIP-60": below zero where the first comes first.
inline int compare_layers(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      size_t ie = i, je = j;
      while (ie < a.size() && is_digit(a[ie])) ++ie;
      while (je < b.size() && is_digit(b[je])) ++je;
      if (ie - i != je - j) return ie - i < je - j ? -1 : 1;
      if (int order = a.substr(i, ie - i).compare(b.substr(j, je - j))) return order;
      i = ie, j = je;
    } else {
      if (a[i] != b[j]) return a[i] < b[j] ? -1 : 1;
      ++i, ++j;
    }
  }
  return a.size() - i == b.size() - j ? 0 : a.size() - i < b.size() - j ? -1 : 1;
}

}  // namespace weft::scan
