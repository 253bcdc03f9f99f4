// Text and encodings. Everything inside Weft is UTF-8; these turn foreign bytes into it without losing or guessing.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace weft {

bool is_utf8(std::string_view text);
// Bytes of the valid UTF-8 sequence that the text begins with; 0 when it begins with none.
size_t utf8_length(std::string_view text);
// What a valid sequence stands for.
char32_t code_point(std::string_view sequence);
// Valid UTF-8 is kept; each other byte becomes \xHH, and control characters become \xHH too. Never fails.
std::string printable(std::string_view text);
// UTF-16 to UTF-8; unpaired surrogates become U+FFFD.
std::string from_utf16le(Bytes bytes);
std::string from_utf16be(Bytes bytes);
// Appends one code point as UTF-8 (U+FFFD for what is none).
void append_utf8(std::string& out, char32_t code_point);

std::string lower_ascii(std::string_view text);
bool is_hex(std::string_view text);
// "urn:uuid:X" (RFC 9562) as X, which is how else the same id is written; anything else as it is.
std::string_view without_urn(std::string_view id);
// "1.4 GiB", "512 B"
std::string human_size(uint64_t bytes);
// HTML text and attribute escape.
std::string html(std::string_view text);

constexpr bool is_digit(int c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alnum(int c) {
  return is_digit(c) || is_alpha(c);
}

}  // namespace weft
