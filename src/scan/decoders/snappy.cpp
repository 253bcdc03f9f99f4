// SNAPPY: what Firefox packs with Snappy (format_description.txt and framing_format.txt of it): values of IndexedDB, in
// its databases and in files beside them.
//
//   value   size of all (varint), elements: literals and copies; unpacked it begins with the head of a structured clone
//           (js/src/vm/StructuredClone.cpp): who may read it 4, 0xfff10000
//   stream  0xff 06 00 00 "sNaPpY", then chunks: kind 1, size 3, checksum 4, a value (kind 0) or plain bytes (kind 1)
//
// A value says neither where it ends nor what it is. Its head is always packed alike (a literal of two bytes, four
// zeros copied, another two bytes), and its elements are walked until they have given its size.
//
// False positives: the eight bytes of the head as packed, or ten of the stream; and all elements must be right.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cursor.h"
#include "scan/decoders/streams.h"
#include "scan/decoders/varint.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

enum : uint32_t { value, stream };
constexpr Pattern patterns[] = {{R"(\x04[\x01-\x05]\x00\x01\x01\x04\xf1\xff)", dotall, value},
                                {R"(\xff\x06\x00\x00sNaPpY)", 0, stream}};
constexpr size_t head_size = 8, identifier_size = 10, checksum_size = 4;
constexpr size_t most_of_chunk = 64 * KiB;

// How many bytes the value that begins there has, by its elements; nothing when they do not give what it promises.
std::optional<size_t> size_of(Bytes bytes) {
  Cursor in(bytes);
  const auto promised = varint(in);
  if (!promised || *promised > UINT32_MAX) return std::nullopt;
  uint64_t given = 0;
  while (given < *promised) {
    const uint8_t tag = in.u8();
    uint64_t size = (tag >> 2) + 1;
    if ((tag & 3) == 0) {  // a literal
      if (size > 60) {
        size_t width = size_t(size - 60);
        size = 1;
        for (unsigned shift = 0; width > 0; --width, shift += 8) size += uint64_t(in.u8()) << shift;
      }
      if (size > in.remaining()) return std::nullopt;
      in.skip(size_t(size));
    } else {
      if ((tag & 3) == 1) size = (tag >> 2 & 7) + 4;
      in.skip((tag & 3) == 3 ? 4 : tag & 3);
    }
    if (!in.ok()) return std::nullopt;
    given += size;
  }
  return given == *promised ? std::optional(in.position()) : std::nullopt;
}

void on_value(Bytes bytes, size_t elements, size_t from, Decoded& out) {
  // In front, the size: one byte below 0x80, and those above that stand before it. The longest that fits, since the
  // last byte alone may be the size of the first elements.
  if (elements == 0 || bytes[elements - 1] & 0x80) return;
  size_t most = 1;
  while (most < 5 && most < elements && bytes[elements - most - 1] & 0x80) ++most;
  for (size_t size = most; size > 0; --size) {
    const size_t begin = elements - size;
    if (begin < from) continue;
    const std::optional<size_t> consumed = size_of(bytes.subspan(begin));
    if (!consumed) {
      out.in_vain(begin, KiB);
      continue;
    }
    Unpacked unpacked = unsnappy(bytes.subspan(begin, *consumed), out.room());
    if (unpacked.end == Unpacked::End::full)
      return out.problem(begin, "a snappy value unpacks to more than the limit: left off");
    if (unpacked.end != Unpacked::End::whole) continue;
    out.layer("SNAPPY", begin, *consumed, std::move(unpacked.bytes));
    return;
  }
}

void on_stream(Bytes bytes, size_t begin, Decoded& out) {
  Cursor in(bytes.subspan(begin));
  in.skip(identifier_size);
  std::vector<uint8_t> text;
  size_t consumed = identifier_size;
  bool damaged = false;
  while (in.remaining() > 0 && text.size() < out.room()) {
    const uint32_t header = in.u32le();
    const uint32_t kind = header & 0xff, size = header >> 8;
    if (!in.ok() || (kind > 1 && kind < 0x80)) break;  // other bytes begin
    const Bytes chunk = in.take(size);
    if (!in.ok() || (kind <= 1 && size < checksum_size)) {
      damaged = true;
      break;
    }
    if (kind == 1) {
      const Bytes plain = chunk.subspan(checksum_size);
      text.insert(text.end(), plain.begin(), plain.end());
    } else if (kind == 0) {
      const Unpacked unpacked = unsnappy(chunk.subspan(checksum_size), most_of_chunk);
      if (unpacked.end != Unpacked::End::whole) {
        damaged = true;
        break;
      }
      text.insert(text.end(), unpacked.bytes.begin(), unpacked.bytes.end());
    }
    consumed = in.position();
  }
  if (text.empty()) return out.in_vain(begin, most_of_chunk);
  if (damaged)
    out.problem(begin, "snappy stream is damaged or cut short after " + std::to_string(text.size()) + " bytes");
  text.resize(std::min(text.size(), out.room()));
  out.layer("SNAPPY", begin, consumed, std::move(text));
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.pattern == value) return on_value(bytes, hit.end - head_size, from, out);
  if (hit.end - identifier_size >= from) on_stream(bytes, hit.end - identifier_size, out);
}

}  // namespace

extern const Decoder snappy_decoder;
const Decoder snappy_decoder{"SNAPPY", "values of Firefox' IndexedDB, and Snappy streams", patterns, on_hit};

}  // namespace weft::scan
