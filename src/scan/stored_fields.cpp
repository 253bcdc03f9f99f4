// Contents that lie as they are between heads: members of zips that are stored (APPNOTE.TXT, 4.3.7), as small files
// mostly are, and bodies in Chromium's Simple cache (net/disk_cache/simple/simple_entry_format.h). A name stands right
// in front of the content, and the next head right behind it.
#include <algorithm>
#include <array>
#include <string_view>

#include "base/bytes.h"
#include "scan/field_sources.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

using namespace std::string_view_literals;

// A content that is larger is shown by itself as far as its first and its last lines only.
constexpr size_t small = 32 * KiB, part = 16 * KiB;

// What has fields of its own, or members, is looked at by itself.
bool has_structure(std::string_view content) {
  constexpr std::array magics{"SQLite format 3\0"sv, "bplist00"sv, "ElfFile\0"sv, "PK\3\4"sv};
  return std::any_of(magics.begin(), magics.end(), [&](std::string_view magic) { return content.starts_with(magic); });
}

bool ends_line(char c) {
  return c == '\n' || c == '\0';
}

// Where the content ends that begins there and has `magic` behind it; npos: not in reach.
size_t end_by(std::string_view text, std::string_view magic, size_t begin, Work& work) {
  const size_t looked_at = std::min(work.left, small);
  const size_t end = text.substr(0, std::min(text.size(), begin + looked_at)).find(magic, begin);
  if (end == std::string_view::npos) work.left -= looked_at;
  return end;
}

// The content of text[begin, end), which may reach beyond the text. Gives where to look on.
size_t add_content(std::string_view text, size_t begin, size_t end, Fields::Lists& out) {
  if (begin >= text.size() || has_structure(text.substr(begin))) return begin;
  if (end <= text.size() && end - begin <= small) {
    out.stretch(begin, end);
    out.field(begin, end);
    return end;
  }
  size_t first = std::min({begin + part, end, text.size()});
  while (first > begin && !ends_line(text[first - 1])) --first;
  if (first > begin) {
    out.stretch(begin, first);
    out.field(begin, first);
  }
  if (end > text.size()) return std::max(begin, first);
  size_t last = std::max(first, end - std::min(end, part));
  while (last < end && !ends_line(text[last])) ++last;
  if (last < end) {
    out.stretch(last, end);
    out.field(last, end);
  }
  return end;
}

}  // namespace

size_t find_zip_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out) {
  constexpr size_t head = 30, longest_name = 1024;
  constexpr uint16_t enciphered = 1, sizes_behind = 8;
  if (at + head > text.size()) return 0;
  const uint64_t flags = little(text, at + 6, 2), packed = little(text, at + 18, 4),
                 unpacked = little(text, at + 22, 4), name = little(text, at + 26, 2), extra = little(text, at + 28, 2);
  const size_t content = at + head + size_t(name + extra);
  if (little(text, at + 8, 2) != 0 || little(text, at + 4, 1) > 63 || (flags & enciphered) || name == 0 ||
      name > longest_name || content > text.size() || packed != unpacked || packed == 0xffffffff)
    return 0;
  const std::string_view named = text.substr(at + head, name);
  if (std::any_of(named.begin(), named.end(), [](char c) { return uint8_t(c) < 0x20; })) return 0;
  size_t end = content + size_t(packed);
  if (packed == 0 && (flags & sizes_behind)) {  // a descriptor stands behind the content
    end = end_by(text, "PK\7\x8", content, work);
    if (end == std::string_view::npos || little(text, end + 8, 4) != end - content) return 0;
  }
  out.stretch(at, content);
  out.field(at + head, at + head + size_t(name));
  return add_content(text, content, end, out);
}

size_t find_cache_fields(std::string_view text, size_t at, Work& work, Fields::Lists& out) {
  constexpr size_t head = 24, longest_key = 16 * KiB;
  constexpr std::string_view end_magic = "\xd8\x41\x0d\x97\x45\x6f\xfa\xf4";
  const uint64_t version = little(text, at + 8, 4), key = little(text, at + 12, 4);
  const size_t body = at + head + size_t(key);
  if (version == 0 || version > 32 || key == 0 || key > longest_key || body > text.size()) return 0;
  const size_t end = end_by(text, end_magic, body, work);
  out.stretch(at, body);
  out.field(at + head, body);
  return add_content(text, body, end == std::string_view::npos ? text.size() + 1 : end, out);
}

}  // namespace weft::scan
