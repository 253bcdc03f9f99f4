// IWA: documents of Pages, Numbers and Keynote, as they lie unpacked by name in their zip file: pieces of 64 KiB, each
// packed with Snappy, without the stream's identifier and the checksums of Snappy's own framing.
//
//   piece   0x00, size of what follows 3, a block of Snappy
//
// The layer begins at the ending of the member's name, ".iwa", behind which the first piece stands.
//
// False positives: the ending, and a first piece that unpacks.
#include <algorithm>
#include <vector>

#include "base/cursor.h"
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"(\.iwa\x00..[\x00\x01].)", dotall}};
constexpr size_t ending = 4, piece_header = 4, most_of_piece = 64 * KiB;

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - ending - piece_header - 1;
  if (begin < from) return;
  Cursor in(bytes.subspan(begin + ending));
  std::vector<uint8_t> document;
  size_t consumed = ending;
  while (document.size() < out.room()) {
    const uint32_t header = in.u32le();
    const Bytes packed = in.take(header >> 8);
    if (!in.ok() || (header & 0xff) != 0 || packed.empty()) break;
    const Unpacked piece = unsnappy(packed, most_of_piece);
    if (piece.end != Unpacked::End::whole || piece.bytes.empty()) break;
    document.insert(document.end(), piece.bytes.begin(), piece.bytes.end());
    consumed = ending + in.position();
  }
  if (document.empty()) return out.in_vain(begin, most_of_piece);
  document.resize(std::min(document.size(), out.room()));
  out.layer("IWA", begin, consumed, std::move(document));
}

}  // namespace

extern const Decoder iwa_decoder;
const Decoder iwa_decoder{"IWA", "documents of Pages, Numbers and Keynote", patterns, on_hit};

}  // namespace weft::scan
