// ZSTD: frames of Zstandard, RFC 8878. Four bytes of magic, then a header whose fields and first block are looked at
// before the library is asked, since chance and hostile pages are full of magics. Several frames of a file are hit one
// by one; skippable frames hold nothing. What stands there as it is (literals) are pieces of what the frame gives.
#include <array>
#include <fmt/format.h>
#include <optional>

#include "base/cursor.h"
#include "scan/decoders/streams.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"(\x28\xb5\x2f\xfd)", dotall, 0}};
constexpr size_t magic_size = 4;
constexpr uint32_t largest_block = 128 * KiB;

struct Header {
  uint32_t dictionary = 0;  // its number; 0: none
};

// Raw bytes, one byte repeated, or packed; size is how many of the input it takes.
struct Block {
  uint32_t size = 0;
  bool last = false;
};
std::optional<Block> read_block(Cursor& in) {
  const uint32_t bits = in.u8() | uint32_t(in.u16le()) << 8;
  const uint32_t type = bits >> 1 & 3, size = bits >> 3;
  if (!in.ok() || type == 3 || size > largest_block || (type == 2 && size < 3)) return std::nullopt;
  return Block{type == 1 ? 1 : size, (bits & 1) != 0};
}

std::optional<Header> read_header(Bytes bytes) {
  Cursor in(bytes);
  in.skip(magic_size);
  const uint8_t descriptor = in.u8();
  const bool single = (descriptor & 0x20) != 0;
  if (descriptor & 0x18) return std::nullopt;                // one unused bit, one reserved
  const unsigned window = single ? 0 : 10 + (in.u8() >> 3);  // as a power of two
  Header header;
  constexpr std::array<size_t, 4> widths{0, 1, 2, 4};
  for (size_t i = 0; i < widths[descriptor & 3]; ++i) header.dictionary |= uint32_t(in.u8()) << (8 * i);
  const unsigned content = descriptor >> 6;
  in.skip(content == 0 ? single : size_t(1) << content);
  const std::optional<Block> first = read_block(in);
  if (!first) return std::nullopt;
  // Memory for a large window is not had cheaply: such a frame shows a second block in its place.
  if (window > 23 && !first->last) {
    in.skip(first->size);
    if (in.ok() && !read_block(in)) return std::nullopt;
  }
  return header;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size;
  if (begin < from) return;
  const std::optional<Header> header = read_header(bytes.subspan(begin));
  if (!header) return;
  if (header->dictionary != 0)
    return out.problem(begin, fmt::format("zstd frame needs dictionary {}: not unpacked", header->dictionary));
  Unpacked unpacked = unzstd(bytes.subspan(begin), out.room());
  const bool whole = unpacked.end == Unpacked::End::whole;
  if (!whole && unpacked.bytes.size() < surely_real) return out.in_vain(begin, unpacked.bytes.size());
  if (may_go_on(unpacked) && out.goes_on("ZSTD", begin, unpacked.consumed)) return;
  if (!whole) out.problem(begin, what_ended(unpacked, "zstd frame"));
  const size_t end = begin + unpacked.consumed;
  if (!unpacked.bytes.empty()) out.layer("ZSTD", begin, unpacked.consumed, std::move(unpacked.bytes));
  whole ? out.says_all(begin, end) : out.broken(hit.end);
}

}  // namespace

extern const Decoder zstd_decoder;
const Decoder zstd_decoder{"ZSTD", "zstd frames (RFC 8878)", patterns, on_hit};

}  // namespace weft::scan
