// LZ4: frames (LZ4 frame format 1.6), whose header has a checksum of its own; and the sessions, bookmarks and search
// engines of Firefox: JSON as one block behind "mozLz40" and the size of what it unpacks to. What stands there as it is
// (literals) are pieces of that text. And legacy frames ("lz4 -l", kernels): blocks behind their packed sizes, each of
// 8 MiB but the last, without any checksum.
#include <fmt/format.h>

#include "base/cursor.h"
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

enum : uint32_t { frame, mozilla, legacy };
// Magic, version 01 with its reserved bit, a block size that exists.
constexpr Pattern patterns[] = {{R"(\x04\x22\x4d\x18[\x40-\x7f][\x40\x50\x60\x70])", dotall, frame},
                                {R"(mozLz40\x00)", dotall, mozilla},
                                {R"(\x02\x21\x4c\x18)", dotall, legacy}};
constexpr size_t frame_magic = 6, mozilla_magic = 8, legacy_magic = 4;

void on_frame(Bytes bytes, size_t begin, Decoded& out) {
  Unpacked unpacked = unlz4(bytes.subspan(begin), out.room());
  const bool whole = unpacked.end == Unpacked::End::whole;
  if (unpacked.bytes.empty()) return out.in_vain(begin, 0);
  if (may_go_on(unpacked) && out.goes_on("LZ4", begin, unpacked.consumed)) return;
  if (!whole) out.problem(begin, what_ended(unpacked, "lz4 frame"));
  out.layer("LZ4", begin, unpacked.consumed, std::move(unpacked.bytes));
  whole ? out.says_all(begin, begin + unpacked.consumed) : out.broken(begin + frame_magic);
}

void on_mozilla(Bytes bytes, size_t begin, Decoded& out) {
  Cursor in(bytes.subspan(begin + mozilla_magic));
  const uint32_t size = in.u32le();
  const size_t head = mozilla_magic + in.position();
  if (!in.ok()) return;
  Unpacked unpacked = unlz4_block(bytes.subspan(begin + head), size, out.room());
  if (unpacked.bytes.empty() || (unpacked.bytes.front() != '{' && unpacked.bytes.front() != '['))
    return out.in_vain(begin, unpacked.bytes.size());
  const bool whole = unpacked.end == Unpacked::End::whole;
  if (!whole) out.problem(begin, what_ended(unpacked, "Mozilla's lz4 file"));
  out.layer("LZ4", begin, head + unpacked.consumed, std::move(unpacked.bytes));
  whole ? out.says_all(begin, begin + head + unpacked.consumed) : out.broken(begin + head);
}

void on_legacy(Bytes bytes, size_t begin, Decoded& out) {
  constexpr size_t block = 8 * MiB, most_packed = block + block / 255 + 16;
  Cursor in(bytes.subspan(begin + legacy_magic));
  Unpacked all;
  all.end = Unpacked::End::whole;
  all.consumed = legacy_magic;
  while (in.remaining() > sizeof(uint32_t) && all.end == Unpacked::End::whole) {
    const size_t size = in.u32le(), there = std::min(size, in.remaining());
    if (size == 0 || size > most_packed) break;  // something else
    const Unpacked one = unlz4_block(in.take(there), block, out.room() - all.bytes.size());
    all.bytes.insert(all.bytes.end(), one.bytes.begin(), one.bytes.end());
    all.consumed = legacy_magic + in.position();
    if (one.end == Unpacked::End::corrupt || one.end == Unpacked::End::full)
      all.end = one.end;
    else if (there < size)
      all.end = Unpacked::End::cut_short;
    else if (one.bytes.size() < block)
      break;
  }
  const bool whole = all.end == Unpacked::End::whole;
  if (all.bytes.empty() || (!whole && all.bytes.size() < surely_real)) return out.in_vain(begin, all.bytes.size());
  if (!whole) out.problem(begin, what_ended(all, "lz4 frame"));
  out.layer("LZ4", begin, all.consumed, std::move(all.bytes));
  whole ? out.says_all(begin, begin + all.consumed) : out.broken(begin + legacy_magic);
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t size = hit.pattern == frame ? frame_magic : hit.pattern == mozilla ? mozilla_magic : legacy_magic;
  if (hit.end - size < from) return;
  if (hit.pattern == frame) return on_frame(bytes, hit.end - size, out);
  hit.pattern == mozilla ? on_mozilla(bytes, hit.end - size, out) : on_legacy(bytes, hit.end - size, out);
}

}  // namespace

extern const Decoder lz4_decoder;
const Decoder lz4_decoder{"LZ4", "lz4 frames, legacy ones, too; Firefox's .mozlz4 and .jsonlz4 files", patterns,
                          on_hit};

}  // namespace weft::scan
