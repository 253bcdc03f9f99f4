// ESCAPED: addresses that hide behind the escapes of HTML (&#64; &#x2F;), URLs (%40, %3A%2F%2F) and JSON (\u0040,
// :\/\/), telephone numbers whose "+" does (%2B, \u002B, &#43;), words of which a letter does (\u043f, %D0%BF,
// &#1087;), and mailboxes (m\u00fcller@, in RTF m\'fcller@).
//
// Escapes are everywhere; here they count only where they hide an address: at its "@", between a scheme and a host, or
// in front of a number; or where they are letters.
// One layer is the address as far as it goes: from the first sign in front that can belong to it, which is told by what
// stands right there, to the first behind that cannot; in a row of an SQLite database, to the column's end. Everything
// escaped in it is decoded once (%2540 is a layer in a layer), but of a URL whose own signs are escaped for JSON or
// HTML what is behind a percent sign is part of it. Words are one layer together: from the first that has an escaped
// letter to the last, with the plain ones between, but not with what may be an address or a number.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "scan/entity.h"
#include "scan/scanner.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/sqlite_row.h"

namespace weft::scan {
namespace {

enum : uint32_t { at_sign, slashes, plus, letter, mailbox };
constexpr Pattern patterns[] = {
    {R"(&#(?:64|[xX]40);)", 0, at_sign},
    {R"(&commat;)", 0, at_sign},
    {R"(%40)", 0, at_sign},
    {R"(\\u0040)", 0, at_sign},
    {R"(%3[Aa]%2[Ff]%2[Ff])", 0, slashes},
    {R"(%2540)", 0, at_sign},
    {R"(%253[Aa]%252[Ff]%252[Ff])", 0, slashes},
    {R"(:\\/\\/)", 0, slashes},
    {R"((?::|&#(?:58|[xX]3[aA]);)&#(?:47|[xX]2[fF]);&#(?:47|[xX]2[fF]);)", 0, slashes},
    {R"(%2[Bb][1-9][0-9])", 0, plus},
    {R"(\\u002[Bb][1-9][0-9])", 0, plus},
    {R"(&(?:#43|#[xX]2[bB]|plus);[1-9][0-9])", 0, plus},
    {R"(\\u0[0-9a-fA-F]{3})", 0, letter},
    {R"(\\u[3-9a-dA-D][0-9a-fA-F]{3})", 0, letter},
    {R"(%[C-Ec-e][0-9A-Fa-f]%[89ABab][0-9A-Fa-f])", 0, letter},
    {R"(&#(?:[1-9][0-9]{2,4}|[xX][0-9A-Fa-f]{2,4});)", 0, letter},
    {R"(\\(?:'[c-fC-F][0-9a-fA-F]|u[1-9][0-9]{2}\?|u0[01][0-9a-fA-F]{2})[\w.+-]{0,24}@)", 0, mailbox}};

constexpr size_t longest_gap = 32, longest_words = 4 * KiB;  // between two escaped letters; of a layer of words
constexpr size_t longest_name = 256, longest_host = 256, longest_url = 2 * KiB;

unsigned nibble(uint8_t c) {
  return is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : 16;
}

// How many bytes the sign at `at` takes, and what it is. Size 1: it stands for itself.
struct Sign {
  size_t size = 1;
  char32_t value = 0;
  bool is_byte = false;  // of a percent escape: maybe a part of a character
};
Sign sign_at(std::string_view text, size_t at) {
  const Sign itself{1, uint8_t(text[at]), true};
  const std::string_view rest = text.substr(at, 10);
  if (rest[0] == '%' && rest.size() >= 3) {
    const unsigned value = nibble(uint8_t(rest[1])) << 4 | nibble(uint8_t(rest[2]));
    return nibble(uint8_t(rest[1])) < 16 && nibble(uint8_t(rest[2])) < 16 ? Sign{3, value, true} : itself;
  }
  if (rest[0] == '\\' && rest.size() >= 2) {
    if (rest[1] == '/') return {2, '/', true};
    if (const Entity sign = rtf_escape(rest); sign.size > 0) return {sign.size, sign.value, false};
    if (rest[1] != 'u' || rest.size() < 6) return itself;
    char32_t value = 0;
    for (size_t i = 2; i < 6; ++i) {
      const unsigned digit = nibble(uint8_t(rest[i]));
      if (digit > 15) return itself;
      value = value << 4 | digit;
    }
    return {6, value, false};
  }
  if (rest[0] != '&' || rest.size() < 4) return itself;
  if (rest[1] != '#') {
    using Named = std::pair<std::string_view, char>;
    for (const auto& [name, value] : {Named{"&amp;", '&'},
                                      Named{"&plus;", '+'},
                                      Named{"&nbsp;", ' '},
                                      {"&commat;", '@'},
                                      {"&period;", '.'},
                                      {"&colon;", ':'},
                                      {"&sol;", '/'}})
      if (rest[2] == name[2] && rest.starts_with(name)) return {name.size(), char32_t(value), true};
    return itself;
  }
  const Entity entity = numbered_entity(rest);
  return entity.size ? Sign{entity.size, entity.value, false} : itself;
}

bool is_name_sign(char32_t c) {
  return c > 0x7f || (c < 0x80 && (is_alnum(int(c)) || c == '.' || c == '_' || c == '+' || c == '-' || c == '\''));
}
bool is_url_sign(char32_t c) {
  return c > 0x20 && c != 0x7f && c != '"' && c != '<' && c != '>' && c != '\'' && c != '`' && c != '\\';
}

// The escape that ends right before `at`, or the one sign there.
size_t sign_before(std::string_view text, size_t floor, size_t at) {
  constexpr size_t longest = 9;
  const char last = text[at - 1];
  if (last == ';' || last == '/' || last == '?' || nibble(uint8_t(last)) < 16)
    for (size_t size = std::min(longest, at - floor); size >= 2; --size)  // "\u252\'fc" is one
      if (const char c = text[at - size]; (c == '&' || c == '%' || c == '\\') && sign_at(text, at - size).size == size)
        return at - size;
  return at - 1;
}

// A space, in what a form sent; there a "+" is %2B.
bool is_space_of_form(std::string_view text, size_t at, std::string_view escaped) {
  return text[at] == '+' && escaped.starts_with('%');
}

// From at backwards, the signs that can belong to an address whose "@" or "://" is escaped so.
size_t name_start(std::string_view text, size_t at, std::string_view escaped, bool letters_only) {
  const size_t floor = at - std::min(at, longest_name);
  size_t begin = at;
  while (begin > floor) {
    const size_t before = sign_before(text, floor, begin);
    const char32_t value = sign_at(text, before).value;
    if (!is_name_sign(value) || (letters_only && (value > 0x7f || !is_alpha(int(value))))) break;
    if (is_space_of_form(text, before, escaped)) break;
    begin = before;
  }
  if (begin == floor && floor > 0) return at;  // starts farther away than can be told
  // "\nanna": the n belongs to what is escaped in front.
  if (begin > 0 && begin < at && text[begin - 1] == '\\' &&
      (text[begin] == 'n' || text[begin] == 'r' || text[begin] == 't'))
    ++begin;
  return begin;
}

void give(size_t begin, size_t end, std::string decoded, Decoded& out) {
  if (decoded.size() > out.room()) return;
  out.layer("ESCAPED", begin, end - begin, {decoded.begin(), decoded.end()});
}

void on_address(Bytes bytes, size_t anchor, size_t end, bool is_url, size_t from, Decoded& out) {
  const std::string_view text = as_text(bytes);
  const std::string_view escaped = text.substr(anchor, end - anchor);
  const size_t begin = name_start(text, anchor, escaped, is_url);
  if (begin == anchor || begin < from) return;
  std::string decoded;
  size_t at = begin;
  size_t most = end + (is_url ? longest_url : longest_host);
  bool was_asked = false;
  const bool keeps_percent = is_url && escaped.find('%') == std::string_view::npos;
  while (at < text.size() && at < most) {
    const Sign sign = keeps_percent && text[at] == '%' ? Sign{1, '%', true} : sign_at(text, at);
    const bool plain_ampersand = !keeps_percent && sign.value == '&' && sign.size == 1;
    if (at >= end && (is_url ? !is_url_sign(sign.value) || plain_ampersand : !is_name_sign(sign.value))) break;
    if (at >= end && is_space_of_form(text, at, escaped)) break;
    if (at >= end && !was_asked) {  // it goes on, but not beyond its column
      was_asked = true;
      if (const size_t column = text_column(text, begin).end; column > end) most = std::min(most, column);
      if (at >= most) break;
    }
    if (sign.is_byte)
      decoded += char(uint8_t(sign.value));
    else
      append_utf8(decoded, sign.value);
    at += sign.size;
  }
  at = std::min(at, text.size());
  // An address has a dot behind its "@", escaped or not.
  if (at < end || (!is_url && text.substr(end, at - end).find_first_of(".%&\\") == std::string_view::npos)) return;
  give(begin, at, std::move(decoded), out);
}

// A number from its escaped "+" on.
void on_number(std::string_view text, size_t begin, size_t from, Decoded& out) {
  constexpr size_t longest_number = 32, least_digits = 7;
  if (begin < from) return;
  std::string decoded;
  size_t digits = 0, at = begin;
  const std::string_view escaped = text.substr(begin);
  while (at < text.size() && decoded.size() < longest_number) {
    const Sign sign = sign_at(text, at);
    const bool first = at == begin, space = sign.value == 0xa0 || (!first && is_space_of_form(text, at, escaped));
    const bool digit = sign.value < 0x80 && is_digit(int(sign.value));
    if (!first && !space && !digit &&
        (sign.value > 0x7f || std::string_view(" -.()/").find(char(sign.value)) == std::string_view::npos))
      break;
    decoded += space ? ' ' : char(sign.value);
    digits += digit;
    at += sign.size;
  }
  if (digits < least_digits) return;
  give(begin, at, std::move(decoded), out);
}

// A letter that is not ASCII, or a part of one.
bool is_letter(const Sign& sign) {
  if (sign.size == 1) return false;
  if (sign.is_byte) return sign.value >= 0x80;
  return sign.value >= 0xc0 && (sign.value < 0x2000 || sign.value >= 0x3040) && sign.value != 0xd7 &&
         sign.value != 0xf7 && (sign.value < 0xd800 || sign.value >= 0xf900);
}

// What may stand between two words, as it is written in a text whose escapes begin with `kind`.
bool is_of_words(const Sign& sign, char kind) {
  constexpr std::string_view between = " \t\n\r,.;!?()'\"-";
  if (sign.size == 1 && kind == '%') return is_alpha(int(sign.value)) || sign.value == '+' || sign.value == '-';
  if (sign.size == 1 && (sign.value == '"' || sign.value == '\'')) return false;  // the text ends
  return sign.value >= 0x80 || is_alpha(int(sign.value)) || between.find(char(sign.value)) != std::string_view::npos;
}

// JSON's short ones, too.
Sign sign_of_text(std::string_view text, size_t at) {
  if (text[at] == '\\' && at + 1 < text.size()) {
    if (text[at + 1] == 'n' || text[at + 1] == 'r' || text[at + 1] == 't') return {2, '\n', true};
    if (text[at + 1] == '"') return {2, '"', true};
  }
  return sign_at(text, at);
}

// Where the sign begins that ends right before `at`.
size_t sign_of_text_before(std::string_view text, size_t floor, size_t at) {
  if (at - floor >= 2 && text[at - 2] == '\\' && sign_of_text(text, at - 2).size == 2) return at - 2;
  return sign_before(text, floor, at);
}

// Words with escaped letters, around the one at `anchor`.
void on_letter(std::string_view text, size_t anchor, size_t from, Decoded& out) {
  const char kind = text[anchor];
  if (anchor < from || !is_letter(sign_at(text, anchor))) return;
  const size_t floor = std::max(from, anchor - std::min(anchor, longest_words));
  size_t begin = anchor;
  for (size_t at = begin; at > floor && begin - at <= longest_gap;) {
    const size_t before = sign_of_text_before(text, floor, at);
    const Sign sign = sign_of_text(text, before);
    if (!is_of_words(sign, kind)) break;
    if (is_letter(sign)) begin = before;
    at = before;
  }
  if (begin - floor <= longest_gap && floor > from) return;  // starts farther away than can be told
  // The rest of the first word.
  for (size_t least = std::max(floor, begin - std::min(begin, longest_gap)); begin > least;) {
    const size_t before = sign_of_text_before(text, floor, begin);
    if (before + 1 != begin || !is_alpha(uint8_t(text[before]))) break;
    begin = before;
  }
  std::string decoded;
  size_t at = begin, end = begin, size = 0;    // up to the end of the last word with an escaped letter
  size_t end_before = begin, size_before = 0;  // of those in front of what may be the name of a mailbox
  bool in_word = false;
  for (size_t since = 0; at < text.size() && at - begin < longest_words && since <= longest_gap;) {
    const Sign sign = sign_of_text(text, at);
    if (!is_of_words(sign, kind)) break;
    if (!is_name_sign(sign.value)) end_before = end, size_before = size;
    const bool hidden = is_letter(sign), plain = sign.size == 1 && is_alpha(int(sign.value));
    since = hidden ? 0 : since + sign.size;
    in_word = hidden || (in_word && plain);
    if (sign.is_byte)
      decoded += kind == '%' && sign.size == 1 && sign.value == '+' ? ' ' : char(uint8_t(sign.value));
    else
      append_utf8(decoded, sign.value >= 0xd800 && sign.value < 0xe000 ? 0xfffd : sign.value);
    at += sign.size;
    if (in_word) end = at, size = decoded.size();
  }
  if (kind == '\\' && at < text.size() && text[at] == '@') end = end_before, size = size_before;
  if (size == 0) return;
  decoded.resize(size);
  give(begin, end, std::move(decoded), out);
}

// One whose name has an escaped letter in front of its "@".
void on_mailbox(Bytes bytes, size_t at, size_t from, Decoded& out) {
  size_t begin = at;
  while (begin > from && is_name_sign(bytes[begin - 1]) && bytes[begin - 1] != '\'') --begin;
  // What an escape ends in are signs of a name, too.
  for (size_t end = begin; end <= at && end - begin <= 5; ++end)
    if (follows_escaped_letter(as_text(bytes), end)) return on_address(bytes, at, at + 1, false, from, out);
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end <= from) return;
  if (hit.pattern == mailbox) return on_mailbox(bytes, hit.end - 1, from, out);
  if (hit.pattern == letter) {
    const std::string_view text = as_text(bytes);
    const size_t end = hit.end - (text[hit.end - 3] == '%' ? 3 : 0);
    return on_letter(text, sign_before(text, end - std::min<size_t>(end, 9), end), from, out);
  }
  const std::string_view text = as_text(bytes);
  // "%2540", "%252F"
  const bool twice = hit.end >= 5 && text.substr(hit.end - 5, 3) == "%25";
  const auto before = [&](size_t at) { return sign_before(text, at - std::min<size_t>(at, 16), at); };
  if (hit.pattern == plus) return on_number(text, before(hit.end - 2), from, out);
  size_t size = hit.end - before(hit.end);
  if (hit.pattern == slashes)
    size = twice ? 15 : hit.end - before(before(before(hit.end)));
  else if (twice)
    size = 5;
  on_address(bytes, hit.end - size, hit.end, hit.pattern == slashes, from, out);
}

}  // namespace

extern const Decoder escapes_decoder;
const Decoder escapes_decoder{"ESCAPED",
                              "addresses, telephone numbers and words behind the escapes of HTML, URLs, JSON and RTF",
                              patterns, on_hit};

}  // namespace weft::scan
