// What a whole PDF shows, by its own structure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/pdf/properties.h"
#include "base/pdf/syntax.h"

namespace weft {

// Bytes of the document that begins there: to behind its last "%%EOF" in front of the next document, or the last one
// that follows a place of a cross-reference table in it, if one does. 0: it has none.
size_t pdf_size(Bytes bytes, size_t begin);

struct PdfDocument {
  // The pages in order, each ended by a form feed, of which there are no others.
  std::string text;
  // What of a document is no page and cannot be read where it lies: streams under rare filters. Of an enciphered
  // document all strings, and all streams but pictures and fonts.
  std::string rest;
  bool whole = false;                       // structure and streams are undamaged, and all were read
  std::string left_off;                     // what would cost more than a document of this size may; empty: nothing
  size_t unpacked = 0;                      // bytes of streams that were unpacked and looked at
  bool unread_fonts = false;                // text is set in a font that does not say what its codes are
  std::vector<PdfStretch> read;             // the streams that `text` comes from, as they lie in the bytes
  std::optional<PdfProperties> properties;  // where they are asked for
};

// Text and rest in one, and on which page, counted from 1, a place of it is; nothing of a place in the rest.
std::string pdf_joined(PdfDocument document);
std::optional<size_t> pdf_page_of(std::string_view joined, size_t place);

// Nothing where it is none that can be read: no structure, a password. `room`:
// bytes of text and rest together. Memory: the streams' size (most of it one page's), and some 256 MiB at most.
// An empty password opens it, as in every viewer. Throws std::bad_alloc.
std::optional<PdfDocument> read_pdf(Bytes bytes, size_t room, bool with_properties = false);

}  // namespace weft
