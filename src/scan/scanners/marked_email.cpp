// E-mail addresses that were written so that programs do not find them, where they are marked as such: "joe [at]
// example [dot] org", "joe(at)example.org", "joe {at} example (dot) co (dot) uk". Kind email, in the plain form.
//
// False positives: the word "at" must stand in brackets; "joe at example dot org" is prose as often as not. Around it
// must be what an address has: a local part, and a name in a delegated domain whose dots are dots or bracketed "dot"s.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/host.h"

namespace weft::scan {
namespace {

bool is_open(char c) {
  return c == '[' || c == '(' || c == '{' || c == '<';
}
bool is_close(char c) {
  return c == ']' || c == ')' || c == '}' || c == '>';
}
bool is_local(char c) {
  return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+';
}

size_t skip_spaces(std::string_view text, size_t at, size_t most) {
  for (size_t n = 0; n < most && char_at(text, at) == ' '; ++n) ++at;
  return at;
}

// Behind a bracketed word ("[dot]", "( dot )") at `at`, or at itself.
size_t bracketed_end(std::string_view text, size_t at, std::string_view word) {
  if (!is_open(char_at(text, at))) return at;
  size_t end = skip_spaces(text, at + 1, 1);
  if (lower_ascii(text.substr(end, word.size())) != word) return at;
  end = skip_spaces(text, end + word.size(), 1);
  return is_close(char_at(text, end)) ? end + 1 : at;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  // Back to the bracket; the pattern ends with the closing one.
  size_t open = hit.end - 1;
  while (open > 0 && hit.end - open < 7 && !is_open(text[open])) --open;
  size_t local_end = open;
  if (char_before(text, local_end) == ' ') --local_end;
  size_t begin = local_end;
  while (begin > from && local_end - begin < 64 && is_local(text[begin - 1])) --begin;
  while (begin < local_end && !is_alnum(text[begin])) ++begin;
  if (begin == local_end || !is_alnum(text[local_end - 1]) || uint8_t(char_before(text, begin)) >= 0x80) return;
  std::string host;
  size_t at = skip_spaces(text, hit.end, 1), end = at;
  for (size_t labels = 0; labels < 6; ++labels) {
    size_t stop = at;
    while (stop < text.size() && stop - at < 64 && (is_alnum(text[stop]) || text[stop] == '-')) ++stop;
    if (stop == at) break;
    host += text.substr(at, stop - at);
    end = stop;
    const size_t mark = skip_spaces(text, stop, 1), behind = bracketed_end(text, mark, "dot");
    if (behind != mark) {
      at = skip_spaces(text, behind, 1);
    } else if (char_at(text, stop) == '.' && is_alnum(char_at(text, stop + 1))) {
      at = stop + 1;
    } else {
      break;
    }
    host += '.';
  }
  const auto name = host_at(host, 0);
  if (!name || name->end != host.size()) return;
  sink.feature("email", lower_ascii(text.substr(begin, local_end - begin)) + "@" + name->value, begin, end);
}

constexpr std::array<std::string_view, 1> kinds{"email"};
constexpr std::array patterns{Pattern{R"([\[({<] ?at ?[\])}>])", caseless, 0}};

constexpr std::array examples{
    Example{"joe [at] example [dot] org", "email", "joe@example.org"},
    Example{"mail joe.bloggs(at)example.org, or", "email", "joe.bloggs@example.org"},
    Example{"<joe {at} example (dot) co (dot) uk>", "email", "joe@example.co.uk"},
    Example{"joe (AT) lists [DOT] example.org.", "email", "joe@lists.example.org"},
    Example{"joe at example dot org", "email", ""},
    Example{"look (at) the example", "email", ""},
    Example{"f(at)x.y", "email", ""},
    Example{"(at) example.org", "email", ""},
    Example{"array[at]", "email", ""},
};

}  // namespace

extern const Scanner marked_email_scanner;
const Scanner marked_email_scanner{"marked_email",
                                   "email: addresses hidden from programs: joe [at] example [dot] org",
                                   kinds,
                                   patterns,
                                   on_hit,
                                   examples,
                                   128,
                                   512};

}  // namespace weft::scan
