#include "scan/scanners/validate/quoted_printable.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t shortest_break = 70, longest_break = 77;  // of a line that encoders cut
constexpr size_t signs_around = 12;                        // equals signs looked at, on each side
constexpr size_t enough = 2;                               // other escapes and cut lines

bool is_upper_hex(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'F');
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_escape(std::string_view text, size_t at) {
  return char_at(text, at) == '=' && is_upper_hex(char_at(text, at + 1)) && is_upper_hex(char_at(text, at + 2));
}
bool is_high_escape(std::string_view text, size_t at) {
  return is_escape(text, at) && text[at + 1] >= '8';
}
bool ends_line(std::string_view text, size_t at) {
  return char_at(text, at) == '\n' || (char_at(text, at) == '\r' && char_at(text, at + 1) == '\n');
}

// What an equals sign says of the text around it.
enum class Sign { none, escape, other };
Sign sign_of(std::string_view text, size_t at) {
  if (ends_line(text, at + 1)) {
    const void* above = ::memrchr(text.data() + at - std::min(at, longest_break), '\n', std::min(at, longest_break));
    const size_t line = above ? at - size_t(static_cast<const char*>(above) - text.data()) : at + 1;
    const char before = char_before(text, at);  // source text has a blank there
    const bool is_cut = line >= shortest_break && line <= longest_break && before > ' ' && before != '=';
    return is_cut ? Sign::escape : Sign::none;
  }
  if (!is_escape(text, at)) return Sign::other;
  const std::string_view code = text.substr(at + 1, 2);
  const char before = char_before(text, at), next = char_at(text, at + 3);
  if (code == "3D" || (code == "A0" && !is_alpha(next)) || (code == "20" && ends_line(text, at + 3)))
    return Sign::escape;
  // What may be a value: "key=CAFE", "lang=DE&", "port=80".
  const bool is_number = is_digit(code[0]) && is_digit(code[1]), has_key = is_alnum(before) || before == '_';
  const bool goes_on =
      (is_alnum(next) && !is_lower(next)) || std::string_view("_&;,)\"'").find(next) != std::string_view::npos;
  const bool is_value = has_key ? is_number || goes_on || ends_line(text, at + 3) : is_number && !is_lower(next);
  return code[0] >= '8' && !is_value ? Sign::escape : Sign::none;
}

// What the head in front says: the nearest Content-Transfer-Encoding.
bool is_declared(std::string_view before, size_t most_lines) {
  constexpr std::string_view field = "content-transfer-encoding:";
  for (size_t lines = 0; lines < most_lines && !before.empty(); ++lines) {
    const void* found = ::memrchr(before.data(), '\n', before.size());
    const size_t line = found ? size_t(static_cast<const char*>(found) - before.data()) + 1 : 0;
    if (has_word(before, line, field))
      return lower_ascii(before.substr(line + field.size(), 24)).find("quoted-printable") != std::string::npos;
    before = before.substr(0, line - (line > 0));
  }
  return false;
}

}  // namespace

bool is_quoted_byte(std::string_view text, size_t at) {
  if (!is_high_escape(text, at)) return false;
  if (is_high_escape(text, at + 3) || (at >= 3 && is_high_escape(text, at - 3))) return true;
  const size_t first = at - std::min(at, quoted_before), last = std::min(text.size(), at + quoted_behind);
  size_t escapes = 0;
  bool in_line = true;  // in the line at hand there is none but escapes
  // What is no escape ends the text that is encoded; in the same line nothing is.
  const auto goes_on = [&](size_t sign, size_t begin, size_t end) {
    const Sign kind = sign_of(text, sign);
    escapes += kind == Sign::escape;
    if (kind == Sign::other) in_line = ::memchr(text.data() + begin, '\n', end - begin) != nullptr;
    return kind != Sign::other && escapes < enough;
  };
  size_t end = at, nearest = first;
  for (size_t signs = 0; signs < signs_around && end > first; ++signs) {
    const void* found = ::memrchr(text.data() + first, '=', end - first);
    if (!found) break;
    end = size_t(static_cast<const char*>(found) - text.data());
    if (signs == 0) nearest = end;
    if (!goes_on(end, end, at)) break;
  }
  if (!in_line) return false;
  size_t begin = at + 1;
  for (size_t signs = 0; signs < signs_around && begin < last && escapes < enough; ++signs) {
    const void* found = ::memchr(text.data() + begin, '=', last - begin);
    if (!found) break;
    begin = size_t(static_cast<const char*>(found) - text.data());
    if (!goes_on(begin, at, begin)) break;
    ++begin;
  }
  if (!in_line) return false;
  if (escapes >= enough) return true;
  // No key stands in front of it.
  const char before = char_before(text, at);
  const bool has_no_key = before == ' ' || before == '\n' || before == '(' || before == '<' || before == ',';
  if (is_lower(char_at(text, at + 3)) && (has_no_key || (before == ':' && text.substr(at + 1, 2) == "A0"))) return true;
  // The denser such signs are, the less is looked at for each.
  return sign_of(text, at) == Sign::escape && is_declared(text.substr(first, at - first), 24 + (at - nearest) / 4);
}

}  // namespace weft::scan
