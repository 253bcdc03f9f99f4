// ZIP: PKWARE's APPNOTE 6.3. Members are read from their local headers where they lie, without the central directory,
// so members of deleted and torn archives come out too. docx, xlsx, odt, jar, apk, epub are the same thing.
//
// A stored member lies in the clear: the pass over the surrounding bytes has seen it, so it is not a layer.
// The deflate stream says itself where it ends, so the sizes (in the header, behind the data, or in a zip64 field; lied
// about in all three) are not needed.
#include <fmt/format.h>
#include <optional>

#include "base/cursor.h"
#include "base/text.h"
#include "scan/decoders/inflate.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// Signature, version needed below 100, sane flags; the method is judged below.
constexpr Pattern patterns[] = {{R"(PK\x03\x04[\x00-\x63].)", dotall, 0}};
constexpr size_t magic_size = 6;

constexpr uint16_t encrypted = 1;
constexpr size_t longest_name = 4096;

struct Member {
  uint16_t flags = 0, method = 0;
  std::string_view name;
  size_t header_size = 0;
};

std::optional<Member> read_header(Bytes bytes) {
  Cursor in(bytes);
  in.skip(6);
  Member member;
  member.flags = in.u16le();
  member.method = in.u16le();
  in.skip(16);  // time, date, CRC-32, sizes
  const uint16_t name_size = in.u16le(), extra_size = in.u16le();
  member.name = in.take_text(name_size);
  in.skip(extra_size);
  if (!in.ok() || name_size == 0 || name_size > longest_name) return std::nullopt;
  member.header_size = in.position();
  return member;
}

// Names of methods that exist but are not unpacked here; "" for numbers that are no method.
std::string_view unsupported(uint16_t method) {
  switch (method) {
    case 1:
      return "shrink";
    case 2:
    case 3:
    case 4:
    case 5:
      return "reduce";
    case 6:
      return "implode";
    case 9:
      return "deflate64";
    case 12:
      return "bzip2";
    case 14:
      return "lzma";
    case 20:
    case 93:
      return "zstd";
    case 95:
      return "xz";
    case 98:
      return "ppmd";
    case 99:
      return "AES encryption";
    default:
      return {};
  }
}

void on_hit(Bytes bytes, const Hit& hit, size_t, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  const std::optional<Member> member = read_header(bytes.subspan(begin));
  if (!member) return;
  const std::string_view unsupported_name = unsupported(member->method);
  const bool stored = member->method == 0, deflated = member->method == 8;
  if (!stored && !deflated && unsupported_name.empty()) return;
  const std::string name = printable(member->name);
  if (member->flags & encrypted || member->method == 99)
    return out.problem(begin, fmt::format("zip member {} is encrypted", name));
  if (stored) return;
  if (!deflated)
    return out.problem(begin,
                       fmt::format("zip member {} is packed with {}, which is not unpacked", name, unsupported_name));

  Inflated inflated = inflate_stream(bytes.subspan(begin + member->header_size), Wrap::raw, out.room());
  const bool whole = inflated.end == Inflated::End::whole;
  if (inflated.bytes.empty()) return;
  if (!whole) out.problem(begin, what_ended(inflated, fmt::format("zip member {}", name)));
  out.layer("ZIP", begin, member->header_size + inflated.consumed, std::move(inflated.bytes));
}

}  // namespace

extern const Decoder zip_decoder;
const Decoder zip_decoder{"ZIP", "deflated zip members, by their local headers (zip, docx, xlsx, odt, jar, apk)",
                          patterns, on_hit};

}  // namespace weft::scan
