// What was asked of a search engine: the terms in the address of its page of results, "engine: terms", percent signs
// and
// "+" decoded.
//
// False positives: the host must be the engine's, the path its search page's, and the parameter the one of the question
// as its own form sends it; the terms must be UTF-8 with something in them. Addresses in documentation ("q=%s") are
// none. A question that was suggested, or sent while it was being typed (/complete/search), is not one that was put.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/sqlite_row.h"

namespace weft::scan {
namespace {

constexpr size_t longest_url = 1024, longest_terms = 512;

struct Engine {
  std::string_view name;
  std::string_view host;  // a label of the host; with a dot at its end any domain may follow ("google.co.uk")
  std::string_view path;  // how the path starts
  std::string_view parameter;
};

constexpr std::array engines{
    Engine{"google", "google.", "/search", "q"},
    Engine{"google", "google.", "/maps/search", "q"},
    Engine{"google", "google.", "/webhp", "q"},
    Engine{"google", "google.", "/#", "q"},
    Engine{"google", "google.", "/imgres", "q"},
    Engine{"bing", "bing.com", "/search", "q"},
    Engine{"bing", "bing.com", "/images/search", "q"},
    Engine{"bing", "bing.com", "/videos/search", "q"},
    Engine{"duckduckgo", "duckduckgo.com", "/", "q"},
    Engine{"yahoo", "search.yahoo.", "/search", "p"},
    Engine{"yandex", "yandex.", "/search", "text"},
    Engine{"yandex", "yandex.", "/yandsearch", "text"},
    Engine{"baidu", "baidu.com", "/s", "wd"},
    Engine{"baidu", "baidu.com", "/s", "word"},
    Engine{"youtube", "youtube.com", "/results", "search_query"},
    Engine{"amazon", "amazon.", "/s", "k"},
    Engine{"amazon", "amazon.", "/s", "field-keywords"},
    Engine{"ebay", "ebay.", "/sch/", "_nkw"},
    Engine{"wikipedia", "wikipedia.org", "/", "search"},
    Engine{"ecosia", "ecosia.org", "/search", "q"},
    Engine{"startpage", "startpage.com", "/", "query"},
    Engine{"twitter", "twitter.com", "/search", "q"},
    Engine{"facebook", "facebook.com", "/search", "q"},
    Engine{"reddit", "reddit.com", "/search", "q"},
};

// The host without what stands in front of the engine's label: "www.google.co.uk" is "google." something short.
bool is_host(std::string_view host, std::string_view name) {
  const size_t at = host.find(name);
  if (at == std::string_view::npos || (at > 0 && host[at - 1] != '.')) return false;
  const std::string_view rest = host.substr(at + name.size());
  return name.ends_with('.') ? rest.size() >= 2 && rest.size() <= 6 : rest.empty();
}

int hex_value(char c) {
  return is_digit(c) ? c - '0' : is_alpha(c) && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

// The value of a parameter, decoded; spaces are one. Empty when it is no text.
std::string terms(std::string_view value) {
  std::string out;
  for (size_t i = 0; i < value.size() && out.size() < longest_terms; ++i) {
    char c = value[i];
    if (c == '%') {
      if (i + 2 >= value.size() || hex_value(value[i + 1]) < 0 || hex_value(value[i + 2]) < 0) return {};
      c = char(hex_value(value[i + 1]) * 16 + hex_value(value[i + 2]));
      i += 2;
    } else if (c == '+') {
      c = ' ';
    }
    if (uint8_t(c) < ' ') c = ' ';
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  const bool something = std::any_of(out.begin(), out.end(), [](char c) { return is_alnum(c) || uint8_t(c) >= 0x80; });
  return something && is_utf8(out) ? out : std::string();
}

constexpr Signs ends_url = Signs("\"<>^`{|}'\\\x7f").with([](uint8_t c) { return c <= ' '; });

enum : uint32_t { plain, escaped, www };

// Where the host begins.
size_t host_begin(std::string_view text, const Hit& hit) {
  if (hit.pattern != www) return hit.end - 1;
  size_t begin = hit.end - 1;
  while (begin > 0 && hit.end - begin < 72 && !has_word(text, begin, "www.")) --begin;
  return char_before(text, begin) == '/' ? text.size() : begin;  // with its scheme, another hit
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t begin = host_begin(text, hit);
  if (begin < from || begin >= text.size()) return;  // from is behind the whole address
  size_t host_end = begin;
  while (host_end < text.size() && host_end - begin < 64 &&
         (is_alnum(text[host_end]) || text[host_end] == '.' || text[host_end] == '-'))
    ++host_end;
  size_t path = host_end;
  if (hit.pattern == escaped && char_at(text, path) == '\\') ++path;
  if (char_at(text, path) != '/') return;
  const std::string host = lower_ascii(text.substr(begin, host_end - begin));
  bool known = false;
  for (const Engine& engine : engines) known = known || is_host(host, engine.host);
  if (!known) return;
  size_t end = path;
  const size_t limit = std::min(text.size(), begin + longest_url);
  while (end < limit && (!ends_url.hold(text[end]) || (hit.pattern == escaped && text[end] == '\\'))) ++end;
  if (end == limit && limit != text.size()) return;
  // In a row of a database the next column, the title, is glued behind.
  const size_t first = address_begin(text, begin);
  if (const size_t column = text_column(text, first).end; column > path && column < end) end = column;
  std::string url(text.substr(path, end - path));
  if (hit.pattern == escaped) url.erase(std::remove(url.begin(), url.end(), '\\'), url.end());
  const size_t query = url.find_first_of("?#");
  if (query == std::string::npos) return;
  for (const Engine& engine : engines) {
    if (!is_host(host, engine.host) || !url.starts_with(engine.path)) continue;
    if (engine.path == "/s" && query != 2 && url[2] != '/') continue;
    const std::string key = std::string(engine.parameter) + "=";
    for (size_t at = query + 1; at < url.size();) {
      size_t stop = url.find('&', at);
      if (stop == std::string::npos) stop = url.size();
      std::string_view pair = std::string_view(url).substr(at, stop - at);
      if (pair.starts_with("amp;")) pair.remove_prefix(4);
      if (pair.starts_with(key)) {
        const std::string asked = terms(pair.substr(key.size()));
        if (!asked.empty()) return sink.feature("search", std::string(engine.name) + ": " + asked, first, end);
      }
      at = stop + 1;
    }
  }
}

constexpr std::array<std::string_view, 1> kinds{"search"};
// The url scanner's own.
constexpr std::array patterns{
    Pattern{R"((?:https?|ftps?|wss?)://[0-9a-z\[\x80-\xff_])", caseless, plain},
    Pattern{R"((?:https?|ftps?|wss?):\\/\\/[0-9a-z\[\x80-\xff_])", caseless, escaped},
    Pattern{R"(www\.[a-z0-9\x80-\xff-]{1,63}\.[a-z\x80-\xff])", caseless, www},
};

constexpr std::array examples{
    Example{"https://www.google.com/search?hl=en&q=how+to+pick+a+lock&ie=UTF-8", "search",
            "google: how to pick a lock"},
    Example{"http://www.google.co.uk/search?q=caf%C3%A9%20paris\"", "search", "google: caf\xC3\xA9 paris"},
    Example{"https://www.bing.com/images/search?q=red%20car&form=x", "search", "bing: red car"},
    Example{"https://duckduckgo.com/?q=knots&t=h_", "search", "duckduckgo: knots"},
    Example{"https://de.search.yahoo.com/search?p=wetter+berlin", "search", "yahoo: wetter berlin"},
    Example{"https://yandex.ru/search/?text=%D0%BA%D0%BE%D1%82&lr=213", "search", "yandex: \xD0\xBA\xD0\xBE\xD1\x82"},
    Example{"https://www.baidu.com/s?wd=%E5%A4%A9%E6%B0%94", "search", "baidu: \xE5\xA4\xA9\xE6\xB0\x94"},
    Example{"https://www.youtube.com/results?search_query=tie+a+tie", "search", "youtube: tie a tie"},
    Example{"https://www.amazon.de/s?k=rope&ref=nb", "search", "amazon: rope"},
    Example{"https://www.ebay.com/sch/i.html?_nkw=old+phone", "search", "ebay: old phone"},
    Example{"https://en.wikipedia.org/w/index.php?search=acetone", "search", "wikipedia: acetone"},
    Example{"https:\\/\\/www.google.com\\/search?q=lock+smith\"", "search", "google: lock smith"},
    Example{"www.google.com/search?q=lamp", "search", "google: lamp"},
    Example{"<a href=\"http://www.google.com/search?hl=en&amp;q=lamp&amp;x=1\">", "search", "google: lamp"},
    Example{"https://www.google.com/search?q=%s", "search", ""},
    Example{"https://www.google.com/complete/search?q=lam", "search", ""},
    Example{"https://www.google.com/search?hl=en", "search", ""},
    Example{"https://google.example.org/search?q=lamp", "search", ""},
    Example{"https://notbing.com/search?q=lamp", "search", ""},
    Example{"https://www.google.com/search?q=%FF%FE", "search", ""},
    Example{"https://www.amazon.de/something?k=rope", "search", ""},
};

}  // namespace

extern const Scanner search_scanner;
const Scanner search_scanner{
    "search", "search: terms put to search engines, engine: terms", kinds, patterns, on_hit, examples, row_reach + 128,
    1280};

}  // namespace weft::scan
