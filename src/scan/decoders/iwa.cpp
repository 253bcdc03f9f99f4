// IWA: documents of Pages, Numbers and Keynote, as they lie unpacked by name in their zip file: pieces of 64 KiB, each
// packed with Snappy, without the stream's identifier and the checksums of Snappy's own framing.
//
//   piece   0x00, size of what follows 3, a block of Snappy
//
// The layer begins at the ending of the member's name, ".iwa", behind which the first piece stands. A damaged piece is
// left out when a whole one follows. Behind the last stands the next header of the zip file, or its end.
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
constexpr size_t most_packed = most_of_piece + most_of_piece / 6 + 32;  // Snappy's own bound
constexpr std::string_view next_header = "PK";

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - ending - piece_header - 1;
  if (begin < from) return;
  const Bytes pieces = bytes.subspan(begin + ending);
  Cursor in(pieces);
  std::vector<uint8_t> document;
  size_t consumed = ending;
  size_t damaged = 0, damaged_last = 0, vain = 0;  // pieces; those since the last whole one; what they promised
  while (document.size() < out.room() && in.remaining() > 0 && damaged_last < 2) {
    if (as_text(pieces.subspan(in.position())).starts_with(next_header)) break;
    const uint32_t header = in.u32le();
    if (header >> 8 > most_packed) {
      ++damaged;
      break;
    }
    const Unpacked piece = unsnappy(in.take(header >> 8), most_of_piece);
    if ((header & 0xff) == 0 && piece.end == Unpacked::End::whole && !piece.bytes.empty()) {
      document.insert(document.end(), piece.bytes.begin(), piece.bytes.end());
      consumed = ending + in.position(), damaged_last = 0;
      continue;
    }
    ++damaged, ++damaged_last, vain += piece.bytes.size();
    if (document.empty()) break;
  }
  if (document.empty()) return out.in_vain(begin, most_of_piece);
  document.resize(std::min(document.size(), out.room()));
  out.layer("IWA", begin, consumed, std::move(document));
  if (damaged == 0) return out.says_all(begin, begin + consumed);
  out.problem(begin, "an IWA document has pieces that are damaged or cut short");
  out.in_vain(begin, vain);
}

}  // namespace

extern const Decoder iwa_decoder;
const Decoder iwa_decoder{"IWA", "documents of Pages, Numbers and Keynote", patterns, on_hit};

}  // namespace weft::scan
