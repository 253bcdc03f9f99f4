#include "scan/scanners/context.h"

#include "base/text.h"

namespace weft::scan {
namespace {

bool mentions(std::string_view stretch, std::initializer_list<std::string_view> words) {
  std::string lower = lower_ascii(stretch);
  for (std::string_view word : words)
    for (size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1))
      if (at == 0 || !is_alpha(lower[at - 1]) || !is_alpha(word[0]) || !is_alpha(stretch[at - 1]) ||
          (stretch[at] >= 'A' && stretch[at] <= 'Z' && stretch[at - 1] >= 'a'))
        return true;
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
