// How telephone numbers stand in text, whatever country they are of. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::scan {

// The number as it stands: digits, and where it could end (behind each group of digits), with how many digits.
struct Written {
  struct Stop {
    size_t end, digits;
  };
  std::string digits;
  std::vector<Stop> stops;
  std::string separators;
};

// From there on; more than 16 digits are not read.
Written read_number(std::string_view text, size_t at);
// Whether what stands behind a number, or the sign before it, is not a piece of it.
bool ends_well(std::string_view text, size_t end);
bool starts_well(char before);

}  // namespace weft::scan
