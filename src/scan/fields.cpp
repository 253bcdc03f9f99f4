#include "scan/fields.h"

#include <array>
#include <bit>
#include <immintrin.h>
#include <limits>
#include <utility>

#include "scan/field_sources.h"

namespace weft::scan {
namespace {

constexpr size_t fewest_bytes = 3;

struct Source {
  std::string_view magic;
  size_t (*find)(std::string_view text, size_t at, Work& work, Fields::Lists& out);
};
constexpr std::array sources{
    Source{"PK\3\4", find_zip_fields},
    Source{"bplist00", find_plist_fields},
    Source{std::string_view("ElfChnk\0", 8), find_evtx_fields},
    Source{"hbin", find_bin_fields},
    Source{"nk", find_key_fields},
    Source{"vk", find_key_fields},
    Source{"\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc", find_cache_fields},
    Source{"FILE", find_ntfs_fields},
    Source{std::string_view("INDX\x28\0", 6), find_ntfs_fields},
    Source{std::string_view("RCRD\x28\0", 6), find_ntfs_fields},
    Source{std::string_view("\x3c\0", 2), find_usn_fields},
    Source{std::string_view("L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 20), find_shortcut_fields},
};

// For the first two bytes of magic numbers, by the lower and the upper half of a byte: whose it may be, a bit each.
// More than eight share bits, and are looked at more often than they are there.
struct Halves {
  alignas(16) std::array<uint8_t, 16> low{}, high{};
};
constexpr std::array<Halves, 2> halves = [] {
  std::array<Halves, 2> out;
  for (size_t i = 0; i < sources.size(); ++i)
    for (size_t at = 0; at < 2; ++at) {
      const auto byte = uint8_t(sources[i].magic[at]);
      out[at].low[byte & 15] |= uint8_t(1 << i % 8);
      out[at].high[byte >> 4] |= uint8_t(1 << i % 8);
    }
  return out;
}();

// The next place from `at` on where the first two bytes of a magic number stand, or `end`. This is what it costs on all
// other bytes. (Hyperscan asks for SSSE3, too.)
__attribute__((target("ssse3"))) size_t next_place(std::string_view text, size_t at, size_t end) {
  constexpr size_t step = 16;
  const auto* const bytes = reinterpret_cast<const __m128i*>(halves.data());
  const __m128i low1 = _mm_load_si128(bytes), high1 = _mm_load_si128(bytes + 1), low2 = _mm_load_si128(bytes + 2),
                high2 = _mm_load_si128(bytes + 3), half = _mm_set1_epi8(15);
  for (; at < end && at + step < text.size(); at += step) {
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at + 1));
    const __m128i of_low = _mm_and_si128(_mm_shuffle_epi8(low1, _mm_and_si128(first, half)),
                                         _mm_shuffle_epi8(low2, _mm_and_si128(second, half)));
    const __m128i of_high = _mm_and_si128(_mm_shuffle_epi8(high1, _mm_and_si128(_mm_srli_epi16(first, 4), half)),
                                          _mm_shuffle_epi8(high2, _mm_and_si128(_mm_srli_epi16(second, 4), half)));
    const __m128i none = _mm_cmpeq_epi8(_mm_and_si128(of_low, of_high), _mm_setzero_si128());
    if (const unsigned places = unsigned(_mm_movemask_epi8(none)) ^ 0xffff; places != 0)
      return std::min(end, at + size_t(std::countr_zero(places)));
  }
  return std::min(at, end);
}

// What lies between the fields of a stretch and is longer than numbers are is a field of bytes, too: a structure that
// lies, or says less than it holds, hides nothing.
std::vector<Fields::Field> with_gaps(const Fields::Lists& lists) {
  constexpr size_t least_gap = 32;
  std::vector<Fields::Field> out;
  auto field = lists.fields.begin();
  for (const Fields::Stretch& one : lists.stretches) {
    size_t at = one.begin;
    const auto gap = [&](size_t end) {
      if (end >= at + least_gap) out.push_back({uint32_t(at), uint32_t(end - at), Coding::utf8});
    };
    for (; field != lists.fields.end() && field->begin < one.end; ++field) {
      gap(field->begin);
      out.push_back(*field);
      at = field->end();
    }
    gap(one.end);
  }
  return out;
}

// Those of others that overlap none of the first ones, put among them.
void merge(Fields::Lists& first, const Fields::Lists& others) {
  Fields::Lists kept;
  auto field = others.fields.begin();
  for (const Fields::Stretch& one : others.stretches) {
    while (field != others.fields.end() && field->begin < one.begin) ++field;
    const auto beside = std::partition_point(first.stretches.begin(), first.stretches.end(),
                                             [&](const Fields::Stretch& each) { return each.end <= one.begin; });
    if (beside != first.stretches.end() && beside->begin < one.end) continue;
    kept.stretches.push_back(one);
    for (; field != others.fields.end() && field->begin < one.end; ++field) kept.fields.push_back(*field);
  }
  const auto earlier = [](const auto& a, const auto& b) { return a.begin < b.begin; };
  const auto put_among = [&](auto& into, const auto& what) {
    const auto middle = ptrdiff_t(into.size());
    into.insert(into.end(), what.begin(), what.end());
    std::inplace_merge(into.begin(), into.begin() + middle, into.end(), earlier);
  };
  put_among(first.stretches, kept.stretches);
  put_among(first.fields, kept.fields);
}

}  // namespace

Coding coding_of_value(std::string_view value) {
  size_t wide = 0;
  for (size_t at = 0; at + 2 <= value.size(); at += 2) {
    const auto first = uint8_t(value[at]), second = uint8_t(value[at + 1]);
    if (first >= 0x20 && first < 0x7f && second >= 0x20 && second < 0x7f) return Coding::utf8;
    wide += first != 0 && first < 0x80 && second == 0;
  }
  return value.size() % 2 == 0 && 4 * wide >= value.size() ? Coding::utf16le : Coding::utf8;
}

void Fields::Lists::stretch(size_t begin, size_t end) {
  if (begin >= end) return;
  if (!stretches.empty() && stretches.back().end == begin)
    stretches.back().end = uint32_t(end);
  else
    stretches.push_back({uint32_t(begin), uint32_t(end)});
}

void Fields::Lists::field(size_t begin, size_t end, Coding coding) {
  if (end >= begin + fewest_bytes) fields.push_back({uint32_t(begin), uint32_t(end - begin), coding});
}

void Fields::Lists::clear() {
  // What a large text filled is not kept for small ones.
  constexpr size_t small = 64 * KiB;
  if (fields.capacity() > small) fields = {};
  if (stretches.capacity() > small) stretches = {};
  stretches.clear(), fields.clear();
}

void Fields::find(std::string_view text, size_t end, uint64_t origin) {
  if (text.size() > std::numeric_limits<uint32_t>::max()) return;
  find_sqlite_fields(text, end, origin, of_);
  Lists others;
  for (const auto find : {find_ese_fields, find_heap_fields}) {
    find(text, end, origin, others);
    if (!others.stretches.empty()) merge(of_, std::exchange(others, {}));
  }
  Work work{text.size() + 64 * KiB};
  for (size_t at = 0; (at = next_place(text, at, end)) < end;) {
    const auto source = std::find_if(sources.begin(), sources.end(),
                                     [&](const Source& one) { return text.substr(at).starts_with(one.magic); });
    const size_t behind = source == sources.end() ? 0 : source->find(text, at, work, others);
    at = std::max(at + 1, behind);
  }
  if (others.stretches.empty()) return;
  others.fields = with_gaps(others);
  merge(of_, others);
}

}  // namespace weft::scan
