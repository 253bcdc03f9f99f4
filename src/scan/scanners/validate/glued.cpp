#include "scan/scanners/validate/glued.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace weft::scan {
namespace {

// UTF8String, PrintableString, IA5String, and the choices of GeneralName (RFC 5280 §4.2.1.6) that are IA5String:
// rfc822Name, dNSName, uniformResourceIdentifier.
constexpr std::array<uint8_t, 6> tags{0x0C, 0x13, 0x16, 0x81, 0x82, 0x86};

bool is_tag(char c) {
  return std::find(tags.begin(), tags.end(), uint8_t(c)) != tags.end();
}

}  // namespace

size_t der_string_end(std::string_view text, size_t begin) {
  if (begin < 2 || begin > text.size()) return 0;
  const auto length = uint8_t(text[begin - 1]);
  if (length < 0x80) return is_tag(text[begin - 2]) ? begin + length : 0;
  return begin >= 3 && uint8_t(text[begin - 2]) == 0x81 && is_tag(text[begin - 3]) ? begin + length : 0;
}

size_t der_string_begin(std::string_view text, size_t first, size_t last, size_t end) {
  for (size_t begin = first; begin < last; ++begin)
    if (der_string_end(text, begin) == end) return begin;
  return last;
}

size_t counted_end(std::string_view text, size_t begin, size_t end) {
  constexpr size_t least = 6, most_glued = 2;
  // In front of a length of one byte: strings of Protocol Buffers (fields 2 and 3), CBOR, MessagePack, Python's
  // marshal.
  constexpr std::array<uint8_t, 6> types{0x12, 0x1a, 0x78, 0xd9, 0xda, 0xfa};
  const auto byte = [&](size_t back) { return back <= begin ? uint8_t(text[begin - back]) : uint8_t(0xff); };
  const uint8_t last = byte(1);
  const bool is_printable = (last >= 0x20 && last < 0x7f) || last == '\t' || last == '\n' || last == '\r';
  const bool is_typed = std::find(types.begin(), types.end(), byte(2)) != types.end();
  // Behind the end: a NUL, which ends the text itself, unless it belongs to a number that begins with its last sign.
  const std::string_view behind = text.substr(std::min(end, text.size()), 4);
  const bool is_closed = behind.starts_with('\0');
  if (is_closed && (behind.size() < 4 || behind[1] != '\0' || behind[2] != '\0' || behind[3] == '\0')) return 0;
  for (size_t glued = 1; glued <= (is_closed ? 1 : most_glued) && end >= begin + least + glued; ++glued) {
    const size_t size = end - glued - begin;
    const auto low = uint8_t(size), high = uint8_t(size >> 8);
    const bool in_four = (last == 0 && byte(2) == 0 && byte(3) == high && byte(4) == low) ||
                         (last == low && byte(2) == high && byte(3) == 0 && byte(4) == 0);
    const bool in_one = size < 0x100 && last == low && (!is_printable || is_typed);
    const bool in_two = size < 0x10000 && high != 0 && last == low && byte(2) == high;
    const bool in_seven_bits = size >= 0x80 && size < 0x4000 && last == size >> 7 && byte(2) == (0x80 | (size & 0x7f));
    if (in_four || (!is_closed && (in_one || in_two || in_seven_bits))) return begin + size;
  }
  return 0;
}

std::string_view without_glued(std::string_view text, size_t begin, std::string_view signs) {
  constexpr size_t longest = 64;
  // Most values have a space or a quotation mark in front: no length.
  if (begin == 0 || uint8_t(text[begin - 1]) == ' ') return text;
  size_t end = begin;
  while (end < text.size() && end - begin < longest &&
         (is_alnum(uint8_t(text[end])) || signs.find(text[end]) != std::string_view::npos))
    ++end;
  const size_t counted = counted_end(text, begin, end);
  return counted == 0 ? text : text.substr(0, counted);
}

size_t cbor_string_end(std::string_view text, size_t begin) {
  constexpr uint8_t text_type = 0x60, longest = 23;
  if (begin == 0) return 0;
  const auto size = uint8_t(uint8_t(text[begin - 1]) - text_type);
  return size > 0 && size <= longest && begin + size <= text.size() ? begin + size : 0;
}

bool is_written_hyphen(std::string_view text, size_t at) {
  return at + 2 < text.size() && text[at] == '\\' && text[at + 1] == '-' && is_alnum(text[at + 2]);
}

Hyphened without_backslashes(std::string_view text, size_t begin, size_t end) {
  Hyphened out;
  for (size_t at = begin; at < end; ++at) {
    if (is_written_hyphen(text, at)) continue;
    out.text += text[at];
    out.place.push_back(at);
  }
  out.place.push_back(end);
  return out;
}

}  // namespace weft::scan
