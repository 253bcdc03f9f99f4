// PDF: streams packed with FlateDecode (ISO 32000-1 §7.3.8, §7.4.4), found by the keyword in front of them. No cross-
// reference table is needed, so objects of deleted and torn files come out too. Other filters (images, LZW) are left.
#include "scan/decoders/inflate.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// The keyword and a zlib header: method 8, any window, any level.
constexpr Pattern patterns[] = {{R"(stream\r?\n[\x08\x18\x28\x38\x48\x58\x68\x78].)", dotall, 0}};

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t data = hit.end - 2;
  const size_t begin = data - (bytes[data - 2] == '\r' ? 8 : 7);  // of "stream"
  if (begin < from || as_text(bytes.first(begin)).ends_with("end")) return;
  if ((bytes[data] << 8 | bytes[data + 1]) % 31 != 0) return;
  Inflated inflated = inflate_stream(bytes.subspan(data), Wrap::zlib, out.room());
  const bool whole = inflated.end == Inflated::End::whole;
  if (inflated.bytes.empty()) return;
  // Encrypted streams look like this: nothing sensible comes out.
  if (!whole && inflated.bytes.size() < surely_real / 4) return out.problem(begin, what_ended(inflated, "PDF stream"));
  if (!whole) out.problem(begin, what_ended(inflated, "PDF stream"));
  out.layer("PDF", begin, data - begin + inflated.consumed, std::move(inflated.bytes));
}

}  // namespace

extern const Decoder pdf_decoder;
const Decoder pdf_decoder{"PDF", "FlateDecode streams of PDF files", patterns, on_hit};

}  // namespace weft::scan
