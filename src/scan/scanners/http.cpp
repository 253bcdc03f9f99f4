// Requests of browsers and other programs as they went over the network: kind http_request "GET host/path", kind
// user_agent the program's name for itself, kind cookie "name @ host", that such a cookie was sent; its value, which
// may let anybody in, is never shown. RFC 9112 §3, RFC 6265.
//
// False positives: a request line must end in HTTP/1.0 or HTTP/1.1, and a Host field with a name or address must follow
// in the same header; documentation rarely has both, and what has them is a request all the same.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/host.h"
#include "scan/scanners/validate/ip.h"

namespace weft::scan {
namespace {

constexpr size_t longest_line = 1024, longest_header = 4096, most_fields = 40, most_cookies = 20;
constexpr std::array<std::string_view, 8> methods{"GET",    "POST",    "HEAD",    "PUT",
                                                  "DELETE", "OPTIONS", "CONNECT", "PATCH"};

constexpr Signs token_signs = Signs("!#$%&'*+-.^_`|~").with([](uint8_t c) { return is_alnum(c); });

// The host of a Host field, canonical; empty when it is none.
std::string host_of(std::string_view value) {
  std::string_view name = value.substr(0, value.find(':'));
  const std::string_view port = value.substr(name.size());
  if (port.size() > 6) return {};
  for (char c : port.substr(std::min<size_t>(1, port.size())))
    if (!is_digit(c)) return {};
  if (ipv4(name)) return std::string(value);
  const auto host = host_at(name, 0);
  return host && host->end == name.size() ? host->value + std::string(port) : std::string();
}

struct Field {
  std::string_view name, value;
  size_t begin = 0, end = 0;  // of the value
};

bool is(const Field& field, std::string_view name) {
  return field.name.size() == name.size() && lower_ascii(field.name) == name;
}

// The names of a Cookie field.
std::string cookie_names(std::string_view field) {
  std::string out;
  size_t at = 0;
  for (size_t count = 0; at < field.size() && count < most_cookies; ++count) {
    const size_t end = token_signs.first_other_in(field, at, field.size());
    if (end == at || char_at(field, end) != '=') break;
    out += (out.empty() ? "" : ", ") + std::string(field.substr(at, end - at));
    at = field.find(';', end);
    if (at == std::string_view::npos) break;
    ++at;
    while (char_at(field, at) == ' ') ++at;
  }
  return out;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  // The pattern is " HTTP/1.1" and the end of the line; the method is where the line begins.
  const size_t target_end = text.rfind(" HTTP/1.", hit.end - 1);
  size_t begin = target_end;
  while (begin > from && target_end - begin < longest_line && uint8_t(text[begin - 1]) > ' ') --begin;
  if (begin == target_end || char_before(text, begin) != ' ') return;
  const std::string_view target = text.substr(begin, target_end - begin);
  std::string_view method;
  for (std::string_view each : methods)
    if (begin > each.size() && text.substr(begin - 1 - each.size(), each.size()) == each) method = each;
  if (method.empty() || is_alnum(char_before(text, begin - 1 - method.size()))) return;
  if (target[0] != '/' && !target.starts_with("http")) return;
  std::array<Field, 2> fields;  // user agent, cookie
  std::string host;
  size_t at = hit.end;
  for (size_t count = 0; count < most_fields && at < text.size() && at - hit.end < longest_header; ++count) {
    size_t end = text.substr(at, longest_line).find('\n');
    if (end == std::string_view::npos) break;
    end += at;
    Field field;
    const size_t colon = token_signs.first_other_in(text, at, end);
    if (colon == at || text[colon] != ':') break;
    field.name = text.substr(at, colon - at);
    field.begin = colon + 1;
    while (field.begin < end && text[field.begin] == ' ') ++field.begin;
    field.end = end > field.begin && text[end - 1] == '\r' ? end - 1 : end;
    field.value = text.substr(field.begin, field.end - field.begin);
    if (is(field, "host")) host = host_of(field.value);
    if (is(field, "user-agent")) fields[0] = field;
    if (is(field, "cookie")) fields[1] = field;
    at = end + 1;
  }
  if (host.empty()) return;
  const std::string path(target[0] == '/' ? target : target.substr(std::min(target.size(), target.find('/', 8))));
  const size_t line = begin - 1 - method.size();
  sink.feature("http_request", printable(std::string(method) + " " + host + path), line, target_end);
  // What is shown around a feature must not show a cookie's value: so these end early.
  const Field& agent = fields[0];
  if (agent.value.size() >= 4)
    sink.feature("user_agent", printable(agent.value), agent.begin, std::min(agent.begin + 16, agent.end));
  const std::string names = cookie_names(fields[1].value);
  if (!names.empty()) sink.feature("cookie", printable(host + ": " + names), line, line + method.size());
}

constexpr std::array<std::string_view, 3> kinds{"http_request", "user_agent", "cookie"};
constexpr std::array patterns{Pattern{R"( HTTP/1\.[01]\r?\n)", 0, 0}};

#define WEFT_REQUEST                                                                                                 \
  "GET /news?id=7 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\nCookie: sid=secret; " \
  "lang=de\r\n\r\n"

constexpr std::array examples{
    Example{WEFT_REQUEST, "http_request", "GET www.example.org/news?id=7"},
    Example{WEFT_REQUEST, "user_agent", "Mozilla/5.0 (X11; Linux)"},
    Example{WEFT_REQUEST, "cookie", "www.example.org: sid, lang"},
    Example{"POST /a HTTP/1.1\r\nAccept: */*\r\nHost: 192.0.2.7:8080\r\n\r\n", "http_request", "POST 192.0.2.7:8080/a"},
    Example{"GET /news HTTP/1.1\r\n\r\n", "http_request", ""},
    Example{"GET /news HTTP/1.1\r\nHost: %s\r\n\r\n", "http_request", ""},
    Example{"XGET /news HTTP/1.1\r\nHost: www.example.org\r\n\r\n", "http_request", ""},
    Example{"they speak HTTP/1.1\nHost: www.example.org\n", "http_request", ""},
};
#undef WEFT_REQUEST

}  // namespace

extern const Scanner http_scanner;
const Scanner http_scanner{
    "http",       "http_request, user_agent, cookie: requests of browsers; of cookies the name only",
    kinds,        patterns,
    on_hit,       examples,
    1 * KiB + 64, 6 * KiB};

}  // namespace weft::scan
