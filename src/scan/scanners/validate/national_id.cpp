// The rules, as the offices that give the numbers publish them:
// NL BSN: "elfproef", the last digit weighs -1. ES: the letter is the number mod 23. BR CPF: two digits mod 11. PL
// PESEL: weights 1 3 7 9. SE: Luhn over the last ten. NO: two digits mod 11. FR NIR: 97 - number mod 97, 2A and 2B
// count as 19 and 18. BE: 97 - number mod 97, with a 2 in front for those born from 2000 on. DE: ISO 7064 mod 11,10.
// CH: EAN-13. RO CNP: weights 279146358279 mod 11. IN: Verhoeff, over the dihedral group of order ten. TR: two sums
// mod 10. IT: sums of values by odd and even place mod 26. CN: ISO 7064 mod 11-2. VIN: 49 CFR 565.15.
#include "scan/scanners/validate/national_id.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text.h"
#include "scan/scanners/validate/luhn.h"

namespace weft::scan {
namespace {

bool digits(std::string_view text, size_t count) {
  if (text.size() != count) return false;
  for (char c : text)
    if (!is_digit(c)) return false;
  return text.find_first_not_of(text[0]) != std::string_view::npos;  // one digit throughout is filler
}

unsigned at(std::string_view text, size_t i) {
  return unsigned(text[i] - '0');
}

uint64_t number(std::string_view text) {
  uint64_t out = 0;
  for (char c : text) out = out * 10 + unsigned(c - '0');
  return out;
}

template <size_t n>
unsigned weighted(std::string_view text, const std::array<unsigned, n>& weights) {
  unsigned sum = 0;
  for (size_t i = 0; i < n; ++i) sum += at(text, i) * weights[i];
  return sum;
}

bool is_day(uint64_t month, uint64_t day) {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

}  // namespace

bool is_bsn(std::string_view text) {
  if (!digits(text, 9)) return false;
  const unsigned sum = weighted(text, std::array<unsigned, 8>{9, 8, 7, 6, 5, 4, 3, 2});
  return (sum + 11 - at(text, 8)) % 11 == 0;
}

bool is_dni(std::string_view text) {
  if (text.size() != 9) return false;
  std::array<char, 8> plain{};
  for (size_t i = 0; i < 8; ++i) plain[i] = text[i];
  if (plain[0] >= 'X' && plain[0] <= 'Z') plain[0] = char(plain[0] - 'X' + '0');
  const std::string_view value(plain.data(), plain.size());
  return digits(value, 8) && text[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[number(value) % 23];
}

bool is_cpf(std::string_view text) {
  if (!digits(text, 11)) return false;
  auto check = [&](size_t count) {
    unsigned sum = 0;
    for (size_t i = 0; i < count; ++i) sum += at(text, i) * unsigned(count + 1 - i);
    const unsigned rest = sum * 10 % 11;
    return rest == 10 ? 0 : rest;
  };
  return check(9) == at(text, 9) && check(10) == at(text, 10);
}

bool is_pesel(std::string_view text) {
  if (!digits(text, 11)) return false;
  const unsigned sum = weighted(text, std::array<unsigned, 11>{1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1});
  return sum % 10 == 0 && is_day(number(text.substr(2, 2)) % 20, number(text.substr(4, 2)));
}

bool is_personnummer(std::string_view text) {
  if (text.size() == 12) {
    if (text.substr(0, 2) != "19" && text.substr(0, 2) != "20") return false;
    text.remove_prefix(2);
  }
  // Numbers for people who are not registered have 60 added to the day.
  return digits(text, 10) && luhn(text) && is_day(number(text.substr(2, 2)), number(text.substr(4, 2)) % 60);
}

bool is_fodselsnummer(std::string_view text) {
  if (!digits(text, 11) || !is_day(number(text.substr(2, 2)) % 40, number(text.substr(0, 2)) % 40)) return false;
  return weighted(text, std::array<unsigned, 10>{3, 7, 6, 1, 8, 9, 4, 5, 2, 1}) % 11 == 0 &&
         weighted(text, std::array<unsigned, 11>{5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

bool is_nir(std::string_view text) {
  if (text.size() != 15 || (text[0] != '1' && text[0] != '2')) return false;
  std::array<char, 15> plain{};
  for (size_t i = 0; i < 15; ++i) plain[i] = text[i];
  if (text[5] == '2' && (text[6] == 'A' || text[6] == 'B')) {
    plain[5] = '1';
    plain[6] = text[6] == 'A' ? '9' : '8';
  }
  const std::string_view value(plain.data(), plain.size());
  const uint64_t month = digits(value, 15) ? number(value.substr(3, 2)) : 0;
  if (month == 0 || (month > 12 && month < 20) || (month > 42 && month < 50)) return false;
  return number(value.substr(13)) == 97 - number(value.substr(0, 13)) % 97;
}

bool is_national_number(std::string_view text) {
  if (!digits(text, 11) || number(text.substr(2, 2)) % 20 > 12 || number(text.substr(4, 2)) > 31) return false;
  const uint64_t first = number(text.substr(0, 9)), check = number(text.substr(9));
  return check == 97 - first % 97 || check == 97 - (2'000'000'000 + first) % 97;
}

bool is_steuer_id(std::string_view text) {
  if (!digits(text, 11) || text[0] == '0') return false;
  std::array<unsigned, 10> seen{};
  for (size_t i = 0; i < 10; ++i) ++seen[at(text, i)];
  unsigned twice = 0, thrice = 0, missing = 0;
  for (unsigned count : seen) {
    if (count > 3) return false;
    twice += count == 2, thrice += count == 3, missing += count == 0;
  }
  if (twice + thrice != 1 || missing != (twice ? 1u : 2u)) return false;
  unsigned product = 10;
  for (size_t i = 0; i < 10; ++i) {
    unsigned sum = (at(text, i) + product) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  return (11 - product) % 10 == at(text, 10);
}

bool is_ahv(std::string_view text) {
  if (!digits(text, 13) || !text.starts_with("756")) return false;
  return weighted(text, std::array<unsigned, 13>{1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1}) % 10 == 0;
}

bool is_cnp(std::string_view text) {
  if (!digits(text, 13) || text[0] == '0' || !is_day(number(text.substr(3, 2)), number(text.substr(5, 2))))
    return false;
  const unsigned rest = weighted(text, std::array<unsigned, 12>{2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}) % 11;
  return at(text, 12) == (rest == 10 ? 1 : rest);
}

bool is_aadhaar(std::string_view text) {
  if (!digits(text, 12) || text[0] < '2') return false;
  // Rotations are 0 to 4, reflections 5 to 9; each place applies the permutation (0 1 5 8 9 4 2 7)(3 6) once more.
  auto product = [](unsigned a, unsigned b) {
    return a < 5 ? (b < 5 ? (a + b) % 5 : (a + b - 5) % 5 + 5) : (b < 5 ? (a - 5 + 5 - b) % 5 + 5 : (a + 5 - b) % 5);
  };
  constexpr std::array<unsigned, 10> step{1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  unsigned sum = 0;
  for (size_t i = 0; i < 12; ++i) {
    unsigned digit = at(text, 11 - i);
    for (size_t k = 0; k < i % 8; ++k) digit = step[digit];
    sum = product(sum, digit);
  }
  return sum == 0;
}

bool is_kimlik(std::string_view text) {
  if (!digits(text, 11) || text[0] == '0') return false;
  unsigned odd = 0, even = 0, all = 0;
  for (size_t i = 0; i < 9; ++i) (i % 2 ? even : odd) += at(text, i);
  for (size_t i = 0; i < 10; ++i) all += at(text, i);
  return (odd * 7 + 9 * even) % 10 == at(text, 9) && all % 10 == at(text, 10);
}

bool is_codice_fiscale(std::string_view text) {
  if (text.size() != 16) return false;
  for (size_t i = 0; i < 16; ++i) {
    const bool letter = i < 6 || i == 8 || i == 11 || i == 15;
    if (letter ? text[i] < 'A' || text[i] > 'Z' : !is_digit(text[i])) return false;
  }
  const uint64_t day = number(text.substr(9, 2)) % 40;
  if (std::string_view("ABCDEHLMPRST").find(text[8]) == std::string_view::npos || day < 1 || day > 31) return false;
  constexpr std::array<unsigned, 26> odd{1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                         20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
  unsigned sum = 0;
  for (size_t i = 0; i < 15; ++i) {
    const unsigned value = is_digit(text[i]) ? at(text, i) : unsigned(text[i] - 'A');
    sum += i % 2 == 0 ? odd[value] : value;
  }
  return text[15] == char('A' + sum % 26);
}

bool is_resident_id(std::string_view text) {
  if (text.size() != 18 || !digits(text.substr(0, 17), 17)) return false;
  const uint64_t region = number(text.substr(0, 2)), year = number(text.substr(6, 4));
  constexpr uint64_t regions = [] {
    uint64_t out = 0;
    for (auto [first, last] : {std::array{11, 15}, std::array{21, 23}, std::array{31, 37}, std::array{41, 46},
                               std::array{50, 54}, std::array{61, 65}})
      for (int i = first; i <= last; ++i) out |= uint64_t(1) << (i - 10);
    return out;
  }();
  if (region < 10 || region > 65 || !(regions >> (region - 10) & 1)) return false;
  if (year < 1900 || year > 2040 || !is_day(number(text.substr(10, 2)), number(text.substr(12, 2)))) return false;
  const unsigned sum = weighted(text, std::array<unsigned, 17>{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2});
  return text[17] == "10X98765432"[sum % 11];
}

bool is_vin(std::string_view text) {
  if (text.size() != 17) return false;
  constexpr std::array<unsigned, 17> weights{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  constexpr std::array<unsigned, 26> letters{1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
                                             5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
  unsigned sum = 0, letter_count = 0;
  for (size_t i = 0; i < 17; ++i) {
    unsigned value = 0;
    if (is_digit(text[i])) {
      value = at(text, i);
    } else {
      if (text[i] < 'A' || text[i] > 'Z' || letters[size_t(text[i] - 'A')] == 0) return false;
      value = letters[size_t(text[i] - 'A')];
      ++letter_count;
    }
    sum += value * weights[i];
  }
  const unsigned rest = sum % 11;
  return letter_count >= 2 && letter_count <= 14 && text[8] == (rest == 10 ? 'X' : char('0' + rest));
}

}  // namespace weft::scan
