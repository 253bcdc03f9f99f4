// International bank account numbers: ISO 13616, written in one piece or in groups of four.
//
// False positives: capital letters and digits occur in serial numbers, licence keys and base64; country, length,
// structure and mod 97 must all hold, and the check digits that many countries' own account numbers have inside;
// nothing alphanumeric may touch, and groups must be of four with single spaces. In statements of banks (MT940) the
// numbers and names of fields do touch it: "?31DE…?32", ":25:DE…EUR", "/IBAN/NL…/BIC/", "IBAN+DE…BIC+".
#include "scan/scanners/validate/iban.h"

#include <algorithm>
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

// What is no part of the number though it touches it: the number of a subfield, "?31", or the name of a field.
size_t behind_field(std::string_view text, size_t begin) {
  const std::string_view rest = text.substr(begin, 4);
  if (char_before(text, begin) == '?' && rest.size() == 4 && is_digit(rest[0]) && is_digit(rest[1]) &&
      !is_digit(rest[2]))
    return begin + 2;
  return rest == "IBAN" && !is_alnum(char_before(text, begin)) ? begin + 4 : begin;
}

// "/IBAN/", "/CNTP/", "IBAN+", "IBAN".
bool is_named(std::string_view text, size_t begin) {
  const std::string_view before = text.substr(0, begin);
  return before.ends_with("IBAN/") || before.ends_with("IBAN+") || before.ends_with("/CNTP/") ||
         before.ends_with("IBAN");
}

// The currency of the account, and the name of the next field.
bool is_followed_by_field(std::string_view text, size_t end) {
  static constexpr std::array<std::string_view, 16> fields{"BIC", "EUR", "CHF", "GBP", "USD", "PLN", "CZK", "HUF",
                                                           "DKK", "SEK", "NOK", "RON", "BGN", "TRY", "ISK", "ILS"};
  return std::find(fields.begin(), fields.end(), text.substr(end, 3)) != fields.end() &&
         !is_alnum(char_at(text, end + 3));
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t start = behind_escape(text, hit.end - (hit.pattern == run ? 15 : 18)), begin = behind_field(text, start);
  if (begin < from) return;
  size_t length = iban_length(text.substr(begin, 2));
  const bool named = begin != start || is_named(text, begin);
  char before = sign_before(text, begin);
  if (length == 0 || (!named && (is_alnum(before) || before == '_' || before == '/' || before == '+'))) return;
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
  if (is_alnum(after) ? !is_followed_by_field(text, end) : after == '_' || after == '+' || (after == '/' && !named))
    return;
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
    Example{":86:177?00SEPA?31DE89370400440532013000?32KARL", "iban", "DE89370400440532013000"},
    Example{":25:DE89370400440532013000EUR\n", "iban", "DE89370400440532013000"},
    Example{"?20IBAN: DE89370400440532013000BIC: COBADEFF", "iban", "DE89370400440532013000"},
    Example{"Konto IBANDE89370400440532013000", "iban", "DE89370400440532013000"},
    Example{"/TRTP/SEPA/IBAN/NL91ABNA0417164300/BIC/ABNANL2A", "iban", "NL91ABNA0417164300"},
    Example{"SVWZ+RENT IBAN+DE89370400440532013000 BIC+COBADEFF", "iban", "DE89370400440532013000"},
    Example{"IBANDE89 3704 0044 0532 0130 00", "iban", "DE89370400440532013000"},
    Example{"x/DE89370400440532013000/y", "iban", ""},
    Example{"?311DE89370400440532013000", "iban", ""},
    Example{"DE89370400440532013000EURO", "iban", ""},
};

}  // namespace

extern const Scanner iban_scanner;
const Scanner iban_scanner{"iban", "iban: international bank account numbers", kinds, patterns, on_hit, examples, 64,
                           64};

}  // namespace weft::scan
