// PDFs opened with qpdf, within bounds. Any thread, each with its own QPDF.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/pdf/properties.h"
#include "base/pdf/qpdf.h"

namespace weft {

// The bytes must outlive pdf. Throws what qpdf throws of no PDF and of one behind a password, and std::runtime_error
// where there is more structure than may be unpacked.
void open_pdf(QPDF& pdf, std::string_view bytes);

// What a stream unpacks to, or its first `most` bytes; nothing of what is no stream. A damaged one is a warning of its
// QPDF.
std::vector<uint8_t> pdf_stream_data(QPDFObjectHandle stream, size_t most);

// Of a document that was opened, whose bytes these are.
PdfProperties pdf_properties_of(QPDF& pdf, Bytes bytes);

}  // namespace weft
