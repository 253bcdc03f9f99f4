// COMPRESS: files of compress (".Z"), LZW as Unix knows it (ncompress, compress.c). A file is the magic number, a byte
// of flags, and codes to its end: none says that it is the last.
//
//   flags   5 bits: the widest code, 9 to 16 bits; 2 bits zero; 1 bit: code 256 begins a new table
//   codes   lowest bit first, of 9 bits at first, of one more whenever the table needs it. They are written by eights:
//           what is left of eight when the width changes, or the table begins anew, is skipped.
//   table   each code adds an entry: the string of the code before and the first letter of its own
//
// False positives, and where a stream ends: a code must be in the table, and what packs takes the longest string there
// is, so no code may add an entry that the table has. Of noise every second code is wrong at first, and one in a few
// when the table is full; of zeros the third is. Only a full table that has no two of them takes zeros: many, with
// nothing right for long behind them, are where the file ends on a disk. Where other bytes follow, a few of their codes
// were right by chance: the last codes are left out.
//
// A code's string is the one before and one letter more, as they stand in what came out: entries are places in that.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "scan/decoders/unpacked.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"(\x1f\x9d[\x09-\x10\x89-\x90])", dotall, 0}};
constexpr size_t header_size = 3;
constexpr unsigned first_width = 9, clear = 256;
constexpr size_t least_codes = 16;  // 16 codes of noise are right once in fifty thousand
constexpr size_t slack = 16;        // zeros behind the last code: how a file ends on a disk
constexpr size_t few_zeros = 16, many_zeros = 4096, right_for_long = 64;  // codes
// As many codes of noise are right in front of a wrong one, once in fifty times: in a table that grows, in a full one.
constexpr size_t doubtful = 16, doubtful_of_full = 64;

// Which strings with one letter more are in the table.
class Entries {
 public:
  // False when it is there.
  bool add(unsigned code, uint8_t letter, bool keep) {
    if (2 * used_ >= slots_.size()) grow();
    const uint32_t key = (code << 8 | letter) + 1;
    uint32_t& slot = find(key);
    if (slot == key) return false;
    if (keep) slot = key, ++used_;
    return true;
  }
  void clear() {
    slots_.clear();
    used_ = 0;
  }

 private:
  uint32_t& find(uint32_t key) {
    size_t at = (key * 0x9e3779b1u >> 8) & (slots_.size() - 1);
    while (slots_[at] != 0 && slots_[at] != key) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  void grow() {
    constexpr size_t fewest = 64;
    std::vector<uint32_t> before(std::max(fewest, slots_.size() * 4));
    before.swap(slots_);
    for (uint32_t key : before)
      if (key != 0) find(key) = key;
  }

  std::vector<uint32_t> slots_;
  size_t used_ = 0;
};

struct Codes {
  Bytes bytes;
  uint64_t at = 0, group = 0;  // bits; where codes of this width began
  unsigned width = first_width;

  bool has_next() const { return at + width <= bytes.size() * 8; }
  unsigned next() {
    uint32_t word = 0;
    const size_t byte = at / 8;
    for (size_t i = 0; i < 3 && byte + i < bytes.size(); ++i) word |= uint32_t(bytes[byte + i]) << (8 * i);
    const unsigned code = (word >> at % 8) & ((1u << width) - 1);
    at += width;
    return code;
  }
  void change(unsigned to) {
    const uint64_t eight = uint64_t(width) * 8;
    at = group += (at - group + eight - 1) / eight * eight;
    width = to;
  }
};

struct Lzw {
  Unpacked unpacked;
  size_t codes = 0;
  size_t sure = 0;  // of what came out, should other bytes follow
};

// The codes behind a header with these flags.
Lzw unlzw(Bytes bytes, uint8_t flags, size_t room) {
  struct Entry {
    size_t at = 0, size = 0;  // in what came out
  };
  const unsigned widest = flags & 0x1f, first_free = flags & 0x80 ? clear + 1 : clear;
  const size_t most = size_t(1) << widest;
  Codes in{bytes};
  Lzw result;
  std::vector<uint8_t>& out = result.unpacked.bytes;
  std::vector<Entry> table;  // from first_free on
  Entries entries;
  unsigned before = 0;  // the last code
  Entry last;           // and its string; empty: none
  struct {
    size_t size = 0, consumed = 0, first = 0, count = 0;  // what there was before them; their number among codes
  } zeros;
  std::array<size_t, 2 * doubtful_of_full> sizes{};  // before the last codes
  bool full = false;
  for (;;) {
    const size_t free = first_free + table.size();
    if (free >= size_t(1) << in.width && in.width < widest) in.change(in.width + 1);
    const uint64_t start = in.at;
    result.unpacked.consumed = std::min<uint64_t>((start + 7) / 8, bytes.size());
    if (!in.has_next()) {
      result.unpacked.end = Unpacked::End::whole;
      result.unpacked.consumed = bytes.size();
      break;
    }
    const unsigned code = in.next();
    if (code != 0) {
      if (zeros.count < few_zeros) zeros.count = 0;
    } else if (zeros.count == 0 || zeros.first + zeros.count < result.codes) {
      zeros = {out.size(), result.unpacked.consumed, result.codes, 1};
    } else if (++zeros.count > many_zeros) {
      break;
    }
    full = free >= most;
    sizes[result.codes % sizes.size()] = out.size();
    if (code == clear && first_free > clear) {
      in.change(first_width);
      table.clear();
      entries.clear();
      last = {};
      ++result.codes;
      continue;
    }
    Entry string{out.size(), 1};
    if (code >= 256) {
      if (last.size == 0 || code > free || (code == free && full)) break;
      string.size = code == free ? last.size + 1 : table[code - first_free].size;
    }
    const size_t from = code < 256 ? 0 : code == free ? last.at : table[code - first_free].at;
    const uint8_t letter = code < 256 ? uint8_t(code) : out[from];
    if (last.size > 0 && !entries.add(before, letter, !full)) break;
    if (string.size > room - out.size()) {
      result.unpacked.end = Unpacked::End::full;
      break;
    }
    if (code < 256) {
      out.push_back(letter);
    } else {
      out.resize(string.at + string.size);
      // The string of the code before may be its own beginning: its last letter is the first that is written here.
      for (size_t i = 0; i < string.size; ++i) out[string.at + i] = out[from + i];
    }
    if (last.size > 0 && !full) table.push_back({last.at, last.size + 1});
    before = code, last = string;
    ++result.codes;
  }
  if (result.unpacked.end == Unpacked::End::corrupt && zeros.count >= few_zeros &&
      result.codes < zeros.first + zeros.count + right_for_long) {
    out.resize(zeros.size);
    result.unpacked.consumed = zeros.consumed;
  }
  const size_t doubt = std::min(full ? doubtful_of_full : doubtful, result.codes);
  result.sure = doubt > 0 ? std::min(out.size(), sizes[(result.codes - doubt) % sizes.size()]) : 0;
  return result;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - header_size;
  if (begin < from) return;
  const Bytes codes = bytes.subspan(hit.end);
  auto [unpacked, count, sure] = unlzw(codes, bytes[hit.end - 1], out.room());
  std::vector<uint8_t>& text = unpacked.bytes;
  const size_t size = text.size();
  if (count < least_codes || text.empty() || std::count(text.begin(), text.end(), text.front()) == ptrdiff_t(size))
    return out.in_vain(begin, size + unpacked.consumed);
  const Bytes behind = codes.subspan(unpacked.consumed).first(std::min(slack, codes.size() - unpacked.consumed));
  if (unpacked.end == Unpacked::End::full) {
    out.problem(begin, what_ended(unpacked, "compress stream"));
  } else if (std::any_of(behind.begin(), behind.end(), [](uint8_t byte) { return byte != 0; })) {
    text.resize(sure);
    out.problem(begin, fmt::format("compress stream ends, or is damaged, after some {} unpacked bytes", sure));
  }
  out.layer("COMPRESS", begin, header_size + unpacked.consumed, std::move(text));
}

}  // namespace

extern const Decoder compress_decoder;
const Decoder compress_decoder{"COMPRESS", "files of compress (.Z)", patterns, on_hit};

}  // namespace weft::scan
