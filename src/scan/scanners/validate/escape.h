// Escapes that end in a letter or digit, right in front of a value that is not glued to anything: "\n", "\x0a" and
// "\u003d" in JSON, dumps of databases and source text, "%20" in URLs, "\'93" in RTF, and what switches the alphabet in
// ISO 2022 ("ESC ( B", Japanese mail). Characters of two bytes whose second is ASCII are such, too (Shift_JIS, Big5).
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::scan {

struct Escape {
  size_t begin = 0, end = 0;  // end is 0 when there is none
  char32_t value = 0;         // what it stands for
};
inline constexpr char32_t double_byte = 0xfffd;  // the value of a character of two bytes, whichever it is
// The escape that holds the byte in front of `at`.
Escape escape_over(std::string_view text, size_t at);

// Where a value begins whose signs were followed back to `begin`: behind the escape that they may have led into.
size_t behind_escape(std::string_view text, size_t begin);

// The sign in front of `begin`, and the one at `end`: those that an escape there stands for; 0x80 for one that is not
// ASCII.
char sign_before(std::string_view text, size_t begin);
char sign_behind(std::string_view text, size_t end);

// Whether what begins there is the end of a name whose last letter in front is escaped: "m\u00fcller", in RTF
// "m\'fcller".
bool follows_escaped_letter(std::string_view text, size_t begin);

// Whether what follows the backslash at `at` may be a name in a path, "C:\temp" or "DOMAIN\Users\nina".
bool is_in_path(std::string_view text, size_t at);

}  // namespace weft::scan
