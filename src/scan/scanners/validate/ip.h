// IP addresses in text: strict reading and the canonical text of RFC 5952.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::scan {

// Four decimal octets without leading zeros, the whole text.
std::optional<std::array<uint8_t, 4>> ipv4(std::string_view text);
// RFC 4291 §2.2 text, with "::" and an IPv4 tail; no zone. The whole text.
std::optional<std::array<uint16_t, 8>> ipv6(std::string_view text);
// RFC 5952: lower case, longest run of zeros (two at least, the first if equal) as "::", IPv4-mapped with dots.
std::string to_text(const std::array<uint16_t, 8>& groups);

}  // namespace weft::scan
