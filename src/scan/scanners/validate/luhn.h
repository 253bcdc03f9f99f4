// ISO/IEC 7812-1 annex B: the check digit of payment cards.
#pragma once

#include <string_view>

namespace weft::scan {

// Whether a run of decimal digits ends in its Luhn check digit. False for anything but digits.
constexpr bool luhn(std::string_view digits) {
  unsigned sum = 0;
  bool twice = false;
  for (size_t i = digits.size(); i-- > 0; twice = !twice) {
    if (digits[i] < '0' || digits[i] > '9') return false;
    unsigned value = unsigned(digits[i] - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return !digits.empty() && sum % 10 == 0;
}

}  // namespace weft::scan
