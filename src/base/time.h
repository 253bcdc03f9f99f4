// Points in time: nanoseconds since 1970-01-01T00:00:00Z, UTC, proleptic Gregorian; range 1677 to 2262.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

struct Time {
  int64_t nanoseconds = 0;
  auto operator<=>(const Time&) const = default;
};

Time now();
// "2012-07-24T21:45:24Z", with as many decimals as are not zero (0, 3, 6 or 9).
std::string to_text(Time time);
// The same back; nothing for any other text.
std::optional<Time> from_text(std::string_view text);
// From seconds and nanoseconds as file systems store them; nothing when out of range.
std::optional<Time> from_seconds(int64_t seconds, uint32_t nanoseconds = 0);

}  // namespace weft
