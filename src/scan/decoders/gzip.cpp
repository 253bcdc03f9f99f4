// GZIP: RFC 1952. A file may hold several members one after the other; each is hit by itself and is a layer of its own,
// so a damaged member does not take the next one with it. What follows the last member is no business of ours.
#include "scan/decoders/inflate.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// Magic, method 8, no reserved flag. The rest of the header is for zlib to judge.
constexpr Pattern patterns[] = {{R"(\x1f\x8b\x08[\x00-\x1f])", dotall, 0}};
constexpr size_t magic_size = 4;

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from) return;
  Inflated inflated = inflate_stream(bytes.subspan(begin), Wrap::gzip, out.room());
  const bool whole = inflated.end == Inflated::End::whole;
  if (!whole && inflated.bytes.size() < surely_real) return;
  if (!whole) out.problem(begin, what_ended(inflated, "gzip stream"));
  out.layer("GZIP", begin, inflated.consumed, std::move(inflated.bytes));
}

}  // namespace

extern const Decoder gzip_decoder;
const Decoder gzip_decoder{"GZIP", "gzip members (RFC 1952)", patterns, on_hit};

}  // namespace weft::scan
