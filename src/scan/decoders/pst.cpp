// PST: mail stores of Outlook ([MS-PST]). Their default "encryption" is a fixed substitution of bytes
// (NDB_CRYPT_PERMUTE, 5.1), so that no pattern sees a word of them. They are read block by block, whether the file is
// whole, cut to pieces or gone but for a block: a block says of itself what it is.
//
// A block (2.2.2.8) takes a multiple of 64 bytes, on a grid of 64, and ends with a trailer: how many bytes of data
// stand at its begin, a signature, their checksum, and the block's number. Files of before 2003 have the shorter one:
//     Unicode  size 2, signature 2, checksum 4, number 8        ANSI  size 2, signature 2, number 4, checksum 4
// The second bit of the number says that the block is internal, and stands as it is.
//
// Data longer than a block goes on in the next one, whose number is four higher; as long as these lie side by side they
// are one layer. A block that is a heap (2.3.1.6, a page map at its end) holds one item right behind the other: in the
// layer each is followed by zeros, so that "anna@example.com" does not run on into the next item's first word.
//
// False positives: the checksum of 32 bits, and of the number its high bytes, which are zero. A store without
// encryption is not to be unpacked: its heaps show it, and are fields (heap_fields.cpp); of its other blocks comes
// noise, which matches nothing.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>
#include <zlib.h>

#include "base/cursor.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr size_t grid = 64, most_data = 8176, longest_block = 8192;

// mpbbI: the byte for each encoded one.
constexpr std::array<uint8_t, 256> decoded{
    0x47, 0xf1, 0xb4, 0xe6, 0x0b, 0x6a, 0x72, 0x48, 0x85, 0x4e, 0x9e, 0xeb, 0xe2, 0xf8, 0x94, 0x53, 0xe0, 0xbb, 0xa0,
    0x02, 0xe8, 0x5a, 0x09, 0xab, 0xdb, 0xe3, 0xba, 0xc6, 0x7c, 0xc3, 0x10, 0xdd, 0x39, 0x05, 0x96, 0x30, 0xf5, 0x37,
    0x60, 0x82, 0x8c, 0xc9, 0x13, 0x4a, 0x6b, 0x1d, 0xf3, 0xfb, 0x8f, 0x26, 0x97, 0xca, 0x91, 0x17, 0x01, 0xc4, 0x32,
    0x2d, 0x6e, 0x31, 0x95, 0xff, 0xd9, 0x23, 0xd1, 0x00, 0x5e, 0x79, 0xdc, 0x44, 0x3b, 0x1a, 0x28, 0xc5, 0x61, 0x57,
    0x20, 0x90, 0x3d, 0x83, 0xb9, 0x43, 0xbe, 0x67, 0xd2, 0x46, 0x42, 0x76, 0xc0, 0x6d, 0x5b, 0x7e, 0xb2, 0x0f, 0x16,
    0x29, 0x3c, 0xa9, 0x03, 0x54, 0x0d, 0xda, 0x5d, 0xdf, 0xf6, 0xb7, 0xc7, 0x62, 0xcd, 0x8d, 0x06, 0xd3, 0x69, 0x5c,
    0x86, 0xd6, 0x14, 0xf7, 0xa5, 0x66, 0x75, 0xac, 0xb1, 0xe9, 0x45, 0x21, 0x70, 0x0c, 0x87, 0x9f, 0x74, 0xa4, 0x22,
    0x4c, 0x6f, 0xbf, 0x1f, 0x56, 0xaa, 0x2e, 0xb3, 0x78, 0x33, 0x50, 0xb0, 0xa3, 0x92, 0xbc, 0xcf, 0x19, 0x1c, 0xa7,
    0x63, 0xcb, 0x1e, 0x4d, 0x3e, 0x4b, 0x1b, 0x9b, 0x4f, 0xe7, 0xf0, 0xee, 0xad, 0x3a, 0xb5, 0x59, 0x04, 0xea, 0x40,
    0x55, 0x25, 0x51, 0xe5, 0x7a, 0x89, 0x38, 0x68, 0x52, 0x7b, 0xfc, 0x27, 0xae, 0xd7, 0xbd, 0xfa, 0x07, 0xf4, 0xcc,
    0x8e, 0x5f, 0xef, 0x35, 0x9c, 0x84, 0x2b, 0x15, 0xd5, 0x77, 0x34, 0x49, 0xb6, 0x12, 0x0a, 0x7f, 0x71, 0x88, 0xfd,
    0x9d, 0x18, 0x41, 0x7d, 0x93, 0xd8, 0x58, 0x2c, 0xce, 0xfe, 0x24, 0xaf, 0xde, 0xb8, 0x36, 0xc8, 0xa1, 0x80, 0xa6,
    0x99, 0x98, 0xa8, 0x2f, 0x0e, 0x81, 0x65, 0x73, 0xe4, 0xc2, 0xa2, 0x8a, 0xd4, 0xe1, 0x11, 0xd0, 0x08, 0x8b, 0x2a,
    0xf2, 0xed, 0x9a, 0x64, 0x3f, 0xc1, 0x6c, 0xf9, 0xec,
};

struct Block {
  size_t begin = 0, end = 0, size = 0;  // size: of the data
  uint64_t number = 0;
  bool full() const { return end - begin == longest_block; }
};

// [MS-PST] 5.3: the usual polynomial, but neither begun with ones nor inverted.
uint32_t checksum(Bytes data) {
  return uint32_t(~crc32(0xffffffff, data.data(), uInt(data.size())));
}

bool holds(Bytes bytes, Block& block, size_t trailer, uint32_t sum) {
  const size_t length = (block.size + trailer + grid - 1) / grid * grid;
  if (length > block.end) return false;
  block.begin = block.end - length;
  return checksum(bytes.subspan(block.begin, block.size)) == sum;
}

// The data block that ends there, if one does.
bool block_at(Bytes bytes, size_t end, Block& block) {
  constexpr size_t unicode = 16, ansi = 12;
  Cursor in(bytes.subspan(end - unicode, unicode));
  block.end = end;
  block.size = in.u16le();
  in.u16le();
  const uint32_t sum = in.u32le();
  block.number = in.u64le();
  auto plausible = [&](uint64_t highest) {
    return block.number != 0 && block.number <= highest && (block.number & 2) == 0;
  };
  if (block.size > 0 && block.size <= most_data && plausible(0xff'ffffffff) && holds(bytes, block, unicode, sum))
    return true;
  in.seek(unicode - ansi);
  block.size = in.u16le();
  in.u16le();
  block.number = in.u32le();
  return block.size > 0 && block.size <= longest_block - ansi && plausible(0xffffff) &&
         holds(bytes, block, ansi, in.u32le());
}

// The places where the items of a heap begin, and where the last one ends; none when the data is no heap.
std::vector<size_t> items(Bytes data) {
  Cursor in(data);
  const size_t map = in.u16le();
  in.seek(map);
  const size_t count = in.u16le();
  in.u16le();
  std::vector<size_t> out;
  if (!in.ok() || count == 0 || map < 4 || 2 * (count + 1) > in.remaining()) return out;
  // In front of the map stand the items, behind its places at most a few bytes to fill the block; when the heap goes on
  // in another block, zeros.
  const Bytes behind = data.last(in.remaining() - 2 * (count + 1));
  if (behind.size() > grid && std::any_of(behind.begin(), behind.end(), [](uint8_t byte) { return byte != 0; }))
    return out;
  for (size_t i = 0; i <= count; ++i) {
    const size_t place = in.u16le();
    if (place < 2 || place > map || (!out.empty() && place < out.back())) return {};
    out.push_back(place);
  }
  return out;
}

void append(Bytes bytes, const Block& block, std::vector<uint8_t>& layer) {
  std::vector<uint8_t> data(bytes.begin() + ptrdiff_t(block.begin),
                            bytes.begin() + ptrdiff_t(block.begin + block.size));
  for (uint8_t& byte : data) byte = decoded[byte];
  const std::vector<size_t> places = items(data);
  if (places.empty()) {
    layer.insert(layer.end(), data.begin(), data.end());
    return;
  }
  for (size_t i = 0; i + 1 < places.size(); ++i) {
    layer.insert(layer.end(), data.begin() + ptrdiff_t(places[i]), data.begin() + ptrdiff_t(places[i + 1]));
    layer.resize((layer.size() + 5) / 4 * 4);  // two zeros at least, and UTF-16 begins at an even place
  }
}

void on_text(Bytes bytes, size_t begin, size_t end, Decoded& out) {
  Block first, last;  // of the layer at hand
  size_t behind = 0;  // what was taken: blocks do not overlap
  std::vector<uint8_t> layer;
  bool more = true;
  auto give = [&] {
    if (!layer.empty()) more = out.layer("PST", first.begin, last.end - first.begin, std::exchange(layer, {}));
  };
  for (size_t at = (begin / grid + 1) * grid; more && at <= bytes.size(); at += grid) {
    // Behind the page only what goes on from it.
    if (at > end + longest_block && (layer.empty() || at > last.end + longest_block)) break;
    Block block;
    if (!block_at(bytes, at, block) || block.begin < behind) continue;
    behind = block.end;
    const Bytes data = bytes.subspan(block.begin, block.size);
    if (!items(data).empty()) continue;
    const bool goes_on = !layer.empty() && last.full() && block.begin == last.end && block.number == last.number + 4;
    if (!goes_on) {
      give();
      if (!more || block.begin < begin || block.begin >= end) continue;
      first = block;
    }
    last = block;
    if (layer.size() + 4 * block.size > out.room()) {
      give();
      continue;
    }
    append(bytes, block, layer);
  }
  if (more) give();
}

}  // namespace

extern const Decoder pst_decoder;
const Decoder pst_decoder{
    "PST", "blocks of Outlook's mail stores under compressible encryption ([MS-PST])", {}, nullptr, on_text};

}  // namespace weft::scan
