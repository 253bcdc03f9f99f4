// What the tests of this module share: one scan with all scanners and decoders, and why a list is refused.
#pragma once

#include "base/error.h"
#include "scan/engine.h"

namespace weft::scan {

// Why a list (Words, YaraRules) is not taken; "" when it is.
template <class List>
std::string refused(const std::string& name, const std::string& text) {
  try {
    const std::vector<ListFile> files = {{name, text}};
    const List list(files);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

inline const Rules& all_rules() {
  static const Rules rules;
  return rules;
}

inline Results scan_page(std::string_view bytes, size_t begin, size_t end, const Limits& limits = {}) {
  Scan scan(all_rules(), limits);
  NoWatch watch;
  Results results;
  scan.page({as_bytes(bytes), begin, end, 0}, {}, watch, results);
  return results;
}
inline Results scan_all(std::string_view bytes, const Limits& limits = {}) {
  return scan_page(bytes, 0, bytes.size(), limits);
}

}  // namespace weft::scan
