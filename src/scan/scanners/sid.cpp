// Windows security identifiers of machines, domains and their accounts: [MS-DTYP] §2.4.2, S-1-5-21-… and S-1-12-1-…
// (Entra).
//
// False positives: hardly any text looks like this; each part must fit 32 bits. Well-known SIDs (S-1-5-18,
// S-1-5-32-544) are the same everywhere and are not looked for.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"

namespace weft::scan {
namespace {

// The end of a 32-bit number without leading zeros at `at`, or `at` when there is none.
size_t number_end(std::string_view text, size_t at) {
  uint64_t value = 0;
  size_t end = at;
  while (end < text.size() && end - at < 11 && is_digit(text[end])) value = value * 10 + uint64_t(text[end++] - '0');
  return value > 0xFFFFFFFF || (end - at > 1 && text[at] == '0') ? at : end;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  size_t end = hit.end - 1;
  size_t begin = text.substr(0, hit.end).rfind("-1-");
  while (begin != std::string_view::npos && hit.end - begin < 44 && (begin == 0 || (text[begin - 1] | 32) != 's'))
    begin = begin == 0 ? std::string_view::npos : text.rfind("-1-", begin - 1);
  if (begin == std::string_view::npos || begin == 0 || begin - 1 < from || hit.end - begin >= 44) return;
  --begin;
  if (is_alnum(sign_before(text, begin))) return;
  size_t parts = begin + 9;  // "S-1-5-21-" and "S-1-12-1-" are equally long
  for (size_t at = parts, count = 0; count < 4; ++count) {
    size_t stop = number_end(text, at);
    if (stop == at) {
      if (count < 3) return;
      break;
    }
    end = stop;
    if (char_at(text, stop) != '-' || !is_digit(char_at(text, stop + 1))) {
      if (count < 2) return;
      break;
    }
    at = stop + 1;
  }
  std::string value(text.substr(begin, end - begin));
  value[0] = 'S';
  sink.feature("sid", value, begin, end);
}

constexpr std::array<std::string_view, 1> kinds{"sid"};
constexpr std::array patterns{Pattern{R"(S-1-(?:5-21|12-1)-[0-9]{1,10}-[0-9]{1,10}-[0-9])", caseless, 0}};

constexpr std::array examples{
    Example{"S-1-5-21-3623811015-3361044348-30300820-1013", "sid", "S-1-5-21-3623811015-3361044348-30300820-1013"},
    Example{"\\s-1-5-21-1004336348-1177238915-682003330\\", "sid", "S-1-5-21-1004336348-1177238915-682003330"},
    Example{"S-1-12-1-1944581161-1163226420-3021241264-2139131073", "sid",
            "S-1-12-1-1944581161-1163226420-3021241264-2139131073"},
    Example{"S-1-5-32-544", "sid", ""},
    Example{"S-1-5-21-9999999999-3361044348-30300820-1013", "sid", ""},
};

}  // namespace

extern const Scanner sid_scanner;
const Scanner sid_scanner{"sid",  "sid: Windows security identifiers of machines, domains and accounts",
                          kinds,  patterns,
                          on_hit, examples,
                          128,    64};

}  // namespace weft::scan
