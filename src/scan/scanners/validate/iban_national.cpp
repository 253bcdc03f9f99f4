// The rules as public validators and banks' associations state them. A country is here only if its rule is public and
// no account is known that need not follow it; each was tried on published account numbers, 6 to 43 of a country and
// 330 in all, and held for all of them.
//
// Left out, since a genuine number may break what is said of them: Iceland (the holder's number in the account has no
// check digit since 18 February 2026), Germany, Austria, Switzerland, Britain, Sweden and Denmark (each bank has its
// own way), the Netherlands (not since 2014), Norway's numbers with 00 in the fifth and sixth place, and Albania, East
// Timor, Kosovo and Mauritania (rules known from a few numbers alone).
#include "scan/scanners/validate/iban_national.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/text.h"
#include "scan/scanners/validate/luhn.h"

namespace weft::scan {
namespace {

unsigned digit(char c) {
  return unsigned(c - '0');
}

unsigned remainder(std::string_view digits, unsigned divisor) {
  unsigned out = 0;
  for (char c : digits) out = (out * 10 + digit(c)) % divisor;
  return out;
}

// Digits times weights, which begin anew behind the last one.
unsigned weighted(std::string_view digits, std::span<const unsigned> weights) {
  unsigned sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) sum += digit(digits[i]) * weights[i % weights.size()];
  return sum;
}

// Bosnia and Herzegovina, Montenegro, North Macedonia, Portugal, Serbia, Slovenia: ISO 7064, mod 97-10.
bool is_mod_97_10(std::string_view account) {
  return remainder(account, 97) == 1;
}

// Belgium: the first ten digits modulo 97, with 97 for 0.
bool belgium(std::string_view account) {
  const unsigned rest = remainder(account.substr(0, 10), 97);
  return remainder(account.substr(10), 100) == (rest == 0 ? 97 : rest);
}

// Czechia and Slovakia: bank (4), prefix (6), number (10); prefix and number each modulo 11.
bool czechia(std::string_view account) {
  static constexpr std::array<unsigned, 10> weights{6, 3, 7, 9, 10, 5, 8, 4, 2, 1};
  return weighted(account.substr(4, 6), std::span(weights).subspan(4)) % 11 == 0 &&
         weighted(account.substr(10), weights) % 11 == 0;
}

// Estonia: weights 7, 3, 1 from the right over all between the bank's two digits and the check digit.
bool estonia(std::string_view account) {
  static constexpr std::array<unsigned, 3> weights{7, 1, 3};  // from the left: thirteen digits
  return (weighted(account.substr(2, 13), weights) + digit(account[15])) % 10 == 0;
}

// Spain: one check digit for bank and branch, one for the number.
bool spain(std::string_view account) {
  static constexpr std::array<unsigned, 10> weights{1, 2, 4, 8, 5, 10, 9, 7, 3, 6};
  auto check = [](unsigned sum) {
    const unsigned out = 11 - sum % 11;
    return out == 11 ? 0 : out == 10 ? 1 : out;
  };
  return check(weighted(account.substr(0, 8), std::span(weights).subspan(2))) == digit(account[8]) &&
         check(weighted(account.substr(10), weights)) == digit(account[9]);
}

bool finland(std::string_view account) {
  return luhn(account);
}

// France and Monaco, "clé RIB": letters count A-I and J-R as 1-9, S-Z as 2-9; with the key the whole is divisible
// by 97.
bool france(std::string_view account) {
  unsigned out = 0;
  for (char c : account) {
    const unsigned value = is_digit(c) ? digit(c) : c < 'S' ? unsigned(c - 'A') % 9 + 1 : unsigned(c - 'S') + 2;
    out = (out * 10 + value) % 97;
  }
  return out == 0;
}

// ISO 7064, mod 11,10.
bool is_mod_11_10(std::string_view digits) {
  unsigned product = 10;
  for (char c : digits.substr(0, digits.size() - 1)) {
    const unsigned sum = (product + digit(c)) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  return (product + digit(digits.back())) % 10 == 1;
}

// Croatia: bank (7) and number (10) by themselves.
bool croatia(std::string_view account) {
  return is_mod_11_10(account.substr(0, 7)) && is_mod_11_10(account.substr(7));
}

// Hungary: bank and branch (8), and the number (8 or 16), by themselves.
bool hungary(std::string_view account) {
  static constexpr std::array<unsigned, 4> weights{9, 7, 3, 1};
  return weighted(account.substr(0, 8), weights) % 10 == 0 && weighted(account.substr(8), weights) % 10 == 0;
}

// Italy and San Marino, CIN: a letter in front of bank, branch and number; signs in odd places count by a table.
bool italy(std::string_view account) {
  static constexpr std::array<unsigned, 26> odd{1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                                20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
  unsigned sum = 0;
  for (size_t i = 1; i < account.size(); ++i) {
    const unsigned value = is_digit(account[i]) ? digit(account[i]) : unsigned(account[i] - 'A');
    sum += i % 2 == 1 ? odd[value] : value;
  }
  return sum % 26 == unsigned(account[0] - 'A');
}

// Norway: modulo 11.
bool norway(std::string_view account) {
  static constexpr std::array<unsigned, 11> weights{5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
  return account.substr(4, 2) == "00" || weighted(account, weights) % 11 == 0;
}

// Poland: the number of bank and branch.
bool poland(std::string_view account) {
  static constexpr std::array<unsigned, 8> weights{3, 9, 7, 1, 3, 9, 7, 1};
  return weighted(account.substr(0, 8), weights) % 10 == 0;
}

// Tunisia: the last two digits make the whole divisible by 97.
bool tunisia(std::string_view account) {
  return remainder(account, 97) == 0;
}

struct Rule {
  std::string_view country;
  bool (*holds)(std::string_view account);
};

constexpr std::array rules{
    Rule{"BA", is_mod_97_10}, Rule{"BE", belgium},      Rule{"CZ", czechia}, Rule{"EE", estonia},
    Rule{"ES", spain},        Rule{"FI", finland},      Rule{"FR", france},  Rule{"HR", croatia},
    Rule{"HU", hungary},      Rule{"IT", italy},        Rule{"MC", france},  Rule{"ME", is_mod_97_10},
    Rule{"MK", is_mod_97_10}, Rule{"NO", norway},       Rule{"PL", poland},  Rule{"PT", is_mod_97_10},
    Rule{"RS", is_mod_97_10}, Rule{"SI", is_mod_97_10}, Rule{"SK", czechia}, Rule{"SM", italy},
    Rule{"TN", tunisia},
};

}  // namespace

bool national_check_holds(std::string_view iban) {
  const auto* rule =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& each) { return iban.starts_with(each.country); });
  return rule == rules.end() || rule->holds(iban.substr(4));
}

}  // namespace weft::scan
