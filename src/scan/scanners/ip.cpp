// IP addresses with an optional port: dotted quads and RFC 4291 text, canonical as RFC 5952 has it.
//
// False positives are versions (also told by what depends on them, and by their lists and columns), object identifiers,
// section numbers (also told by their counting up), times and C++ scopes. A quad touched by letters,
// digits, dots or hyphens is none; nor one behind "version", "v", "release", "section", "OID". A quad of small numbers
// ("7.10.1.2") counts only with a port, brackets, or a word of networks near it, one of 10.x not among numbers of three
// or five parts, as tables of sections have. Small first numbers among object identifiers are object identifiers. IPv6
// must start as assigned addresses do (what of 2000::/3 is given out, fc00::/7, fe80::/10, ff00::/8, 64:ff9b::).
// Network masks, also inverse ones, and 0.0.0.0/8 are not reported, nor ::1.
#include "scan/scanners/validate/ip.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/glued.h"

namespace weft::scan {
namespace {

enum : uint32_t { quad, full, compressed };

// ":port" behind an address, up to 65535; end is moved behind it.
std::string port_at(std::string_view text, size_t& end) {
  if (char_at(text, end) != ':') return {};
  size_t at = end + 1;
  unsigned value = 0;
  while (at < text.size() && at - end <= 5 && is_digit(text[at])) value = value * 10 + unsigned(text[at++] - '0');
  if (at == end + 1 || text[end + 1] == '0' || value > 65535 || is_alnum(char_at(text, at))) return {};
  if (char_at(text, at) == ':' || (char_at(text, at) == '.' && is_digit(char_at(text, at + 1)))) return {};
  std::string port(text.substr(end, at - end));
  end = at;
  return port;
}

bool is_numbering(std::string_view text, size_t begin) {
  // "upgraded to 4.6.85.25 from 4.5.103.35"
  return mentioned_before(text, begin, 32, {"upgraded", "downgraded", "upgrade", "bump", "bumped"}) ||
         mentioned_before(text, begin, 12, {"itunes", "quicktime", "firefox", "chrome", "chromium", "flash"}) ||
         mentioned_before(text, begin, 24,
                          {"version",
                           "ver.",
                           "ver",
                           "vers",
                           "release",
                           "rel",
                           "build",
                           "section",
                           "sect",
                           "sec.",
                           "chapter",
                           "clause",
                           "oid",
                           "revision",
                           "rev",
                           "firmware",
                           "upstream",
                           "upgrade",
                           "driver",
                           "paragraph",
                           "git",
                           "rfc",
                           "standards",
                           "cvs",
                           "vs",
                           "identifier",
                           "objectidentifier",
                           "\xC2\xA7",
                           "table",
                           "figure",
                           "appendix",
                           "v8",
                           "productversion",
                           "fileversion",
                           "driverversion",
                           "uiversion"});
}

// "\n10.3.2 Of Title Words": the number of a section, at the start of a line.
bool is_heading(std::string_view text, size_t begin, size_t end, const std::array<uint8_t, 4>& o) {
  size_t line = begin;
  while (line > 0 && begin - line < 12 && text[line - 1] == ' ') --line;
  const char next = char_at(text, end + 1);
  const bool title = (next >= 'A' && next <= 'Z') || next == '\'' || uint8_t(next) >= 0x80;
  return char_before(text, line) == '\n' && char_at(text, end) == ' ' && title && o[0] <= 30 &&
         std::all_of(o.begin(), o.end(), [](unsigned number) { return number >= 1 && number <= 130; });
}

// "Linux router 2.6.32.27 #5": the kernels whose versions have four parts.
bool is_kernel(std::string_view text, size_t begin, const std::array<uint8_t, 4>& o) {
  return o[0] == 2 && (o[1] == 4 || o[1] == 6) && mentioned_before(text, begin, 32, {"linux", "kernel"});
}

bool is_networking(std::string_view text, size_t begin, size_t end) {
  return mentioned_before(text, begin, 16,
                          {"ip", "ipv4", "addr", "address", "dns", "gateway", "router", "ping", "peer", "inet",
                           "subnet", "netmask", "proxy", "nameserver", "ssh", "http", "host="}) ||
         mentioned_after(text, end, 10, {" port", " - - [", "netmask"});
}

using Octets = std::array<uint8_t, 4>;

uint32_t number_of(const Octets& o) {
  return uint32_t(o[0]) << 24 | uint32_t(o[1]) << 16 | uint32_t(o[2]) << 8 | o[3];
}

// 128.0.0.0 and the like behind the word; 3.255.255.255, a mask the other way round, but not as the end of a network
// ("3.0.0.0 - 3.255.255.255") or of this host.
bool is_mask(std::string_view text, size_t begin, const Octets& o) {
  const uint32_t value = number_of(o);
  if ((~value & (~value + 1)) == 0)
    return mentioned_before(text, begin, 32, {"netmask", "netmasks", "mask", "masks", "genmask"});
  if ((value & (value + 1)) != 0 || o[0] == 127) return false;
  const std::string_view before = text.substr(begin - std::min<size_t>(begin, 24), std::min<size_t>(begin, 24));
  const std::string first(text.substr(begin, text.find('.', begin) - begin + 1));
  for (size_t at = before.find(first); at != std::string_view::npos; at = before.find(first, at + 1))
    if (at == 0 || !is_digit(before[at - 1])) return false;
  return true;
}

// "BlackBerry9000/4.6.0.167", "S/2.3.5/1.5.1.191", "Desire HD 1.39.161.1 Build/FRG83D": versions as clients of the web
// name them. A host may end in a digit, too ("web1/203.0.113.7"), so behind a name only a low first number is one.
bool is_of_a_product(std::string_view text, size_t begin, size_t end, const Octets& o) {
  if (text.substr(end, 7) == " Build/" || text.substr(end, 7) == " Build\n") return true;
  if (char_before(text, begin) != '/') return false;
  size_t token = begin - 1;
  while (token > 0 && begin - token < 40 &&
         (is_alnum(text[token - 1]) || text[token - 1] == '_' || text[token - 1] == '.'))
    --token;
  const std::string_view name = text.substr(token, begin - 1 - token);
  const bool named = std::any_of(name.begin(), name.end(), [](char c) { return is_alpha(c); });
  if (named) return o[0] < 10 && name != "ip4";
  const auto dots = std::count(name.begin(), name.end(), '.');
  return dots == 1 || dots == 2;
}

// The dotted numbers around a quad, other than quads.
struct Neighbours {
  size_t others = 0;  // of three parts, or of more than four
  bool oid = false;   // of five or more parts, beginning as object identifiers do
};

Neighbours neighbours_of(std::string_view text, size_t begin, size_t end, size_t distance) {
  Neighbours out;
  const size_t first = begin - std::min(begin, distance), last = std::min(text.size(), end + distance);
  for (size_t at = first; at < last;) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const size_t start = at;
    size_t parts = 1;
    for (; at < last && (is_digit(text[at]) || (text[at] == '.' && is_digit(char_at(text, at + 1)))); ++at)
      parts += text[at] == '.';
    // What the edge may have cut, and what touches a word, says nothing.
    if (start == first || at == last || is_alnum(text[start - 1])) continue;
    out.others += parts == 3 || parts > 4;
    out.oid = out.oid || (parts > 4 && text[start] <= '2' && text[start + 1] == '.');
  }
  return out;
}

bool is_identifier_or_section(std::string_view text, size_t begin, size_t end, const Octets& o) {
  constexpr size_t distance = 112;
  const bool arcs = o[0] == 2 || (o[0] == 1 && o[1] < 40);
  const bool section = o[0] == 10 && *std::max_element(o.begin(), o.end()) < 100 && !is_networking(text, begin, end);
  if (!arcs && !section) return false;
  const Neighbours near = neighbours_of(text, begin, end, distance);
  if (section) return near.others >= 2;
  return !mentioned_before(text, begin, 12, {"ip", "ipaddress", "inet"}) &&
         (near.oid || mentioned_before(text, begin, 64, {"oid"}) || mentioned_after(text, end, 40, {"oid"}));
}

// "libvulkan1 (>= 1.2.131.2)", "baidu-aip==2.2.17.0", "Requires: mono >= 6.8.0.105": what a package depends on. Filters
// of packets are written alike ("ip.src==10.0.0.1"), ranges too (">= 224.0.0.0").
bool is_dependency(std::string_view text, size_t begin, size_t end) {
  size_t at = begin;
  while (at > 0 && begin - at < 2 && text[at - 1] == ' ') --at;
  const size_t sign = at;
  while (at > 0 && sign - at < 3 && std::string_view("<>=~!^").find(text[at - 1]) != std::string_view::npos) --at;
  if (at == sign || text.substr(at, sign - at) == "=>" || text.substr(at, sign - at) == "->") return false;
  if (char_before(text, at) == '(' && char_at(text, end) == ')') return true;
  if (sign - at < 2) return false;
  if (sign == begin && is_alnum(char_before(text, at)))
    return !mentioned_before(text, at, 24, {"ip", "ip6", "addr", "address", "src", "dst", "host", "net", "network"});
  return mentioned_before(text, at, 64,
                          {"requires", "buildrequires", "depends", "conflicts", "breaks", "replaces", "provides",
                           "recommends", "suggests", "obsoletes"});
}

// A number as versions are written, other than one of four parts: "1.4.6", "2.0rc1".
bool is_other_version(std::string_view field) {
  constexpr size_t longest = 24;
  if (field.empty() || field.size() > longest || !is_digit(field[0]) || ipv4(field)) return false;
  return field.find('.') != std::string_view::npos && is_digit(field[field.find('.') - 1]) &&
         std::all_of(field.begin(), field.end(),
                     [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '+' || c == '~'; });
}

// In a table whose columns are told by tabs: the lines above and below have versions of other forms there.
bool is_in_column_of_versions(std::string_view text, size_t begin, size_t end) {
  constexpr size_t reach = 512, lines = 3;
  if (char_before(text, begin) != '\t') return false;
  const size_t first = begin - std::min(begin, reach), last = std::min(text.size(), end + reach);
  size_t line = text.substr(first, begin - first).rfind('\n');
  if (line == std::string_view::npos) return false;
  line += first + 1;
  const auto column = std::count(text.begin() + ptrdiff_t(line), text.begin() + ptrdiff_t(begin), '\t');
  size_t versions = 0, others = 0;
  const auto look = [&](std::string_view row) {
    for (auto left = column; left > 0 && !row.empty(); --left)
      row.remove_prefix(std::min(row.find('\t'), row.size() - 1) + 1);
    row = row.substr(0, std::min(row.find_first_of("\t\r"), row.size()));
    (is_other_version(row) ? versions : others) += 1;
  };
  size_t stop = line - 1;
  for (size_t i = 0; i < lines && stop > first; ++i) {
    const size_t before = text.substr(first, stop - first).rfind('\n');
    if (before == std::string_view::npos && first != 0) break;
    const size_t row = before == std::string_view::npos ? 0 : first + before + 1;
    look(text.substr(row, stop - row));
    stop = row == 0 ? 0 : row - 1;
  }
  size_t start = std::min(text.find('\n', end), last);
  for (size_t i = 0; i < lines && start < last; ++i) {
    const size_t next = text.substr(0, last).find('\n', ++start);
    if (next == std::string_view::npos) break;
    look(text.substr(start, next - start));
    start = next;
  }
  return versions >= 2 && versions >= others;
}

// In a list of versions, "4.0.100.9 4.0.101 4.0.101.1"; beside what it is a build of, "1.4.6 (1.4.6.100)".
bool is_beside_version(std::string_view text, size_t begin, size_t end) {
  constexpr size_t reach = 96;
  const std::string_view first = text.substr(begin, text.find('.', begin) + 1 - begin);
  const auto is_one = [&](std::string_view token) {
    const auto dots = std::count(token.begin(), token.end(), '.');
    return token.starts_with(first) && (dots == 2 || dots == 4);
  };
  const auto is_dotted = [](char c) { return is_digit(c) || c == '.'; };
  const auto is_between = [](char c) { return c == ' ' || c == ',' || c == '('; };
  for (size_t at = begin; begin - at < reach;) {
    size_t stop = at;
    while (stop > 0 && at - stop < 2 && is_between(text[stop - 1])) --stop;
    size_t start = stop;
    while (start > 0 && stop - start < 24 && is_dotted(text[start - 1])) --start;
    if (stop == at || start == stop || is_alnum(char_before(text, start))) break;
    if (is_one(text.substr(start, stop - start))) return true;
    at = start;
  }
  for (size_t at = end; at - end < reach;) {
    size_t start = at;
    while (start < text.size() && start - at < 2 && is_between(text[start])) ++start;
    size_t stop = start;
    while (stop < text.size() && stop - start < 24 && is_dotted(text[stop])) ++stop;
    if (start == at || stop == start || is_alnum(char_at(text, stop))) break;
    if (is_one(text.substr(start, stop - start))) return true;
    at = stop;
  }
  return false;
}

// "\n10.3.15.2 scale\n… \n10.3.15.3 sprint": they count up at the starts of lines, with lines of other text between.
// Files of hosts count up, too, but line by line.
bool counts_up(std::string_view text, size_t begin, size_t end, const Octets& o) {
  constexpr size_t reach = 1024;
  if (char_before(text, begin) != '\n' || char_at(text, end) != ' ' || o[0] > 30 ||
      !std::all_of(o.begin(), o.end(), [](unsigned number) { return number >= 1 && number <= 130; }))
    return false;
  const size_t last_dot = text.substr(0, end).rfind('.');
  const std::string_view chapter = text.substr(begin - 1, last_dot - begin + 1);  // "\n10.3.15"
  // The number behind a chapter's, or 0.
  const auto number_at = [&](std::string_view page, size_t at) {
    unsigned number = 0;
    at += chapter.size();
    if (char_at(page, at) != '.') return number;
    for (++at; number < 1000 && is_digit(char_at(page, at)); ++at) number = 10 * number + unsigned(page[at] - '0');
    return char_at(page, at) == ' ' ? number : 0;
  };
  const auto are_lines_of_text = [&](std::string_view between) {
    size_t lines = 0;
    for (size_t at = between.find('\n', 1); at != std::string_view::npos; at = between.find('\n', at + 1))
      lines += !is_digit(char_at(between, at + 1)) && char_at(between, at + 1) != '#';
    return lines >= 2;
  };
  const size_t first = begin - std::min(begin, reach);
  const std::string_view above = text.substr(first, begin - first), below = text.substr(end, reach);
  if (const size_t at = above.rfind(chapter); at != std::string_view::npos) {
    if (o[3] == 1 ? char_at(above, at + chapter.size()) == ' '
                  : number_at(above, at) + 1 == o[3] && are_lines_of_text(above.substr(at)))
      return true;
  }
  const size_t at = below.find(chapter);
  return at != std::string_view::npos && number_at(below, at) == o[3] + 1u &&
         are_lines_of_text(below.substr(0, at + 1));
}

// "1.2.131.2 released", "4.12.3.18 (2024-01-01)".
bool is_released(std::string_view text, size_t end) {
  return text.substr(end, 9) == " released" ||
         (text.substr(end, 4) == " (20" && is_digit(char_at(text, end + 5)) && char_at(text, end + 6) == '-');
}

// Of a standard, "3GPP TS 24.008 10.5.6.5", "10.5.6.3 of 3GPP"; of the attributes of X.520 and X.509, 2.5.4.10.
bool is_of_standard(std::string_view text, size_t begin, size_t end, const Octets& o) {
  const unsigned most = *std::max_element(o.begin(), o.end());
  if (o[0] == 2 && o[1] == 5 && (o[2] == 4 || o[2] == 29))
    return !mentioned_before(text, begin, 12, {"ip", "ipaddress", "inet"});
  return most < 250 && o[0] <= 30 &&
         (mentioned_before(text, begin, 24, {"3gpp", "ieee", "ieee802", "spec", "specification", "iso/iec", "iso"}) ||
          mentioned_after(text, end, 12, {"of 3gpp", "of ieee", "of iso"}));
}

void on_quad(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  // The pattern took three of the four numbers, or a part of them.
  constexpr size_t longest = 15, of_escape = 4;  // of four numbers; digits in front that are an escape's
  size_t begin = hit.end, end = hit.end;
  while (begin > 0 && hit.end - begin <= longest + of_escape && (is_digit(text[begin - 1]) || text[begin - 1] == '.'))
    --begin;
  begin = behind_escape(text, begin);
  if (begin >= hit.end || hit.end - begin > longest) return;
  // Of the two hits in four numbers, the first.
  if (std::count(text.begin() + ptrdiff_t(begin), text.begin() + ptrdiff_t(hit.end), '.') != 2) return;
  text = without_glued(text, begin, ".:");
  while (end < text.size() && end - hit.end < 10 &&
         (is_digit(text[end]) || (text[end] == '.' && is_digit(char_at(text, end + 1)))))
    ++end;
  if (begin < from) return;
  auto octets = ipv4(text.substr(begin, end - begin));
  if (!octets) return;
  char before = sign_before(text, begin), after = sign_behind(text, end);
  if (is_alnum(before) || before == '.' || before == '-' || before == '_' || before == '~' || before == '+') return;
  before = char_before(text, begin);
  if (is_alnum(after) || after == '_' || after == '~' || after == '+' || after == '%') return;
  if ((after == '.' || after == '-') && is_alnum(char_at(text, end + 1))) return;
  if ((before == '>' && begin >= 2 && text[begin - 2] == '-') || (after == '-' && char_at(text, end + 1) == '>'))
    return;
  auto o = *octets;
  if (o[0] == 0 || o[0] >= 240) return;
  if (before == ':' && begin >= 2 && (is_digit(text[begin - 2]) || text[begin - 2] == ':'))
    return;  // 1:2.3.4.5, an epoch; ::1.2.3.4
  size_t stop = end;
  std::string port = port_at(text, stop);
  bool small = *std::max_element(o.begin(), o.end()) < 100 && o[0] != 10;
  static constexpr std::array<std::string_view, 6> resolvers{"1.1.1.1", "1.0.0.1", "8.8.8.8",
                                                             "8.8.4.4", "9.9.9.9", "149.112.112.112"};
  std::string value(text.substr(begin, end - begin));
  // "<a name=…></a>10.3.2.5. Access counts": the number of a section.
  if (*std::max_element(o.begin(), o.end()) < 100 &&
      (before == '>' || before == '\n' || before == '(' || before == '\0') && after == '.' &&
      (char_at(text, end + 1) == ' ' || text.substr(end + 1, 2) == "\xC2\xA0"))
    return;
  if (port.empty() && !(before == '[' && after == ']')) {
    if (is_numbering(text, begin) || is_heading(text, begin, end, o) || is_mask(text, begin, o) ||
        is_kernel(text, begin, o) || is_identifier_or_section(text, begin, end, o) ||
        is_of_a_product(text, begin, end, o))
      return;
    if (o[0] < 60 && (is_dependency(text, begin, end) || is_beside_version(text, begin, end) ||
                      is_in_column_of_versions(text, begin, end) || is_released(text, end) ||
                      is_of_standard(text, begin, end, o) || counts_up(text, begin, end, o)))
      return;
    // "Chrome/121.0.0.0", a folder "\\1.3.21.111\\"; not "\\\\10.0.0.1\\share".
    const char second = begin >= 2 ? text[begin - 2] : '\0';
    if ((before == '/' && is_alpha(second)) || (before == '\\' && after == '\\' && second != '\\')) return;
    // "see 10.3.2.5": clauses are referred to like this, hosts by their names.
    if (*std::max_element(o.begin(), o.end()) < 100 && mentioned_before(text, begin, 24, {"see", "see also", "cf."}))
      return;
    bool known = std::find(resolvers.begin(), resolvers.end(), value) != resolvers.end();
    if (small && !known && !is_networking(text, begin, end)) return;
  }
  sink.feature("ipv4", value + port, begin, stop);
}

bool is_group_sign(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

// Of 2000::/3, what the registries have of IANA (iana.org/assignments/ipv6-unicast-address-assignments), each of them
// with the room to grow that is kept for it; and 3ffe::/15, of the 6bone and of documentation.
bool is_given_out(uint16_t first) {
  const unsigned high = first >> 8;
  return (first >= 0x2000 && first <= 0x2003) || high == 0x24 || high == 0x26 || high == 0x28 || high == 0x2A ||
         high == 0x2C || first == 0x3FFE || first == 0x3FFF;
}

void on_groups(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  size_t begin = hit.end, end = hit.end;
  while (begin > 0 && hit.end - begin < 44 && is_group_sign(text[begin - 1]) && text[begin - 1] != '.') --begin;
  while (end < text.size() && end - hit.end < 44 && is_group_sign(text[end])) ++end;
  begin = behind_escape(text, begin);
  if (begin < from || begin >= hit.end || is_alnum(sign_before(text, begin)) || char_before(text, begin) == '_') return;
  while (end > hit.end && text[end - 1] == '.') --end;
  if (end - begin > 3 && text[end - 1] == ':' && text[end - 2] != ':') --end;  // "fe80::1: ": the colon of the sentence
  auto groups = ipv6(text.substr(begin, end - begin));
  if (!groups || is_alnum(char_at(text, end)) || char_at(text, end) == '_') return;
  auto g = *groups;
  bool assigned = (hit.pattern == full ? (g[0] & 0xE000) == 0x2000 : is_given_out(g[0])) || (g[0] & 0xFE00) == 0xFC00 ||
                  (g[0] & 0xFFC0) == 0xFE80 || (g[0] & 0xFF80) == 0xFF00 || (g[0] == 0x64 && g[1] == 0xFF9B);
  if (!assigned) return;
  if (std::all_of(g.begin() + 1, g.end(), [](uint16_t x) { return x == 0; }))
    return;  // a prefix, or a year: "Jun 6 2006::"
  bool bracketed = char_before(text, begin) == '[' && char_at(text, end) == ']';
  std::string value = to_text(g), port;
  size_t stop = end;
  if (bracketed) {
    ++stop;
    port = port_at(text, stop);
  }
  if (port.empty()) return sink.feature("ipv6", value, begin, end);
  sink.feature("ipv6", "[" + value + "]" + port, begin - 1, stop);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  hit.pattern == quad ? on_quad(text, hit, from, sink) : on_groups(text, hit, from, sink);
}

constexpr std::array<std::string_view, 2> kinds{"ipv4", "ipv6"};
constexpr std::array patterns{
    Pattern{R"([0-9]\.[0-9]{1,3}\.[0-9])", 0, quad},
    Pattern{R"([23f][0-9a-f]{1,3}(?::[0-9a-f]{1,4}){6}:[0-9a-f])", caseless, full},
    Pattern{R"((?:[23][0-9a-f]{3}|f[cdef][0-9a-f]{2}|64):(?:[0-9a-f]{1,4}:){0,6}:)", caseless, compressed},
};

constexpr std::array examples{
    Example{"from 192.168.1.10 to", "ipv4", "192.168.1.10"},
    Example{"10.0.0.1:8080/", "ipv4", "10.0.0.1:8080"},
    Example{"reply (8.8.8.8).", "ipv4", "8.8.8.8"},
    Example{"ip=5.6.7.8;", "ipv4", "5.6.7.8"},
    Example{"203.0.113.7.", "ipv4", "203.0.113.7"},
    Example{"libc 7.10.1.2", "ipv4", ""},
    Example{"version 192.168.1.10", "ipv4", ""},
    Example{"v1.2.3.4:80", "ipv4", ""},
    Example{"1.3.6.1.4.1.311", "ipv4", ""},
    Example{"1.2.840.113549.1.1.1", "ipv4", ""},
    Example{"100.200.300.400", "ipv4", ""},
    Example{"192.168.01.10", "ipv4", ""},
    Example{"255.255.255.0", "ipv4", ""},
    Example{"package-192.168.1.10", "ipv4", ""},
    Example{"192.168.1.10-2build1", "ipv4", ""},
    Example{"section 101.102.103.104", "ipv4", ""},
    Example{"[2001:DB8:0:0:0:0:0:1]:443", "ipv6", "[2001:db8::1]:443"},
    Example{"inet6 fe80::20c:29ff:fe12:3456/64", "ipv6", "fe80::20c:29ff:fe12:3456"},
    Example{"2001:db8:85a3:0:0:8a2e:370:7334", "ipv6", "2001:db8:85a3::8a2e:370:7334"},
    Example{"feed::beef::cafe", "ipv6", ""},
    Example{"std::atomic d::a", "ipv6", ""},
    Example{"fe80::/10", "ipv6", ""},
    Example{"2.2.6: Oct 25 2000::", "ipv6", ""},
    Example{"</a>10.3.2.5. Access Counts", "ipv4", ""},
    Example{"Power\n\n10.9.4.2 Grouping\n....", "ipv4", ""},
    Example{"\n10.9.4.2 grouping", "ipv4", "10.9.4.2"},
    Example{"Safari Chrome/121.10.10.10 x", "ipv4", ""},
    Example{"HTC_One_M8/1.54.166.5 Build/KOT49H", "ipv4", ""},
    Example{"BlackBerry9000/4.6.0.167 Profile/MIDP-2.0", "ipv4", ""},
    Example{"Wildfire S/2.3.5/1.5.1.191/1/A", "ipv4", ""},
    Example{"HTC Desire HD 1.39.161.1 Build/FRG83D", "ipv4", ""},
    Example{"/ip4/104.131.131.82/tcp/4001", "ipv4", "104.131.131.82"},
    Example{"web1/203.0.113.7 is up", "ipv4", "203.0.113.7"},
    Example{"\\\\10.10.0.15\\share", "ipv4", "10.10.0.15"},
    Example{"Update\\1.3.121.111\\x.dll", "ipv4", ""},
    Example{"IPv6 mask ffff:ffff:ffff::", "ipv6", ""},
    Example{"ObjectIdentifier(\"1.3.101.113\")", "ipv4", ""},
    Example{"Git 1.7.7.2", "ipv4", ""},
    Example{"Changes in 1.2.3.7", "ipv4", ""},
    Example{"<a name=\"x\"></a>10.3.2.6.\xC2\xA0"
            "Aggregate",
            "ipv4", ""},
    Example{"_BCT  10.2.2.10   _LID   9.5.1\n_BDN   6.5.3  ", "ipv4", ""},
    Example{"10.2.2.10 boots 5.10.3, ", "ipv4", "10.2.2.10"},
    Example{"ip 10.2.2.10, 9.5.1 and 6.5.3, ", "ipv4", "10.2.2.10"},
    Example{" 1.2.840.10045.2.1 EdDSA 1.3.101.113 ", "ipv4", ""},
    Example{" 1.2.840.10045.2.1 of inet 1.3.101.113 ", "ipv4", "1.3.101.113"},
    Example{"2.5.4.174 GNUTLS_OID_X520_NAME", "ipv4", ""},
    Example{"netmasks = ('128.0.0.0' => 1", "ipv4", ""},
    Example{"net 128.0.0.0/8", "ipv4", "128.0.0.0"},
    Example{"'3.255.255.255' => 6", "ipv4", ""},
    Example{"3.0.0.0 - 3.255.255.255", "ipv4", "3.255.255.255"},
    Example{"Upgraded to 4.6.85.25 from 4.5.103.35", "ipv4", ""},
    Example{"iTunes 10.5.3.113", "ipv4", ""},
    Example{"# Linux router 2.6.32.27 #5", "ipv4", ""},
    Example{"Tf\n(10.3.2.2. The Root Node)", "ipv4", ""},
    Example{"2a:3b:4c:5d:6e:7f:80:91:a2:b3", "ipv6", ""},
    Example{"libvulkan1 (>= 1.2.131.2), libc6", "ipv4", ""},
    Example{"baidu-aip-http2==2.2.117.0", "ipv4", ""},
    Example{"Requires: mono-core >= 6.8.0.105", "ipv4", ""},
    Example{"ip.src==5.8.0.105", "ipv4", "5.8.0.105"},
    Example{"addr >= 5.8.0.105", "ipv4", "5.8.0.105"},
    Example{"a\t1.0.2\t2019\ntccli\t3.1.189.1\t2020\nb\t0.9\t2021\n", "ipv4", ""},
    Example{"4.0.101 4.0.101.1 of 3", "ipv4", ""},
    Example{"a 1.4.6 (1.4.6.100)", "ipv4", ""},
    Example{"foo 1.2.131.2 released", "ipv4", ""},
    Example{"## 4.12.3.118 (2024-01-01)", "ipv4", ""},
    Example{"3GPP TS 24.008 10.5.6.5", "ipv4", ""},
    Example{"# 10.5.6.3 of 3GPP TS 24", "ipv4", ""},
    Example{"Address:2.5.4.10 ", "ipv4", ""},
    Example{"10.3.2.1. Structure", "ipv4", ""},
    Example{"3997::7997", "ipv6", ""},
    Example{"2034::201", "ipv6", ""},
    Example{"2a04:4e42::561", "ipv6", "2a04:4e42::561"},
};

}  // namespace

extern const Scanner ip_scanner;
const Scanner ip_scanner{
    "ip", "ipv4, ipv6: IP addresses, with the port if there is one", kinds, patterns, on_hit, examples, 1088, 1088};

}  // namespace weft::scan
