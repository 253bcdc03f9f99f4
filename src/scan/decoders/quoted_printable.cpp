// QP: quoted-printable, RFC 2045 §6.7. Mail in it hides addresses in two ways: "=\n" cuts a line anywhere, and "=3D",
// "=C3=BC" or "=40" stand for signs. One layer is one logical line (lines joined over soft breaks), since that is the
// smallest stretch which can be decoded alone and whose start can be told from what stands right before it. In an
// address book the line begins where it says so: "NOTE;ENCODING=QUOTED-PRINTABLE:" (vCard 2.1).
#include "scan/scanners/validate/quoted_printable.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// A soft break; an encoded equals sign; an encoded byte that is not ASCII; an encoded "@" in an address.
enum : uint32_t { soft_break, equals_sign, high_byte, at_sign, property };
constexpr Pattern patterns[] = {{R"([\x20-\x7e]=\r?\n)", dotall, soft_break},
                                {R"(=3D)", dotall, equals_sign},
                                {R"(=[89A-F][0-9A-F])", dotall, high_byte},
                                {R"([0-9A-Za-z]=40[0-9A-Za-z])", dotall, at_sign},
                                {R"(QUOTED-PRINTABLE(?:;[A-Z0-9=-]{1,24}){0,2}:)", caseless, property}};

constexpr size_t longest_back = 4 * KiB;                   // not more than the margin before a page
constexpr size_t longest_line = 64 * KiB;                  // logical, encoded
constexpr size_t shortest_break = 48, longest_break = 80;  // of a line that an encoder cuts
// Where something else says that it is quoted-printable, on each side.
constexpr size_t surroundings = 2 * KiB, lines_around = 12;

bool is_line_text(uint8_t c) {
  return (c >= 0x20 && c < 0x7f) || c == '\t';
}

unsigned nibble(uint8_t c) {
  return is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

// Where the logical line that holds `at` starts; nothing of it lies before floor.
size_t logical_start(Bytes bytes, size_t floor, size_t at) {
  for (;;) {
    while (at > floor && is_line_text(bytes[at - 1])) --at;
    if (at == floor || bytes[at - 1] != '\n') return at;
    size_t before = at - 1;
    if (before > floor && bytes[before - 1] == '\r') --before;
    if (before == floor || bytes[before - 1] != '=') return at;
    at = before;
  }
}

// Where the logical line ends that holds `at`.
size_t logical_end(Bytes bytes, size_t at) {
  for (;;) {
    while (at < bytes.size() && is_line_text(bytes[at])) ++at;
    const size_t next = at + (at < bytes.size() && bytes[at] == '\r');
    if (at == 0 || bytes[at - 1] != '=' || next >= bytes.size() || bytes[next] != '\n') return at;
    at = next + 1;
  }
}

// A line that is none of quoted-printable is looked at once, and not for each of its hits.
void refuse(Bytes bytes, size_t begin, size_t at, Decoded& out) {
  out.layer("QP", begin, logical_end(bytes, at) - begin, {});
}

// A line that ends in a soft break, or the field of a head that names the encoding.
bool says_so(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  constexpr std::string_view field = "content-transfer-encoding";
  return line.ends_with('=') || (line.size() > field.size() && lower_ascii(line.substr(0, field.size())) == field &&
                                 lower_ascii(line).find("quoted-printable") != std::string::npos);
}

// "width=40example.com" is one, too, unless mail is around it. `host` is where what follows the "=40" begins.
bool is_address_in_mail(std::string_view text, size_t host) {
  size_t end = host;
  while (end < text.size() && end - host < 64 && (is_alnum(uint8_t(text[end])) || text[end] == '-')) ++end;
  if (end == text.size() || text[end] != '.') return false;
  std::string_view above = text.substr(host - std::min(host, surroundings), std::min(host, surroundings));
  for (size_t lines = 0; lines < lines_around && !above.empty(); ++lines) {
    const void* found = ::memrchr(above.data(), '\n', above.size());
    const size_t line = found ? size_t(static_cast<const char*>(found) - above.data()) + 1 : 0;
    if (says_so(above.substr(line))) return true;
    above = above.substr(0, line - (line > 0));
  }
  std::string_view below = text.substr(host, surroundings);
  for (size_t lines = 0; lines < lines_around; ++lines) {
    const size_t break_at = below.find('\n');
    if (break_at == std::string_view::npos) break;
    if (says_so(below.substr(0, break_at))) return true;
    below.remove_prefix(break_at + 1);
  }
  return false;
}

constexpr size_t shortest_piece = 9;  // "=A0a@b.de"

// What a soft break cuts, or an escape stands in, is said by the layer, not by its pieces: the words on both sides, and
// `around` them what may be a number.
void say_around(Bytes bytes, size_t begin, size_t end, const std::vector<size_t>& places, size_t around, Decoded& out) {
  const auto in_word = [&](size_t at) { return bytes[at] > ' '; };
  size_t said = begin;
  for (const size_t at : places) {
    size_t first = std::max(said, at - std::min(at - begin, around)), last = std::min(end, at + around);
    while (first > said && in_word(first - 1)) --first;
    last = std::max(last, said);
    while (last < end && in_word(last)) ++last;
    if (last >= first + shortest_piece) out.says_all(first, last);
    said = last;
  }
}

// One layer, of which the encoded line begins at `text`.
void decode(Bytes bytes, size_t begin, size_t text, size_t hit_end, Decoded& out) {
  std::vector<uint8_t> line;
  size_t escapes = 0, line_start = text;
  bool encoder_break = false;
  std::vector<size_t> breaks, high;
  size_t i = text;
  for (; i < bytes.size() && i - begin < longest_line && is_line_text(bytes[i]); ++i) {
    if (bytes[i] != '=') {
      line.push_back(bytes[i]);
      continue;
    }
    size_t next = i + 1;
    if (next < bytes.size() && bytes[next] == '\r') ++next;
    if (next < bytes.size() && bytes[next] == '\n') {
      encoder_break |= next - line_start >= shortest_break && next - line_start <= longest_break;
      line_start = next + 1;
      breaks.push_back(i);
      i = next;
      continue;
    }
    if (i + 2 >= bytes.size()) break;
    const unsigned value = nibble(bytes[i + 1]) << 4 | nibble(bytes[i + 2]);
    // An equals sign that stands for itself: no quoted-printable.
    if (nibble(bytes[i + 1]) > 15 || nibble(bytes[i + 2]) > 15 ||
        (value < 0x20 && value != '\t' && value != '\n' && value != '\r'))
      return refuse(bytes, begin, i, out);
    line.push_back(uint8_t(value));
    if (value >= 0x80) high.push_back(i);
    ++escapes;
    i += 2;
  }
  if (escapes == 0 && !encoder_break) return refuse(bytes, begin, i, out);
  if (i < hit_end || line.size() > out.room()) return;
  const size_t end = std::min(i, bytes.size());
  out.layer("QP", begin, end - begin, std::move(line));
  constexpr size_t of_a_number = 40;  // in groups
  if (encoder_break) say_around(bytes, begin, end, breaks, of_a_number, out);
  if (encoder_break || (!high.empty() && is_quoted_byte(as_text(bytes), high.front())))
    say_around(bytes, begin, end, high, 0, out);
}

// The line of an address book that says what it is.
void decode_property(Bytes bytes, size_t line, size_t from, Decoded& out) {
  constexpr std::string_view name = "quoted-printable";
  constexpr size_t longest_name = 80;
  const std::string_view text = as_text(bytes);
  const auto stands_at = [&](size_t at) {
    return std::equal(name.begin(), name.end(), text.begin() + ptrdiff_t(at),
                      [](char of_name, char c) { return of_name == (is_alpha(uint8_t(c)) ? c | 0x20 : c); });
  };
  size_t begin = line - name.size();
  while (begin > from && line - begin < longest_name && !stands_at(begin)) --begin;
  if (begin >= from && stands_at(begin)) decode(bytes, begin, line, line, out);
}

// The padding of base64 looks like a soft break. What follows it is no text that goes on.
bool ends_base64(Bytes bytes, size_t begin, size_t padding, size_t next) {
  const std::string_view behind = as_text(bytes).substr(next, 2);
  if (!behind.empty() && behind[0] != '\n' && behind != "\r\n" && behind != "--") return false;
  const Bytes line = bytes.subspan(begin, padding - begin);
  return std::all_of(line.begin(), line.end(), [](uint8_t c) { return is_alnum(c) || c == '+' || c == '/'; });
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end <= from) return;
  if (hit.pattern == property) return decode_property(bytes, hit.end, from, out);
  const auto is_told = [&] {
    return hit.pattern == high_byte ? is_quoted_byte(as_text(bytes), hit.end - 3)
                                    : hit.pattern != at_sign || is_address_in_mail(as_text(bytes), hit.end - 1);
  };
  if (!out.is_known(from) && !is_told()) return;
  const size_t floor = std::max(from, hit.end - std::min(hit.end, longest_back));
  size_t at = hit.end - 1;
  while (at > floor && !is_line_text(bytes[at])) --at;  // the soft break that was hit
  // A soft break after a few signs is no encoder's; and cheap to tell, where "a=\n" repeats for megabytes.
  if (hit.pattern == soft_break) {
    const size_t least = at + 1 - std::min(at + 1, shortest_break - 2);
    for (size_t i = least; i <= at; ++i)
      if (!is_line_text(bytes[i])) return;
  }
  const size_t begin = logical_start(bytes, floor, at);
  if (begin == floor && floor > from) return;  // starts farther away than can be told

  if (hit.pattern == soft_break && ends_base64(bytes, begin, at, hit.end)) return;
  decode(bytes, begin, begin, hit.end, out);
}

}  // namespace

extern const Decoder quoted_printable_decoder;
const Decoder quoted_printable_decoder{"QP", "quoted-printable lines, joined over their soft breaks", patterns, on_hit};

}  // namespace weft::scan
