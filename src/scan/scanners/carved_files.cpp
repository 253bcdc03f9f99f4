// Files in raw bytes whose length their own structure tells: PDF (ISO 32000, from the header to the last %%EOF that
// belongs to it), OLE compound files ([MS-CFB], by the last sector that is in use), zip (APPNOTE, from the first member
// to the end record), ISO base media such as MP4, MOV and HEIC (ISO/IEC 14496-12, by its boxes), ELF (by its tables),
// PE ([MS-PE-COFF], by its sections), SQLite databases (by the page count in the header).
//
// False positives: eight fixed bytes (OLE, SQLite) still need a header without contradictions; PE needs its MZ header
// to point to it; a zip needs a member whose name and sizes hold; MP4 needs a second known box behind the first.
// A PDF and a zip are walked, each walk ends where the bytes stop being what they claim to be, what was walked is the
// feature, and the next walk begins behind it: so the cost stays linear, whatever the bytes are. The others' lengths
// are read from their headers, and the feature is the header alone: it must not hide what lies where the rest should
// be.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

using namespace std::string_view_literals;

enum : uint32_t { ole, media, elf, pe, sqlite };
constexpr size_t head = 16;

bool is_space(char c) {
  return c == ' ' || c == '\r' || c == '\n' || c == '\t' || c == '\0';
}

// A file of so many bytes by its own account.
void put(Sink& sink, std::string_view text, std::string_view kind, size_t begin, uint64_t size, std::string_view what) {
  const bool all = size <= text.size() - begin;
  sink.feature(kind, fmt::format("{} bytes by its header{}, {}", size, all ? "" : ", not all of them seen", what),
               begin, begin + head);
}

// Behind the end mark goes an update on with objects or a cross-reference table, or nothing of this file.
bool is_update(std::string_view text, size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  if (text.substr(at, 4) == "xref" || text.substr(at, 1) == "%") return text.substr(at, 5) != "%PDF-";
  size_t digits = 0;
  while (digits < 10 && at + digits < text.size() && is_digit(text[at + digits])) ++digits;
  return digits > 0 && text.substr(at + digits, 2).starts_with(' ') &&
         is_digit(text[std::min(text.size() - 1, at + digits + 1)]);
}

void on_pdf(std::string_view text, size_t begin, Sink& sink) {
  const std::string version(text.substr(begin + 5, 3));
  size_t end = 0;
  for (size_t at = begin + 8; (at = text.find('%', at)) != std::string_view::npos; ++at) {
    if (text.substr(at, 5) == "%PDF-") break;
    if (text.substr(at, 5) != "%%EOF") continue;
    end = at + 5;
    if (end < text.size() && text[end] == '\r') ++end;
    if (end < text.size() && text[end] == '\n') ++end;
    if (!is_update(text, end)) break;
  }
  if (end > 0)
    return sink.feature("carved_pdf", fmt::format("{}, version {}", whole(end - begin), version), begin, end);
  // Without an end: a header is no file unless an object follows it.
  if (text.substr(begin, 1024).find(" obj") == std::string_view::npos) return;
  sink.feature("carved_pdf", fmt::format("no end found, version {}", version), begin, begin + 8);
}

void on_ole(std::string_view text, size_t begin, Sink& sink) {
  const auto major = little(text, begin + 26, 2), shift = little(text, begin + 30, 2);
  if (little(text, begin + 28, 2) != 0xfffe || !((major == 3 && shift == 9) || (major == 4 && shift == 12)) ||
      little(text, begin + 32, 2) != 6)
    return;
  const size_t sector = size_t(1) << shift, tables = little(text, begin + 44, 4);
  if (tables == 0 || tables > (1u << 20)) return;
  // The last of the allocation tables that the header itself names says which sector is the last.
  const size_t last = std::min<size_t>(tables, 109) - 1;
  const uint64_t table = begin + (uint64_t(little(text, begin + 76 + 4 * last, 4)) + 1) * sector;
  size_t used = 0;
  if (tables <= 109 && table + sector <= text.size())
    for (size_t i = sector / 4; i-- > 0 && used == 0;)
      if (little(text, size_t(table) + 4 * i, 4) != 0xffffffff) used = i + 1;
  const std::string version = fmt::format("version {}", major);
  if (used == 0)
    return sink.feature("carved_ole",
                        fmt::format("at most {} bytes, {}", (tables * (sector / 4) + 1) * sector, version), begin,
                        begin + head);
  put(sink, text, "carved_ole", begin, (last * (sector / 4) + used + 1) * sector, version);
}

// What kind of document the first member makes of it.
std::string_view zip_type(std::string_view name, std::string_view content) {
  if (name == "[Content_Types].xml" || name == "_rels/.rels") return "office document";
  if (name == "mimetype") return content.starts_with("application/epub") ? "EPUB" : "OpenDocument";
  if (name.starts_with("META-INF/")) return "Java archive";
  if (name == "AndroidManifest.xml") return "Android package";
  return "archive";
}

// Behind the data of a member whose sizes stand behind them. Not beyond the next member, so that walks do not overlap.
size_t behind_data(std::string_view text, size_t at) {
  for (; (at = text.find("PK"sv, at)) != std::string_view::npos; ++at) {
    const std::string_view signature = text.substr(at, 4);
    if (signature == "PK\3\4" || signature == "PK\1\2") break;
    if (signature == "PK\7\10"sv) return at + (little(text, at + 16, 2) == 0x4b50 ? 16 : 24);
  }
  return std::string_view::npos;
}

void on_zip(std::string_view text, size_t begin, Sink& sink) {
  size_t at = begin, seen = begin, members = 0, listed = 0;  // seen: the end of what certainly belongs to it
  std::string_view type;
  while (at + 30 <= text.size()) {
    const std::string_view signature = text.substr(at, 4);
    if (signature == "PK\3\4") {
      const size_t name = little(text, at + 26, 2), data = at + 30 + name + little(text, at + 28, 2);
      const auto packed = little(text, at + 18, 4);
      if (listed > 0 || name == 0 || name > 1024 || little(text, at + 8, 2) > 99 || data > text.size()) break;
      if (members++ == 0) type = zip_type(text.substr(at + 30, name), text.substr(data, 32));
      seen = data;
      const bool sized = packed != 0 || (little(text, at + 6, 2) & 8) == 0;
      at = sized ? data + size_t(packed) : behind_data(text, data);
      if (at == std::string_view::npos) break;
    } else if (signature == "PK\1\2" && members > 0) {
      at += 46 + little(text, at + 28, 2) + little(text, at + 30, 2) + little(text, at + 32, 2);
      ++listed;
    } else if (listed > 0 && (signature == "PK\6\6" || signature == "PK\6\7")) {
      at += signature == "PK\6\7" ? 20 : 12 + size_t(std::min<uint64_t>(little(text, at + 4, 8), 1 << 16));
    } else {
      break;
    }
  }
  if (members == 0) return;
  const bool entire = listed > 0 && at < text.size() && text.size() - at >= 22 && text.substr(at, 4) == "PK\5\6";
  const size_t end = entire ? std::min(text.size(), at + 22 + little(text, at + 20, 2)) : seen;
  sink.feature("carved_zip",
               fmt::format("{}, {} of {} members", entire ? whole(end - begin) : cut_short(end - begin), type, members),
               begin, end);
}

void on_media(std::string_view text, size_t begin, Sink& sink) {
  static constexpr std::array<std::string_view, 16> known{"ftyp", "moov", "mdat", "free", "skip", "wide",
                                                          "uuid", "pnot", "meta", "mfra", "moof", "sidx",
                                                          "styp", "pdin", "udta", "idat"};
  uint64_t at = begin;
  size_t boxes = 0;
  while (at + 8 <= text.size()) {
    uint64_t size = big(text, size_t(at), 4);
    const std::string_view type = text.substr(size_t(at) + 4, 4);
    if (std::find(known.begin(), known.end(), type) == known.end() || (boxes > 0 && type == "ftyp") || boxes == 64)
      break;
    if (size == 1) size = big(text, size_t(at) + 8, 8);
    if (size < 8 || size > (uint64_t(1) << 44)) break;
    at += size, ++boxes;
  }
  if (boxes < 2) return;
  put(sink, text, "carved_media", begin, at - begin, fmt::format("brand {}", text.substr(begin + 8, 4)));
}

void on_elf(std::string_view text, size_t begin, Sink& sink) {
  const bool wide = text[begin + 4] == 2, swapped = text[begin + 5] == 2;
  auto number = [&](size_t at, size_t width) {
    return swapped ? big(text, begin + at, width) : little(text, begin + at, width);
  };
  const auto type = number(16, 2), machine = number(18, 2);
  const size_t header = wide ? 64 : 52, section = wide ? 64 : 40, segment = wide ? 56 : 32;
  if (type == 0 || type > 4 || machine == 0 || machine > 300 || number(20, 4) != 1 ||
      number(wide ? 52 : 40, 2) != header)
    return;
  const uint64_t sections = number(wide ? 40 : 32, wide ? 8 : 4), segments = number(wide ? 32 : 28, wide ? 8 : 4);
  const uint64_t section_count = number(wide ? 60 : 48, 2), segment_count = number(wide ? 56 : 44, 2);
  const auto section_size = number(wide ? 58 : 46, 2), segment_size = number(wide ? 54 : 42, 2);
  if ((section_count > 0 && section_size != section) || (segment_count > 0 && segment_size != segment)) return;
  if (segments > (1u << 30) || sections > (1u << 30) || (section_count == 0 && segment_count == 0)) return;
  uint64_t size = section_count > 0 ? sections + section_count * section : 0;
  for (uint64_t i = 0; i < std::min<uint64_t>(segment_count, 64); ++i) {
    const size_t at = size_t(segments + i * segment);
    size = std::max(size, number(at + (wide ? 8 : 4), wide ? 8 : 4) + number(at + (wide ? 32 : 16), wide ? 8 : 4));
  }
  if (size < header || size > (uint64_t(1) << 32)) return;
  static constexpr std::array<std::string_view, 5> types{"", "object", "program", "library or program", "core dump"};
  put(sink, text, "carved_elf", begin, size,
      fmt::format("{}, {} bit, machine {}", types[type], wide ? 64 : 32, machine));
}

void on_pe(std::string_view text, size_t at, Sink& sink) {
  // Linkers put the header at a multiple of eight, within the first kilobyte.
  size_t begin = at;
  for (size_t back = 0x40; back <= 0x400 && back <= at; back += 8)
    if (text[at - back] == 'M' && text[at - back + 1] == 'Z' && little(text, at - back + 60, 4) == back) {
      begin = at - back;
      break;
    }
  if (begin == at) return;
  const size_t count = little(text, at + 6, 2), optional = little(text, at + 20, 2), table = at + 24 + optional;
  const auto magic = little(text, at + 24, 2);
  if (count == 0 || count > 96 || (magic != 0x10b && magic != 0x20b) || optional < 96) return;
  uint64_t size = table - begin + 40 * count;
  for (size_t i = 0; i < count; ++i)
    size = std::max(size, little(text, table + 40 * i + 20, 4) + little(text, table + 40 * i + 16, 4));
  // Signatures stand behind the sections.
  const size_t directory = at + 24 + (magic == 0x10b ? 96 : 112);
  if (little(text, directory - 4, 4) > 4)
    size = std::max(size, little(text, directory + 32, 4) + little(text, directory + 36, 4));
  if (size > (uint64_t(1) << 31)) return;
  const auto flags = little(text, at + 22, 2);
  const auto machine = little(text, at + 4, 2);
  const auto built = from_seconds(int64_t(little(text, at + 8, 4)));
  put(sink, text, "carved_pe", begin, size,
      fmt::format("{} for {}, built {}", flags & 0x2000 ? "library" : "program",
                  machine == 0x8664   ? "x86-64"
                  : machine == 0x14c  ? "x86"
                  : machine == 0xaa64 ? "ARM 64"
                                      : "ARM",
                  built ? to_text(*built) : ""));
}

void on_sqlite(std::string_view text, size_t begin, Sink& sink) {
  size_t page = big(text, begin + 16, 2);
  if (page == 1) page = 65536;
  const auto write = big(text, begin + 18, 1), read = big(text, begin + 19, 1), encoding = big(text, begin + 56, 4);
  const auto schema = big(text, begin + 44, 4), root = big(text, begin + 100, 1);
  if (page < 512 || (page & (page - 1)) != 0 || write == 0 || write > 2 || read == 0 || read > 2 ||
      big(text, begin + 21, 3) != 0x402020 || encoding > 3 || schema > 4 || (root != 5 && root != 13))
    return;
  const uint64_t pages = big(text, begin + 28, 4);
  // The count holds only if the last writer knew of it.
  if (pages == 0 || big(text, begin + 24, 4) != big(text, begin + 92, 4))
    return sink.feature("carved_sqlite", fmt::format("length not told, pages of {} bytes", page), begin, begin + head);
  put(sink, text, "carved_sqlite", begin, pages * page, fmt::format("{} pages of {} bytes", pages, page));
}

template <void (*walk)(std::string_view, size_t, Sink&), size_t length>
void on_start(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end - length >= from) walk(text, hit.end - length, sink);
}

void on_header(std::string_view text, const Hit& hit, size_t, Sink& sink) {
  switch (hit.pattern) {
    case ole:
      return on_ole(text, hit.end - 8, sink);
    case media:
      return on_media(text, hit.end - 12, sink);
    case elf:
      return on_elf(text, hit.end - 7, sink);
    case pe:
      return on_pe(text, hit.end - 6, sink);
    default:
      return on_sqlite(text, hit.end - 16, sink);
  }
}

constexpr std::array<std::string_view, 1> pdf_kinds{"carved_pdf"}, zip_kinds{"carved_zip"};
constexpr std::array<std::string_view, 5> kinds{"carved_ole", "carved_media", "carved_elf", "carved_pe",
                                                "carved_sqlite"};
constexpr std::array pdf_patterns{Pattern{R"(%PDF-[12]\.[0-9])"}};
constexpr std::array zip_patterns{Pattern{R"(PK\x03\x04[\x00-\x63].)", dotall}};  // as the decoder has it
constexpr std::array patterns{
    Pattern{R"(\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1)", 0, ole},
    Pattern{R"(\x00\x00\x00[\x08-\x80]ftyp[ -~]{4})", dotall, media},
    Pattern{R"(\x7fELF[\x01\x02][\x01\x02]\x01)", dotall, elf},
    Pattern{R"(PE\x00\x00(?:\x64\x86|\x4c\x01|\xc4\x01|\xc0\x01|\x64\xaa))", dotall, pe},
    Pattern{R"(SQLite format 3\x00)", 0, sqlite},
};

constexpr std::array pdf_examples{
    Example{"%PDF-1.4 1 0 obj <<>> endobj %%EOF and text behind"sv, "carved_pdf", "34 bytes, whole, version 1.4"},
    Example{"%PDF-1.4 1 0 obj <<>> endobj %%EOF 2 0 obj 3 endobj %%EOF and text"sv, "carved_pdf",
            "57 bytes, whole, version 1.4"},
    Example{"the header is %PDF-1.4 and the end %% EOF"sv, "carved_pdf", ""},
};
constexpr std::array zip_examples{
    Example{"PK\3\4 is how members of a zip file begin, as said"sv, "carved_zip", ""},
};
constexpr std::array examples{
    Example{"\x7f"
            "ELF\2\1\1\0 is how programs begin\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv,
            "carved_elf", ""},
    Example{"PE\0\0\x64\x86 without MZ in front of it"sv, "carved_pe", ""},
    Example{"SQLite format 3\0 is how databases begin, and no more of one is here than its name"sv, "carved_sqlite",
            ""},
    Example{"\0\0\0\x18"
            "ftypisom\0\0\0\1isommp42 and nothing that is a box"sv,
            "carved_media", ""},
    Example{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 alone is no compound file, whatever else there may be"sv, "carved_ole",
            ""},
};

}  // namespace

extern const Scanner carved_pdf_scanner;
const Scanner carved_pdf_scanner{"carved_pdf",
                                 "carved_pdf: PDF documents, with their length, and whether they are whole",
                                 pdf_kinds,
                                 pdf_patterns,
                                 on_start<on_pdf, 8>,
                                 pdf_examples,
                                 64,
                                 1 << 20};
extern const Scanner carved_zip_scanner;
const Scanner carved_zip_scanner{
    "carved_zip",
    "carved_zip: zip archives and documents that are such, with their length, and whether they are whole",
    zip_kinds,
    zip_patterns,
    on_start<on_zip, 6>,
    zip_examples,
    64,
    1 << 20};
extern const Scanner carved_files_scanner;
const Scanner carved_files_scanner{"carved_files",
                                   "carved_ole, carved_media, carved_elf, carved_pe, carved_sqlite: documents, films, "
                                   "programs and databases, with the length their headers tell",
                                   kinds,
                                   patterns,
                                   on_header,
                                   examples,
                                   1088,
                                   1 << 20};

}  // namespace weft::scan
