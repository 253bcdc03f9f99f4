// Long runs of one class of signs ("[A-Z0-9]{16}"), found without Hyperscan, for which a repeated class costs more on
// text than a hundred literals do. Private to the engine. Immutable once filled.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
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

 private:
  static constexpr size_t most = 8;  // of one sort

  struct Run {
    std::array<bool, 256> sign{};
    size_t least = 0;
    uint32_t number = 0;
  };
  // What is looked for first, sixteen bytes at a time, by comparisons that a compiler turns into vector instructions:
  // half a run at a place that is a multiple of its size. `wide` is a run of 31 or more of letters, digits and
  // "+,-./_", `narrow` one of 15 or more of capital letters and digits, `number` one of 7 or more digits.
  using Block = uint8_t __attribute__((vector_size(16)));
  using Halves = uint64_t __attribute__((vector_size(16)));
  using Quarters = uint32_t __attribute__((vector_size(16)));
  static constexpr size_t block_size = sizeof(Block), half = block_size / 2, quarter = block_size / 4;
  static bool is_wide(uint8_t c) { return uint8_t((c | 0x20) - 'a') < 26 || uint8_t(c - '+') < 15 || c == '_'; }
  static bool is_narrow(uint8_t c) { return uint8_t(c - 'A') < 26 || is_number(c); }
  static bool is_number(uint8_t c) { return uint8_t(c - '0') < 10; }

  template <class Found>
  static void follow(const Run& run, std::string_view text, size_t begin, size_t end, size_t& done, Found found);

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
  auto look = [&](Block c, size_t at) {
    const Block number = (c - '0') < 10;
    const Block narrow = ((c - 'A') < 26) | number;
    const Block wide = (((c | 0x20) - 'a') < 26) | ((c - '+') < 15) | (c == '_');
    const Halves wide_halves = std::bit_cast<Halves>(wide), narrow_halves = std::bit_cast<Halves>(narrow);
    if ((wide_halves[0] & wide_halves[1]) == ~uint64_t(0))
      for (size_t i = 0; i < wide_.size(); ++i) follow(wide_[i], text, at, at + block_size, done_wide[i], found);
    for (size_t n = 0; n < 2; ++n)
      if (narrow_halves[n] == ~uint64_t(0))
        for (size_t i = 0; i < narrow_.size(); ++i)
          follow(narrow_[i], text, at + n * half, at + (n + 1) * half, done_narrow[i], found);
    const Halves number_halves = std::bit_cast<Halves>(number);
    if ((number_halves[0] | number_halves[1]) == 0) return;
    const Quarters number_quarters = std::bit_cast<Quarters>(number);
    for (size_t n = 0; n < 4; ++n)
      if (number_quarters[n] == ~uint32_t(0))
        for (size_t i = 0; i < number_.size(); ++i)
          follow(number_[i], text, at + n * quarter, at + (n + 1) * quarter, done_number[i], found);
  };
  Block c{};
  size_t at = 0;
  for (; at + block_size <= text.size(); at += block_size) {
    std::memcpy(&c, text.data() + at, block_size);
    look(c, at);
  }
  if (at == text.size()) return;
  c = Block{};
  std::memcpy(&c, text.data() + at, text.size() - at);
  look(c, at);
}

}  // namespace weft::scan
