// Content lines of vCard (RFC 6350 §3.2, RFC 2426, vCard 2.1) and iCalendar (RFC 5545 §3.1): "NAME;PARAM=x:value",
// folded lines joined, quoted-printable of vCard 2.1 undone. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::artefacts {

struct Property {
  std::string name;    // upper case, without a group in front ("item1.EMAIL" is EMAIL)
  std::string params;  // as they stand: ";TYPE=home;ENCODING=QUOTED-PRINTABLE"
  std::string value;   // unfolded and decoded; "\n", "\," and the like still stand
  uint64_t begin = 0;  // of the line, in the text
};

// Calls each(property) for one after the other, until the text ends. Lines that are none are skipped.
template <class Each>
void each_property(std::string_view text, Each each);

// The property that begins at `at`, which moves behind it; its name is empty for a line that is none.
Property next_property(std::string_view text, size_t& at);

// "a\, b\nc" -> "a, b c": what escapes stand for; a line break becomes a blank.
std::string unescaped(std::string_view value);
// The parts between ';' that no '\' precedes, unescaped, trimmed.
std::vector<std::string> parts_of(std::string_view value);
// The value of a parameter, its name in upper case, without quotes; empty when it is not there.
std::string param(const Property& property, std::string_view name);

template <class Each>
void each_property(std::string_view text, Each each) {
  for (size_t at = 0; at < text.size();) {
    Property property = next_property(text, at);
    if (!property.name.empty()) each(property);
  }
}

}  // namespace weft::artefacts
