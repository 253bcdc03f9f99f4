// URLs and the domains in them: RFC 3986, RFC 3987 (non-ASCII is kept as it stands), hosts as in validate/host.h.
//
// Schemes http, https, ftp, ftps, sftp, ws, wss, and "www." without a scheme (written http://www.… as browsers read
// it); also with the slashes escaped as JSON does ("http:\/\/"). The end: what cannot stand in a URL, then trailing
// punctuation, and a closing bracket that was not opened inside ("&amp;" and "\u0026" stand for a sign); a comma or
// semicolon, where one stands in front as it does in tables of fields. A second URL glued behind is cut off; one in a
// query is part of it. What is glued behind: in a row of an SQLite database the next column, where the row's header
// says where this one ends; in a certificate the next element, where the string's length does; in markup that was
// percent-encoded, once or twice, what closes the quotes. Manual pages write "\-" for a hyphen. Zero-width
// spaces, where a line may break, are left out. A question mark at the end is the URL's where this stands alone: in
// quotes, in brackets, as a line or an element.
//
// False positives: the host must be a name in a delegated domain, an IP address, or (for the kind url alone) one plain
// label or a name in an undelegated domain, as intranets have. Kind domain: names that can be registered, nothing else.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "base/text.h"
#include "scan/entity.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/glued.h"
#include "scan/scanners/validate/host.h"
#include "scan/scanners/validate/ip.h"
#include "scan/scanners/validate/sqlite_row.h"
#include "scan/scanners/validate/utf8.h"

namespace weft::scan {
namespace {

constexpr size_t longest = 4096;
constexpr std::array<std::string_view, 7> schemes{"https", "http", "sftp", "ftps", "ftp", "wss", "ws"};
enum : uint32_t { plain, escaped, www };

constexpr Signs ends_url = Signs("\"<>\\^`{|}\x7f").with([](uint8_t c) { return c <= ' '; });
constexpr Signs ends_sentence(".,;:!?'*_~"), ends_authority("/?#\\");

// Non-ASCII that may stand in an IRI: letters and combining marks, no spaces, quotes or full-width punctuation.
size_t foreign_length(std::string_view text, size_t at) {
  CodePoint c = code_point_at(text, at);
  return c.length > 1 && is_foreign_letter(c.value) ? c.length : 0;
}

bool starts_url(std::string_view text, size_t at) {
  char c = char_before(text, at);
  if (!is_alnum(c) && c != '.' && c != ')' && c != ';') return false;
  std::string_view rest = text.substr(at, 8);
  return rest.starts_with("http://") || rest.starts_with("https://");
}

// What stands for one sign of a URL where that is written in JSON, JavaScript or markup, and which: "\/", "\u0026",
// "&amp;". Size 0: the sign stands for itself.
struct Escape {
  size_t size = 0;
  char sign = 0;
};
Escape escape_at(std::string_view text, size_t at) {
  if (text[at] == '&') {
    if (text.substr(at, 5) == "&amp;") return {5, '&'};
    constexpr size_t longest_entity = 6;
    const Entity entity = numbered_entity(text.substr(at, longest_entity));
    return entity.value > ' ' && entity.value < 0x7f ? Escape{entity.size, char(entity.value)} : Escape{};
  }
  if (text[at] != '\\') return {};
  const std::string_view rest = text.substr(at + 1, 5);
  if (rest.starts_with('/')) return {2, '/'};
  const size_t digits = rest.starts_with("u00") ? 3 : rest.starts_with('x') ? 1 : 0;
  if (digits == 0) return {};
  const std::string_view code = rest.substr(digits, 2);
  const char sign = code == "26" ? '&' : code == "3d" || code == "3D" ? '=' : 0;
  return sign ? Escape{1 + digits + 2, sign} : Escape{};
}

// What ends a field where a URL begins right behind it: "7,http://example.org/a,8". One with a comma in it would be
// quoted. 0: nothing. A semicolon may end an entity, too: "&quot;http://".
char field_separator(std::string_view text, size_t begin) {
  constexpr size_t longest_entity = 8;
  const char c = char_before(text, begin);
  if (c == ',') return c;
  if (c != ';') return 0;
  const size_t from = begin - std::min(begin, longest_entity);
  return text.substr(from, begin - from).find('&') == std::string_view::npos ? c : 0;
}

// A zero-width space, which says where a line may break and shows nothing, behind a sign that parts words. (A soft
// hyphen may be a hyphen that is seen: it ends the URL.)
size_t break_size(std::string_view text, size_t at) {
  constexpr Signs parts("/.-_?&=#%~:+,");
  constexpr std::string_view zero_width_space = "\xe2\x80\x8b";
  if (text.substr(at, zero_width_space.size()) != zero_width_space || !parts.hold(char_before(text, at))) return 0;
  const char behind = char_at(text, at + zero_width_space.size());
  return is_alnum(behind) || parts.hold(behind) ? zero_width_space.size() : 0;
}

// Whether text[begin, end) stands alone: what opens in front of it closes behind it.
bool stands_alone(std::string_view text, size_t begin, size_t end) {
  const char front = begin == 0 ? '\0' : text[begin - 1], behind = end == text.size() ? '\0' : text[end];
  switch (front) {
    case '<':
      return behind == '>';
    case '>':
      return behind == '<';
    case '\0':
    case '\n':
      return behind == '\0' || behind == '\n' || behind == '\r';
    case '"':
    case '\'':
      return behind == front;
    default:
      return false;
  }
}

// Where the URL that starts at begin ends. In the escaped form "\/" stands for "/", in manual pages "\-" for "-".
size_t url_end(std::string_view text, size_t begin, size_t body, bool json) {
  size_t limit = std::min(text.size(), begin + longest);
  size_t round = 0, square = 0, at = body, least = body;
  bool quoted = char_before(text, begin) == '\'';
  const char separator = field_separator(text, begin);
  while (at < limit) {
    char c = text[at];
    if (const Escape escape = escape_at(text, at); escape.size && (json || escape.size > 2)) {
      if (ends_url.hold(escape.sign) || escape.sign == '\'') break;
      least = at += escape.size;
      continue;
    }
    if (!json && is_written_hyphen(text, at)) {
      at += 2;
      continue;
    }
    if (uint8_t(c) >= 0x80) {
      size_t length = std::max(foreign_length(text, at), break_size(text, at));
      if (length == 0) break;
      at += length;
      continue;
    }
    if (ends_url.hold(c) || (quoted && c == '\'') || (separator && c == separator)) break;
    if (c == '(') ++round;
    if (c == '[') ++square;
    if (c == ')' && round-- == 0) break;
    if (c == ']' && square-- == 0) break;
    if (c == '&' && (text.substr(at, 4) == "&gt;" || text.substr(at, 4) == "&lt;" || text.substr(at, 6) == "&quot;"))
      break;
    if ((c == 'h') && at > body && starts_url(text, at)) break;
    ++at;
  }
  const bool asks = at > least && text[at - 1] == '?' && stands_alone(text, begin, at);
  while (!asks && at > least && ends_sentence.hold(text[at - 1])) --at;
  // An opening bracket at the very end belongs to the sentence.
  while (at > least && (text[at - 1] == '(' || text[at - 1] == '[')) --at;
  return at;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (const size_t size = break_size(text, i)) {
      i += size;
      continue;
    }
    const Escape escape = escape_at(text, i);
    out += escape.size ? escape.sign : text[i];
    i += std::max<size_t>(escape.size, 1);
  }
  return out;
}

struct Authority {
  std::string canonical;  // userinfo, host, port
  std::string domain;     // a registrable name, or empty
  size_t host_begin = 0, host_end = 0;
  bool cut = false;  // the host ends before the authority does: what follows is glued on
};

bool is_plain_host(std::string_view host) {
  if (host.empty() || host.size() > 253 || !is_alnum(host.front())) return false;
  bool letter = false;
  for (size_t i = 0; i < host.size(); ++i) {
    char c = host[i];
    if (!is_alnum(c) && c != '-' && c != '.' && c != '_') return false;
    if (c == '.' && (i + 1 == host.size() || host[i + 1] == '.')) return false;
    letter = letter || is_alpha(c);
  }
  return letter && !is_digit(host[host.rfind('.') == std::string_view::npos ? 0 : host.rfind('.') + 1]);
}

// text is the page, [begin, end) what stands between "//" and the path.
std::optional<Authority> authority(std::string_view text, size_t begin, size_t end) {
  Authority out;
  const size_t at = text.substr(begin, end - begin).rfind('@');
  if (at != std::string_view::npos) {
    if (at == 0) return std::nullopt;
    out.canonical = std::string(text.substr(begin, at + 1));
    begin += at + 1;
  }
  size_t host_end = end;
  if (char_at(text, begin) == '[') {
    size_t close = text.substr(0, end).find(']', begin);
    if (close == std::string_view::npos) return std::nullopt;
    auto groups = ipv6(text.substr(begin + 1, close - begin - 1));
    if (!groups) return std::nullopt;
    out.canonical += "[" + to_text(*groups) + "]";
    host_end = close + 1;
  } else {
    size_t colon = text.substr(0, end).find(':', begin);
    if (colon != std::string_view::npos) host_end = colon;
    std::string_view host = text.substr(begin, host_end - begin);
    if (ipv4(host)) {
      out.canonical += host;
    } else if (auto name = host_at(text.substr(0, host_end), begin)) {
      out.domain = name->value;
      out.canonical += name->value;
      out.cut = name->end != host_end && !(name->end + 1 == host_end && text[name->end] == '.');
      host_end = name->end;
    } else if (is_plain_host(host)) {
      out.canonical += lower_ascii(host);
    } else {
      return std::nullopt;
    }
  }
  out.host_begin = begin;
  out.host_end = host_end;
  if (!out.cut && host_end < end && text[host_end] == ':') {
    std::string_view port = text.substr(host_end + 1, end - host_end - 1);
    size_t digits = 0;
    while (digits < port.size() && is_digit(port[digits])) ++digits;
    if (digits > 5) return std::nullopt;
    if (digits > 0) out.canonical += ":" + std::string(port.substr(0, digits));
    if (digits != port.size()) out.cut = true, host_end += digits > 0 ? 1 + digits : 0;
  }
  out.host_end = out.cut ? host_end : out.host_end;
  return out;
}

// "%22" and the like around a URL, which is not itself encoded: what closes it, when `begin` stands behind what opens.
std::string_view closing(std::string_view text, size_t begin) {
  struct Pair {
    std::string_view open, close;
  };
  static constexpr std::array pairs{
      Pair{"%22", "%22"},     Pair{"%27", "%27"},     Pair{"%3C", "%3E"},     Pair{"%3E", "%3C"},
      Pair{"%2522", "%2522"}, Pair{"%2527", "%2527"}, Pair{"%253C", "%253E"}, Pair{"%253E", "%253C"},
  };
  for (const Pair& pair : pairs)
    if (text.substr(0, begin).ends_with(pair.open)) return pair.close;
  return {};
}

// Where it ends when something is glued behind, or `end`. Bytes that only look like that cut anywhere: within the host,
// which begins at body, a cut has to leave one.
size_t cut_glued(std::string_view text, size_t begin, size_t body, size_t end) {
  const auto cut_at = [&](size_t cut) {
    if (cut <= body || cut >= end) return;
    const size_t host_end = ends_authority.first_in(text, body, cut);
    const auto left = authority(text, body, host_end);
    if (host_end < cut || (left && !left->domain.empty())) end = cut;
  };
  if (const size_t cut = der_string_end(text, begin); cut < end && (text[cut] == '0' || text[cut] == '1'))
    cut_at(cut);
  else if (const size_t counted = counted_end(text, begin, end); counted != 0)
    cut_at(counted);
  else
    cut_at(text_column(text, begin).end);
  if (const std::string_view close = closing(text, begin); !close.empty())
    cut_at(std::min(text.substr(0, end).find(close, body), end));
  return end;
}

// A URL of which begin, body (behind "//") and end are known.
void report(std::string_view text, std::string_view scheme, size_t begin, size_t body, size_t end, const Hit& hit,
            Sink& sink) {
  const bool json = hit.pattern == escaped;
  // Read without the backslashes of a manual page; `place` is where the bytes of that stand.
  Hyphened hyphened;
  if (!json && text.substr(begin, end - begin).find("\\-") != std::string_view::npos)
    hyphened = without_backslashes(text, begin, end);
  const auto place = [&](size_t at) { return hyphened.place.empty() ? at : hyphened.place[at]; };
  if (!hyphened.place.empty()) {
    text = hyphened.text;
    body -= begin, begin = 0, end = text.size();
  }
  size_t path = ends_authority.first_in(text, body, end);
  const auto where = authority(text, body, path);
  if (!where || (hit.pattern == www && (where->domain.empty() || where->host_begin != body))) return;
  if (where->cut) end = path = where->host_end;
  const std::string rest = unescaped(text.substr(path, end - path));
  sink.feature("url", fmt::format("{}://{}{}", scheme, where->canonical, rest), place(begin), place(end));
  if (!where->domain.empty())
    sink.feature("domain", where->domain, place(where->host_begin), place(std::min(end, where->host_end)));
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  size_t begin = 0, body = 0;
  std::string_view scheme;
  if (hit.pattern == www) {
    begin = text.substr(0, hit.end).size() - 1;
    while (begin > 0 && hit.end - begin < 72 && !has_word(text, begin, "www.")) --begin;
    char before = sign_before(text, begin);
    if (is_alnum(before) || before == '.' || before == '-' || before == '/' || before == '@' || before == '_') return;
    scheme = "http";
    body = begin;
  } else {
    body = hit.end - 1;
    size_t colon = body - (hit.pattern == escaped ? 5 : 3);
    for (std::string_view name : schemes)
      if (colon >= name.size() && has_word(text, colon - name.size(), name)) {
        scheme = name;
        break;
      }
    begin = colon - scheme.size();
  }
  if (begin < from || scheme.empty()) return;
  const size_t end = url_end(text, begin, body, hit.pattern == escaped);
  report(text, scheme, begin, body, cut_glued(text, begin, body, end), hit, sink);
}

constexpr std::array<std::string_view, 2> kinds{"url", "domain"};
constexpr std::array patterns{
    Pattern{R"((?:https?|s?ftps?|wss?)://[0-9a-z\[\x80-\xff_])", caseless, plain},
    Pattern{R"((?:https?|s?ftps?|wss?):\\/\\/[0-9a-z\[\x80-\xff_])", caseless, escaped},
    Pattern{R"(www\.[a-z0-9\x80-\xff-]{1,63}\.[a-z\x80-\xff])", caseless, www},
};

constexpr std::array examples{
    Example{"see http://www.Example.com/Path?q=1#f.", "url", "http://www.example.com/Path?q=1#f"},
    Example{"see http://www.Example.com/Path", "domain", "www.example.com"},
    Example{"HTTPS://example.org", "url", "https://example.org"},
    Example{"\"http://www.example.org:8123/page/a.htm\"", "url", "http://www.example.org:8123/page/a.htm"},
    Example{"ftp://joe:pw@ftp.example.org:2121/a", "url", "ftp://joe:pw@ftp.example.org:2121/a"},
    Example{"sftp://joe@ftp.example.org/a", "url", "sftp://joe@ftp.example.org/a"},
    Example{"wss://example.org/ws,", "url", "wss://example.org/ws"},
    Example{"(see http://en.example.org/wiki/A_(b))", "url", "http://en.example.org/wiki/A_(b)"},
    Example{"[x](http://example.org/a) and", "url", "http://example.org/a"},
    Example{"'http://example.org/a'+b", "url", "http://example.org/a"},
    Example{"<a href='http://example.org/?a=1&amp;b=2'>", "url", "http://example.org/?a=1&b=2"},
    Example{"<a href='http://example.org/issue?&#64;id=1&amp;b=2&#39;'>", "url", "http://example.org/issue?@id=1&b=2"},
    Example{"\"http://example.org/?a=1&amp;\"", "url", "http://example.org/?a=1&"},
    Example{"{\"u\":\"http://example.org/?a\\u003d1\\u0026b=2\"}", "url", "http://example.org/?a=1&b=2"},
    Example{"'http://example.org/?a\\x3d1\\x26b=2'", "url", "http://example.org/?a=1&b=2"},
    Example{"7,http://example.org/a?b=c;d,as said", "url", "http://example.org/a?b=c;d"},
    Example{"7;http://example.org/a,b;as said", "url", "http://example.org/a,b"},
    Example{"&quot;http://example.org/a;b,c&quot;", "url", "http://example.org/a;b,c"},
    Example{"<a href=\"http://example.org/a\">", "url", "http://example.org/a"},
    Example{"http://[2001:DB8::1]:8080/x", "url", "http://[2001:db8::1]:8080/x"},
    Example{"http://192.168.1.1/x", "url", "http://192.168.1.1/x"},
    Example{"http://192.168.1.1/x", "domain", ""},
    Example{"http://b\xC3\xBC"
            "cher.de/\xC3\xA4",
            "url",
            "http://b\xC3\xBC"
            "cher.de/\xC3\xA4"},
    Example{"http://xn--bcher-kva.de/", "domain",
            "b\xC3\xBC"
            "cher.de"},
    Example{"www.example.co.uk/x", "url", "http://www.example.co.uk/x"},
    Example{"http:\\/\\/example.org\\/a\\/b\"", "url", "http://example.org/a/b"},
    Example{"http://example.orghttps://", "url", "http://example.org"},
    Example{"http://intranet/wiki", "url", "http://intranet/wiki"},
    Example{"http://intranet/wiki", "domain", ""},
    Example{"http://web.example.org/web/http://a.example.com/", "url",
            "http://web.example.org/web/http://a.example.com/"},
    Example{"http://a.example.org/x&gt;", "url", "http://a.example.org/x"},
    Example{"ftps://ftp.example.org/pub/a.tar.gz", "url", "ftps://ftp.example.org/pub/a.tar.gz"},
    Example{"http://[2001:db8::1]/", "url", "http://[2001:db8::1]/"},
    Example{"https://www.example.org/a\\-b/c\\-d\\fP", "url", "https://www.example.org/a-b/c-d"},
    Example{"https://my\\-host.example.org/a", "url", "https://my-host.example.org/a"},
    Example{"https://my\\-host.example.org/a", "domain", "my-host.example.org"},
    Example{"%2522http://example.org/a%2523b%2522%253Ec", "url", "http://example.org/a%2523b"},
    Example{"%3Ehttp://example.org/a%3C/b%3E", "url", "http://example.org/a"},
    Example{"http://example.org/?q=%22a%22+b", "url", "http://example.org/?q=%22a%22+b"},
    Example{"http://example.org/\xe2\x80\x8b"
            "a/\xe2\x80\x8b"
            "b-\xe2\x80\x8btoc.html",
            "url", "http://example.org/a/b-toc.html"},
    Example{"http://example.org/a\xe2\x80\x8b"
            "b",
            "url", "http://example.org/a"},
    Example{"<a href=\"http://example.org/a?\">", "url", "http://example.org/a?"},
    Example{"a table\nhttp://example.org/a?\nand more", "url", "http://example.org/a?"},
    Example{"<http://example.org/?>", "url", "http://example.org/?"},
    Example{"as in \"have you seen http://example.org/a?\"", "url", "http://example.org/a"},
    Example{"Why http://example.org/a? Since", "url", "http://example.org/a"},
    Example{"http://%s/index", "url", ""},
    Example{"http://1.7.10.1.2/", "url", ""},
    Example{"http://co.uk/", "domain", ""},
    Example{"http://1.7.10.1/", "domain", ""},
    Example{"libc6 1.7.10.1, object.method, readme.txt", "domain", ""},
    Example{"www.foo.invalid", "url", ""},
    Example{"awww.example.com", "url", ""},
};

}  // namespace

extern const Scanner url_scanner;
const Scanner url_scanner{"url",           "url, domain: web and ftp addresses, and the host names in them",
                          kinds,           patterns,
                          on_hit,          examples,
                          row_reach + 128, 4608};

}  // namespace weft::scan
