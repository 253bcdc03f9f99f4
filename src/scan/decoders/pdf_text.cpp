// PDFTEXT: the text that a PDF content stream shows. The page description holds it in pieces, which hide a word from
// any pattern, and without line breaks, which glue one line's last word to the next one's first. base/pdf/text.cpp
// joins them.
#include <algorithm>
#include <cstring>
#include <string>

#include "base/pdf/syntax.h"
#include "base/pdf/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"([\)>]\s{0,4}Tj\s)", dotall, 0}, {R"(\]\s{0,4}TJ\s)", dotall, 1}};

constexpr size_t farthest_begin = 2 * KiB;  // of BT in front of the first string shown

// "BT" as a word of its own, the last one before `at`; at itself when there is none near.
size_t text_object(Bytes bytes, size_t floor, size_t at) {
  const size_t lowest = std::max(floor, at - std::min(at, farthest_begin));
  for (size_t i = at; i > lowest;) {
    const void* found = ::memrchr(bytes.data() + lowest, 'B', i - lowest);
    if (!found) break;
    i = size_t(static_cast<const uint8_t*>(found) - bytes.data());
    if (i + 2 >= bytes.size() || bytes[i + 1] != 'T' || !is_pdf_space(bytes[i + 2])) continue;
    if (i == 0 || is_pdf_space(bytes[i - 1])) return i;
  }
  return at;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end <= from) return;
  const size_t begin = text_object(bytes, from, hit.end);
  if (begin == hit.end) return;
  PdfText shown = pdf_text(bytes, begin);
  const size_t end = std::max(std::min(shown.end, bytes.size()), hit.end);
  const bool whole = shown.text.size() <= out.room();
  if (!whole) shown.text.resize(out.room());
  out.layer("PDFTEXT", begin, end - begin, {shown.text.begin(), shown.text.end()});
  size_t at = begin;
  for (const PdfStretch& stretch : shown.not_shown) {
    if (whole && stretch.begin > at) out.says_all(at, stretch.begin);
    at = stretch.end;
  }
  if (whole && at < end) out.says_all(at, end);
}

}  // namespace

extern const Decoder pdf_text_decoder;
const Decoder pdf_text_decoder{"PDFTEXT", "the text shown by PDF content streams, its pieces joined", patterns, on_hit};

}  // namespace weft::scan
