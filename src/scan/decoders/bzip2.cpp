// BZIP2: streams of bzip2 (magic, level, then the first block's magic, which is pi). A file may hold several streams,
// each hit by itself. What came out of a torn stream are its whole blocks, of 100 to 900 KB each.
#include "base/cursor.h"
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// "BZh", level, 0x314159265359. (A stream of nothing has the end's magic here: left out.)
constexpr Pattern patterns[] = {{"BZh[1-9]1AY&SY", 0, 0}};
constexpr size_t magic_size = 10;

// Chance has no part in a magic of ten bytes, but a page may be full of it, and a state costs 4 MB. After the block's
// CRC: one bit (always 0 since version 0.9.5), and where the block's first sign went, which lies inside the block.
bool may_start_block(Bytes bytes) {
  Cursor in(bytes);
  in.skip(3);
  const uint32_t level = in.u8() - uint32_t('0');
  in.skip(6 + 4);
  const uint32_t bits = in.u32be();
  return in.ok() && bits >> 31 == 0 && (bits >> 7 & 0xffffff) < level * 100'000;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from || !may_start_block(bytes.subspan(begin))) return;
  Unpacked unpacked = unbzip2(bytes.subspan(begin), out.room());
  const bool whole = unpacked.end == Unpacked::End::whole;
  if (may_go_on(unpacked) && out.goes_on("BZIP2", begin, unpacked.consumed)) return;
  if (!whole) out.problem(begin, what_ended(unpacked, "bzip2 stream"));
  // Runs of a block are laid out before its CRC is seen: nothing comes of it, after as much work as of a whole one.
  constexpr size_t tables = 64, block = 900'000;
  if (unpacked.bytes.empty()) return out.in_vain(begin, unpacked.consumed > tables ? block : 0);
  out.layer("BZIP2", begin, unpacked.consumed, std::move(unpacked.bytes));
  if (!whole) out.broken(hit.end);
}

}  // namespace

extern const Decoder bzip2_decoder;
const Decoder bzip2_decoder{"BZIP2", "bzip2 streams", patterns, on_hit};

}  // namespace weft::scan
