// ESCAPED: addresses that hide behind the escapes of HTML (&#64; &#x40;), URLs (%40, %3A%2F%2F) and JSON (\u0040,
// :\/\/), and words that an office document cuts into pieces (</w:t></w:r>…<w:t>), as it does where the spelling
// checker or an edit went through.
//
// Escapes are everywhere; here they count only where they hide an address: at its "@", or between a scheme and a host.
// One layer is the address as far as it goes: from the first sign in front that can belong to it, which is told by what
// stands right there, to the first behind that cannot. Everything escaped in it is decoded once (%2540 is a layer in a
// layer).
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

enum : uint32_t { at_sign, slashes, cut_word };
constexpr Pattern patterns[] = {{R"(&#(?:64|[xX]40);)", 0, at_sign},
                                {R"(&commat;)", 0, at_sign},
                                {R"(%40)", 0, at_sign},
                                {R"(\\u0040)", 0, at_sign},
                                {R"(%3[Aa]%2[Ff]%2[Ff])", 0, slashes},
                                {R"(%2540)", 0, at_sign},
                                {R"(%253[Aa]%252[Ff]%252[Ff])", 0, slashes},
                                {R"(:\\/\\/)", 0, slashes},
                                {R"([!-;=?-~]</w:t></w:r>)", 0, cut_word},
                                {R"([!-;=?-~]</a:t></a:r>)", 0, cut_word}};

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
    for (const auto& [name, value] :
         {Named{"&amp;", '&'}, {"&commat;", '@'}, {"&period;", '.'}, {"&colon;", ':'}, {"&sol;", '/'}})
      if (rest[2] == name[2] && rest.starts_with(name)) return {name.size(), char32_t(value), true};
    return itself;
  }
  const bool hex = (rest[2] | 0x20) == 'x';
  const size_t first = hex ? 3 : 2, end = std::min(rest.find(';'), rest.size());
  char32_t value = 0;
  if (end == rest.size() || end == first) return itself;
  for (size_t i = first; i < end; ++i) {
    const unsigned digit = nibble(uint8_t(rest[i]));
    if (digit > (hex ? 15u : 9u)) return itself;
    value = value * (hex ? 16 : 10) + digit;
  }
  return {end + 1, value, false};
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
  if (last == ';' || last == '/' || nibble(uint8_t(last)) < 16)
    for (size_t size = 2; size <= longest && size <= at - floor; ++size)
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
  const size_t most = end + (is_url ? longest_url : longest_host);
  while (at < text.size() && at < most) {
    const Sign sign = sign_at(text, at);
    const bool plain_ampersand = sign.value == '&' && sign.size == 1;
    if (at >= end && (is_url ? !is_url_sign(sign.value) || plain_ampersand : !is_name_sign(sign.value))) break;
    if (at >= end && is_space_of_form(text, at, escaped)) break;
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

// --- Words in pieces -------------------------------------------------------------------------------------------------

constexpr size_t longest_gap = 4 * KiB;  // of markup between two pieces
constexpr size_t most_tags = 40;         // in a gap
constexpr size_t most_pieces = 64;

bool is_word_sign(char c) {
  return uint8_t(c) > 0x20 && c != '<' && c != '>';
}

// Where the next piece of text begins; nothing when a paragraph, a tabulator or a break comes first.
size_t next_piece(std::string_view text, size_t at) {
  const std::string_view gap = text.substr(at, longest_gap);
  for (size_t tag = 0, tags = 0; tags < most_tags && (tag = gap.find('<', tag)) != std::string_view::npos; ++tags) {
    const std::string_view name = gap.substr(tag + 1);
    if (name.starts_with("/w:p>") || name.starts_with("/a:p>") || name.starts_with("w:br") ||
        name.starts_with("a:br") || name.starts_with("w:tab/"))
      return 0;
    const size_t close = gap.find('>', tag);
    if (close == std::string_view::npos) return 0;
    if (name.starts_with("w:t>") || name.starts_with("w:t ") || name.starts_with("a:t>")) return at + close + 1;
    tag = close;
  }
  return 0;
}

void on_cut_word(Bytes bytes, size_t hit_end, size_t from, Decoded& out) {
  const std::string_view text = as_text(bytes);
  const size_t piece_end = text.rfind("</", text.rfind("</", hit_end - 1) - 1);
  const size_t floor = piece_end - std::min(piece_end, longest_name);
  size_t begin = piece_end;
  while (begin > floor && is_word_sign(text[begin - 1])) --begin;
  if (begin < from || begin == piece_end || (begin == floor && floor > 0)) return;
  std::string decoded(text.substr(begin, piece_end - begin));
  size_t at = piece_end, pieces = 1;
  while (pieces < most_pieces && decoded.size() < longest_url) {
    const size_t next = next_piece(text, at);
    if (next == 0) break;
    size_t stop = next;
    while (stop < text.size() && stop - next < longest_name && is_word_sign(text[stop])) ++stop;
    decoded += text.substr(next, stop - next);
    ++pieces;
    at = stop;
    if (stop == next || !text.substr(stop).starts_with("</")) break;
  }
  const auto digits = std::count_if(decoded.begin(), decoded.end(), [](char c) { return is_digit(c); });
  const bool hides = decoded.find('@') != std::string::npos || decoded.find("://") != std::string::npos ||
                     decoded.find("www.") != std::string::npos || digits >= 7;
  // Also when nothing is hidden: the pieces of one word are looked at once.
  give(begin, at, pieces > 1 && hides ? std::move(decoded) : std::string(), out);
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end <= from) return;
  if (hit.pattern == cut_word) return on_cut_word(bytes, hit.end, from, out);
  const std::string_view text = as_text(bytes);
  // "%2540", "%252F"
  const bool twice = hit.end >= 5 && text.substr(hit.end - 5, 3) == "%25";
  size_t size = hit.end - sign_before(text, 0, hit.end);
  if (hit.pattern == slashes)
    size = text[hit.end - 1] == '/' ? 5 : twice ? 15 : 9;
  else if (twice)
    size = 5;
  on_address(bytes, hit.end - size, hit.end, hit.pattern == slashes, from, out);
}

}  // namespace

extern const Decoder escapes_decoder;
const Decoder escapes_decoder{
    "ESCAPED", "addresses behind the escapes of HTML, URLs and JSON, and cut up in docx and pptx", patterns, on_hit};

}  // namespace weft::scan
