// Whether text is quoted-printable (RFC 2045 §6.7), told from what stands around one of its escapes.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::scan {

// How far before and behind the escape is looked.
inline constexpr size_t quoted_before = 4096, quoted_behind = 1024;

// Whether "=FC" at `at` is the escape of a byte that is not ASCII. A value in source text or in a URL may look alike:
// "country=DE", "user=ADam@example.org".
bool is_quoted_byte(std::string_view text, size_t at);

}  // namespace weft::scan
