// Content lines of address books and calendars (RFC 6350 §3.2, RFC 5545 §3.1): NAME;PARAMETER=x:value, folded.
#pragma once

#include <string>
#include <string_view>

namespace weft::scan {

// The value of the first line of `text` that has the property's name, at most `longest` bytes: parameters skipped,
// folded lines joined, escapes undone; so is 2.1's quoted-printable, when what comes of it is UTF-8. "" when there is
// none.
std::string property(std::string_view text, std::string_view name, size_t longest);

}  // namespace weft::scan
