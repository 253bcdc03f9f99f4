// HIBER: memory in hiberfil.sys of Windows 8 and later, of 64 bits, as it stands there after hibernation and after
// every shutdown with "fast startup". It is a row of compression sets: a word (how many descriptors; how many bytes
// they are packed to, 22 bits; how, 2 bits: 1 is plain LZ77 of [MS-XCA], 2 and 3 LZ77 under Huffman codes), eight bytes
// for each descriptor (four bits: pages less one, then the number of the first), and up to sixteen pages of 4 KiB
// packed together. What does not shrink is stored, and found where it lies. (J. Sylve, V. Marziale, G. Richard, "Modern
// Windows hibernation file analysis", Digital Investigation 20, 2017.) Each set is a layer: pages that lay side by side
// in memory need not in the file. Windows XP to 7 mark their blocks: xpress.cpp.
//
// False positives: nothing marks a set but its form. The numbers of its pages must differ and be below 2^28 (1 TiB),
// and the bytes that it says must unpack to as many pages as it says, by a table that is one. A set that breaks is
// told, with what came out of it, where its table has as many codes as memory needs.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "base/cursor.h"
#include "scan/decoders/windows_packed.h"
#include "scan/scanner.h"
#include "scan/vectors.h"

namespace weft::scan {
namespace {

constexpr size_t page = 4 * KiB, most_pages = 16, head = 4, descriptor = 8;
// Where the upper half of the first descriptor lies, which is zero.
constexpr size_t zeros = head + descriptor / 2;

struct Set {
  size_t data = 0;    // from its begin to the packed bytes
  size_t packed = 0;  // how many
  size_t pages = 0;
  bool huffman = false;
  size_t size() const { return pages * page; }
  bool stored() const { return packed == size(); }
};

std::optional<Set> set_at(Bytes bytes) {
  Cursor in(bytes);
  const uint32_t word = in.u32le();
  const size_t count = word & 0xff;
  if (count == 0 || count > most_pages || word >> 30 == 0) return std::nullopt;
  Set set{head + count * descriptor, word >> 8 & 0x3fffff, 0, (word >> 31) != 0};
  std::array<uint64_t, most_pages> firsts{};
  for (size_t i = 0; i < count; ++i) {
    const uint64_t range = in.u64le();
    firsts[i] = range >> 4;
    set.pages += (range & 15) + 1;
    if (firsts[i] >> 28 != 0 || std::find(firsts.begin(), firsts.begin() + i, firsts[i]) != firsts.begin() + i)
      return std::nullopt;
  }
  if (!in.ok() || set.pages > most_pages || set.packed == 0 || set.packed > set.size()) return std::nullopt;
  return set;
}

// Whether there are as many codes in the table as bytes that are no toy have.
bool has_many_codes(Bytes table) {
  constexpr size_t many = 32;
  size_t codes = 0;
  for (uint8_t pair : table.first(256)) codes += size_t((pair & 15) != 0) + size_t(pair >> 4 != 0);
  return codes >= many;
}

// Takes the set at `at`; its length, or none where there is none.
size_t take_set(Bytes bytes, size_t at, const Set& set, Decoded& out) {
  const size_t begin = at + set.data;
  if (begin >= bytes.size() || set.size() > out.room()) return 0;
  const Bytes packed = bytes.subspan(begin, std::min(set.packed, bytes.size() - begin));
  if (set.huffman && !is_huffman_table(packed)) return 0;
  Unpacked unpacked = set.huffman ? unxpress_huffman(packed, set.size()) : unxpress(packed, set.size());
  // A packer may close with a word of which nothing is needed.
  constexpr size_t closing = 8;
  const bool whole = unpacked.end == Unpacked::End::whole;
  const bool exact = whole && set.packed - unpacked.consumed <= closing;
  if (!exact && !(set.huffman && unpacked.bytes.size() >= surely_real && has_many_codes(packed))) {
    out.in_vain(at, unpacked.bytes.size());
    return 0;
  }
  if (!whole) out.problem(at, what_ended(unpacked, "set of pages of hiberfil.sys"));
  const size_t length = set.data + (whole ? packed.size() : unpacked.consumed);
  return out.layer("HIBER", at, length, std::move(unpacked.bytes)) ? length : 0;
}

// The next place before `end` where a set may begin: a few descriptors, a number of bytes that fits, a page below 2^28.
size_t next_place(Bytes bytes, size_t at, size_t end) {
  const auto load = [&](size_t place) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + place));
  };
  const auto mask = [](__m128i vector) { return uint32_t(_mm_movemask_epi8(vector)); };
  const __m128i zero = _mm_setzero_si128();
  constexpr size_t step = 16;
  for (; at < end && at + zeros + 2 * step <= bytes.size(); at += step) {
    const uint32_t first = mask(_mm_cmpeq_epi8(load(at + zeros), zero));
    if (first == 0) continue;  // on most bytes
    const uint32_t is_zero = first | mask(_mm_cmpeq_epi8(load(at + zeros + step), zero)) << 16;
    const __m128i last = load(at + head - 1);  // how it is packed, and the upper bits of how many bytes: 64 KiB at most
    const uint32_t places = is_zero & is_zero >> 1 & is_zero >> 2 & is_zero >> 3 &
                            mask(below(load(at), 1, char(most_pages))) &
                            mask(_mm_cmpeq_epi8(_mm_and_si128(last, _mm_set1_epi8(0x3e)), zero)) &
                            ~mask(_mm_cmpeq_epi8(_mm_and_si128(last, _mm_set1_epi8(char(0xc0))), zero));
    if (places != 0) return at + size_t(std::countr_zero(places));
  }
  return end;
}

void on_text(Bytes bytes, size_t begin, size_t end, Decoded& out) {
  for (size_t at = begin; (at = next_place(bytes, at, end)) < end;) {
    const auto set = set_at(bytes.subspan(at));
    const size_t length = set && !set->stored() ? take_set(bytes, at, *set, out) : 0;
    at += std::max(length, size_t(1));
  }
}

}  // namespace

extern const Decoder hibernation_decoder;
const Decoder hibernation_decoder{
    "HIBER", "memory in hiberfil.sys of Windows 8 and later, of 64 bits ([MS-XCA])", {}, nullptr, on_text};

}  // namespace weft::scan
