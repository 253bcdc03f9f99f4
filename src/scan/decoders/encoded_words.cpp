// MIMEWORD: encoded words in the fields of mail heads (RFC 2047), =?utf-8?Q?F=C3=BCr_anna?= and =?utf-8?B?RsO8cg==?=.
// One layer is one of them with those that follow it with nothing but blanks between, since a program cuts a long text
// into several. Its bytes are those of the charset that it names.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {
    {R"(=\?(?:utf-|iso-|windows-|us-ascii|koi8|gb[1k2]|big5|euc-|shift_|cp[18]|ks_c))", caseless, 0}};

constexpr size_t longest_charset = 40, longest_word = KiB, longest = 16 * KiB;

unsigned nibble(uint8_t c) {
  return is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : 16;
}

unsigned base64_value(uint8_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : 64;
}

bool add_quoted(std::string_view text, std::vector<uint8_t>& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = uint8_t(text[i]);
    if (c != '=') {
      out.push_back(c == '_' ? ' ' : c);
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const unsigned high = nibble(uint8_t(text[i + 1])), low = nibble(uint8_t(text[i + 2]));
    if (high > 15 || low > 15) return false;
    out.push_back(uint8_t(high << 4 | low));
    i += 2;
  }
  return true;
}

bool add_base64(std::string_view text, std::vector<uint8_t>& out) {
  while (text.ends_with('=')) text.remove_suffix(1);
  uint32_t bits = 0;
  unsigned have = 0;
  for (char c : text) {
    const unsigned value = base64_value(uint8_t(c));
    if (value > 63) return false;
    bits = bits << 6 | value;
    if ((have += 6) >= 8) out.push_back(uint8_t(bits >> (have -= 8)));
  }
  return true;
}

// Where the encoded word ends that begins at `at`; 0 when none does. What it says is added to out.
size_t add_word(std::string_view text, size_t at, std::vector<uint8_t>& out) {
  if (text.substr(at, 2) != "=?") return 0;
  const size_t name = at + 2, mark = text.substr(name, longest_charset).find('?');
  if (mark == std::string_view::npos || mark == 0 || name + mark + 3 > text.size() || text[name + mark + 2] != '?')
    return 0;
  const char encoding = char(text[name + mark + 1] | 0x20);
  const size_t begin = name + mark + 3;
  size_t end = begin;
  while (end < text.size() && end - begin < longest_word && text[end] > ' ' && text[end] < 0x7f && text[end] != '?')
    ++end;
  if (end == begin || text.substr(end, 2) != "?=") return 0;
  const std::string_view encoded = text.substr(begin, end - begin);
  const size_t size = out.size();
  if (encoding == 'q' ? add_quoted(encoded, out) : encoding == 'b' && add_base64(encoded, out)) return end + 2;
  out.resize(size);
  return 0;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const std::string_view text = as_text(bytes);
  const size_t begin = text.rfind("=?", hit.end - 1);
  if (begin == std::string_view::npos || begin < from) return;
  std::vector<uint8_t> decoded;
  size_t end = 0;
  for (size_t at = begin; at - begin < longest && decoded.size() + longest_word < out.room();) {
    const size_t word = add_word(text, at, decoded);
    if (word == 0) break;
    at = end = word;
    while (at < text.size() && at - end < 8 &&
           (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n'))
      ++at;
  }
  if (decoded.empty()) return;
  out.layer("MIMEWORD", begin, end - begin, std::move(decoded));
  out.says_all(begin, end);
}

}  // namespace

extern const Decoder encoded_words_decoder;
const Decoder encoded_words_decoder{"MIMEWORD", "encoded words in the fields of mail heads", patterns, on_hit};

}  // namespace weft::scan
