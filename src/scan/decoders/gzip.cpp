// GZIP: RFC 1952. A file may hold several members one after the other; each is hit by itself and is a layer of its own,
// so a damaged member does not take the next one with it. What follows the last member is no business of ours.
#include <algorithm>

#include "base/cursor.h"
#include "scan/decoders/inflate.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// Magic, method 8, no reserved flag.
constexpr Pattern patterns[] = {{R"(\x1f\x8b\x08[\x00-\x1f])", dotall, 0}};
constexpr size_t magic_size = 4;

constexpr size_t longest_text = KiB;  // of a name or a comment

// zlib would read on to the end of everything for the zero behind a name.
bool is_header(Bytes bytes) {
  Cursor in(bytes);
  in.skip(3);
  const uint8_t flags = in.u8();
  in.skip(6);  // time, extra flags, system
  if (flags & 4) in.skip(in.u16le());
  for (unsigned text : {8u, 16u})
    if (flags & text) {
      const Bytes rest = bytes.subspan(std::min(in.position(), bytes.size()));
      const size_t zero = as_text(rest.first(std::min(rest.size(), longest_text))).find('\0');
      if (zero == std::string_view::npos) return false;
      in.skip(zero + 1);
    }
  return in.ok();
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from || !is_header(bytes.subspan(begin))) return;
  Inflated inflated = inflate_stream(bytes.subspan(begin), Wrap::gzip, out.room());
  const bool whole = inflated.end == Inflated::End::whole;
  if (!whole && inflated.bytes.size() < surely_real) return out.in_vain(begin, inflated.bytes.size());
  if (may_go_on(inflated) && out.goes_on("GZIP", begin, inflated.consumed)) return;
  if (!whole) out.problem(begin, what_ended(inflated, "gzip stream"));
  out.layer("GZIP", begin, inflated.consumed, std::move(inflated.bytes));
  if (!whole) out.broken(hit.end);
}

}  // namespace

extern const Decoder gzip_decoder;
const Decoder gzip_decoder{"GZIP", "gzip members (RFC 1952)", patterns, on_hit};

}  // namespace weft::scan
