// How HTML and RTF write the signs of a text, and what of their markup may stand within a word. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::scan {

// What stands at a place of a text with markup.
struct MarkupSign {
  enum class Is {
    sign,   // one of the text
    joint,  // nothing: what is in front and what is behind adjoin
    stop    // what parts words, or is no text
  };
  Is is = Is::stop;
  size_t size = 1;     // bytes it takes
  char32_t value = 0;  // of a sign; below 0x80 or above it in full, a byte of UTF-8 by itself
  bool is_byte = false;
  // Of a joint: within a word it stands by a change of type, never by a layout that keeps words apart; it is a place
  // where layouts do that.
  bool tight = false, loose = false;
};

inline constexpr size_t longest_markup = 1024;  // of a tag, or a group that is skipped

// At `at`, which lies in the text.
MarkupSign html_sign(std::string_view text, size_t at);
MarkupSign rtf_sign(std::string_view text, size_t at);

// Whether markup that may stand within a word ends right before `at`, or begins there: a cheap look, for the most part
// of bytes are neither. Of what it takes for RTF some is not.
enum class MarkupKind { none, html, rtf };
MarkupKind markup_before(std::string_view text, size_t at);
MarkupKind markup_behind(std::string_view text, size_t at);

}  // namespace weft::scan
