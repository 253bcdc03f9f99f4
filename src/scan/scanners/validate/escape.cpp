#include "scan/scanners/validate/escape.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "scan/double_byte.h"
#include "scan/entity.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t longest = 6;  // "\u003d"

// As one sign.
char narrowed(char32_t value) {
  return value < 0x80 ? char(value) : char(0x80);
}

unsigned nibble(char c) {
  return is_digit(c) ? unsigned(c - '0') : unsigned((c | 0x20) - 'a' + 10);
}

// What parts two values in a URL; "%41" may be a part of one, and "100%20" be a number.
bool parts(char32_t sign) {
  constexpr std::string_view signs = "\t\n\r \"&'(),/:;<=>[]{|}";
  return sign == 0 || (sign < 0x80 && signs.find(char(sign)) != std::string_view::npos);
}

// The escape that begins at `at`.
Escape escape_at(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at, longest);
  const auto coded = [&](size_t first, size_t digits) {
    const std::string_view number = rest.substr(std::min(first, rest.size()), digits);
    if (number.size() < digits || !is_hex(number)) return Escape{};
    char32_t value = 0;
    for (char c : number) value = value << 4 | nibble(c);
    return Escape{at, at + first + digits, value};
  };
  const char kind = char_at(rest, 1);
  switch (rest[0]) {
    case '\\':
      if (kind == 'n') return {at, at + 2, '\n'};
      if (kind == 'r') return {at, at + 2, '\r'};
      if (kind == 't') return {at, at + 2, '\t'};
      if (kind == 'x') return coded(2, 2);
      if (const Escape escape = kind == 'u' ? coded(2, 4) : Escape{}; escape.end > 0) return escape;
      if (const Entity sign = rtf_escape(rest); sign.size > 0) return {at, at + sign.size, sign.value};
      return {};
    case '%': {
      const Escape escape = coded(1, 2);
      return parts(escape.value) ? escape : Escape{};
    }
    case '\x1b':  // ESC ( B, ESC ( J, ESC ( I, ESC $ B, ESC $ @, ESC $ ( D
      if (kind == '(' && char_at(rest, 2) >= '@') return {at, at + 3, '\x1b'};
      if (kind == '$' && char_at(rest, 2) >= '@') return {at, at + 3, '\x1b'};
      if (kind == '$' && char_at(rest, 2) == '(' && char_at(rest, 3) >= '@') return {at, at + 4, '\x1b'};
      return {};
    default:
      return {};
  }
}

}  // namespace

Escape escape_over(std::string_view text, size_t at) {
  for (size_t back = 1; back <= longest && back <= at; ++back) {
    const char c = text[at - back];
    if (c != '\\' && c != '%' && c != '\x1b') continue;
    if (const Escape escape = escape_at(text, at - back); escape.end >= at) return escape;
  }
  for (size_t back = 1; back <= 2 && back <= at; ++back)
    if (leads_ascii(text, at - back)) return {at - back, at - back + 2, double_byte};
  return {};
}

size_t behind_escape(std::string_view text, size_t begin) {
  return std::max(begin, escape_over(text, begin).end);
}

char sign_before(std::string_view text, size_t begin) {
  const char before = char_before(text, begin);
  const bool may_be_second = begin > 1 && before >= '@' && uint8_t(text[begin - 2]) > 0x80;
  if (!is_alnum(before) && before != '@' && !may_be_second) return before;
  const Escape escape = escape_over(text, begin);
  return escape.end == begin && begin > 0 ? narrowed(escape.value) : before;
}

char sign_behind(std::string_view text, size_t end) {
  const char behind = char_at(text, end);
  if (behind != '%') return behind;
  const Escape escape = escape_at(text, end);
  return escape.end > 0 ? narrowed(escape.value) : behind;
}

bool follows_escaped_letter(std::string_view text, size_t begin) {
  const Escape escape = escape_over(text, begin);
  if (escape.end != begin || begin == 0 || text[escape.begin] != '\\') return false;
  if (escape.value < 0xc0 || escape.value >= 0x250 || escape.value == 0xd7 || escape.value == 0xf7) return false;
  // Of two bytes in a row the code page is another one.
  const bool is_byte = char_at(text, escape.begin + 1) == '\'';
  return !is_byte || escape.begin < 4 || text.substr(escape.begin - 4, 2) != "\\'";
}

bool is_in_path(std::string_view text, size_t at) {
  constexpr size_t longest_path = 128;
  constexpr std::string_view of_escapes = "nrtux\"'/\\";
  size_t begin = at;
  while (begin > 0 && at - begin < longest_path && uint8_t(text[begin - 1]) > ' ' && text[begin - 1] != '"' &&
         text[begin - 1] != '\'')
    --begin;
  const std::string_view before = text.substr(begin, at - begin);
  if (before.starts_with("\\\\")) return true;  // a host's
  for (size_t i = 0; i < before.size(); ++i)
    if (before[i] == '\\' && of_escapes.find(char_at(text, begin + i + 1)) == std::string_view::npos) return true;
  const size_t drive = before.find_last_not_of('\\');
  return drive == 1 && before[1] == ':' && is_alpha(before[0]);
}

}  // namespace weft::scan
