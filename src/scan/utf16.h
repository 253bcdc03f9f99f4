// UTF-16 text in raw bytes. Private to the engine.
#pragma once

#include <vector>

#include "base/bytes.h"

namespace weft::scan {

// A stretch of UTF-16 text.
struct Utf16Run {
  size_t begin = 0, end = 0;  // in the source bytes
  bool big_endian = false;
};

inline constexpr size_t fewest_characters = 5;

// All runs of at least so many characters, in order, not overlapping. offset is where bytes[0] is in the source: with
// nothing else to go by, code units are taken to lie at even offsets of the source.
std::vector<Utf16Run> find_utf16(Bytes bytes, uint64_t offset);

}  // namespace weft::scan
