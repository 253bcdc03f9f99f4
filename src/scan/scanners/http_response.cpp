// Answers of web servers as they went over the network: kind http_response "200, text/html, server nginx, sets sid and
// lang"; kind cookie "name @ host" as the other scanner of HTTP has it, where the answer says for which domain it sets
// one. Their values, which may let anybody in, are never shown. RFC 9112 §4, RFC 6265 §4.1.
//
// False positives: behind the status line two fields that answers have must follow in the same header, one of them a
// date, a type, a length, a server or a cookie.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/host.h"

namespace weft::scan {
namespace {

constexpr size_t status_line = 13;  // "HTTP/1.1 200 "
constexpr size_t longest_line = 1024, longest_header = 4096, most_fields = 40, most_cookies = 20;

constexpr Signs token_signs = Signs("!#$%&'*+-.^_`|~").with([](uint8_t c) { return is_alnum(c); });

struct Header {
  std::string type, server, cookies, domain;
  size_t fields = 0, known = 0, cookie_count = 0;
};

// "sid=secret; Path=/; Domain=.example.com"
void read_cookie(std::string_view value, Header& header) {
  const size_t end = token_signs.first_other_in(value, 0, value.size());
  if (end == 0 || char_at(value, end) != '=' || header.cookie_count == most_cookies) return;
  ++header.cookie_count;
  header.cookies += (header.cookies.empty() ? "" : ", ") + std::string(value.substr(0, end));
  const std::string lower = lower_ascii(value);
  size_t at = lower.find("domain=", end);
  if (at == std::string::npos) return;
  at += 7;
  if (char_at(lower, at) == '.') ++at;
  if (const auto host = host_at(lower, at); host && header.domain.empty()) header.domain = host->value;
}

void read_field(std::string_view name, std::string_view value, Header& header) {
  const std::string lower = lower_ascii(name);
  ++header.fields;
  if (lower == "set-cookie") {
    read_cookie(value, header);
    ++header.known;
  } else if (lower == "content-type") {
    header.type = lower_ascii(value.substr(0, value.find(';')));
    ++header.known;
  } else if (lower == "server") {
    header.server = value;
    ++header.known;
  } else if (lower == "date" || lower == "content-length" || lower == "location" || lower == "transfer-encoding") {
    ++header.known;
  }
}

Header read_header(std::string_view text, size_t begin) {
  Header header;
  size_t at = begin;
  for (size_t count = 0; count < most_fields && at < text.size() && at - begin < longest_header; ++count) {
    size_t end = text.substr(at, longest_line).find('\n');
    if (end == std::string_view::npos) break;
    end += at;
    const size_t colon = token_signs.first_other_in(text, at, end);
    if (colon == at || text[colon] != ':') break;
    size_t first = colon + 1, last = end;
    while (first < last && text[first] == ' ') ++first;
    if (last > first && text[last - 1] == '\r') --last;
    read_field(text.substr(at, colon - at), text.substr(first, last - first), header);
    at = end + 1;
  }
  return header;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t begin = hit.end - status_line;
  if (begin < from || is_alnum(char_before(text, begin))) return;
  const size_t line = text.substr(hit.end, 100).find('\n');
  if (line == std::string_view::npos) return;
  const Header header = read_header(text, hit.end + line + 1);
  if (header.fields < 2 || header.known == 0) return;
  std::string value(text.substr(begin + 9, 3));
  if (!header.type.empty()) value += ", " + header.type;
  if (!header.server.empty()) value += ", server " + header.server;
  if (!header.cookies.empty()) value += ", sets " + header.cookies;
  // What is shown around a feature must not show a cookie's value: so both end with the status.
  sink.feature("http_response", printable(value), begin, hit.end - 1);
  if (!header.domain.empty())
    sink.feature("cookie", printable(header.domain + ": " + header.cookies), begin, begin + 8);
}

constexpr std::array<std::string_view, 2> kinds{"http_response", "cookie"};
constexpr std::array patterns{Pattern{R"(HTTP/1\.[01] [1-5][0-9]{2}[ \r])", 0, 0}};

#define WEFT_ANSWER                                                                                             \
  "HTTP/1.1 200 OK\r\nServer: nginx/1.22\r\nContent-Type: text/html; charset=utf-8\r\nSet-Cookie: sid=secret; " \
  "Path=/; "                                                                                                    \
  "Domain=.example.org\r\nSet-Cookie: lang=de\r\n\r\n"

constexpr std::array examples{
    Example{WEFT_ANSWER, "http_response", "200, text/html, server nginx/1.22, sets sid, lang"},
    Example{WEFT_ANSWER, "cookie", "example.org: sid, lang"},
    Example{"HTTP/1.0 302 Found\r\nDate: Mon, 05 Nov 2012 10:00:00 GMT\r\nLocation: /login\r\n\r\n", "http_response",
            "302"},
    Example{"HTTP/1.1 404 Not Found, says the server\n", "http_response", ""},
    Example{"HTTP/1.1 200 OK\r\nOne: a\r\nTwo: b\r\n\r\n", "http_response", ""},
    Example{"HTTP/1.1 200 OK\r\nSet-Cookie: lang=de\r\nDate: Mon, 05 Nov 2012 10:00:00 GMT\r\n\r\n", "cookie", ""},
    Example{"XHTTP/1.1 200 OK\r\nServer: a\r\nDate: b\r\n\r\n", "http_response", ""},
};
#undef WEFT_ANSWER

}  // namespace

extern const Scanner http_response_scanner;
const Scanner http_response_scanner{"http_response",
                                    "http_response, cookie: answers of web servers; of cookies the name only",
                                    kinds,
                                    patterns,
                                    on_hit,
                                    examples,
                                    64,
                                    6 * KiB};

}  // namespace weft::scan
