// Code pages of two bytes a character, told by the bytes: the second may be a letter of ASCII that touches what
// follows. In Shift_JIS "：yamada@example.jp" ends its colon with an "F".
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::scan {

// Whether a text reads as one of them: its pairs are valid, and most are of the rows in daily use.
class PairCount {
 public:
  // text begins with a character.
  enum class Page { euc, big5, shift_jis };  // euc: EUC-JP, EUC-KR, GB 2312, and GBK and CP949 around them
  static constexpr Page pages[] = {Page::euc, Page::big5, Page::shift_jis};
  // Behind so many the rest is not counted.
  PairCount(std::string_view text, Page page, size_t most_odd, size_t most_pairs);

  size_t pairs = 0, daily = 0;
  size_t adjoining = 0;  // pairs right behind a pair
  size_t singles = 0;    // katakana of half width
  size_t odd = 0;        // bytes that are none
  bool reads() const { return odd <= pairs / 32 && daily >= pairs - pairs / 5 && singles <= pairs; }
};

// Whether the byte at `at` is the first of two, and the second is ASCII, in text of such a page. Of UTF-8, and of text
// in which such bytes stand alone, none is.
bool leads_ascii(std::string_view text, size_t at);

}  // namespace weft::scan
