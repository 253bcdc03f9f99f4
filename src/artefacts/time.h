// Times as texts hold them. Nothing when the text is none, or when it is a local time of a zone that is not given: that
// is not a point in time.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace weft::artefacts {

// ISO 8601 as XML Schema and RFC 3339 write it: "2012-11-07T23:29:00Z", with decimals, or +01:00 for Z.
std::optional<Time> time_from_iso(std::string_view text);
// RFC 5545: "20150720T000107Z".
std::optional<Time> time_from_basic(std::string_view text);
// RFC 5545, 3.3.6: "PT1H30M", "-P1W", in seconds; nothing when it is none or longer than ten years.
std::optional<int64_t> seconds_of_duration(std::string_view text);
// ISO 32000-1 §7.9.4: "D:20150720000107+02'00'".
std::optional<Time> time_from_pdf(std::string_view text);

}  // namespace weft::artefacts
