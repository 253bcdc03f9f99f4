// UU and YENC: how files were posted before MIME, and still are in news groups. uuencode (POSIX 1003.1): "begin", mode
// and name, lines that begin with their size, "end". yEnc (version 1.3): "=ybegin", then each byte with 42 added, four
// of them escaped, "=yend". A file that is cut gives the lines it has.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "scan/decoders/lettered.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr size_t longest_header = 300;

// Where the line that holds `at` ends and the next begins; nothing when that is farther than longest_header.
struct LineEnd {
  size_t end = 0, next = 0;
};
LineEnd line_end(Bytes bytes, size_t at) {
  const std::string_view rest = as_text(bytes).substr(at, longest_header);
  const size_t newline = rest.find('\n');
  if (newline == std::string_view::npos) return {};
  const bool wide = newline > 0 && rest[newline - 1] == '\r';
  return {at + newline - wide, at + newline + 1};
}

// Behind a line break, or behind what was never written: of a lost file.
bool begins_line(Bytes bytes, size_t begin) {
  return begin == 0 || bytes[begin - 1] == '\n' || bytes[begin - 1] == 0;
}

constexpr Pattern uu_patterns[] = {{"begin [0-7]{3} [!-~]", 0, 0}};

// One line; false when it is none.
bool add_uu_line(Bytes line, std::vector<uint8_t>& out) {
  auto value = [](uint8_t c) { return uint32_t(c - 0x20) & 63; };
  for (uint8_t c : line)
    if (c < 0x20 || c > 0x60) return false;
  if (line.empty()) return false;
  const size_t size = value(line[0]);
  // Spaces at the end may have been lost; a checksum may follow.
  if (size == 0 || line.size() > 1 + (size + 2) / 3 * 4 + 2) return false;
  auto sign = [&](size_t i) { return i < line.size() ? value(line[i]) : 0; };
  for (size_t i = 0; i < size; ++i) {
    const size_t at = 1 + i / 3 * 4;
    const uint32_t bits = sign(at) << 18 | sign(at + 1) << 12 | sign(at + 2) << 6 | sign(at + 3);
    out.push_back(uint8_t(bits >> (16 - 8 * (i % 3))));
  }
  return true;
}

void on_uu(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = as_text(bytes).rfind("begin ", hit.end - 1);
  if (begin == std::string_view::npos || begin < from || !begins_line(bytes, begin)) return;
  LineEnd line = line_end(bytes, hit.end);
  std::vector<uint8_t> decoded;
  size_t end = line.next, first = 0;
  while (line.next != 0 && decoded.size() + 64 <= out.room()) {
    const size_t start = line.next;
    line = line_end(bytes, start);
    const size_t stop = line.next != 0 ? line.end : std::min(bytes.size(), start + longest_header);
    const size_t before = decoded.size();
    if (!add_uu_line(bytes.subspan(start, stop - start), decoded)) break;
    // All lines but the last are as long as the first.
    if (first == 0) first = decoded.size() - before;
    end = stop;
    if (decoded.size() - before != first) break;
  }
  if (decoded.size() < 3) return;
  out.layer("UU", begin, end - begin, std::move(decoded));
}

constexpr Pattern yenc_patterns[] = {{"=ybegin ", 0, 0}};

void on_yenc(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - 8;
  if (begin < from || !begins_line(bytes, begin)) return;
  const LineEnd header = line_end(bytes, hit.end);
  if (header.next == 0 || as_text(bytes).substr(hit.end, header.end - hit.end).find("name=") == std::string_view::npos)
    return;
  size_t at = header.next;
  if (as_text(bytes).substr(at, 7) == "=ypart ") {
    const LineEnd part = line_end(bytes, at);
    if (part.next == 0) return;
    at = part.next;
  }
  std::vector<uint8_t> decoded;
  for (; at < bytes.size() && decoded.size() < out.room(); ++at) {
    uint8_t c = bytes[at];
    if (c == '\r' || c == '\n') continue;
    if (c == 0) break;  // never written: the end of what is left of it
    if (c == '=') {
      if (++at == bytes.size() || bytes[at] == 'y') break;
      c = uint8_t(bytes[at] - 64);
    }
    decoded.push_back(uint8_t(c - 42));
  }
  if (decoded.empty()) return;
  out.layer("YENC", begin, std::min(at, bytes.size()) - begin, std::move(decoded));
}

}  // namespace

extern const Decoder uuencode_decoder, yenc_decoder;
const Decoder uuencode_decoder{"UU", "uuencoded files", uu_patterns, on_uu};
const Decoder yenc_decoder{"YENC", "yEnc files of news groups", yenc_patterns, on_yenc};

}  // namespace weft::scan
