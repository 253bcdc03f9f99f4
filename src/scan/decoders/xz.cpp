// XZ: streams of xz (the .xz file format 1.0.4). Their header has a CRC-32 of its own, so a likeness by chance does not
// occur, and a torn stream is told however little came out of it. Several streams of a file are hit one by one.
#include <zlib.h>

#include "base/cursor.h"
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"(\xfd7zXZ\x00\x00[\x00-\x0f])", dotall, 0}};
constexpr size_t magic_size = 8;

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from) return;
  Cursor in(bytes.subspan(begin));
  in.skip(6);
  const Bytes flags = in.take(2);
  if (in.u32le() != crc32(0, flags.data(), unsigned(flags.size())) || !in.ok()) return;
  if (in.remaining() > 0 && in.u8() == 0) return;  // an index: no blocks, so nothing is in it
  Unpacked unpacked = unxz(bytes.subspan(begin), out.room());
  const bool whole = unpacked.end == Unpacked::End::whole;
  if (may_go_on(unpacked) && out.goes_on("XZ", begin, unpacked.consumed)) return;
  if (!whole) out.problem(begin, what_ended(unpacked, "xz stream"));
  if (unpacked.bytes.empty()) return out.in_vain(begin, 0);
  out.layer("XZ", begin, unpacked.consumed, std::move(unpacked.bytes));
  if (!whole) out.broken(hit.end);
}

}  // namespace

extern const Decoder xz_decoder;
const Decoder xz_decoder{"XZ", "xz streams", patterns, on_hit};

}  // namespace weft::scan
