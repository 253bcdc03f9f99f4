// ISO 13616: which countries have IBANs, how long and of what signs, and the check digits (ISO 7064, mod 97-10).
#pragma once

#include <string_view>

namespace weft::scan {

// Length of an IBAN of the country at the start of text, 0 when it has none.
size_t iban_length(std::string_view text);
// The whole text, without spaces, upper case: length, structure, check digits, and the country's own ones.
bool is_iban(std::string_view text);

}  // namespace weft::scan
