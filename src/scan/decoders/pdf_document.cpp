// PDFDOC: what a whole PDF shows, by its own structure: the text of its pages in order, each string by the font it is
// set in, which in the content stream alone (PDFTEXT) is unreadable for most fonts of today; then what else cannot be
// read where it lies: streams under rare filters, and all of a document that is enciphered under an empty password.
// base/pdf/document.cpp reads it.
//
// Streams that were read as pages are not opened again by PDF and PDFTEXT. Everything else of the document is: earlier
// versions of its pages, annotations, attachments. A document that is torn, or longer than a page of the image, has no
// structure to go by: what qpdf makes of its rest is read, and the streams are, too. So it is with one that would cost
// much more than its size; a problem says so.
#include <string>
#include <utility>

#include "base/pdf/document.h"
#include "scan/decoders/pdf_font.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"(%PDF-\d\.\d)", 0, 0}};
constexpr size_t magic_size = 8;
constexpr size_t attempt = 16 * KiB;  // bytes that opening a document costs as much as; no real one is smaller

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from) return;
  out.document(begin);
  const size_t size = pdf_size(bytes, begin);
  if (size == 0) return;
  std::optional<PdfDocument> document = read_pdf(bytes.subspan(begin, size), out.room());
  if (!document) return out.in_vain(begin, size + attempt);
  const size_t work = document->unpacked, shown_size = document->text.size() + document->rest.size();
  if (size < attempt || shown_size < work / 64) out.in_vain(begin, attempt + work);
  if (!document->left_off.empty())
    out.problem_of_document(begin, "PDF is not read to its end, which leaves off " + document->left_off);
  if (document->unread_fonts) out.problem_of_document(begin, std::string(unread_fonts));
  const std::vector<PdfStretch> read = std::move(document->read);
  const bool whole = document->whole;
  std::string shown = pdf_joined(std::move(*document));
  // Also of a document without any text: it was read.
  if (shown.empty()) shown = "\n";
  out.layer("PDFDOC", begin, size, {shown.begin(), shown.end()});
  if (!whole) return;
  out.document_read(begin + size);
  for (const PdfStretch& stream : read) out.says_all(begin + stream.begin, begin + stream.end);
}

}  // namespace

extern const Decoder pdf_document_decoder;
const Decoder pdf_document_decoder{"PDFDOC", "whole PDF documents: the text of their pages by their fonts", patterns,
                                   on_hit};

}  // namespace weft::scan
