// The two classes of special characters in PDF (ISO 32000-1 §7.2.2), and stretches of its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft {

struct PdfStretch {
  size_t begin = 0, end = 0;
};

inline bool is_pdf_space(uint8_t c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}
inline bool is_pdf_delimiter(uint8_t c) {
  return std::string_view("()<>[]{}/%").find(char(c)) != std::string_view::npos;
}

}  // namespace weft
