// PDFs opened with qpdf, within bounds. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/pdf/filters.h"
#include "base/pdf/properties.h"
#include "base/pdf/qpdf.h"

namespace weft {

// A document that would cost much more than its size: what() says what there is too much of.
struct PdfTooCostly : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One document, from where it is opened to where it goes: on one thread, and as the last one of it that was opened.
class PdfFile {
 public:
  // The bytes must outlive it. Throws PdfTooCostly, and what qpdf throws of no PDF and of one behind a password.
  explicit PdfFile(std::string_view bytes);

  QPDF& qpdf() { return qpdf_; }
  // What qpdf would have had to do too much for, and was not given; nullptr when there is nothing. From then on what
  // was not read before is null.
  const char* left_off() const;

 private:
  class Input;
  std::shared_ptr<Input> input_;  // as qpdf wants it
  PdfUnpacking structure_;        // what qpdf unpacks by itself
  QPDF qpdf_;
};

struct PdfStreamData {
  std::vector<uint8_t> bytes;
  size_t unpacked = 0;      // bytes that its filters gave, all together
  bool is_refused = false;  // it has too many filters, or too long rows
};
// What a stream unpacks to, while its filters give less than `most` bytes; nothing of what is no stream. A damaged one
// is a warning of its QPDF.
PdfStreamData pdf_stream_data(QPDFObjectHandle stream, size_t most);

// Of a document that was opened, whose bytes these are.
PdfProperties pdf_properties_of(QPDF& pdf, Bytes bytes);

}  // namespace weft
