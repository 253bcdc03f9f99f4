// The check digits that a country's own account numbers have inside of an IBAN, where its rule is public and holds for
// all its accounts.
#pragma once

#include <string_view>

namespace weft::scan {

// False when the country has such a rule and the number breaks it; true for all other countries. The text is an IBAN
// whose length and structure are right (validate/iban.h).
bool national_check_holds(std::string_view iban);

}  // namespace weft::scan
