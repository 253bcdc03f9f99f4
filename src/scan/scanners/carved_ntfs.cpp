// Records of NTFS in raw bytes: file records (FILE), index records (INDX), pages of $LogFile (RSTR, RCRD) and records
// of the change journal (USN_RECORD_V2 and V3), as Microsoft's [MS-FSCC] 2.3 and the Linux driver's layout.h describe
// them.
//
// False positives: a record of several sectors keeps the last two bytes of each in its update sequence array, and all
// of them must be there; a file record must hold a standard information attribute with times of this age, or a name. A
// journal record has no such seal: its length, version, name length, name, time and reason must all agree.
// The feature is the record's head; how long it is, is in its value.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

enum : uint32_t { file, index, restart, page, journal };
constexpr size_t head = 16;

struct Name {
  std::string name;
  bool dos = false;
  std::optional<Time> modified;
  uint64_t size = 0;
};

// Of a $FILE_NAME value; parent and times in front of it.
std::optional<Name> file_name(std::string_view bytes, size_t at) {
  const size_t length = little(bytes, at + 64, 1), space = little(bytes, at + 65, 1);
  if (length == 0 || space > 3) return std::nullopt;
  auto name = utf16_name(bytes, at + 66, 2 * length);
  const auto modified = file_time(little(bytes, at + 16, 8));
  if (!name || !modified) return std::nullopt;
  return Name{std::move(*name), space == 2, modified, little(bytes, at + 48, 8)};
}

void on_file(std::string_view text, size_t begin, Sink& sink) {
  const size_t size = little(text, begin + 28, 4), used = little(text, begin + 24, 4);
  if ((size != 1024 && size != 4096) || used > size || used < 56 || !fixups_hold(text, begin, size)) return;
  const std::string record = without_fixups(text.substr(begin, size));
  const auto flags = little(record, 22, 2);
  std::optional<Name> name;
  std::optional<Time> created, modified;
  size_t at = little(record, 20, 2);
  for (size_t attributes = 0; attributes < 64 && at + 16 <= used; ++attributes) {
    const auto type = little(record, at, 4), length = little(record, at + 4, 4);
    if (type == 0xffffffff || length < 24 || length > used - at || length % 8 != 0) break;
    const size_t value = at + little(record, at + 20, 2);
    if (type == 0x10 && record[at + 8] == 0)
      created = file_time(little(record, value, 8)), modified = file_time(little(record, value + 8, 8));
    if (type == 0x30 && record[at + 8] == 0)
      if (auto found = file_name(record, value); found && (!name || name->dos)) name = std::move(found);
    at += length;
  }
  if (!created && !name) return;
  sink.feature("carved_mft_record",
               fmt::format("{}, {}{}, {} bytes{}{}", name ? name->name : "no name", flags & 1 ? "in use" : "deleted",
                           flags & 2 ? ", directory" : "", size, created ? ", created " + to_text(*created) : "",
                           modified ? ", modified " + to_text(*modified) : ""),
               begin, begin + head);
}

void on_index(std::string_view text, size_t begin, Sink& sink) {
  const size_t size = 24 + little(text, begin + 32, 4), used = 24 + little(text, begin + 28, 4);
  if (size % 512 != 0 || size < 1024 || size > 8192 || used > size || !fixups_hold(text, begin, size)) return;
  const std::string record = without_fixups(text.substr(begin, size));
  size_t at = 24 + little(record, 24, 4), entries = 0;
  std::string first, last;
  while (at + 16 <= used && entries < 2048) {
    const size_t length = little(record, at + 8, 2), key = little(record, at + 10, 2);
    if (length < 16 || length > used - at) break;
    if (auto name = key >= 68 ? file_name(record, at + 16) : std::nullopt) {
      if (first.empty()) first = name->name;
      last = name->name;
    }
    if (little(record, at + 12, 2) & 2) break;  // the end entry has no key
    ++entries, at += length;
  }
  sink.feature(
      "carved_index_record",
      fmt::format("{} bytes, {} entries{}", size, entries, first.empty() ? "" : fmt::format(", {} to {}", first, last)),
      begin, begin + head);
}

void on_log(std::string_view text, size_t begin, bool is_restart, Sink& sink) {
  const size_t size = is_restart ? little(text, begin + 16, 4) : 512 * (little(text, begin + 6, 2) - 1);
  if (size < 512 || size > 65536 || size % 512 != 0 || !fixups_hold(text, begin, size)) return;
  const auto number = little(text, begin + 8, 8);
  sink.feature("carved_log_page",
               is_restart ? fmt::format("restart page, {} bytes", size)
                          : fmt::format("record page, {} bytes, last sequence number {}", size, number),
               begin, begin + head);
}

std::string reasons(uint64_t bits) {
  static constexpr std::array<std::pair<uint32_t, std::string_view>, 12> names{{{0x100, "created"},
                                                                                {0x200, "deleted"},
                                                                                {0x1000, "renamed from"},
                                                                                {0x2000, "renamed to"},
                                                                                {0x1, "overwritten"},
                                                                                {0x2, "extended"},
                                                                                {0x4, "truncated"},
                                                                                {0x800, "security changed"},
                                                                                {0x8000, "attributes changed"},
                                                                                {0x10000, "link changed"},
                                                                                {0x200000, "stream changed"},
                                                                                {0x80000000, "closed"}}};
  std::string out;
  for (const auto& [bit, name] : names)
    if (bits & bit) out += (out.empty() ? "" : " + ") + std::string(name);
  return out.empty() ? fmt::format("reason {:#x}", bits) : out;
}

// The pattern ends behind the place of the name, 60 bytes (version 2) or 76 bytes into the record.
void on_journal(std::string_view text, size_t end, Sink& sink) {
  const size_t name_at = little(text, end - 2, 2);
  if (end < name_at) return;
  const size_t begin = end - name_at;
  const auto length = little(text, begin, 4), major = little(text, begin + 4, 2), minor = little(text, begin + 6, 2);
  if (minor != 0 || major != (name_at == 60 ? 2u : 3u)) return;
  const size_t more = name_at - 60, name_length = little(text, begin + 56 + more, 2);
  const auto time = file_time(little(text, begin + 32 + more, 8));
  const auto reason = little(text, begin + 40 + more, 4);
  if (length % 8 != 0 || length < name_at + name_length || length > name_at + name_length + 8 || !time || reason == 0 ||
      (reason & 0x7f000000) != 0)
    return;
  const auto name = utf16_name(text, begin + name_at, name_length);
  if (!name) return;
  const auto reference = little(text, begin + 8, 8);
  sink.feature("carved_usn_record",
               fmt::format("{}, {}, {}, file {}-{}, {} bytes", *name, reasons(reason), to_text(*time),
                           reference & 0xffffffffffff, reference >> 48, length),
               begin, begin + head);
}

void on_hit(std::string_view text, const Hit& hit, size_t, Sink& sink) {
  switch (hit.pattern) {
    case file:
      return on_file(text, hit.end - 6, sink);
    case index:
      return on_index(text, hit.end - 6, sink);
    case restart:
      return on_log(text, hit.end - 6, true, sink);
    case page:
      return on_log(text, hit.end - 6, false, sink);
    default:
      return on_journal(text, hit.end, sink);
  }
}

constexpr std::array<std::string_view, 4> kinds{"carved_mft_record", "carved_index_record", "carved_log_page",
                                                "carved_usn_record"};
constexpr std::array patterns{
    Pattern{R"(FILE[\x30\x2a]\x00)", 0, file},
    Pattern{R"(INDX\x28\x00)", 0, index},
    Pattern{R"(RSTR\x1e\x00)", 0, restart},
    Pattern{R"(RCRD\x28\x00)", 0, page},
    // Attributes' upper half, an even length of the name in bytes, its place.
    Pattern{R"(\x00\x00[\x02-\xfe][\x00\x01][\x3c\x4c]\x00)", dotall, journal},
};

using namespace std::string_view_literals;
constexpr std::array examples{
    Example{"`\x00\x00\x00\x02\x00\x00\x00!\x01\x00\x00\x00\x00\x03\x00\x05\x00\x00\x00\x00\x00\x05\x00"
            "\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\xd8\x1e\xa3\x9d\xd5\x01\x00\x01\x00\x80\x00\x00"
            "\x00\x00\x00\x01\x00\x00 \x00\x00\x00\x22\x00<\x00r\x00"
            "e\x00p\x00o\x00r\x00t\x00-\x00"
            "f"
            "\x00i\x00n\x00"
            "a\x00l\x00.\x00"
            "d\x00o\x00"
            "c\x00x\x00\x00\x00"sv,
            "carved_usn_record", "report-final.docx, created + closed, 2019-11-18T00:00:00Z, file 289-3, 96 bytes"},
    Example{"FILE0\0 and nothing of a record behind it, but for words that go on for more than a line or two"sv,
            "carved_mft_record", ""},
    Example{"INDX\x28\0\x09\0 without the ends of its sectors"sv, "carved_index_record", ""},
    Example{"RCRD\x28\0\x09\0 without the ends of its sectors"sv, "carved_log_page", ""},
    Example{"\0\0\x20\0\x3c\0r\0e\0p\0o\0r\0t\0 a name without its record"sv, "carved_usn_record", ""},
};

}  // namespace

extern const Scanner carved_ntfs_scanner;
const Scanner carved_ntfs_scanner{"carved_ntfs",
                                  "carved_mft_record, carved_index_record, carved_log_page, carved_usn_record: records "
                                  "of NTFS, with the names and times in them",
                                  kinds,
                                  patterns,
                                  on_hit,
                                  examples,
                                  96,
                                  1 << 17};

}  // namespace weft::scan
