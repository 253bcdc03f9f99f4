// Host names in running text: where they end, whether they can exist, and how they are written canonically.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::scan {

// A name as it stands in text[begin, end) and its canonical form: lower case, IDN as UTF-8 (xn-- labels decoded).
struct Host {
  size_t end = 0;
  std::string value;
};

// The DNS name that starts at begin. It ends in a top-level domain of the ICANN part of the public suffix list and has
// a registrable name in front of it; what is glued behind it ("example.com.The", "example.com2012",
// "example.comhttp://") is left out. Nothing when there is no such name.
std::optional<Host> host_at(std::string_view text, size_t begin);

// True for lower-case UTF-8 labels that are delegated in the root (ICANN section of the list, no wildcard).
bool is_top_level(const std::string& label);

// RFC 3492: the code points of a label behind "xn--", as UTF-8. Nothing when malformed.
std::optional<std::string> punycode(std::string_view label);

}  // namespace weft::scan
