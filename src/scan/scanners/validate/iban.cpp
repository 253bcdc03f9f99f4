// Lengths and structures: SWIFT IBAN registry. n digits, a capital letters, c either.
#include "scan/scanners/validate/iban.h"

#include <array>
#include <cstdint>

#include "base/text.h"
#include "scan/scanners/validate/iban_national.h"

namespace weft::scan {
namespace {

struct Country {
  std::string_view code, structure;
};

constexpr std::array countries{
    Country{"AD", "8n12c"},    Country{"AE", "19n"},      Country{"AL", "8n16c"},    Country{"AT", "16n"},
    Country{"AZ", "4a20c"},    Country{"BA", "16n"},      Country{"BE", "12n"},      Country{"BG", "4a6n8c"},
    Country{"BH", "4a14c"},    Country{"BI", "23n"},      Country{"BR", "23n1a1c"},  Country{"BY", "4c4n16c"},
    Country{"CH", "5n12c"},    Country{"CR", "18n"},      Country{"CY", "8n16c"},    Country{"CZ", "20n"},
    Country{"DE", "18n"},      Country{"DJ", "23n"},      Country{"DK", "14n"},      Country{"DO", "4c20n"},
    Country{"EE", "16n"},      Country{"EG", "25n"},      Country{"ES", "20n"},      Country{"FI", "14n"},
    Country{"FK", "2a12n"},    Country{"FO", "14n"},      Country{"FR", "10n11c2n"}, Country{"GB", "4a14n"},
    Country{"GE", "2a16n"},    Country{"GI", "4a15c"},    Country{"GL", "14n"},      Country{"GR", "7n16c"},
    Country{"GT", "24c"},      Country{"HN", "4a20n"},    Country{"HR", "17n"},      Country{"HU", "24n"},
    Country{"IE", "4a14n"},    Country{"IL", "19n"},      Country{"IQ", "4a15n"},    Country{"IS", "22n"},
    Country{"IT", "1a10n12c"}, Country{"JO", "4a4n18c"},  Country{"KW", "4a22c"},    Country{"KZ", "3n13c"},
    Country{"LB", "4n20c"},    Country{"LC", "4a24c"},    Country{"LI", "5n12c"},    Country{"LT", "16n"},
    Country{"LU", "3n13c"},    Country{"LV", "4a13c"},    Country{"LY", "21n"},      Country{"MC", "10n11c2n"},
    Country{"MD", "20c"},      Country{"ME", "18n"},      Country{"MK", "3n10c2n"},  Country{"MN", "16n"},
    Country{"MR", "23n"},      Country{"MT", "4a5n18c"},  Country{"MU", "4a19n3a"},  Country{"NI", "4a20n"},
    Country{"NL", "4a10n"},    Country{"NO", "11n"},      Country{"OM", "3n16c"},    Country{"PK", "4a16c"},
    Country{"PL", "24n"},      Country{"PS", "4a21c"},    Country{"PT", "21n"},      Country{"QA", "4a21c"},
    Country{"RO", "4a16c"},    Country{"RS", "18n"},      Country{"RU", "14n15c"},   Country{"SA", "2n18c"},
    Country{"SC", "4a20n3a"},  Country{"SD", "14n"},      Country{"SE", "20n"},      Country{"SI", "15n"},
    Country{"SK", "20n"},      Country{"SM", "1a10n12c"}, Country{"SO", "19n"},      Country{"ST", "21n"},
    Country{"SV", "4a20n"},    Country{"TL", "19n"},      Country{"TN", "20n"},      Country{"TR", "6n16c"},
    Country{"UA", "6n19c"},    Country{"VA", "18n"},      Country{"VG", "4a16n"},    Country{"XK", "16n"},
    Country{"YE", "4a4n18c"},
};

// By the two letters of its code: the country's place, from 1.
constexpr std::array<uint8_t, 26 * 26> places = [] {
  std::array<uint8_t, 26 * 26> out{};
  for (size_t i = 0; i < countries.size(); ++i)
    out[size_t(countries[i].code[0] - 'A') * 26 + size_t(countries[i].code[1] - 'A')] = uint8_t(i + 1);
  return out;
}();

const Country* country_of(std::string_view text) {
  if (text.size() < 2) return nullptr;
  const auto first = size_t(text[0] - 'A'), second = size_t(text[1] - 'A');
  const size_t place = first < 26 && second < 26 ? places[first * 26 + second] : 0;
  return place == 0 ? nullptr : &countries[place - 1];
}

// Calls each(count, class) for the parts of a structure; "8n12c" has two.
template <class Each>
void parts(std::string_view structure, Each each) {
  size_t count = 0;
  for (char c : structure) {
    if (is_digit(c)) {
      count = count * 10 + size_t(c - '0');
    } else {
      each(count, c);
      count = 0;
    }
  }
}

}  // namespace

size_t iban_length(std::string_view text) {
  const Country* country = country_of(text);
  if (!country) return 0;
  size_t length = 4;
  parts(country->structure, [&](size_t count, char) { length += count; });
  return length;
}

bool is_iban(std::string_view text) {
  if (text.size() < 15 || text.size() != iban_length(text)) return false;
  bool fits = is_digit(text[2]) && is_digit(text[3]);
  size_t at = 4;
  parts(country_of(text)->structure, [&](size_t count, char kind) {
    for (size_t i = 0; i < count; ++i, ++at) {
      bool digit = is_digit(text[at]), capital = text[at] >= 'A' && text[at] <= 'Z';
      fits = fits && ((digit && kind != 'a') || (capital && kind != 'n'));
    }
  });
  if (!fits) return false;
  unsigned remainder = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[(i + 4) % text.size()];
    remainder = is_digit(c) ? remainder * 10 + unsigned(c - '0') : remainder * 100 + unsigned(c - 'A' + 10);
    remainder %= 97;
  }
  // Check digits 00, 01 and 99 are never computed.
  const std::string_view check = text.substr(2, 2);
  return remainder == 1 && check != "00" && check != "01" && check != "99" && national_check_holds(text);
}

}  // namespace weft::scan
