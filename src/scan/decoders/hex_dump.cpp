// DUMP: bytes as programs show them to people, which cut every word at a line's end:
//
//   xxd           00000000: 616e 6e61 4065 7861 6d70 6c65 2e63 6f6d  anna@example.com
//   hexdump -C    00000000  61 6e 6e 61 40 65 78 61  6d 70 6c 65 2e 63 6f 6d  |anna@example.com|
//   od            000000 61 6e 6e 61 40 65 78 61 6d 70 6c 65 2e 63 6f 6d  >anna@example.com<
//   tcpdump -X    	0x0000:  616e 6e61 4065 7861 6d70 6c65 2e63 6f6d  anna@example.com
//   Wireshark     0000  61 6e 6e 61 40 65 78 61 6d 70 6c 65 2e 63 6f 6d   anna@example.com
//
// A line is an offset and whole bytes, in groups of any size; a dump is three lines or more whose offsets go on by what
// the line before holds, all of one length but the last. A line "*" stands for lines like the one above it. What such
// lines say themselves are pieces of what the layer says; but what stands beside the bytes and is not the same in
// letters is read where it lies: remarks, and the letters of "xxd -e", which turns the bytes of each group around.
//
// False positives: offsets that go on like that are nothing else. Lines of disassemblers have different lengths.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "scan/decoders/lettered.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

// The end of an offset of a multiple of 256, and eight bytes: most lines of a dump are not looked at.
constexpr Pattern patterns[] = {{R"([0-9A-Fa-f]00: {1,2}(?:[0-9A-Fa-f]{2} ?){7}[0-9A-Fa-f]{2})", 0, 0},
                                {R"([0-9A-Fa-f]00 {1,3}(?:[0-9A-Fa-f]{2} ?){7}[0-9A-Fa-f]{2})", 0, 0}};
constexpr uint64_t hit_at = 256;

constexpr size_t longest_before = 64;  // of a line, in front of its eighth byte
constexpr size_t longest_behind = 512, most_bytes = 64, least_bytes = 8, least_lines = 3;
constexpr size_t most_repeated = 64 * KiB;  // bytes that a "*" may stand for

struct Line {
  uint64_t offset = 0;
  std::array<uint8_t, most_bytes> bytes{};
  size_t size = 0;
  size_t beside = 0;  // where the last byte ends
  size_t next = 0;    // where the next line begins
  Bytes shown() const { return Bytes(bytes).first(size); }
};

bool is_blank(uint8_t c) {
  return c == ' ' || c == '\t';
}

// -1: no hexadecimal digit.
int digit_at(Bytes bytes, size_t at) {
  if (at >= bytes.size()) return -1;
  const int c = bytes[at] | 0x20;
  return is_digit(bytes[at]) ? bytes[at] - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_pair(Bytes bytes, size_t at) {
  return digit_at(bytes, at) >= 0 && digit_at(bytes, at + 1) >= 0;
}

size_t behind_blanks(Bytes bytes, size_t at, size_t most) {
  const size_t end = std::min(bytes.size(), at + most);
  while (at < end && is_blank(bytes[at])) ++at;
  return at;
}

// Where the byte behind the one that ends at `at` is; `at` when that was the last. One blank may stand between groups,
// two in the middle of sixteen bytes.
size_t next_pair(Bytes bytes, size_t at, size_t read) {
  constexpr size_t half = 8, alone = 3;  // a byte that stands alone, with its blank
  if (is_pair(bytes, at) || at + 1 >= bytes.size() || bytes[at] != ' ') return at;
  if (is_pair(bytes, at + 1)) return at + 1;
  const bool middle = read == half && bytes[at - alone] == ' ' && bytes[at + 1] == ' ' && is_pair(bytes, at + 2) &&
                      digit_at(bytes, at + 4) < 0;
  return middle ? at + 2 : at;
}

// The line that begins at `at`. Its offset may stand behind blanks and "0x".
bool read_line(Bytes bytes, size_t at, Line& line) {
  constexpr size_t fewest_digits = 4, most_digits = 16, most_blanks = 16;
  at = behind_blanks(bytes, at, most_blanks);
  if (digit_at(bytes, at) == 0 && at + 1 < bytes.size() && bytes[at + 1] == 'x') at += 2;
  const size_t digits = at;
  line.offset = 0, line.size = 0;
  for (; at - digits < most_digits && digit_at(bytes, at) >= 0; ++at)
    line.offset = line.offset << 4 | uint64_t(digit_at(bytes, at));
  if (at - digits < fewest_digits) return false;
  if (at < bytes.size() && bytes[at] == ':') ++at;
  const size_t blanks = at;
  at = behind_blanks(bytes, at, 3);
  if (at == blanks || !is_pair(bytes, at)) return false;
  for (size_t next = at; line.size < most_bytes && is_pair(bytes, next); next = next_pair(bytes, at, line.size)) {
    line.bytes[line.size++] = uint8_t(digit_at(bytes, next) << 4 | digit_at(bytes, next + 1));
    at = next + 2;
  }
  if (at < bytes.size() && !is_blank(bytes[at]) && bytes[at] != '\r' && bytes[at] != '\n') return false;
  const std::string_view rest = as_text(bytes.subspan(at, std::min(longest_behind, bytes.size() - at)));
  const size_t end = rest.find('\n');
  line.beside = at;
  line.next = at + (end == std::string_view::npos ? rest.size() : end + 1);
  return true;
}

// Where the line begins that ends there, or goes on behind it.
size_t line_begin(Bytes bytes, size_t end, size_t longest) {
  const size_t floor = end - std::min(end, longest);
  while (end > floor && bytes[end - 1] != '\n') --end;
  return end;
}

// The line above, if it is of the same dump.
bool line_above(Bytes bytes, size_t begin, const Line& line, size_t& above_begin, Line& above) {
  if (begin == 0) return false;
  above_begin = line_begin(bytes, begin - 1, longest_behind);
  return read_line(bytes, above_begin, above) && above.next == begin && above.size >= least_bytes &&
         above.offset + above.size == line.offset;
}

// From the line that was hit back to the first of its dump. False when that is another hit's. Both are judged by what
// stands right there, so that all pages agree.
bool find_first(Bytes bytes, size_t& begin, Line& line) {
  const uint64_t hit = line.offset;
  Line above;
  for (size_t above_begin = 0; line_above(bytes, begin, line, above_begin, above); begin = above_begin, line = above)
    if (above.offset % hit_at == 0 || hit - above.offset >= hit_at) return false;
  return true;
}

// Whether what stands beside a line's bytes is those bytes in letters, or nothing.
bool is_shown_beside(Bytes bytes, const Line& line) {
  const auto add = [](std::string& out, uint8_t c) {
    if (!is_blank(c) && c != '\r' && c != '\n') out += char(c);
  };
  std::string beside, letters;
  for (const uint8_t c : bytes.subspan(line.beside, line.next - line.beside)) add(beside, c);
  for (const uint8_t c : line.shown()) add(letters, c < ' ' || c >= 0x7f ? '.' : c);
  return beside.empty() || beside == letters || beside == "|" + letters + "|" || beside == ">" + letters + "<";
}

// What stands behind "*", or `at` when that is not there.
size_t behind_star(Bytes bytes, size_t at) {
  if (at >= bytes.size() || bytes[at] != '*') return at;
  const size_t end = at + 1 + break_at(bytes, at + 1);
  return end > at + 1 ? end : at;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  size_t begin = line_begin(bytes, hit.end, longest_before);
  Line line;
  if (begin < from || !read_line(bytes, begin, line) || line.size < least_bytes || !find_first(bytes, begin, line))
    return;
  std::vector<uint8_t> dumped;
  std::vector<std::pair<size_t, size_t>> said;
  const size_t width = line.size;
  size_t lines = 0, line_at = begin, end = begin;
  while (dumped.size() + line.size <= out.room()) {
    const Bytes shown = line.shown();
    dumped.insert(dumped.end(), shown.begin(), shown.end());
    ++lines, end = line.next;
    said.emplace_back(line_at, is_shown_beside(bytes, line) ? line.next : line.beside);
    const size_t next_begin = behind_star(bytes, end);
    Line next;
    if (line.size < width || !read_line(bytes, next_begin, next) || next.size > width) break;
    const uint64_t skipped = next.offset - line.offset - width;
    if (skipped % width != 0 || skipped > (next_begin > end ? std::min(most_repeated, out.room() - dumped.size()) : 0))
      break;
    for (uint64_t i = 0; i < skipped; i += width) dumped.insert(dumped.end(), shown.begin(), shown.end());
    line = next, line_at = next_begin;
  }
  if (lines < least_lines) return out.in_vain(begin, dumped.size());
  out.layer("DUMP", begin, end - begin, std::move(dumped));
  for (const auto& [first, last] : said) out.says_all(first, last);
}

}  // namespace

extern const Decoder hex_dump_decoder;
const Decoder hex_dump_decoder{"DUMP", "bytes shown in hexadecimal lines by xxd, hexdump, od, tcpdump, Wireshark",
                               patterns, on_hit};

}  // namespace weft::scan
