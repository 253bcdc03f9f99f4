#include "scan/runs.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "scan/vectors.h"

namespace weft::scan {
namespace {

struct Repeat {
  std::array<bool, 256> sign{};
  size_t times = 0;
};

// "[A-Z0-9+]{16}"; nothing for whatever is more than that.
std::optional<Repeat> read_repeat(std::string_view regex) {
  const size_t close = regex.find("]{");
  if (!regex.starts_with('[') || close == std::string_view::npos || !regex.ends_with('}')) return std::nullopt;
  const std::string_view signs = regex.substr(1, close - 1);
  const std::string_view times = regex.substr(close + 2, regex.size() - close - 3);
  if (signs.find_first_of("\\^[]:") != std::string_view::npos) return std::nullopt;
  Repeat out;
  const auto [end, error] = std::from_chars(times.data(), times.data() + times.size(), out.times);
  if (error != std::errc() || end != times.data() + times.size()) return std::nullopt;
  for (size_t i = 0; i < signs.size(); ++i) {
    const bool is_range = i + 2 < signs.size() && signs[i + 1] == '-';
    const char last = is_range ? signs[i + 2] : signs[i];
    for (int c = uint8_t(signs[i]); c <= uint8_t(last); ++c) out.sign[size_t(c)] = true;
    if (is_range) i += 2;
  }
  return out;
}

}  // namespace

// As is_wide() and the others have it. Every processor of x86-64 has vectors of sixteen bytes, most have of thirty-two.
std::vector<Runs::Classify> Runs::classifiers() {
  struct By {
    static Sorts sixteen(const char* bytes) {
      Sorts out;
      for (unsigned at = 0; at < block; at += 16) {
        const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at));
        const __m128i number = below(c, '0', 10), narrow = _mm_or_si128(below(c, 'A', 26), number);
        const __m128i letter = below(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 26);
        const __m128i sign = _mm_or_si128(below(c, '+', 15), _mm_cmpeq_epi8(c, _mm_set1_epi8('_')));
        out.number |= uint64_t(uint32_t(_mm_movemask_epi8(number))) << at;
        out.narrow |= uint64_t(uint32_t(_mm_movemask_epi8(narrow))) << at;
        out.wide |= uint64_t(uint32_t(_mm_movemask_epi8(_mm_or_si128(letter, sign)))) << at;
      }
      return out;
    }
    __attribute__((target("avx2"))) static Sorts thirty_two(const char* bytes) {
      Sorts out;
      for (unsigned at = 0; at < block; at += 32) {
        const __m256i c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + at));
        const __m256i number = below(c, '0', 10), narrow = _mm256_or_si256(below(c, 'A', 26), number);
        const __m256i letter = below(_mm256_or_si256(c, _mm256_set1_epi8(0x20)), 'a', 26);
        const __m256i sign = _mm256_or_si256(below(c, '+', 15), _mm256_cmpeq_epi8(c, _mm256_set1_epi8('_')));
        out.number |= uint64_t(uint32_t(_mm256_movemask_epi8(number))) << at;
        out.narrow |= uint64_t(uint32_t(_mm256_movemask_epi8(narrow))) << at;
        out.wide |= uint64_t(uint32_t(_mm256_movemask_epi8(_mm256_or_si256(letter, sign)))) << at;
      }
      return out;
    }
  };
  if (__builtin_cpu_supports("avx2")) return {By::sixteen, By::thirty_two};
  return {By::sixteen};
}

bool Runs::add(const Pattern& pattern, uint32_t number) {
  if (pattern.flags != first_end) return false;
  const std::optional<Repeat> repeat = read_repeat(pattern.regex);
  if (!repeat) return false;
  auto all_are = [&](bool (*kind)(uint8_t)) {
    for (unsigned c = 0; c < 256; ++c)
      if (repeat->sign[c] && !kind(uint8_t(c))) return false;
    return true;
  };
  std::vector<Run>* sort = nullptr;
  if (repeat->times >= 2 * half_number - 1 && all_are(is_number))
    sort = &number_;
  else if (repeat->times >= 2 * half_narrow - 1 && all_are(is_narrow))
    sort = &narrow_;
  else if (repeat->times >= 2 * half_wide - 1 && all_are(is_wide))
    sort = &wide_;
  if (!sort || sort->size() == most) return false;
  sort->push_back({repeat->sign, repeat->times, number});
  width_ = std::max(width_, repeat->times);
  for (unsigned c = 0; c < 256; ++c) in_any_[c] = in_any_[c] || repeat->sign[c];
  return true;
}

}  // namespace weft::scan
