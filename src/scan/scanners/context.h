// What stands near a hit, for rules that need a word to be sure.
#pragma once

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

// True when one of the words (given in lower case) stands within `window` bytes before begin, whatever its case, and is
// not the tail of a longer word.
bool mentioned_before(std::string_view text, size_t begin, size_t window,
                      std::initializer_list<std::string_view> words);
// The same, window bytes behind end.
bool mentioned_after(std::string_view text, size_t end, size_t window, std::initializer_list<std::string_view> words);

}  // namespace weft::scan
