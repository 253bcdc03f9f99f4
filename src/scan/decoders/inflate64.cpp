// As RFC 1951, but for three things (PKWARE's APPNOTE 6.3 names the method, and says no more; they are as 7-Zip and
// zlib's contrib/infback9 have them): distance codes 30 and 31 exist, with 14 more bits; length code 285 is 3 and 16
// more bits; so copies reach 64 KiB back, and may be as long.
#include "scan/decoders/inflate64.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

namespace weft::scan {
namespace {

constexpr unsigned longest_code = 15;

class Bits {
 public:
  explicit Bits(Bytes bytes) : bytes_(bytes) {}
  // Makes 56 bits there, if need be of zeros behind the end; then it is not ok() when they are taken.
  void fill() {
    static_assert(std::endian::native == std::endian::little, "Weft runs on little-endian machines");
    if (uint64_t word; at_ + sizeof word <= bytes_.size()) {
      std::memcpy(&word, bytes_.data() + at_, sizeof word);
      buffer_ |= word << held_;  // bits above those held are the same when they are read again
      at_ += (63 - held_) / 8, held_ |= 56;
    } else {
      for (; held_ < 56; ++at_, held_ += 8) buffer_ |= uint64_t(at_ < bytes_.size() ? bytes_[at_] : 0) << held_;
    }
  }
  // For these as many must be there.
  unsigned next(unsigned count) const { return unsigned(buffer_ & ((uint64_t(1) << count) - 1)); }
  void skip(unsigned count) { buffer_ >>= count, held_ -= count; }
  unsigned take(unsigned count) {
    const unsigned out = next(count);
    skip(count);
    return out;
  }
  bool ok() const { return position() <= bytes_.size(); }
  size_t position() const { return at_ - held_ / 8; }  // of the byte behind those that were begun
  void to_byte() { skip(held_ % 8); }
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

// Codes begin with their highest bit, and all else with its lowest.
constexpr std::array<uint8_t, 256> reversed_bytes = [] {
  std::array<uint8_t, 256> out{};
  for (unsigned i = 0; i < out.size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit) out[i] |= uint8_t((i >> bit & 1) << (7 - bit));
  return out;
}();
unsigned reversed(unsigned sixteen) {
  return unsigned(reversed_bytes[sixteen & 0xff] << 8 | reversed_bytes[sixteen >> 8]);
}

// Calls each(begin, end, length) for symbols in a row whose codes have the same length.
template <class Each>
void each_run(std::span<const uint8_t> lengths, Each each) {
  for (size_t begin = 0, end = 0; begin < lengths.size(); begin = end) {
    const uint8_t length = lengths[begin];
    const uint64_t alike = length * 0x0101010101010101u;
    ++end;
    for (uint64_t eight = 0; end + sizeof eight <= lengths.size(); end += sizeof eight) {
      std::memcpy(&eight, lengths.data() + end, sizeof eight);
      if (eight != alike) break;
    }
    while (end < lengths.size() && lengths[end] == length) ++end;
    if (length != 0) each(begin, end, length);
  }
}

// A canonical Huffman code (3.2.2). A code is found by its length: of those of one length, and of all shorter ones, the
// numbers are below a limit. What the next bits stand for is in a table, for codes that are not too long, once it is
// made. (That costs as much as the first hundred symbols, and a page may be full of blocks that have none.)
class Code {
 public:
  // Without a table yet. False when there are more codes than their lengths have room for.
  bool set(std::span<const uint8_t> lengths) {
    counts_.fill(0);
    each_run(lengths, [&](size_t begin, size_t end, uint8_t length) { counts_[length] += uint16_t(end - begin); });
    std::array<uint16_t, longest_code + 2> place{};  // of the next symbol of a length
    unsigned limit = 0;
    for (unsigned length = 1; length <= longest_code; ++length) {
      before_[length] = uint16_t(place[length] - limit);
      limit += counts_[length];
      if (limit > 1u << length) return false;
      limits_[length] = limit << (16 - length);
      limit <<= 1;
      place[length + 1] = uint16_t(place[length] + counts_[length]);
    }
    each_run(lengths, [&](size_t begin, size_t end, uint8_t length) {
      for (size_t symbol = begin; symbol < end; ++symbol) symbols_[place[length]++] = uint16_t(symbol);
    });
    table_bits_ = 0, table_[0] = 0;
    return true;
  }
  void make_table() {
    table_bits_ = most_table_bits;
    while (table_bits_ > 1 && limits_[table_bits_ - 1] == limits_[longest_code]) --table_bits_;  // none is as long
    unsigned code = 0;
    const uint16_t* symbol = symbols_.data();
    for (unsigned length = 1; length <= table_bits_; ++length) {
      // Behind shorter codes stands any bit.
      const size_t half = size_t(1) << (length - 1);
      std::copy_n(table_.begin(), half, table_.begin() + ptrdiff_t(half));
      code <<= 1;
      for (unsigned i = 0; i < counts_[length]; ++i, ++code)
        table_[reversed(code) >> (16 - length)] = uint16_t(*symbol++ << 4 | length);
    }
  }
  // A symbol, or -1. So many bits as the longest code has must be there.
  int next(Bits& in) const {
    if (const unsigned entry = table_[in.next(table_bits_)]; entry != 0) {
      in.skip(entry & 15);
      return int(entry >> 4);
    }
    const unsigned code = reversed(in.next(16));
    for (unsigned length = table_bits_ + 1; length <= longest_code; ++length)
      if (code < limits_[length]) {
        in.skip(length);
        return symbols_[uint16_t(before_[length] + (code >> (16 - length)))];
      }
    in.skip(longest_code);
    return -1;
  }

 private:
  static constexpr unsigned most_table_bits = 10;

  // Symbol and length of the code that the bits begin with; 0: a longer one, or none.
  std::array<uint16_t, 1 << most_table_bits> table_;
  unsigned table_bits_ = 0;
  std::array<uint16_t, longest_code + 1> counts_;  // by length
  std::array<uint32_t, longest_code + 1> limits_;  // as numbers of 16 bits
  std::array<uint16_t, longest_code + 1> before_;  // what added to a code gives its symbol's place
  std::array<uint16_t, 288> symbols_;              // by length
};

struct Codes {
  Code literals, distances;
  void make_tables() { literals.make_table(), distances.make_table(); }
};

bool read_codes(Bits& in, Codes& codes) {
  constexpr std::array<uint8_t, 19> order{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  in.fill();
  const unsigned literals = in.take(5) + 257, distances = in.take(5) + 1, used = in.take(4) + 4;
  if (literals > 288) return false;
  std::array<uint8_t, 19> of_lengths{};
  for (unsigned i = 0; i < used; ++i) {
    in.fill();
    of_lengths[order[i]] = uint8_t(in.take(3));
  }
  Code lengths_code;
  if (!lengths_code.set(of_lengths)) return false;
  lengths_code.make_table();
  std::array<uint8_t, 288 + 32> lengths{};
  for (unsigned i = 0; i < literals + distances;) {
    in.fill();
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
  codes.make_tables();
  return codes;
}

struct Base {
  uint32_t value;
  uint8_t more;  // and so many bits
};
constexpr auto length_bases = [] {  // of the codes from 257 on
  std::array<Base, 29> out{};
  for (unsigned code = 0; code < out.size(); ++code) {
    const unsigned more = code < 8 ? 0 : (code - 4) / 4;
    out[code] = {code < 8 ? 3 + code : 3 + ((4 + code % 4) << more), uint8_t(more)};
  }
  out.back() = {3, 16};
  return out;
}();
constexpr auto distance_bases = [] {
  std::array<Base, 32> out{};
  for (unsigned code = 0; code < out.size(); ++code) {
    const unsigned more = code < 4 ? 0 : (code - 2) / 2;
    out[code] = {code < 4 ? 1 + code : 1 + ((2 + code % 2) << more), uint8_t(more)};
  }
  return out;
}();

// Bytes as they come out, and place for more.
class Output {
 public:
  explicit Output(size_t room) : room_(room) {}
  size_t size() const { return size_t(at_ - bytes_.data()); }
  size_t room() const { return room_ - size(); }
  // Makes place for so many more; not more than there is room for.
  void reserve(size_t more) {
    constexpr size_t first = 4 * KiB;
    if (size_t(end_ - at_) >= more) return;
    const size_t used = size();
    bytes_.resize(std::min(room_, std::max({first, 2 * bytes_.size(), used + more})));
    at_ = bytes_.data() + used, end_ = bytes_.data() + bytes_.size();
  }
  // There must be place for what these add.
  void add(uint8_t byte) { *at_++ = byte; }
  void add(Bytes more) { at_ = std::copy(more.begin(), more.end(), at_); }
  // What is copied may be copied again.
  void repeat(size_t distance, size_t length) {
    constexpr size_t step = 8;
    const uint8_t* const from = at_ - distance;
    uint8_t* const behind = at_ + length;
    if (distance >= step && size_t(end_ - at_) >= length + step) {
      for (size_t i = 0; i < length; i += step) std::memcpy(at_ + i, from + i, step);
    } else {
      for (; length > distance; length -= distance, at_ += distance, distance *= 2) std::copy_n(from, distance, at_);
      std::copy_n(from, length, at_);
    }
    at_ = behind;
  }
  std::vector<uint8_t> taken() {
    bytes_.resize(size());
    return std::move(bytes_);
  }

 private:
  size_t room_;
  std::vector<uint8_t> bytes_;
  uint8_t* at_ = nullptr;
  uint8_t* end_ = nullptr;
};

enum class Block { ended, goes_on, broken, full };

// What the next symbols of a block give, so many at most.
Block decode(Bits& stream, const Codes& codes, size_t symbols, Output& out) {
  Bits in = stream;  // no byte that is written can be one of it, so that it stays in registers
  Block end = Block::broken;
  for (;; --symbols) {
    if (!in.ok()) break;
    if (symbols == 0) {
      end = Block::goes_on;
      break;
    }
    in.fill();
    const int symbol = codes.literals.next(in);
    if (symbol == 256 && in.ok()) end = Block::ended;
    if (symbol < 0 || symbol == 256 || symbol > 285) break;
    size_t length = 1;
    if (symbol > 256) {
      const Base& base = length_bases[unsigned(symbol) - 257];
      length = base.value + in.take(base.more);
    }
    if (length > out.room()) {
      end = Block::full;
      break;
    }
    out.reserve(length);
    if (symbol < 256) {
      out.add(uint8_t(symbol));
      continue;
    }
    in.fill();
    const int code = codes.distances.next(in);
    if (code < 0) break;
    const Base& base = distance_bases[unsigned(code)];
    const size_t distance = base.value + in.take(base.more);
    if (distance > out.size() || !in.ok()) break;
    out.repeat(distance, length);
  }
  stream = in;
  return end;
}

Block stored_block(Bits& in, Output& out) {
  in.to_byte();
  in.fill();
  const unsigned size = in.take(16), inverse = in.take(16);
  if (!in.ok() || (size ^ inverse) != 0xffff) return Block::broken;
  const Bytes stored = in.bytes(size), kept = stored.first(std::min(stored.size(), out.room()));
  out.reserve(kept.size());
  out.add(kept);
  return kept.size() < stored.size() ? Block::full : in.ok() ? Block::ended : Block::broken;
}

Block fixed_block(Bits& in, Output& out) {
  static const Codes fixed = make_fixed_codes();
  return decode(in, fixed, SIZE_MAX, out);
}

Block dynamic_block(Bits& in, Codes& codes, Output& out) {
  constexpr size_t without_tables = 64;
  if (!read_codes(in, codes)) return Block::broken;
  const Block begin = decode(in, codes, without_tables, out);
  if (begin != Block::goes_on) return begin;
  codes.make_tables();
  return decode(in, codes, SIZE_MAX, out);
}

}  // namespace

Unpacked inflate64(Bytes bytes, size_t room) {
  Output out(room);
  Bits in(bytes);
  Codes codes;
  Block end = Block::ended;
  for (bool last = false; end == Block::ended && !last;) {
    in.fill();
    last = in.take(1);
    const unsigned kind = in.take(2);
    end = kind == 0   ? stored_block(in, out)
          : kind == 1 ? fixed_block(in, out)
          : kind == 2 ? dynamic_block(in, codes, out)
                      : Block::broken;
  }
  Unpacked unpacked;
  unpacked.consumed = std::min(in.position(), bytes.size());
  unpacked.end = end == Block::full    ? Unpacked::End::full
                 : !in.ok()            ? Unpacked::End::cut_short
                 : end == Block::ended ? Unpacked::End::whole
                                       : Unpacked::End::corrupt;
  unpacked.bytes = out.taken();
  return unpacked;
}

}  // namespace weft::scan
