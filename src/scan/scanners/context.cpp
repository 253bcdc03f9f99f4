#include "scan/scanners/context.h"

#include <array>
#include <cstdint>

#include "base/text.h"

namespace weft::scan {
namespace {

bool mentions(std::string_view stretch, std::initializer_list<std::string_view> words) {
  std::array<uint64_t, 4> firsts{};  // a bit for each sign that a word begins with
  for (std::string_view word : words) firsts[uint8_t(word[0]) / 64] |= uint64_t(1) << (uint8_t(word[0]) % 64);
  for (size_t at = 0; at < stretch.size(); ++at) {
    const char c = stretch[at];
    const auto first = uint8_t(lower(c));
    if ((firsts[first / 64] >> (first % 64) & 1) == 0) continue;
    // Words begin behind what is no letter, and where capitals do: "productVersion".
    const bool begins = at == 0 || !is_alpha(stretch[at - 1]) || (char(first) != c && stretch[at - 1] >= 'a');
    if (!begins && is_alpha(c)) continue;
    for (std::string_view word : words)
      if (word[0] == char(first) && has_word(stretch, at, word)) return true;
  }
  return false;
}

}  // namespace

bool mentioned_before(std::string_view text, size_t begin, size_t window,
                      std::initializer_list<std::string_view> words) {
  size_t start = begin > window ? begin - window : 0;
  return mentions(text.substr(start, begin - start), words);
}

bool mentioned_after(std::string_view text, size_t end, size_t window, std::initializer_list<std::string_view> words) {
  return end < text.size() && mentions(text.substr(end, window), words);
}

}  // namespace weft::scan
