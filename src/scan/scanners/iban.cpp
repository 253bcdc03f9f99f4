// International bank account numbers: ISO 13616, written in one piece or in groups of four.
//
// False positives: capital letters and digits occur in serial numbers, licence keys and base64; country, length,
// structure and mod 97 must all hold, and the check digits that many countries' own account numbers have inside;
// nothing alphanumeric may touch, and groups must be of four with single spaces.
#include "scan/scanners/validate/iban.h"

#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/glued.h"

namespace weft::scan {
namespace {

bool is_sign(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z');
}

enum : uint32_t { run, groups };

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t begin = behind_escape(text, hit.end - (hit.pattern == run ? 15 : 18));
  if (begin < from) return;
  size_t length = iban_length(text.substr(begin, 2));
  char before = sign_before(text, begin);
  if (length == 0 || is_alnum(before) || before == '_' || before == '/' || before == '+') return;
  text = without_glued(text, begin, " ");
  bool grouped = char_at(text, begin + 4) == ' ';
  std::string value;
  size_t end = begin;
  for (; end < text.size() && value.size() < length; ++end) {
    if (is_sign(text[end])) {
      if (grouped && value.size() % 4 == 0 && !value.empty() && text[end - 1] != ' ') return;
      value += text[end];
    } else if (!grouped || text[end] != ' ' || value.size() % 4 != 0 || text[end - 1] == ' ') {
      return;
    }
  }
  char after = sign_behind(text, end);
  if (is_alnum(after) || after == '_' || after == '+' || after == '/') return;
  if (is_iban(value)) sink.feature("iban", value, begin, end);
}

constexpr std::array<std::string_view, 1> kinds{"iban"};
// In one piece: the start of a run of capitals and digits, as long as Norway's, the shortest.
constexpr std::array patterns{
    Pattern{R"([A-Z0-9]{15})", first_end, run},
    Pattern{R"([A-Z]{2}[0-9]{2} [A-Z0-9]{4} [A-Z0-9]{4} [A-Z0-9]{3})", 0, groups},
};

constexpr std::array examples{
    Example{"IBAN: DE89370400440532013000", "iban", "DE89370400440532013000"},
    Example{"DE89 3704 0044 0532 0130 00\n", "iban", "DE89370400440532013000"},
    Example{"GB29 NWBK 6016 1331 9268 19", "iban", "GB29NWBK60161331926819"},
    Example{"NO9386011117947", "iban", "NO9386011117947"},
    Example{"MT84MALT011000012345MTLCAST001S", "iban", "MT84MALT011000012345MTLCAST001S"},
    Example{"FR14 2004 1010 0505 0001 3M02 606,", "iban", "FR1420041010050500013M02606"},
    Example{"DE88370400440532013000", "iban", ""},
    Example{"NO2386011117946", "iban", ""},
    Example{"BE41091811735141", "iban", ""},
    Example{"ME52510000000006234132", "iban", ""},
    Example{"xDE89370400440532013000", "iban", ""},
    Example{"DE89370400440532013000A", "iban", ""},
    Example{"DE893704 0044 0532 0130 00", "iban", ""},
};

}  // namespace

extern const Scanner iban_scanner;
const Scanner iban_scanner{"iban", "iban: international bank account numbers", kinds, patterns, on_hit, examples, 64,
                           64};

}  // namespace weft::scan
