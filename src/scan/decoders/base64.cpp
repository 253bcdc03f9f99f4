// BASE64: RFC 4648 (both alphabets) and RFC 2045 §6.8 (lines of equal length). Long identifiers, hashes and paths are
// made of the same signs; what counts is what comes out: text, or something with a known magic number.
//
// A block begins where the sign before its first line is none of the alphabet and the line before it is not one of the
// same block. That is judged by what stands right there, so that all pages agree about it.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr size_t least = 48;  // signs in the first line
// Every sign from the 48th on matches; the first tells where the line begins. (Asking for another sign in front of it
// takes Hyperscan from 8 GB/s down to 0.1.)
constexpr Pattern patterns[] = {{"[A-Za-z0-9+/_-]{48}", first_end, 0}};
constexpr size_t longest_line = 1000;  // of a block of several lines
constexpr size_t sample = 4 * KiB;     // of what comes out, to judge it by

constexpr uint8_t none = 255;
constexpr std::array<uint8_t, 256> values = [] {
  std::array<uint8_t, 256> table{};
  for (auto& value : table) value = none;
  for (uint8_t i = 0; i < 26; ++i) table['A' + i] = i, table['a' + i] = uint8_t(26 + i);
  for (uint8_t i = 0; i < 10; ++i) table['0' + i] = uint8_t(52 + i);
  table['+'] = table['-'] = 62;
  table['/'] = table['_'] = 63;
  return table;
}();

size_t run_end(Bytes bytes, size_t at) {
  while (at < bytes.size() && values[bytes[at]] != none) ++at;
  return at;
}

// Size of the line break at `at`: 0 when there is none.
size_t break_at(Bytes bytes, size_t at) {
  if (at < bytes.size() && bytes[at] == '\n') return 1;
  return at + 1 < bytes.size() && bytes[at] == '\r' && bytes[at + 1] == '\n' ? 2 : 0;
}

// True when a line of the same length stands right above the one at begin.
bool continues_a_block(Bytes bytes, size_t begin, size_t line) {
  if (begin == 0 || bytes[begin - 1] != '\n') return false;
  size_t end = begin - 1;
  if (end > 0 && bytes[end - 1] == '\r') --end;
  if (end < line) return false;
  for (size_t i = end - line; i < end; ++i)
    if (values[bytes[i]] == none) return false;
  return end == line || values[bytes[end - line - 1]] == none;
}

// Cheap: words, paths, hashes and names lack one of the kinds of signs that mix in base64.
bool is_mixed(Bytes signs) {
  size_t upper = 0, lower = 0, other = 0, changes = 0;
  int last = -1;
  for (uint8_t c : signs) {
    const int kind = c >= 'a' && c <= 'z' ? 0 : c >= 'A' && c <= 'Z' ? 1 : 2;
    (kind == 0 ? lower : kind == 1 ? upper : other) += 1;
    changes += last != -1 && kind != last;
    last = kind;
  }
  return upper >= 4 && lower >= 4 && other >= 1 && changes >= signs.size() / 5;
}

class Quanta {
 public:
  explicit Quanta(std::vector<uint8_t>& out) : out_(out) {}
  void add(Bytes signs) {
    for (uint8_t c : signs) {
      bits_ = bits_ << 6 | values[c];
      if ((have_ += 6) >= 8) out_.push_back(uint8_t(bits_ >> (have_ -= 8)));
    }
  }

 private:
  std::vector<uint8_t>& out_;
  uint32_t bits_ = 0;
  unsigned have_ = 0;
};

bool has_magic(std::string_view bytes) {
  using namespace std::string_view_literals;
  for (std::string_view magic :
       {"\x1f\x8b\x08"sv, "PK\x03\x04"sv, "%PDF-"sv, "\xd0\xcf\x11\xe0"sv, "{\\rtf"sv, "\xff\xd8\xff"sv, "\x89PNG"sv,
        "7z\xbc\xaf"sv, "\xff\xfe"sv, "\xfe\xff"sv, "SQLite format 3"sv, "RIFF"sv, "II*\0"sv, "MM\0*"sv, "GIF8"sv,
        "MZ"sv, "BEGIN:VC"sv, "bplist00"sv})
    if (bytes.starts_with(magic)) return true;
  return false;
}

// Text of one byte or two bytes a character: at most 1 in 32 bytes is something else.
bool is_plausible(std::string_view bytes) {
  if (has_magic(bytes)) return true;
  size_t odd = 0, zeros = 0, high = 0;
  for (char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    zeros += byte == 0;
    high += byte >= 0x80;
    odd += (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t' && byte != 0) || byte == 0x7f;
  }
  if (zeros >= bytes.size() / 3) return odd <= bytes.size() / 32 && zeros <= bytes.size() / 2 + 2;
  if (odd + zeros > bytes.size() / 32) return false;
  // Cut at the sample's end, the last character may be incomplete.
  return high == 0 || is_utf8(bytes) || is_utf8(bytes.substr(0, bytes.size() - 1)) ||
         is_utf8(bytes.substr(0, bytes.size() - 2)) || is_utf8(bytes.substr(0, bytes.size() - 3));
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - least;
  if (begin < from || (begin > 0 && values[bytes[begin - 1]] != none)) return;
  if (!is_mixed(bytes.subspan(begin, least))) return;
  std::vector<uint8_t> decoded;
  size_t end = run_end(bytes, begin);
  const size_t line = end - begin;
  if (line % 4 == 1 || (line <= longest_line && continues_a_block(bytes, begin, line))) return;

  Quanta first(decoded);
  first.add(bytes.subspan(begin, least));
  if (!is_plausible(as_text(decoded))) return;
  decoded.clear();
  Quanta quanta(decoded);
  const size_t most_signs = out.room() / 3 * 4;
  quanta.add(bytes.subspan(begin, std::min(line, most_signs)));
  // Further lines: as long as the first; a shorter one is the last.
  for (size_t more = line;
       line <= longest_line && line % 4 == 0 && more == line && decoded.size() + line <= out.room();) {
    const size_t next = end + break_at(bytes, end);
    if (next == end) break;
    const size_t next_end = run_end(bytes, next);
    more = next_end - next;
    if (more == 0 || more > line) break;
    // A shorter line of letters alone may be the text that follows; padding or four signs a group tell.
    if (more < line && more % 4 != 0 && (next_end == bytes.size() || bytes[next_end] != '=')) break;
    quanta.add(bytes.subspan(next, more));
    end = next_end;
  }
  while (end < bytes.size() && bytes[end] == '=' && end < begin + line * 2 + decoded.size() * 2) ++end;
  if (!is_plausible(as_text(Bytes(decoded)).substr(0, sample))) return;
  if (decoded.size() > out.room()) decoded.resize(out.room());
  out.layer("BASE64", begin, end - begin, std::move(decoded));
}

}  // namespace

extern const Decoder base64_decoder;
const Decoder base64_decoder{"BASE64", "base64 of text or of known formats, in one line or many", patterns, on_hit};

}  // namespace weft::scan
