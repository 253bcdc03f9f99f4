// LZNT1 ([MS-XCA] 2.5): the units of files that NTFS keeps compressed, where no file system tells of them any more:
// deleted files, lost clusters, a shadow copy's blocks. (Of the files it does tell of, the contents are read through
// it.) A unit is sixteen chunks at most, each of 4 KiB, and begins with a cluster, so on a grid of 512 bytes.
//
// False positives: nothing marks a unit but its form. The first chunk must be packed and unpack to 4 KiB sharp, from
// just as many bytes as its head says; and behind it must come another such, or the end. Noise does not.
#include "base/cursor.h"
#include "scan/decoders/windows_packed.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr size_t grid = 512, chunk = 4 * KiB, longest_unit = 64 * KiB;

void on_text(Bytes bytes, size_t begin, size_t end, Decoded& out) {
  size_t from = 0;
  for (size_t at = (begin + grid - 1) / grid * grid; at < end && at + 4 <= bytes.size(); at += grid) {
    // A packed chunk, whose first sign is a byte as it stands.
    if ((bytes[at + 1] & 0xf0) != 0xb0 || (bytes[at + 2] & 1) != 0 || at < from) continue;
    Unpacked unpacked = unlznt1(bytes.subspan(at, std::min(longest_unit, bytes.size() - at)));
    if (unpacked.bytes.size() < chunk) continue;
    if (unpacked.bytes.size() < 2 * chunk && unpacked.end != Unpacked::End::whole) continue;
    if (unpacked.bytes.size() > out.room()) return;
    from = at + unpacked.consumed;
    const bool more = out.layer("LZNT1", at, unpacked.consumed, std::move(unpacked.bytes));
    out.says_all(at, from);
    if (!more) return;
  }
}

}  // namespace

extern const Decoder lznt1_decoder;
const Decoder lznt1_decoder{"LZNT1", "units of compressed files of NTFS ([MS-XCA])", {}, nullptr, on_text};

}  // namespace weft::scan
