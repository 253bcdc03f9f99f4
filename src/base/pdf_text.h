// The text that a PDF content stream shows, its pieces joined. Any thread.
#pragma once

#include <string>

#include "base/bytes.h"

namespace weft {

struct PdfText {
  std::string text;  // UTF-8
  size_t end = 0;    // of the content stream: the first thing that is none
};

// The stream's part from `begin` on, where a text object begins ("BT").
PdfText pdf_text(Bytes bytes, size_t begin);

}  // namespace weft
