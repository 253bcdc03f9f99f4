// As RFC 1951, but for three things (PKWARE's APPNOTE 6.3 names the method, and says no more; they are as 7-Zip and
// zlib's contrib/infback9 have them): distance codes 30 and 31 exist, with 14 more bits; length code 285 is 3 and 16
// more bits; so copies reach 64 KiB back, and may be as long.
#include "scan/decoders/inflate64.h"

#include <algorithm>
#include <array>
#include <span>

namespace weft::scan {
namespace {

constexpr unsigned longest_code = 15;

class Bits {
 public:
  explicit Bits(Bytes bytes) : bytes_(bytes) {}
  // Zeros behind the end, and then not ok().
  unsigned take(unsigned count) {
    while (held_ < count) {
      buffer_ |= uint64_t(at_ < bytes_.size() ? bytes_[at_] : 0) << held_;
      ++at_, held_ += 8;
    }
    const auto out = unsigned(buffer_ & ((uint64_t(1) << count) - 1));
    buffer_ >>= count, held_ -= count;
    return out;
  }
  bool ok() const { return position() <= bytes_.size(); }
  size_t position() const { return at_ - held_ / 8; }  // of the byte behind those that were begun
  void to_byte() { take(held_ % 8); }
  // Whole bytes, as many as are there; fewer, and then not ok().
  Bytes bytes(size_t count) {
    const size_t begin = std::min(position(), bytes_.size()), there = std::min(count, bytes_.size() - begin);
    at_ = begin + count, buffer_ = 0, held_ = 0;
    return bytes_.subspan(begin, there);
  }

 private:
  Bytes bytes_;
  size_t at_ = 0;
  uint64_t buffer_ = 0;
  unsigned held_ = 0;
};

// A canonical Huffman code (3.2.2): how many codes have each length, and what they stand for in order.
class Code {
 public:
  // False when there are more codes than their lengths have room for.
  bool set(std::span<const uint8_t> lengths) {
    counts_.fill(0);
    for (const uint8_t length : lengths) ++counts_[length];
    counts_[0] = 0;
    std::array<uint16_t, longest_code + 2> first{};
    int left = 1;
    for (unsigned length = 1; length <= longest_code; ++length) {
      left = left * 2 - counts_[length];
      if (left < 0) return false;
      first[length + 1] = uint16_t(first[length] + counts_[length]);
    }
    for (size_t symbol = 0; symbol < lengths.size(); ++symbol)
      if (lengths[symbol] != 0) symbols_[first[lengths[symbol]]++] = uint16_t(symbol);
    return true;
  }
  // A symbol, or -1.
  int next(Bits& in) const {
    int code = 0, first = 0, index = 0;
    for (unsigned length = 1; length <= longest_code; ++length) {
      code |= int(in.take(1));
      const int count = counts_[length];
      if (code - count < first) return symbols_[size_t(index + code - first)];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -1;
  }

 private:
  std::array<uint16_t, longest_code + 1> counts_{};
  std::array<uint16_t, 288> symbols_{};
};

struct Codes {
  Code literals, distances;
};

bool read_codes(Bits& in, Codes& codes) {
  constexpr std::array<uint8_t, 19> order{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  const unsigned literals = in.take(5) + 257, distances = in.take(5) + 1, used = in.take(4) + 4;
  if (literals > 288) return false;
  std::array<uint8_t, 19> of_lengths{};
  for (unsigned i = 0; i < used; ++i) of_lengths[order[i]] = uint8_t(in.take(3));
  Code lengths_code;
  if (!lengths_code.set(of_lengths)) return false;
  std::array<uint8_t, 288 + 32> lengths{};
  for (unsigned i = 0; i < literals + distances;) {
    const int symbol = lengths_code.next(in);
    if (symbol < 0 || !in.ok()) return false;
    if (symbol < 16) {
      lengths[i++] = uint8_t(symbol);
      continue;
    }
    if (symbol == 16 && i == 0) return false;
    const uint8_t again = symbol == 16 ? lengths[i - 1] : 0;
    const unsigned times = symbol == 16 ? 3 + in.take(2) : symbol == 17 ? 3 + in.take(3) : 11 + in.take(7);
    if (i + times > literals + distances) return false;
    std::fill_n(lengths.begin() + i, times, again);
    i += times;
  }
  return codes.literals.set(std::span(lengths).first(literals)) &&
         codes.distances.set(std::span(lengths).subspan(literals, distances));
}

Codes make_fixed_codes() {
  Codes codes;
  std::array<uint8_t, 288> literals{};
  for (size_t i = 0; i < literals.size(); ++i) literals[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  std::array<uint8_t, 32> distances{};
  distances.fill(5);
  codes.literals.set(literals), codes.distances.set(distances);
  return codes;
}

struct Base {
  unsigned value, more;  // and so many bits
};
Base length_of(unsigned code) {  // 257 is 0
  if (code < 8) return {3 + code, 0};
  if (code == 28) return {3, 16};
  const unsigned more = (code - 4) / 4;
  return {3 + ((4 + code % 4) << more), more};
}
Base distance_of(unsigned code) {
  if (code < 4) return {1 + code, 0};
  const unsigned more = (code - 2) / 2;
  return {1 + ((2 + code % 2) << more), more};
}

// What a block of codes gives. False when it breaks; full: when there is no more room.
bool block(Bits& in, const Codes& codes, size_t room, std::vector<uint8_t>& out, bool& full) {
  while (in.ok()) {
    const int symbol = codes.literals.next(in);
    if (symbol == 256) return in.ok();
    if (symbol < 0 || symbol > 285) return false;
    size_t length = 1;
    if (symbol > 256) {
      const Base base = length_of(unsigned(symbol) - 257);
      length = base.value + in.take(base.more);
    }
    if (out.size() + length > room) return full = true, false;
    if (symbol < 256) {
      out.push_back(uint8_t(symbol));
      continue;
    }
    const int code = codes.distances.next(in);
    if (code < 0) return false;
    const Base base = distance_of(unsigned(code));
    const size_t distance = base.value + in.take(base.more);
    if (distance > out.size() || !in.ok()) return false;
    for (size_t from = out.size() - distance; length > 0; --length) out.push_back(out[from++]);
  }
  return false;
}

}  // namespace

Unpacked inflate64(Bytes bytes, size_t room) {
  Unpacked out;
  Bits in(bytes);
  bool last = false, good = true, full = false;
  while (good && !last) {
    last = in.take(1);
    const unsigned kind = in.take(2);
    if (kind == 0) {
      in.to_byte();
      const unsigned size = in.take(16), inverse = in.take(16);
      good = in.ok() && (size ^ inverse) == 0xffff;
      if (!good) break;
      const Bytes stored = in.bytes(size);
      const Bytes kept = stored.first(std::min(stored.size(), room - out.bytes.size()));
      out.bytes.insert(out.bytes.end(), kept.begin(), kept.end());
      full = kept.size() < stored.size();
      good = !full && in.ok();
    } else if (kind == 1) {
      static const Codes fixed = make_fixed_codes();
      good = block(in, fixed, room, out.bytes, full);
    } else {
      Codes codes;
      good = kind == 2 && read_codes(in, codes) && block(in, codes, room, out.bytes, full);
    }
  }
  out.consumed = std::min(in.position(), bytes.size());
  out.end = full       ? Unpacked::End::full
            : !in.ok() ? Unpacked::End::cut_short
            : good     ? Unpacked::End::whole
                       : Unpacked::End::corrupt;
  return out;
}

}  // namespace weft::scan
