// The text that a PDF content stream shows, its pieces joined. Any thread.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace weft {

struct PdfText {
  std::string text;  // UTF-8
  size_t end = 0;    // of the content stream: the first thing that is none
  struct Stretch {
    size_t begin = 0, end = 0;
  };
  std::vector<Stretch> not_shown;  // comments, and strings that are no text of the page (alternative texts), in order
};

// The stream's part from `begin` on, where a text object begins ("BT").
PdfText pdf_text(Bytes bytes, size_t begin);

}  // namespace weft
