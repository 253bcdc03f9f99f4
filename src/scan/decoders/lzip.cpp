// LZIP: members of lzip (the lzip manual, chapter "File format"). The four letters, a version and a window's size are
// in front, the checksum behind, so a likeness by chance is told by what comes out.
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// A window of 4 KiB to 512 MiB: a power of two, less up to seven sixteenths of it.
constexpr Pattern patterns[] = {
    {R"(LZIP\x01[\x0c-\x1d\x2c-\x3d\x4c-\x5d\x6c-\x7d\x8c-\x9d\xac-\xbd\xcc-\xdd\xec-\xfd])", dotall, 0}};
constexpr size_t magic_size = 6;

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from) return;
  Unpacked unpacked = unlzip(bytes.subspan(begin), out.room());
  const bool whole = unpacked.end == Unpacked::End::whole;
  if (unpacked.bytes.empty() || (!whole && unpacked.bytes.size() < surely_real))
    return out.in_vain(begin, unpacked.bytes.size());
  if (may_go_on(unpacked) && out.goes_on("LZIP", begin, unpacked.consumed)) return;
  if (!whole) out.problem(begin, what_ended(unpacked, "lzip member"));
  out.layer("LZIP", begin, unpacked.consumed, std::move(unpacked.bytes));
  if (!whole) out.broken(hit.end);
}

}  // namespace

extern const Decoder lzip_decoder;
const Decoder lzip_decoder{"LZIP", "members of lzip files", patterns, on_hit};

}  // namespace weft::scan
