// The text that a PDF content stream shows, its pieces joined. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/pdf/lines.h"
#include "base/pdf/syntax.h"

namespace weft {

// What the codes of a string are, in one font.
class PdfFont {
 public:
  virtual ~PdfFont() = default;
  // How far a string goes along the line.
  struct Extent {
    double width = 0;   // ems
    double doubt = 0;   // ems that the width may be wrong by
    size_t glyphs = 0;  // each followed by the character spacing …
    size_t spaces = 0;  // … and each of these by the word spacing (ISO 32000-1 §9.3.3)
  };
  // Appends the text of a string, in UTF-8, as long as there are less than `most` bytes of text: a code may stand for
  // many characters.
  virtual Extent say(std::string_view codes, size_t most, std::string& text) const = 0;
};

// What a content stream names and does not hold. Owned by whoever gives it; not null, but where said.
class PdfResources {
 public:
  virtual ~PdfResources() = default;
  // Null: none of that name.
  virtual const PdfFont* font(std::string_view name) = 0;
  // A content stream of its own that is shown as part of this one (§8.10).
  struct Form {
    Bytes content;
    std::array<double, 6> matrix = {1, 0, 0, 1, 0, 0};
    PdfResources* resources = nullptr;
  };
  // Null: none of that name, or not to be shown (again).
  virtual const Form* form(std::string_view name) = 0;
};

struct PdfText {
  std::string text;  // UTF-8
  size_t end = 0;    // of the content stream: the first thing that is none
  std::vector<PdfStretch>
      not_shown;  // comments, and strings that are no text of the page (alternative texts), in order
};

// The stream's part from `begin` on, where a text object begins ("BT"), as far as it is one, without its fonts.
PdfText pdf_text(Bytes bytes, size_t begin);

// All of a page's stream. What it holds and does not show (strings, comments, what is no content stream; no pictures)
// is at the end of the text, a line each. No more than `room` bytes of text.
std::string pdf_page_text(Bytes bytes, PdfResources& resources, const PdfLinks& links, size_t room);

}  // namespace weft
