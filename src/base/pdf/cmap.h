// CMaps (Adobe Technical Notes 5014 and 5411; ISO 32000-1 §9.7.5, §9.10.3): which bytes of a string are one code, which
// character a code is (ToUnicode), which glyph (an /Encoding of a composite font).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft {

class PdfCMap {
 public:
  PdfCMap() = default;
  // Every code has so many bytes, and is its glyph's number.
  explicit PdfCMap(unsigned bytes);
  // What is not understood is passed over.
  explicit PdfCMap(Bytes stream);

  bool empty() const { return !has_codes() && texts_.empty() && glyphs_.empty(); }
  bool has_codes() const { return spaces_ > 0; }
  size_t memory() const;  // bytes
  // Bytes of the code that the string begins with; 1 where none fits. The string is not empty.
  size_t next(std::string_view string, uint32_t& code) const;
  // The code's characters, UTF-16; empty when the map has none for it.
  std::u16string text(uint32_t code) const;
  uint32_t glyph(uint32_t code) const;

 private:
  void add_space(uint32_t low, uint32_t high, unsigned bytes);

  struct Texts {
    uint32_t low, high;
    std::u16string first;  // of `low`; its last unit grows with the code
  };
  struct Glyphs {
    uint32_t low, high, first;
  };
  // Ranges of codes, each a bit: of those that are so long, and of those whose code may have this byte there.
  size_t spaces_ = 0;
  std::array<uint64_t, 4> of_length_{};
  std::vector<std::array<uint64_t, 256>> with_byte_;
  std::vector<Texts> texts_;  // by low
  std::vector<Glyphs> glyphs_;
};

}  // namespace weft
