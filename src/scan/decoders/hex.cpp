// HEX: bytes written as hexadecimal digits, in one line or in lines of equal length: blobs in SQL and RTF, xxd -p,
// ASCIIHex. Digests, keys, colours and numbers are written alike; what counts is that text comes out, or a long stretch
// that begins like a known format.
#include <algorithm>
#include <vector>

#include "scan/decoders/code_page_text.h"
#include "scan/decoders/lettered.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr size_t least = 32;  // digits in the first line: the size of a short address
constexpr Pattern patterns[] = {{"[0-9A-Fa-f]{32}", first_end, 0}};
constexpr size_t sample = 4 * KiB;       // of what comes out, to judge it by
constexpr size_t least_of_format = 128;  // bytes; a digest may begin like a file by chance

constexpr Alphabet values = [] {
  Alphabet table{};
  for (auto& value : table) value = no_sign;
  for (uint8_t i = 0; i < 10; ++i) table['0' + i] = i;
  for (uint8_t i = 0; i < 6; ++i) table['A' + i] = table['a' + i] = uint8_t(10 + i);
  return table;
}();

void add(Bytes digits, std::vector<uint8_t>& out) {
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    out.push_back(uint8_t(values[digits[i]] << 4 | values[digits[i + 1]]));
}

// Text of digits alone is a number written in digits of digits: nothing is hidden in it.
bool has_letters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }) >= 4;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  size_t begin = hit.end - least;
  if (begin < from || (begin > 0 && values[bytes[begin - 1]] != no_sign)) return;
  std::vector<uint8_t> decoded;
  add(bytes.subspan(begin, least), decoded);
  const bool textual = is_textual(as_text(decoded)) && has_letters(as_text(decoded));
  const bool told = textual || has_magic(as_text(decoded));
  if (!told && !lacks_controls(as_text(decoded))) return;
  size_t end = run_end(bytes, begin, values);
  const size_t line = end - begin;
  // Text in a code page is told by more of it.
  if (!told) {
    add(bytes.subspan(begin + least, std::min(line, 2 * sample) - least), decoded);
    if (!is_code_page_text(as_text(decoded))) return;
  }
  if (line % 2 != 0 || (line <= longest_line && continues_a_block(bytes, begin, line, values, true))) return;
  decoded.clear();
  add(bytes.subspan(begin, std::min(line, out.room() * 2)), decoded);
  // Further lines: as long as the first; a shorter one is the last.
  for (size_t more = line; line <= longest_line && more == line && decoded.size() + line / 2 <= out.room();) {
    const size_t next = end + break_at(bytes, end);
    if (next == end) break;
    const size_t next_end = run_end(bytes, next, values);
    more = next_end - next;
    if (more == 0 || more > line || more % 2 != 0) break;
    add(bytes.subspan(next, more), decoded);
    end = next_end;
  }
  const std::string_view shown = as_text(Bytes(decoded)).substr(0, sample);
  if (!is_textual(shown) && !is_code_page_text(shown) && (!has_magic(shown) || decoded.size() < least_of_format))
    return;
  out.layer("HEX", begin, end - begin, std::move(decoded));
}

}  // namespace

extern const Decoder hex_decoder;
const Decoder hex_decoder{"HEX", "hexadecimal digits of text or of known formats, in one line or many", patterns,
                          on_hit};

}  // namespace weft::scan
