// LZ4: frames (LZ4 frame format 1.6), whose header has a checksum of its own; and the sessions, bookmarks and search
// engines of Firefox: JSON as one block behind "mozLz40" and the size of what it unpacks to. What stands there as it is
// (literals) are pieces of that text.
#include <fmt/format.h>

#include "base/cursor.h"
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

enum : uint32_t { frame, mozilla };
// Magic, version 01 with its reserved bit, a block size that exists.
constexpr Pattern patterns[] = {{R"(\x04\x22\x4d\x18[\x40-\x7f][\x40\x50\x60\x70])", dotall, frame},
                                {R"(mozLz40\x00)", dotall, mozilla}};
constexpr size_t frame_magic = 6, mozilla_magic = 8;

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

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - (hit.pattern == frame ? frame_magic : mozilla_magic);
  if (begin < from) return;
  hit.pattern == frame ? on_frame(bytes, begin, out) : on_mozilla(bytes, begin, out);
}

}  // namespace

extern const Decoder lz4_decoder;
const Decoder lz4_decoder{"LZ4", "lz4 frames; Firefox's .mozlz4 and .jsonlz4 files", patterns, on_hit};

}  // namespace weft::scan
