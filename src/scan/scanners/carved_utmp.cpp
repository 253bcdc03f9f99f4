// Logins that a Unix kept: records of utmp, wtmp and btmp in raw bytes, as glibc writes them (utmp(5), bits/utmp.h):
//     type 2 (and 2 unused), process 4, line 32, id 4, user 32, host 256, exit 4, session, seconds, microseconds,
//     address 16, unused 20
// where session and the times have four bytes each on most machines and eight on some of 64 bits (two unused ones make
// that even), in the order of the machine's bytes.
//
// False positives: the line must be one of those that logins have (pts/0, tty1, ~ …), every text must be printable and
// filled with zeros to its end, the type one of the eight, the time of this age with fewer than a million microseconds,
// and the unused bytes zero.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/structure.h"
#include "scan/scanners/validate/ip.h"

namespace weft::scan {
namespace {

using namespace std::literals;

struct Layout {
  bool is_big = false;
  size_t width = 4;  // of the times
  size_t seconds() const { return width == 4 ? 340 : 344; }
  size_t address() const { return seconds() + 2 * width; }
  size_t size() const { return width == 4 ? 384 : 400; }
};
constexpr std::array layouts{Layout{false, 4}, Layout{false, 8}, Layout{true, 4}, Layout{true, 8}};

constexpr size_t line_at = 8, user_at = 44, host_begin = 76, head = 8;
constexpr int64_t first_second = 315532800, last_second = 2840140800;  // 1980 to 2060

constexpr std::array<std::string_view, 9> types{"",        "run level",     "boot",  "clock set", "clock was",
                                                "process", "login process", "login", "logout"};

// A text of a record; nothing when it is none.
std::optional<std::string> field(std::string_view record, size_t at, size_t size) {
  std::string_view text = record.substr(at, size);
  const std::string_view rest = text.substr(std::min(size, text.find('\0')));
  text.remove_suffix(rest.size());
  if (rest.find_first_not_of('\0') != std::string_view::npos || !is_utf8(text)) return std::nullopt;
  if (std::any_of(text.begin(), text.end(), [](char c) { return uint8_t(c) < 0x20 || c == 0x7f; })) return std::nullopt;
  return printable(text);
}

std::string address_of(std::string_view bytes) {
  if (bytes.find_first_not_of('\0') == std::string_view::npos) return {};
  if (bytes.substr(4).find_first_not_of('\0') == std::string_view::npos)
    return fmt::format("{}.{}.{}.{}", uint8_t(bytes[0]), uint8_t(bytes[1]), uint8_t(bytes[2]), uint8_t(bytes[3]));
  std::array<uint16_t, 8> groups{};
  for (size_t i = 0; i < groups.size(); ++i) groups[i] = uint16_t(big(bytes, 2 * i, 2));
  return to_text(groups);
}

std::string record(std::string_view text, size_t begin, const Layout& layout) {
  if (begin + layout.size() > text.size()) return {};
  const std::string_view bytes = text.substr(begin, layout.size());
  const auto number = [&](size_t at, size_t width) {
    return layout.is_big ? big(bytes, at, width) : little(bytes, at, width);
  };
  const uint64_t type = number(0, 2), seconds = number(layout.seconds(), layout.width),
                 microseconds = number(layout.seconds() + layout.width, layout.width);
  if (type == 0 || type >= types.size() || microseconds >= 1'000'000) return {};
  if (int64_t(seconds) < first_second || int64_t(seconds) > last_second) return {};
  if (bytes.substr(layout.address() + 16, 20).find_first_not_of('\0') != std::string_view::npos) return {};
  const auto line = field(bytes, line_at, 32), user = field(bytes, user_at, 32), host = field(bytes, host_begin, 256);
  if (!line || !user || !host) return {};
  const auto time = from_seconds(int64_t(seconds), uint32_t(microseconds) * 1000);
  if (!time) return {};
  std::string out(types[type]);
  if (!user->empty()) out += " " + *user;
  if (!line->empty() && *line != "~") out += ", " + *line;
  if (!host->empty()) out += (type <= 2 ? ", " : ", from ") + *host;
  const std::string address = address_of(bytes.substr(layout.address(), 16));
  if (!address.empty() && address != *host && address != "0.0.0.0") out += ", address " + address;
  return out + ", " + to_text(*time);
}

void on_hit(std::string_view text, const Hit& hit, size_t, Sink& sink) {
  // The pattern ends somewhere in the line: its begin is where the type, two zeros and the process stand in front.
  const size_t begin = hit.end - line_at - hit.pattern;
  for (const Layout& layout : layouts) {
    std::string value = record(text, begin, layout);
    if (!value.empty()) return sink.feature("carved_utmp", std::move(value), begin, begin + head);
  }
}

constexpr std::array<std::string_view, 1> kinds{"carved_utmp"};
// The type in either order, the process; the id is how many bytes of the line belong to it.
#define WEFT_UTMP_HEAD R"((?:[\x01-\x08]\x00|\x00[\x01-\x08])\x00\x00.{4})"
constexpr std::array patterns{
    Pattern{WEFT_UTMP_HEAD "pts/[0-9]", dotall, 5},   Pattern{WEFT_UTMP_HEAD "tty[0-9A-Za-z]", dotall, 4},
    Pattern{WEFT_UTMP_HEAD R"(~\x00{3})", dotall, 4}, Pattern{WEFT_UTMP_HEAD R"(:[0-9]\x00{3})", dotall, 5},
    Pattern{WEFT_UTMP_HEAD "ssh:notty", dotall, 9},   Pattern{WEFT_UTMP_HEAD R"(console\x00)", dotall, 8},
    Pattern{WEFT_UTMP_HEAD "hvc[0-9]", dotall, 4},    Pattern{WEFT_UTMP_HEAD "system boot", dotall, 11},
    Pattern{WEFT_UTMP_HEAD "runlevel ", dotall, 9},
};
#undef WEFT_UTMP_HEAD

#define WEFT_ZEROS_16 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define WEFT_ZEROS_64 WEFT_ZEROS_16 WEFT_ZEROS_16 WEFT_ZEROS_16 WEFT_ZEROS_16
#define WEFT_LINE "\x07\0\0\0\x5c\x4e\0\0pts/32\0\0\0\0\0\0\0\0\0\0" WEFT_ZEROS_16
#define WEFT_USER "s/12userA\0\0\0\0\0\0\0\0\0\0\0" WEFT_ZEROS_16
#define WEFT_HOST \
  "10.10.122.1\0\0\0\0\0" WEFT_ZEROS_64 WEFT_ZEROS_64 WEFT_ZEROS_64 WEFT_ZEROS_16 WEFT_ZEROS_16 WEFT_ZEROS_16
#define WEFT_TIME "\0\0\0\0\0\0\0\0\x36\xbb\xd7\x4e\x77\x9b\x06\0\x0a\x0a\x7a\x01\0\0\0\0\0\0\0\0\0\0\0\0"
constexpr std::array examples{
    Example{WEFT_LINE WEFT_USER WEFT_HOST WEFT_TIME WEFT_ZEROS_16 "\0\0\0\0"sv, "carved_utmp",
            "login userA, pts/32, from 10.10.122.1, 2011-12-01T17:36:54.433015Z"},
    Example{WEFT_LINE WEFT_USER WEFT_HOST WEFT_TIME WEFT_ZEROS_16 "\0\0\0x"sv, "carved_utmp", ""},
    Example{WEFT_LINE WEFT_USER WEFT_HOST WEFT_TIME WEFT_ZEROS_16 "\0\0\0"sv, "carved_utmp", ""},
};
#undef WEFT_ZEROS_16
#undef WEFT_ZEROS_64
#undef WEFT_LINE
#undef WEFT_USER
#undef WEFT_HOST
#undef WEFT_TIME

}  // namespace

extern const Scanner carved_utmp_scanner;
const Scanner carved_utmp_scanner{"carved_utmp",
                                  "carved_utmp: logins in records of utmp, wtmp and btmp: who, where, from where, when",
                                  kinds,
                                  patterns,
                                  on_hit,
                                  examples,
                                  64,
                                  512};

}  // namespace weft::scan
