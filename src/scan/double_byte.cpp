#include "scan/double_byte.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <immintrin.h>

#include "base/text.h"

namespace weft::scan {
namespace {

constexpr bool is_from(uint8_t c, uint8_t first, uint8_t last) {
  return c >= first && c <= last;
}
constexpr bool is_ascii_trail(uint8_t c) {
  return is_from(c, 0x40, 0x7e);
}

// What a byte may be in a page.
enum : uint8_t { lead = 1, trail = 2, daily_lead = 4, daily_trail = 8, single = 16 };
using Bytes256 = std::array<uint8_t, 256>;

template <class Kind>
constexpr Bytes256 page_of(Kind kind) {
  Bytes256 out{};
  for (unsigned c = 0; c < 256; ++c) out[c] = uint8_t(kind(uint8_t(c)));
  return out;
}
// In the order of PairCount::Page.
constexpr std::array kinds_of{
    page_of([](uint8_t c) {
      return (is_from(c, 0x81, 0xfe) ? lead : 0) | (is_ascii_trail(c) || is_from(c, 0x80, 0xfe) ? trail : 0) |
             (is_from(c, 0xa1, 0xa5) || is_from(c, 0xb0, 0xd7) ? daily_lead : 0) | (c >= 0xa1 ? daily_trail : 0);
    }),
    page_of([](uint8_t c) {
      return (is_from(c, 0xa1, 0xfe) ? lead : 0) | (is_ascii_trail(c) || is_from(c, 0xa1, 0xfe) ? trail : 0) |
             (is_from(c, 0xa1, 0xc6) ? daily_lead : 0) | daily_trail;
    }),
    page_of([](uint8_t c) {
      return (is_from(c, 0x81, 0x9f) || is_from(c, 0xe0, 0xfc) ? lead : 0) |
             (is_ascii_trail(c) || is_from(c, 0x80, 0xfc) ? trail : 0) |
             (is_from(c, 0x81, 0x83) || is_from(c, 0x88, 0x97) ? daily_lead : 0) | daily_trail |
             (is_from(c, 0xa1, 0xdf) ? single : 0);
    })};

// Where the next byte stands that is not ASCII, or the end.
size_t next_high(std::string_view text, size_t at) {
  for (uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (const uint64_t high = eight & 0x8080808080808080; high != 0) return at + size_t(std::countr_zero(high)) / 8;
  }
  while (at < text.size() && uint8_t(text[at]) < 0x80) ++at;
  return at;
}

// Whether a byte that is not ASCII stands two bytes behind another: cheap, and in text of two bytes a character some
// do.
bool may_adjoin(std::string_view text, size_t begin, size_t end) {
  size_t i = begin;
  for (; i + 18 <= end; i += 16) {
    const auto high = [&](size_t at) {
      return _mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at)));
    };
    if ((high(i) & high(i + 2)) != 0) return true;
  }
  for (; i + 2 < end; ++i)
    if (uint8_t(text[i]) >= 0x80 && uint8_t(text[i + 2]) >= 0x80) return true;
  return false;
}

}  // namespace

PairCount::PairCount(std::string_view text, Page page, size_t most_odd, size_t most_pairs) {
  const Bytes256& kinds = kinds_of[size_t(page)];
  size_t behind = 0;  // the last pair
  for (size_t i = 0; (i = next_high(text, i)) < text.size() && odd <= most_odd && pairs < most_pairs;) {
    const uint8_t first = kinds[uint8_t(text[i])];
    if (first & single) {
      ++singles, ++i;
      continue;
    }
    if (i + 1 == text.size()) break;  // cut
    const uint8_t second = kinds[uint8_t(text[i + 1])];
    if (!(first & lead) || !(second & trail)) {
      ++odd, ++i;
      continue;
    }
    ++pairs;
    daily += (first & daily_lead) && (second & daily_trail);
    adjoining += i > 0 && i == behind;
    behind = i += 2;
  }
}

bool leads_ascii(std::string_view text, size_t at) {
  constexpr size_t around = 160, farthest = 1024, fewest = 4, fewest_adjoining = 2, most_pairs = 24;
  if (at + 1 >= text.size() || uint8_t(text[at]) < 0x81 || !is_ascii_trail(uint8_t(text[at + 1]))) return false;
  if (!may_adjoin(text, at - std::min(at, around), std::min(text.size(), at + around))) return false;
  // What is less than "@" ends a character, whatever the page; what is no text ends the text.
  const auto is_text = [](char c) { return uint8_t(c) >= ' ' || c == '\n' || c == '\r' || c == '\t'; };
  size_t begin = at, end = at + 2, first = at;
  while (begin > 0 && at - begin < (first == at ? farthest : around) && is_text(text[begin - 1]))
    if (uint8_t(text[--begin]) < '@') first = begin;
  if (begin == 0 || !is_text(text[begin - 1])) first = begin;
  if (first == at) return false;
  while (end < text.size() && end - at < around && is_text(text[end])) ++end;
  const std::string_view stretch = text.substr(first, end - first);
  std::string_view whole = stretch;  // its last character may be cut
  for (size_t cut = 0; cut < 3 && !whole.empty() && uint8_t(whole.back()) >= 0x80; ++cut) whole.remove_suffix(1);
  if (is_utf8(whole)) return false;
  size_t most = 0;
  bool leads = false;
  for (const PairCount::Page page : PairCount::pages) {
    const Bytes256& kinds = kinds_of[size_t(page)];
    if (!(kinds[uint8_t(text[at])] & lead)) continue;
    const PairCount count(stretch, page, 0, most_pairs);
    if (count.pairs < fewest || count.odd > 0 || !count.reads() || count.daily <= most) continue;
    if (count.adjoining < std::max(fewest_adjoining, count.pairs / 4)) continue;
    most = count.daily;
    size_t character = first;
    while (character < at) character += kinds[uint8_t(text[character])] & lead ? 2 : 1;
    leads = character == at;
  }
  return leads;
}

}  // namespace weft::scan
