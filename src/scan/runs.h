// Long runs of one class of signs ("[A-Z0-9]{16}"), found without Hyperscan, for which a repeated class costs more on
// text than a hundred literals do. Private to the engine. Immutable once filled.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "scan/scanner.h"

namespace weft::scan {

class Runs {
 public:
  // Takes a pattern that is one class of plain signs, repeated a fixed number of times, of which only the first end is
  // wanted, and which may_hold() below can find; false for any other, which is then Hyperscan's.
  bool add(const Pattern& pattern, uint32_t number);
  // The longest of the patterns.
  size_t width() const { return width_; }
  // A stretch of this byte alone holds no match.
  bool quiet(uint8_t byte) const { return !in_any_[byte]; }
  // Calls found(number, end) for each run that is long enough: end is where it has just become so. Not in order.
  template <class Found>
  void find(std::string_view text, Found found) const;

  // What is looked for first, sixty-four bytes at a time: half a run at a place that is a multiple of its size. `wide`
  // is a run of 31 or more of letters, digits and "+,-./_", `narrow` one of 15 or more of capital letters and digits,
  // `number` one of 7 or more digits.
  static constexpr size_t block = 64, half_wide = 16, half_narrow = 8, half_number = 4;
  static constexpr bool is_wide(uint8_t c) {
    return uint8_t((c | 0x20) - 'a') < 26 || uint8_t(c - '+') < 15 || c == '_';
  }
  static constexpr bool is_narrow(uint8_t c) { return uint8_t(c - 'A') < 26 || is_number(c); }
  static constexpr bool is_number(uint8_t c) { return uint8_t(c - '0') < 10; }
  // Which bytes of a block are of which sort, a bit each, the first one's lowest.
  struct Sorts {
    uint64_t wide = 0, narrow = 0, number = 0;
  };
  using Classify = Sorts (*)(const char* bytes);
  static std::vector<Classify> classifiers();  // that this processor can run, the fastest last

 private:
  static constexpr size_t most = 8;  // of one sort

  struct Run {
    std::array<bool, 256> sign{};
    size_t least = 0;
    uint32_t number = 0;
  };
  template <class Found>
  static void follow(const Run& run, std::string_view text, size_t begin, size_t end, size_t& done, Found found);

  const Classify classify_ = classifiers().back();
  std::vector<Run> wide_, narrow_, number_;
  std::array<bool, 256> in_any_{};
  size_t width_ = 0;
};

// The run around [begin, end), when all of it is the run's signs. done: up to where this run was followed before.
template <class Found>
void Runs::follow(const Run& run, std::string_view text, size_t begin, size_t end, size_t& done, Found found) {
  if (begin < done) return;
  auto is_sign = [&](size_t at) { return run.sign[static_cast<uint8_t>(text[at])]; };
  for (size_t at = begin; at < end; ++at)
    if (!is_sign(at)) return;
  size_t first = begin;
  while (first > done && is_sign(first - 1)) --first;
  done = end;
  while (done < text.size() && is_sign(done)) ++done;
  if (done - first >= run.least) found(run.number, first + run.least);
}

template <class Found>
void Runs::find(std::string_view text, Found found) const {
  if (wide_.empty() && narrow_.empty() && number_.empty()) return;
  std::array<size_t, most> done_wide{}, done_narrow{}, done_number{};  // by run
  // Where `size` bytes at a multiple of it are all of a sort.
  const auto whole = [](uint64_t bits, size_t size) {
    for (size_t n = 1; n < size; n *= 2) bits &= bits >> n;
    return bits & ~uint64_t(0) / ((uint64_t(1) << size) - 1);
  };
  const auto look = [&](const char* bytes, size_t at) {
    const Sorts sorts = classify_(bytes);
    const uint64_t wide = whole(sorts.wide, half_wide), narrow = whole(sorts.narrow, half_narrow),
                   number = whole(sorts.number, half_number);
    if ((wide | narrow | number) == 0) return;
    const auto follow_all = [&](const std::vector<Run>& runs, uint64_t places, size_t size, auto& done) {
      for (; places != 0; places &= places - 1)
        for (size_t i = 0, begin = at + size_t(std::countr_zero(places)); i < runs.size(); ++i)
          follow(runs[i], text, begin, begin + size, done[i], found);
    };
    follow_all(wide_, wide, half_wide, done_wide);
    follow_all(narrow_, narrow, half_narrow, done_narrow);
    follow_all(number_, number, half_number, done_number);
  };
  size_t at = 0;
  for (; at + block <= text.size(); at += block) look(text.data() + at, at);
  std::array<char, block> rest{};
  std::copy(text.begin() + ptrdiff_t(at), text.end(), rest.begin());
  look(rest.data(), at);
}

}  // namespace weft::scan
