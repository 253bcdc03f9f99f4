// Windows' structures in raw bytes: event logs (the file's header, and chunks of 64 KiB; checksums of both), shortcuts
// ([MS-SHLLINK]), prefetch files (SCCA, and compressed ones by their Huffman table), registry hives, bins and keys
// (checksum of the hive's header; the layout of key nodes), directories of FAT.
//
// False positives: what has a checksum must have the right one. A compressed prefetch file's 512 code lengths must make
// a whole code. A key needs a cell that can hold it, a time of this age, and a name in the characters keys have. A FAT
// directory is recognised by its first two entries, "." and "..", so roots are not; every entry behind must be one.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <zlib.h>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/structure.h"

namespace weft::scan {
namespace {

using namespace std::string_view_literals;

enum : uint32_t { log, chunk, shortcut, prefetch, packed, hive, bin, key, directory };
constexpr size_t head = 16;

uint32_t checksum(std::string_view text, size_t begin, size_t size, uint32_t so_far = 0) {
  return uint32_t(crc32(so_far, reinterpret_cast<const Bytef*>(text.data() + begin), uInt(size)));
}

void on_log(std::string_view text, size_t begin, Sink& sink) {
  if (begin + 128 > text.size() || little(text, begin + 32, 4) != 128 ||
      checksum(text, begin, 120) != little(text, begin + 124, 4))
    return;
  const auto chunks = little(text, begin + 42, 2);
  sink.feature("carved_evtx",
               fmt::format("{} bytes with {} chunks{}", 4096 + chunks * 65536, chunks,
                           little(text, begin + 120, 4) & 1 ? ", not closed" : ""),
               begin, begin + head);
}

void on_chunk(std::string_view text, size_t begin, Sink& sink) {
  constexpr size_t size = 65536;
  if (begin + 4096 > text.size() || little(text, begin + 40, 4) != 128) return;
  if (checksum(text, begin + 128, 384, checksum(text, begin, 120)) != little(text, begin + 124, 4)) return;
  const size_t used = little(text, begin + 48, 4), seen = std::min(size, text.size() - begin);
  std::string state = "cut short";
  if (used >= 512 && used <= seen)
    state = checksum(text, begin + 512, used - 512) == little(text, begin + 52, 4) ? "checksums right"
                                                                                   : "checksum of the events wrong";
  // All of it, so that the checksums of what lies in it are not tried as well; where it is damaged another may begin.
  sink.feature("carved_evtx_chunk",
               fmt::format("events {} to {}, {}", little(text, begin + 24, 8), little(text, begin + 32, 8), state),
               begin, begin + seen);
}

void on_shortcut(std::string_view text, size_t begin, Sink& sink) {
  const auto flags = little(text, begin + 20, 4);
  if ((flags >> 27) != 0 || little(text, begin + 66, 2) != 0 || little(text, begin + 68, 8) != 0) return;
  uint64_t at = begin + 76;
  if (flags & 1) at += 2 + little(text, size_t(at), 2);
  std::string target;
  if (flags & 2) {
    const uint64_t size = little(text, size_t(at), 4), local = little(text, size_t(at) + 16, 4);
    if (size < 28 || size > (1u << 16)) return;
    if (local != 0 && local < size && at + size <= text.size()) {
      const std::string_view path = text.substr(size_t(at + local), std::min<size_t>(1024, size_t(size - local)));
      target = printable(path.substr(0, path.find('\0')));
    }
    at += size;
  }
  for (uint32_t texts = 4; texts <= 0x40; texts <<= 1)
    if (flags & texts) at += 2 + little(text, size_t(at), 2) * (flags & 0x80 ? 2 : 1);
  for (int blocks = 0; blocks < 16 && little(text, size_t(at), 4) >= 8; ++blocks) {
    const auto size = little(text, size_t(at), 4);
    if ((little(text, size_t(at) + 4, 4) >> 16) != 0xa000) break;
    at += size;
  }
  const bool entire = at + 4 <= text.size() && little(text, size_t(at), 4) < 4;
  const size_t end = std::min<uint64_t>(text.size(), entire ? at + 4 : begin + 76);
  const auto written = file_time(little(text, begin + 44, 8));
  sink.feature("carved_lnk",
               fmt::format("{}{}{}", entire ? whole(end - begin) : "cut short", target.empty() ? "" : ", to " + target,
                           written ? ", written " + to_text(*written) : ""),
               begin, end);
}

void on_prefetch(std::string_view text, size_t begin, Sink& sink) {
  const auto version = little(text, begin, 4);
  const auto size = little(text, begin + 12, 4);
  if (little(text, begin + 8, 4) > 0x11 || size < 152 || size > (64u << 20)) return;
  size_t length = 0;
  while (length < 29 && little(text, begin + 16 + 2 * length, 2) != 0) ++length;
  const auto name = utf16_name(text, begin + 16, 2 * length);
  if (!name) return;
  sink.feature("carved_prefetch", fmt::format("{}, {} bytes, version {}", *name, size, version), begin,
               std::min(text.size(), begin + 84));
}

// MAM: the unpacked size, then [MS-XCA] 2.2: 512 lengths of codes, four bits each, which make a whole code.
void on_packed(std::string_view text, size_t begin, Sink& sink) {
  const auto size = little(text, begin + 4, 4);
  if (begin + 8 + 256 > text.size() || size < 152 || size > (64u << 20)) return;
  uint32_t sum = 0;
  for (size_t i = 0; i < 512; ++i) {
    const unsigned pair = uint8_t(text[begin + 8 + i / 2]), bits = i % 2 == 0 ? pair & 15 : pair >> 4;
    if (bits > 0) sum += 1u << (15 - bits);
    if (sum > 1u << 15) return;
  }
  if (sum != 1u << 15) return;
  sink.feature("carved_prefetch", fmt::format("compressed, unpacks to {} bytes", size), begin, begin + head);
}

void on_hive(std::string_view text, size_t begin, Sink& sink) {
  if (begin + 512 > text.size() || little(text, begin + 20, 4) != 1) return;
  uint32_t sum = 0;
  for (size_t at = 0; at < 508; at += 4) sum ^= uint32_t(little(text, begin + at, 4));
  sum = sum == 0 ? 1 : sum == 0xffffffff ? 0xfffffffe : sum;
  if (sum != little(text, begin + 508, 4)) return;
  size_t length = 0;
  while (length < 32 && little(text, begin + 48 + 2 * length, 2) != 0) ++length;
  const auto name = utf16_name(text, begin + 48, 2 * length);
  const auto written = file_time(little(text, begin + 12, 8));
  sink.feature("carved_registry_hive",
               fmt::format("{}, {} bytes{}{}", name ? *name : "no name", 4096 + little(text, begin + 40, 4),
                           written ? ", written " + to_text(*written) : "",
                           little(text, begin + 4, 4) != little(text, begin + 8, 4) ? ", not closed" : ""),
               begin, begin + head);
}

void on_bin(std::string_view text, size_t begin, Sink& sink) {
  const auto offset = little(text, begin + 4, 4), size = little(text, begin + 8, 4);
  if (offset % 4096 != 0 || size % 4096 != 0 || size == 0 || size > (1u << 26) || little(text, begin + 12, 8) != 0)
    return;
  // The first cell fits in.
  const auto cell = int32_t(uint32_t(little(text, begin + 32, 4)));
  const auto cell_size = uint64_t(cell < 0 ? -int64_t(cell) : int64_t(cell));
  if (cell_size < 8 || cell_size % 8 != 0 || cell_size > size - 32) return;
  sink.feature("carved_registry_bin", fmt::format("{} bytes, {} into the hive", size, offset), begin, begin + head);
}

void on_key(std::string_view text, size_t node, Sink& sink) {
  if (node < 4) return;
  const auto size = int32_t(uint32_t(little(text, node - 4, 4)));
  const auto cell = uint64_t(size < 0 ? -int64_t(size) : int64_t(size));
  const auto flags = little(text, node + 2, 2);
  const size_t length = little(text, node + 72, 2);
  const auto written = file_time(little(text, node + 4, 8));
  if (cell % 8 != 0 || cell < 80 + length || cell > 80 + length + 64 || length == 0 || length > 512 || !written ||
      (flags & 0xff00) != 0 || little(text, node + 20, 4) > (1u << 20) || little(text, node + 36, 4) > (1u << 20))
    return;
  std::string name;
  if (flags & 0x20) {
    name = text.substr(std::min(text.size(), node + 76), length);
    if (name.size() != length || std::any_of(name.begin(), name.end(), [](char c) { return uint8_t(c) < 0x20; }))
      return;
    name = printable(name);
  } else {
    const auto wide = utf16_name(text, node + 76, length);
    if (!wide) return;
    name = *wide;
  }
  sink.feature("carved_registry_key",
               fmt::format("{}, {}, written {}, {} keys, {} values", name, size < 0 ? "in use" : "deleted",
                           to_text(*written), little(text, node + 20, 4), little(text, node + 36, 4)),
               node - 4, node - 4 + head);
}

std::string short_name(std::string_view entry) {
  auto part = [&](size_t at, size_t size) {
    std::string_view out = entry.substr(at, size);
    while (!out.empty() && out.back() == ' ') out.remove_suffix(1);
    return std::string(out);
  };
  std::string name = part(0, 8), ending = part(8, 3);
  return name + (ending.empty() ? "" : "." + ending);
}

bool is_short_name(std::string_view entry) {
  return std::all_of(entry.begin() + 1, entry.begin() + 11, [](char c) {
    return uint8_t(c) >= 0x80 ||
           (c >= 0x20 && "\"*+,./:;<=>?[\\]|abcdefghijklmnopqrstuvwxyz"sv.find(c) == std::string_view::npos);
  });
}

void on_directory(std::string_view text, size_t begin, Sink& sink) {
  if (begin + 64 > text.size() || text.substr(begin + 32, 11) != "..         " ||
      !(uint8_t(little(text, begin + 43, 1)) & 0x10))
    return;
  std::string name;  // the pieces of a long one, in front of the short one
  for (size_t at = begin + 64, entries = 0; at + 32 <= text.size() && entries < 4096; at += 32, ++entries) {
    const std::string_view entry = text.substr(at, 32);
    const auto attributes = uint8_t(entry[11]);
    if (entry[0] == 0 || entry[0] == '.') return;
    if (attributes == 0x0f) {
      if (entry[12] != 0 || little(entry, 26, 2) != 0) return;
      std::string piece;
      for (size_t i = 1; i < 32; i += i == 9 ? 5 : i == 24 ? 4 : 2) {
        const auto unit = little(entry, i, 2);
        if (unit == 0 || unit == 0xffff) break;
        piece.append(entry.substr(i, 2));
      }
      name.insert(0, piece);
      continue;
    }
    const auto modified = dos_time(uint16_t(little(entry, 24, 2)), uint16_t(little(entry, 22, 2)));
    if ((attributes & 0xc8) != 0 || !modified || !is_short_name(entry)) return;
    const bool deleted = uint8_t(entry[0]) == 0xe5;
    const auto wide = utf16_name(name, 0, name.size());
    std::string shown = wide ? *wide : printable((deleted ? "_" + short_name(entry).substr(1) : short_name(entry)));
    sink.feature(
        "carved_fat_entry",
        fmt::format("{}{}, {}, modified {}", shown, deleted ? ", deleted" : "",
                    attributes & 0x10 ? "directory" : fmt::format("{} bytes", little(entry, 28, 4)), *modified),
        at, at + head);
    name.clear();
  }
}

void on_event_log(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end - 8 < from) return;
  hit.pattern == log ? on_log(text, hit.end - 8, sink) : on_chunk(text, hit.end - 8, sink);
}

void on_hit(std::string_view text, const Hit& hit, size_t, Sink& sink) {
  switch (hit.pattern) {
    case shortcut:
      return on_shortcut(text, hit.end - 20, sink);
    case prefetch:
      return on_prefetch(text, hit.end - 8, sink);
    case packed:
      return on_packed(text, hit.end - 4, sink);
    case hive:
      return on_hive(text, hit.end - 4, sink);
    case bin:
      return on_bin(text, hit.end - 4, sink);
    case key:
      return on_key(text, hit.end - 4, sink);
    default:
      return on_directory(text, hit.end - 12, sink);
  }
}

constexpr std::array<std::string_view, 2> log_kinds{"carved_evtx", "carved_evtx_chunk"};
constexpr std::array log_patterns{Pattern{R"(ElfFile\x00)", 0, log}, Pattern{R"(ElfChnk\x00)", 0, chunk}};
constexpr std::array<std::string_view, 6> kinds{"carved_lnk",          "carved_prefetch",     "carved_registry_hive",
                                                "carved_registry_bin", "carved_registry_key", "carved_fat_entry"};
constexpr std::array patterns{
    Pattern{R"(\x4c\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46)", 0, shortcut},
    Pattern{R"([\x11\x17\x1a\x1e\x1f]\x00\x00\x00SCCA)", 0, prefetch},
    Pattern{R"(MAM\x04)", 0, packed},
    Pattern{R"(regf)", 0, hive},
    Pattern{R"(hbin)", 0, bin},
    Pattern{R"((?:\xff\xff|\x00\x00)nk[\x00-\x7f]\x00)", dotall, key},
    Pattern{R"(\.          \x10)", 0, directory},
};

constexpr std::array log_examples{
    Example{"ElfFile\0 is how event logs begin, ElfChnk\0 their chunks; both have checksums, and here is neither, "
            "though the text goes on for a hundred and twenty-eight bytes"sv,
            "carved_evtx", ""},
};
constexpr std::array examples{
    Example{"regf, hbin and nk are words that a text about the registry has"sv, "carved_registry_hive", ""},
    Example{"regf, hbin and nk are words that a text about the registry has"sv, "carved_registry_bin", ""},
    Example{"\x1e\0\0\0SCCA and no name of a program"sv, "carved_prefetch", ""},
    Example{"\0\0nk\x20\0 is no key without its cell"sv, "carved_registry_key", ""},
    Example{".          \x10 no second entry behind the first"sv, "carved_fat_entry", ""},
};

}  // namespace

extern const Scanner carved_evtx_scanner;
const Scanner carved_evtx_scanner{
    "carved_evtx",
    "carved_evtx, carved_evtx_chunk: event logs of Windows, and their chunks by themselves",
    log_kinds,
    log_patterns,
    on_event_log,
    log_examples,
    64,
    1 << 17};
extern const Scanner carved_windows_scanner;
const Scanner carved_windows_scanner{
    "carved_windows",
    "carved_lnk, carved_prefetch, carved_registry_hive, carved_registry_bin, "
    "carved_registry_key, carved_fat_entry: structures of Windows, with the names and times in them",
    kinds,
    patterns,
    on_hit,
    examples,
    64,
    1 << 18};

}  // namespace weft::scan
