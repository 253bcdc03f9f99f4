// ZLIB: RFC 1950 streams lying anywhere: git objects, backups, databases, game saves. The two magic bytes are weak, so
// a stream counts when its Adler-32 holds, or when so much came out that chance is no explanation. Streams behind the
// keyword "stream" are left to PDF, so that nothing is found twice. The pixels of a PNG are left alone: their stream is
// cut into IDAT chunks, so it would always look damaged, and pixels hold no text.
#include "scan/decoders/inflate.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// Window of 32 KiB, no dictionary, the four levels. Behind it the first deflate block's type: stored (00, final or
// not), fixed or dynamic Huffman, not the reserved type 3.
constexpr Pattern patterns[] = {{R"(\x78[\x01\x5e\x9c\xda])", dotall, 0}};
constexpr size_t magic_size = 2;
constexpr size_t least_worth = 16;  // unpacked bytes; less holds no feature

// Rejects most chance hits before zlib allocates anything.
bool may_start_deflate(Bytes bytes) {
  if (bytes.size() < 8) return false;
  const unsigned type = (bytes[0] >> 1) & 3;
  if (type == 3) return false;
  if (type == 0) {  // stored: length and its complement follow on the next byte
    const unsigned size = bytes[1] | unsigned(bytes[2]) << 8, inverse = bytes[3] | unsigned(bytes[4]) << 8;
    return (size ^ inverse) == 0xffff;
  }
  if (type == 2) {  // dynamic: at most 286 literal and 30 distance codes
    const unsigned bits = bytes[0] | unsigned(bytes[1]) << 8 | unsigned(bytes[2]) << 16;
    return ((bits >> 3) & 31) <= 29 && ((bits >> 8) & 31) <= 29;
  }
  return true;
}

bool follows_stream_keyword(Bytes bytes, size_t begin) {
  const std::string_view before = as_text(bytes.first(begin));
  return before.ends_with("stream\n") || before.ends_with("stream\r\n") || before.ends_with("stream\r");
}

bool is_png_pixels(Bytes bytes, size_t begin) {
  return as_text(bytes.first(begin)).ends_with("IDAT");
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from || is_png_pixels(bytes, begin) || !may_start_deflate(bytes.subspan(hit.end)) ||
      follows_stream_keyword(bytes, begin))
    return;
  Inflated inflated = inflate_stream(bytes.subspan(begin), Wrap::zlib, out.room());
  const bool whole = inflated.end == Inflated::End::whole;
  if (inflated.bytes.size() < (whole ? least_worth : surely_real)) return out.in_vain(begin, inflated.bytes.size());
  if (!whole) out.problem(begin, what_ended(inflated, "zlib stream"));
  out.layer("ZLIB", begin, inflated.consumed, std::move(inflated.bytes));
  if (!whole) out.broken(hit.end);
}

}  // namespace

extern const Decoder zlib_decoder;
const Decoder zlib_decoder{"ZLIB", "zlib streams (RFC 1950) lying anywhere", patterns, on_hit};

}  // namespace weft::scan
