// [MS-XCA], revision 9.
//
// Plain LZ77 (2.4): words of 32 flags, highest bit first, in front of what they tell: 0 a byte, 1 a match of two bytes:
// three bits of length, thirteen of distance. A length that does not fit goes on in half a byte (two matches share
// one), then a byte, then two, then four.
//
// LZ77+Huffman (2.1, 2.2): every 64 KiB of output begin with a table: the lengths of 512 codes, four bits each. Codes
// below 256 are bytes; the others hold how many bits of distance follow and up to fifteen of length. Bits come in words
// of two bytes, highest first; what a length needs beyond lies as plain bytes where the reading of words has got to.
//
// LZNT1 (2.5): chunks of up to 4 KiB of output, each with a head of two bytes: its size less three, a mark, and whether
// it is packed. In a chunk, eight flags in a byte, lowest first; a match takes two bytes, whose border between distance
// and length moves with the place in the chunk.
#include "scan/decoders/windows_packed.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/cursor.h"

namespace weft::scan {
namespace {

// Appends length bytes from so far back, which may overlap what they make. False when there is no such place.
bool repeat(std::vector<uint8_t>& out, size_t distance, size_t length, size_t most) {
  if (distance > out.size()) return false;
  length = std::min(length, most - out.size());
  for (size_t i = 0, from = out.size() - distance; i < length; ++i) out.push_back(out[from + i]);
  return true;
}

Unpacked ended(Unpacked out, const Cursor& in, size_t size, bool sound) {
  out.consumed = in.position();
  out.end = out.bytes.size() >= size ? Unpacked::End::whole
            : !in.ok()               ? Unpacked::End::cut_short
            : sound                  ? Unpacked::End::cut_short
                                     : Unpacked::End::corrupt;
  return out;
}

// The length of a match in plain LZ77 beyond its three bits. half: the position of the byte whose upper half is left.
class LongLengths {
 public:
  std::optional<size_t> read(Cursor& in, Bytes bytes) {
    size_t length = 0;
    if (half_ == 0) {
      half_ = in.position() + 1;  // 0 is none
      length = in.u8() & 15;
    } else {
      length = bytes[half_ - 1] >> 4;
      half_ = 0;
    }
    if (length < 15) return length + 7;
    length = in.u8();
    if (length < 255) return length + 15 + 7;
    length = in.u16le();
    if (length == 0) length = in.u32le();
    if (length < 15 + 7) return std::nullopt;
    return length;
  }

 private:
  size_t half_ = 0;
};

// A code of up to 15 bits is looked up by the next 15.
class HuffmanTable {
 public:
  // False when the lengths make no whole code.
  bool read(Bytes lengths) {
    if (!is_huffman_table(lengths)) return false;
    size_t at = 0;
    for (unsigned bits = 1; bits <= 15; ++bits)
      for (unsigned symbol = 0; symbol < 512; ++symbol) {
        const unsigned pair = lengths[symbol / 2];
        if ((symbol % 2 == 0 ? pair & 15 : pair >> 4) != bits) continue;
        const size_t count = size_t(1) << (15 - bits);
        std::fill_n(entries_.begin() + ptrdiff_t(at), count, uint16_t(symbol | bits << 12));
        at += count;
      }
    return true;
  }
  unsigned symbol(uint32_t next) const { return entries_[next >> 17] & 511; }
  unsigned bits(uint32_t next) const { return entries_[next >> 17] >> 12; }

 private:
  std::vector<uint16_t> entries_ = std::vector<uint16_t>(size_t(1) << 15);
};

// The stream of one block of 64 KiB, behind its table.
class HuffmanStream {
 public:
  explicit HuffmanStream(Cursor& in) : in_(in) {
    next_ = uint32_t(word()) << 16;
    next_ |= word();
  }
  uint32_t next() const { return next_; }
  void take(unsigned bits) {
    next_ <<= bits;
    spare_ -= int(bits);
    if (spare_ >= 0) return;
    next_ |= uint32_t(word()) << unsigned(-spare_);
    spare_ += 16;
  }
  unsigned number(unsigned bits) {
    const unsigned value = bits == 0 ? 0 : next_ >> (32 - bits);
    take(bits);
    return value;
  }
  // At the end there may be no more words to read ahead: the last codes are in what was read.
  bool spent() const { return zeros_ > 2; }

 private:
  uint16_t word() {
    if (in_.remaining() < 2) {
      ++zeros_;
      return 0;
    }
    return in_.u16le();
  }
  Cursor& in_;
  uint32_t next_ = 0;
  int spare_ = 16;
  unsigned zeros_ = 0;
};

// False when the bytes are at fault. Ends at the block's end in the output, or at `size`.
bool huffman_block(Cursor& in, const HuffmanTable& table, size_t size, std::vector<uint8_t>& out) {
  constexpr size_t block = 64 * KiB;
  const size_t stop = std::min(size, out.size() + block);
  HuffmanStream stream(in);
  while (out.size() < stop) {
    if (stream.spent() || !in.ok()) return true;
    const unsigned symbol = table.symbol(stream.next());
    stream.take(table.bits(stream.next()));
    if (symbol < 256) {
      out.push_back(uint8_t(symbol));
      continue;
    }
    size_t length = symbol & 15;
    if (length == 15) {
      length = in.u8();
      if (length == 255) {
        length = in.u16le();
        if (length == 0) length = in.u32le();
        if (length < 15) return false;
        length -= 15;
      }
      length += 15;
    }
    const unsigned bits = (symbol - 256) >> 4;
    const size_t distance = (size_t(1) << bits) + stream.number(bits);
    if (!repeat(out, distance, length + 3, size)) return false;
  }
  return true;
}

// One packed chunk of LZNT1; false when it is none.
bool lznt1_chunk(Bytes packed, std::vector<uint8_t>& out) {
  constexpr size_t chunk = 4 * KiB;
  const size_t first = out.size();
  Cursor in(packed);
  while (in.remaining() > 0) {
    unsigned flags = in.u8();
    for (unsigned i = 0; i < 8 && in.remaining() > 0; ++i, flags >>= 1) {
      const size_t done = out.size() - first;
      if (done >= chunk) return false;
      if ((flags & 1) == 0) {
        out.push_back(in.u8());
        continue;
      }
      if (in.remaining() < 2 || done == 0) return false;
      const unsigned token = in.u16le();
      unsigned shift = 12;
      for (size_t place = done - 1; place >= 16; place >>= 1) --shift;
      const size_t distance = (token >> shift) + 1, length = (token & ((1u << shift) - 1)) + 3;
      if (distance > done || length > chunk - done) return false;
      repeat(out, distance, length, out.size() + length);
    }
  }
  return true;
}

}  // namespace

bool is_huffman_table(Bytes bytes) {
  if (bytes.size() < 256) return false;
  uint32_t sum = 0;
  for (uint8_t pair : bytes.first(256))
    for (const unsigned bits : {pair & 15u, unsigned(pair) >> 4})
      if (bits > 0 && (sum += 1u << (15 - bits)) > 1u << 15) return false;
  return sum == 1u << 15;
}

Unpacked unxpress(Bytes bytes, size_t size) {
  Unpacked out;
  Cursor in(bytes);
  LongLengths lengths;
  uint32_t flags = 0;
  unsigned left = 0;
  bool sound = true;
  while (sound && out.bytes.size() < size && in.remaining() > 0) {
    if (left == 0) flags = in.u32le(), left = 32;
    --left;
    if (in.remaining() == 0) break;
    if ((flags >> left & 1) == 0) {
      out.bytes.push_back(in.u8());
      continue;
    }
    const unsigned match = in.u16le();
    size_t length = match & 7;
    if (length == 7) {
      const auto more = lengths.read(in, bytes);
      if (!more || !in.ok()) {
        sound = false;
        break;
      }
      length = *more;
    }
    sound = in.ok() && repeat(out.bytes, (match >> 3) + 1, length + 3, size);
  }
  return ended(std::move(out), in, size, sound);
}

Unpacked unxpress_huffman(Bytes bytes, size_t size) {
  Unpacked out;
  Cursor in(bytes);
  HuffmanTable table;
  bool sound = true;
  while (sound && out.bytes.size() < size && in.remaining() >= 256 + 4) {
    const size_t before = out.bytes.size();
    sound = table.read(in.take(256)) && huffman_block(in, table, size, out.bytes);
    if (out.bytes.size() == before) break;
  }
  return ended(std::move(out), in, size, sound);
}

Unpacked unlznt1(Bytes bytes) {
  constexpr size_t chunk = 4 * KiB, most_chunks = 16;
  Unpacked out;
  out.end = Unpacked::End::cut_short;
  Cursor in(bytes);
  size_t chunks = 0;
  while (chunks < most_chunks && in.remaining() >= 2) {
    const unsigned head = in.u16le();
    if (head == 0) {
      out.consumed = in.position();
      out.end = Unpacked::End::whole;
      return out;
    }
    const size_t before = out.bytes.size();
    const Bytes body = (head >> 12 & 7) == 3 ? in.take((head & 0xfff) + 1) : Bytes();
    // All but the last are full.
    bool good = !body.empty() && before % chunk == 0;
    if (good && (head & 0x8000))
      good = lznt1_chunk(body, out.bytes) && out.bytes.size() > before;
    else if (good)
      out.bytes.insert(out.bytes.end(), body.begin(), body.end());
    if (!good) {
      out.bytes.resize(before);
      return out;
    }
    out.consumed = in.position();
    ++chunks;
  }
  if (chunks == most_chunks) out.end = Unpacked::End::whole;
  return out;
}

}  // namespace weft::scan
