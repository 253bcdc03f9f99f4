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
