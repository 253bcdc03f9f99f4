// What stands near a hit, for rules that need a word to be sure.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace weft::scan {

inline char char_before(std::string_view text, size_t begin) {
  return begin > 0 ? text[begin - 1] : '\0';
}
inline char char_at(std::string_view text, size_t at) {
  return at < text.size() ? text[at] : '\0';
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c;
}
// Whether the word, in lower case, stands at `at` in any case.
inline bool has_word(std::string_view text, size_t at, std::string_view word) {
  if (at > text.size() || text.size() - at < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i)
    if (lower(text[at + i]) != word[i]) return false;
  return true;
}

// A set of signs; asking it costs the same however many they are.
class Signs {
 public:
  constexpr explicit Signs(std::string_view signs) {
    for (const char c : signs) holds_[uint8_t(c)] = true;
  }
  // With all that is_one(c) says.
  template <class IsOne>
  constexpr Signs with(IsOne is_one) const {
    Signs out = *this;
    for (unsigned c = 0; c < 256; ++c) out.holds_[c] = out.holds_[c] || is_one(uint8_t(c));
    return out;
  }
  constexpr bool hold(char c) const { return holds_[uint8_t(c)]; }
  // Where the first of them stands in text[begin, end), or end; begin is no farther than that.
  constexpr size_t first_in(std::string_view text, size_t begin, size_t end) const {
    while (begin < end && !hold(text[begin])) ++begin;
    return begin;
  }
  // Where the first that is none of them stands, or end.
  constexpr size_t first_other_in(std::string_view text, size_t begin, size_t end) const {
    while (begin < end && hold(text[begin])) ++begin;
    return begin;
  }

 private:
  std::array<bool, 256> holds_{};
};

// True when one of the words (given in lower case) stands within `window` bytes before begin, whatever its case, and is
// not the tail of a longer word.
bool mentioned_before(std::string_view text, size_t begin, size_t window,
                      std::initializer_list<std::string_view> words);
// The same, window bytes behind end.
bool mentioned_after(std::string_view text, size_t end, size_t window, std::initializer_list<std::string_view> words);

}  // namespace weft::scan
