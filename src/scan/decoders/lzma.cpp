// LZMA: the old format of lzma-utils (.lzma), which has no magic and no checksum: properties, the size of the
// dictionary, the size of what comes out, and a first byte of the stream that is always zero. Taken strictly: the
// properties everybody uses (0x5d), a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size that is unknown or below 1 TiB;
// and what it says comes out, or at least so much that chance is no explanation (bytes that are none soon copy from
// in front of the beginning).
#include <bit>

#include "base/cursor.h"
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// The dictionary: 64 KiB to 128 MiB, so its first two bytes are zeros and the last is at most 8.
constexpr Pattern patterns[] = {{R"(\x5d\x00\x00[\x00-\xc0][\x00-\x08](?:\xff{8}|.{5}\x00{3})\x00)", dotall, 0}};
constexpr size_t magic_size = 14;
constexpr size_t least_worth = 64;  // of what comes out whole

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from) return;
  Cursor in(bytes.subspan(begin));
  in.skip(1);
  const uint32_t dictionary = in.u32le();
  const uint64_t size = in.u64le();
  const int bits = std::popcount(dictionary);
  if (bits != 1 && !(bits == 2 && (dictionary & dictionary >> 1) != 0)) return;
  if (size < least_worth) return;
  Unpacked unpacked = unlzma_alone(bytes.subspan(begin), out.room());
  const bool whole = unpacked.end == Unpacked::End::whole;
  if (unpacked.bytes.size() < (whole ? least_worth : surely_real)) return out.in_vain(begin, unpacked.bytes.size());
  if (may_go_on(unpacked) && out.goes_on("LZMA", begin, unpacked.consumed)) return;
  if (!whole) out.problem(begin, what_ended(unpacked, "LZMA stream"));
  out.layer("LZMA", begin, unpacked.consumed, std::move(unpacked.bytes));
  if (!whole) out.broken(hit.end);
}

}  // namespace

extern const Decoder lzma_decoder;
const Decoder lzma_decoder{"LZMA", "LZMA streams as lzma-utils wrote them", patterns, on_hit};

}  // namespace weft::scan
