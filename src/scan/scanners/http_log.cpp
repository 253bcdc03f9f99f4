// Lines that web servers write down of each request: kind http_log "client METHOD path, status, time". The common and
// the combined log format of Apache, which nginx and many others write, and W3C's extended format with the fields that
// IIS sets out of the box.
//
// False positives: of the common format the time in its brackets, a request in quotes and a status must stand in this
// order, and in front a client that is an address or a host; of IIS' format the server's address, method, path, port
// and client must stand where IIS puts them.
#include <array>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/host.h"
#include "scan/scanners/validate/ip.h"

namespace weft::scan {
namespace {

constexpr size_t longest_client = 300, longest_request = 8192, longest_shown = 1000, longest_line = 8192;

bool is_client(std::string_view text) {
  if (ipv4(text) || ipv6(text)) return true;
  const auto host = host_at(text, 0);
  return host && host->end == text.size();
}

bool is_status(std::string_view text) {
  return text.size() == 3 && text[0] >= '1' && text[0] <= '5' && is_digit(text[1]) && is_digit(text[2]);
}

bool is_method(std::string_view text) {
  if (text.size() < 3 || text.size() > 10) return false;
  for (const char c : text)
    if (c < 'A' || c > 'Z') return false;
  return true;
}

std::string shown(std::string_view client, std::string_view method, std::string_view path, std::string_view status,
                  const std::string& time) {
  std::string target = printable(path.substr(0, longest_shown));
  if (path.size() > longest_shown) target += "…";
  return fmt::format("{} {} {}, {}, {}", client, method, target, status, time);
}

// "13/Jan/2016:19:31:16 +0200" in UTC; empty when it is none.
std::string time_of(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const size_t month = months.find(text.substr(3, 3));
  const auto number = [&](size_t at, size_t size) {
    int out = 0;
    for (const char c : text.substr(at, size)) out = out * 10 + (c - '0');
    return out;
  };
  if (month == std::string_view::npos || month % 3 != 0) return {};
  const auto local = from_text(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", number(7, 4), month / 3 + 1,
                                           number(0, 2), number(12, 2), number(15, 2), number(18, 2)));
  const int minutes = number(22, 2) * 60 + number(24, 2);
  if (!local || minutes > 14 * 60) return {};
  const int64_t shift = int64_t(text[21] == '-' ? minutes : -minutes) * 60'000'000'000;
  return to_text(Time{local->nanoseconds + shift});
}

// 10.0.0.1 - frank [13/Jan/2016:19:31:16 +0000] "GET /a HTTP/1.1" 200 494 …: hit.end is behind the first quote.
void on_common(std::string_view text, size_t quote, Sink& sink) {
  constexpr size_t stamp = 26;  // in its brackets; behind it ] and space and quote
  const size_t bracket = quote - 3 - stamp - 1;
  const std::string time = time_of(text.substr(bracket + 1, stamp));
  if (time.empty()) return;
  // In front, three words: client, ident, user. A user may hold spaces; few do, and they are not looked for.
  size_t begin = bracket;
  std::array<std::string_view, 3> words;
  for (size_t word = words.size(); word-- > 0;) {
    if (begin == 0 || text[begin - 1] != ' ') return;
    const size_t end = --begin;
    while (begin > 0 && end - begin < longest_client && uint8_t(text[begin - 1]) > ' ' && text[begin - 1] != '"')
      --begin;
    if (begin == end) return;
    words[word] = text.substr(begin, end - begin);
  }
  if (!is_client(words[0])) return;
  // The quote that ends the request has the status behind it: some servers leave quotes in it as they came.
  const auto ends_at = [&](size_t at) {
    return char_at(text, at) == '"' && char_at(text, at + 1) == ' ' && at + 5 <= text.size() &&
           is_status(text.substr(at + 2, 3)) && !is_alnum(char_at(text, at + 5));
  };
  size_t end = quote;
  while (!ends_at(end)) {
    if (end >= text.size() || end - quote >= longest_request || uint8_t(text[end]) < ' ') return;
    ++end;
  }
  std::string_view request = text.substr(quote, end - quote);
  const std::string_view status = text.substr(end + 2, 3);
  const size_t space = request.find(' ');
  std::string_view method = request.substr(0, std::min(space, request.size())), path;
  if (space != std::string_view::npos && is_method(method)) {
    path = request.substr(space + 1);
    if (const size_t protocol = path.rfind(" HTTP/"); protocol != std::string_view::npos)
      path = path.substr(0, protocol);
  } else {
    method = "sent", path = request;  // no request: TLS to a plain port, a probe
  }
  std::string client = printable(words[0]);
  if (words[2] != "-") client += " (" + printable(words[2]) + ")";
  sink.feature("http_log", shown(client, method, path, status, time), begin, end);
}

// 2016-01-13 19:31:16 192.0.2.1 GET /a.htm - 80 - 198.51.100.7 Mozilla/5.0 - 200 0 0 15: hit.end is behind " /".
void on_extended(std::string_view text, size_t slash, size_t from, Sink& sink) {
  // The words in front: [server's name and number] server's address, method.
  size_t begin = slash - 1;
  for (size_t count = 0; count < 80 && begin > from && uint8_t(text[begin - 1]) >= ' '; ++count) --begin;
  const std::string_view front = text.substr(begin, slash - 1 - begin);
  if (front.size() < 20 || front[10] != ' ' || front[19] != ' ') return;
  const auto time = from_text(std::string(front.substr(0, 10)) + "T" + std::string(front.substr(11, 8)) + "Z");
  if (!time) return;
  std::vector<std::string_view> words;
  size_t at = begin + 20;
  while (words.size() < 14 && at < text.size() && at - begin < longest_line && uint8_t(text[at]) > ' ') {
    size_t end = at;
    while (end < text.size() && end - begin < longest_line && uint8_t(text[end]) > ' ') ++end;
    words.push_back(text.substr(at, end - at));
    at = char_at(text, end) == ' ' ? end + 1 : end;
  }
  size_t method = 0;
  while (method < words.size() && words[method].data() < text.data() + slash - 1 &&
         !(is_method(words[method]) && words[method] != words[0]))
    ++method;
  if (method == 0 || method + 5 >= words.size() || words[method + 1].data() != text.data() + slash - 1) return;
  const std::string_view server = words[method - 1], port = words[method + 3], client = words[method + 5];
  if (!ipv4(server) && !ipv6(server)) return;
  if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos) return;
  if (!ipv4(client) && !ipv6(client)) return;
  std::string_view status;
  for (size_t word = method + 6; word < words.size() && status.empty(); ++word)
    if (is_status(words[word])) status = words[word];
  if (status.empty()) return;
  std::string who(client);
  if (words[method + 4] != "-") who += " (" + printable(words[method + 4]) + ")";
  std::string path(words[method + 1]);
  if (words[method + 2] != "-") path += "?" + std::string(words[method + 2]);
  sink.feature("http_log", shown(who, words[method], path, status, to_text(*time)), begin,
               size_t(client.data() - text.data()) + client.size());
}

enum : uint32_t { common, extended };

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end <= from) return;
  hit.pattern == common ? on_common(text, hit.end, sink) : on_extended(text, hit.end, from, sink);
}

constexpr std::array<std::string_view, 1> kinds{"http_log"};
constexpr std::array patterns{
    Pattern{
        R"re( \[[0-3][0-9]/[A-Z][a-z]{2}/[12][0-9]{3}:[0-2][0-9]:[0-5][0-9]:[0-6][0-9] [+-][01][0-9][0-5][0-9]\] ")re",
        0, common},
    Pattern{"[0-2][0-9]:[0-5][0-9]:[0-6][0-9] [!-~ ]{7,50} (?:GET|POST|HEAD|PUT|OPTIONS|PROPFIND|DELETE) /", 0,
            extended},
};

constexpr std::array examples{
    Example{R"(10.1.1.2 - frank [13/Jan/2016:21:31:17 +0200] "GET /evil.php?cmd=uname+-a HTTP/1.1" 200 694 "-" "Moz")",
            "http_log", "10.1.1.2 (frank) GET /evil.php?cmd=uname+-a, 200, 2016-01-13T19:31:17Z"},
    Example{R"(www.example.org - - [01/Mar/2024:00:10:00 +0100] "\x16\x03\x01 \"a" 400 166)", "http_log",
            R"(www.example.org sent \x16\x03\x01 \"a, 400, 2024-02-29T23:10:00Z)"},
    Example{"2016-01-13 19:31:16 192.0.2.1 GET /a.htm id=7 80 - 198.51.100.7 Mozilla/5.0 - 200 0 0 15\r\n", "http_log",
            "198.51.100.7 GET /a.htm?id=7, 200, 2016-01-13T19:31:16Z"},
    Example{"2016-01-13 19:31:16 W3SVC1 192.0.2.1 POST /b.asp - 443 CORP\\joe 2001:db8::7 Mozilla/4.0 500 0 0\n",
            "http_log", "2001:db8::7 (CORP\\joe) POST /b.asp, 500, 2016-01-13T19:31:16Z"},
    Example{R"(the time is written like [13/Jan/2016:21:31:17 +0200] "so")", "http_log", ""},
    Example{R"(10.1.1.2 - - [33/Jan/2016:21:31:17 +0200] "GET / HTTP/1.1" 200 694)", "http_log", ""},
    Example{R"(10.1.1.2 - - [13/Jan/2016:21:31:17 +0200] "GET / HTTP/1.1" 20 694)", "http_log", ""},
    Example{"at 19:31:16 the server did GET /a.htm and more", "http_log", ""},
};

}  // namespace

extern const Scanner http_log_scanner;
const Scanner http_log_scanner{"http_log", "http_log: lines of web servers' logs: client, request, status, time",
                               kinds,      patterns,
                               on_hit,     examples,
                               1 * KiB,    16 * KiB};

}  // namespace weft::scan
