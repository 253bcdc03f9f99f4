// PDF: streams packed with FlateDecode (ISO 32000-1 §7.3.8, §7.4.4), found by the keyword in front of them. No cross-
// reference table is needed, so objects of deleted and torn files come out too. Streams under other filters that may
// hold text are told as problems; images (DCT, JPX, CCITT, JBIG2) are left in silence, since they hold none.
#include <algorithm>
#include <fmt/format.h>

#include "scan/decoders/inflate.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// The keyword and a zlib header: method 8, any window, any level.
enum : uint32_t { flate, other_filter };
constexpr Pattern patterns[] = {{R"(stream\r?\n[\x08\x18\x28\x38\x48\x58\x68\x78].)", dotall, flate},
                                {R"(/(?:LZW|ASCII85|ASCIIHex|RunLength)Decode)", 0, other_filter}};
constexpr size_t longest_dictionary = 512;  // from a filter's name to the stream

// A filter's name in the dictionary of a stream. In a chain of filters the first one is told.
void on_filter(Bytes bytes, size_t end, Decoded& out) {
  const std::string_view text = as_text(bytes), behind = text.substr(end, longest_dictionary);
  const size_t begin = text.rfind('/', end - 1), stream = behind.find("stream");
  if (stream == std::string_view::npos || behind.substr(0, stream).find("endobj") != std::string_view::npos) return;
  const std::string_view before = text.substr(0, begin).substr(begin - std::min<size_t>(begin, 24));
  if (before.find("Decode") != std::string_view::npos) return;
  out.problem(begin,
              fmt::format("PDF stream packed with {}, which is not unpacked", text.substr(begin + 1, end - begin - 1)));
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.pattern == other_filter) return on_filter(bytes, hit.end, out);
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
