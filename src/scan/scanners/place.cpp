// Places: geo URIs (RFC 5870), the coordinates of KML and GPX, and map addresses that say where they look; kind place,
// "latitude,longitude" in degrees with up to six decimals.
//
// False positives: both numbers must be written with decimals (three at least in a map's address) and be on the globe;
// 0,0 is where a program without a position is.
#include "scan/scanners/place.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

enum : uint32_t { uri, kml, map, gpx };

struct Number {
  double value = 0;
  size_t end = 0, decimals = 0;
};

// "-12.345"; at most three digits in front and fifteen behind.
std::optional<Number> number_at(std::string_view text, size_t at) {
  Number out;
  const bool negative = char_at(text, at) == '-';
  if (negative) ++at;
  size_t digits = 0;
  for (; is_digit(char_at(text, at)) && digits < 4; ++at, ++digits) out.value = out.value * 10 + (text[at] - '0');
  if (digits == 0 || digits > 3 || char_at(text, at) != '.') return std::nullopt;
  double scale = 1;
  for (++at; is_digit(char_at(text, at)) && out.decimals < 20; ++at, ++out.decimals)
    if (out.decimals < 15) out.value += (text[at] - '0') * (scale /= 10);
  if (out.decimals == 0 || out.decimals >= 20) return std::nullopt;
  if (negative) out.value = -out.value;
  out.end = at;
  return out;
}

// Six decimals are a hand's breadth; zeros at the end say nothing.
std::string degrees(double value) {
  std::string out = fmt::format("{:.6f}", value);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

void give(const Number& latitude, const Number& longitude, size_t begin, size_t end, Sink& sink) {
  if (std::string value = place_of(latitude.value, longitude.value); !value.empty())
    sink.feature("place", std::move(value), begin, end);
}

// "48.2010,16.3695" from begin on. swapped: longitude first.
void on_pair(std::string_view text, size_t begin, bool swapped, size_t fewest_decimals, Sink& sink) {
  const auto first = number_at(text, begin);
  if (!first || char_at(text, first->end) != ',') return;
  const auto second = number_at(text, first->end + 1);
  if (!second || first->decimals < fewest_decimals || second->decimals < fewest_decimals) return;
  const char after = char_at(text, second->end);
  if (is_alpha(after) || after == '_' || (after == '.' && is_digit(char_at(text, second->end + 1)))) return;
  swapped ? give(*second, *first, begin, second->end, sink) : give(*first, *second, begin, second->end, sink);
}

// <trkpt lat="48.2010" lon="16.3695">
void on_gpx(std::string_view text, size_t at, Sink& sink) {
  const std::string_view tag = text.substr(at, 100);
  const size_t lat = tag.find("lat=\""), lon = tag.find("lon=\""), end = std::min(tag.find('>'), tag.size());
  if (lat >= end || lon >= end) return;
  const auto latitude = number_at(text, at + lat + 5), longitude = number_at(text, at + lon + 5);
  if (latitude && longitude) give(*latitude, *longitude, at, at + end, sink);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end <= from) return;
  switch (hit.pattern) {
    case uri:
      if (hit.end < 5 || !is_alnum(char_before(text, hit.end - 5))) on_pair(text, hit.end - 1, false, 1, sink);
      break;
    case kml: {
      size_t at = hit.end;
      while (at < text.size() && at - hit.end < 200 && (uint8_t(text[at]) <= ' ')) ++at;
      on_pair(text, at, true, 1, sink);
      break;
    }
    case map:
      on_pair(text, hit.end, false, 3, sink);
      break;
    default:
      on_gpx(text, hit.end, sink);
      break;
  }
}

constexpr std::array<std::string_view, 1> kinds{"place"};
constexpr std::array patterns{
    Pattern{R"(geo:[0-9-])", caseless, uri},
    Pattern{R"(<coordinates>)", 0, kml},
    Pattern{R"(/maps/@|[?&]ll=|[?&]daddr=|[?&]saddr=|/maps\?q=|query=loc:|[?&]center=)", 0, map},
    Pattern{R"(<(?:trkpt|wpt|rtept) )", 0, gpx},
};

constexpr std::array examples{
    Example{"geo:48.2010,16.3695,183", "place", "48.201,16.3695"},
    Example{"<a href=\"geo:-33.8568,151.2153?z=12\">", "place", "-33.8568,151.2153"},
    Example{"<Point><coordinates>16.3695,48.2010,0</coordinates></Point>", "place", "48.201,16.3695"},
    Example{"https://www.google.com/maps/@48.2010123,16.3695456,15z", "place", "48.201012,16.369546"},
    Example{"http://maps.apple.com/?ll=50.894967,4.341626", "place", "50.894967,4.341626"},
    Example{"<trkpt lat=\"48.2010\" lon=\"16.3695\"><ele>180</ele>", "place", "48.201,16.3695"},
    Example{"geo:0.0,0.0", "place", ""},
    Example{"geo:98.2010,16.3695", "place", ""},
    Example{"xgeo:48.2010,16.3695", "place", ""},
    Example{"geo:4.5.6", "place", ""},
    Example{"/maps/@1.2,3.4", "place", ""},
};

}  // namespace

std::string place_of(double latitude, double longitude) {
  if (!(std::fabs(latitude) <= 90 && std::fabs(longitude) <= 180) || (latitude == 0 && longitude == 0)) return {};
  return degrees(latitude) + "," + degrees(longitude);
}

extern const Scanner place_scanner;
const Scanner place_scanner{
    "place", "place: positions on the globe, latitude,longitude", kinds, patterns, on_hit, examples, 64, 320};

}  // namespace weft::scan
