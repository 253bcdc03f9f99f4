// Places: geo URIs (RFC 5870), the coordinates of KML and GPX, map addresses that say where they look, and what
// programs write as JSON: latitude and longitude side by side, Google's location history in either of its forms (whole
// numbers of 1e-7 degrees; "52.5163°, 13.3777°"). Kind place, "latitude,longitude" in degrees with up to six decimals.
//
// False positives: both numbers must be written with decimals (three at least in a map's address and in JSON) and be on
// the globe; 0,0 is where a program without a position is.
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

enum : uint32_t { uri, kml, map, gpx, json, json_e7, signs };

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

// Behind `at`: space, a sign, space. npos: they are not there.
size_t behind_sign(std::string_view text, size_t at, char sign) {
  const auto space = [&] {
    for (size_t most = at + 40; at < most && at < text.size() && uint8_t(text[at]) <= ' ';) ++at;
  };
  space();
  if (char_at(text, at) != sign) return std::string_view::npos;
  ++at, space();
  return at;
}
// Where the number of the longitude begins that follows one of the latitude; 0: none does.
size_t longitude_behind(std::string_view text, size_t at, std::string_view suffix) {
  at = behind_sign(text, at, ',');
  if (at == std::string_view::npos) return 0;
  for (const std::string_view name : {"longitude", "long", "lng", "lon"}) {
    const std::string key = fmt::format("\"{}{}\"", name, suffix);
    if (!has_word(text, at, key)) continue;
    const size_t value = behind_sign(text, at + key.size(), ':');
    return value == std::string_view::npos ? 0 : value;
  }
  return 0;
}

void on_json(std::string_view text, size_t key_end, Sink& sink) {
  constexpr size_t fewest_decimals = 3;
  const size_t at = behind_sign(text, key_end, ':');
  if (at == std::string_view::npos) return;
  const auto latitude = number_at(text, at);
  if (!latitude || latitude->decimals < fewest_decimals) return;
  const size_t behind = longitude_behind(text, latitude->end, "");
  if (behind == 0) return;
  const auto longitude = number_at(text, behind);
  if (longitude && longitude->decimals >= fewest_decimals) give(*latitude, *longitude, at, longitude->end, sink);
}

// A whole number of 1e-7 degrees.
std::optional<Number> e7_at(std::string_view text, size_t at) {
  const size_t begin = at + (char_at(text, at) == '-');
  size_t end = begin;
  int64_t value = 0;
  for (; is_digit(char_at(text, end)) && end - begin < 11; ++end) value = value * 10 + (text[end] - '0');
  if (end == begin || end - begin > 10 || char_at(text, end) == '.') return std::nullopt;
  return Number{double(begin > at ? -value : value) / 1e7, end, 7};
}
void on_json_e7(std::string_view text, size_t key_end, Sink& sink) {
  const size_t at = behind_sign(text, key_end, ':');
  if (at == std::string_view::npos) return;
  const auto latitude = e7_at(text, at);
  const size_t behind = latitude ? longitude_behind(text, latitude->end, "e7") : 0;
  if (behind == 0) return;
  if (const auto longitude = e7_at(text, behind)) give(*latitude, *longitude, at, longitude->end, sink);
}

// "52.5163°, 13.3777°"; sign: where the first degree sign begins.
void on_signs(std::string_view text, size_t sign, Sink& sink) {
  constexpr std::string_view degree = "\xc2\xb0";
  size_t begin = sign;
  while (begin > 0 && sign - begin < 20 && (is_digit(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  if (char_before(text, begin) == '-') --begin;
  if (is_alnum(char_before(text, begin))) return;
  const auto latitude = number_at(text, begin), longitude = number_at(text, sign + degree.size() + 2);
  if (!latitude || !longitude || latitude->end != sign || text.substr(longitude->end, degree.size()) != degree) return;
  if (latitude->decimals >= 3 && longitude->decimals >= 3)
    give(*latitude, *longitude, begin, longitude->end + degree.size(), sink);
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
    case json:
      on_json(text, hit.end, sink);
      break;
    case json_e7:
      on_json_e7(text, hit.end, sink);
      break;
    case signs:
      on_signs(text, hit.end - 5 - (text[hit.end - 2] == '-'), sink);
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
    Pattern{R"("lat(?:itude)?")", caseless, json},
    Pattern{R"("latitudeE7")", caseless, json_e7},
    Pattern{R"(\xc2\xb0, -?[0-9])", 0, signs},
};

constexpr std::array examples{
    Example{"geo:48.2010,16.3695,183", "place", "48.201,16.3695"},
    Example{"<a href=\"geo:-33.8568,151.2153?z=12\">", "place", "-33.8568,151.2153"},
    Example{"<Point><coordinates>16.3695,48.2010,0</coordinates></Point>", "place", "48.201,16.3695"},
    Example{"https://www.google.com/maps/@48.2010123,16.3695456,15z", "place", "48.201012,16.369546"},
    Example{"http://maps.apple.com/?ll=50.894967,4.341626", "place", "50.894967,4.341626"},
    Example{"<trkpt lat=\"48.2010\" lon=\"16.3695\"><ele>180</ele>", "place", "48.201,16.3695"},
    Example{R"({"latitudeE7" : 525163000, "longitudeE7" : -133777001, "accuracy" : 12})", "place", "52.5163,-13.3777"},
    Example{R"({"lat": 48.2010, "lng": 16.3695})", "place", "48.201,16.3695"},
    Example{R"({"Latitude":-33.8568,"Longitude":151.2153})", "place", "-33.8568,151.2153"},
    Example{"\"point\": \"-33.8568\xc2\xb0, 151.2153\xc2\xb0\"", "place", "-33.8568,151.2153"},
    Example{"\"latLng\": \"48.2010\xc2\xb0, -16.3695\xc2\xb0\"", "place", "48.201,-16.3695"},
    Example{R"({"lat": 48.2, "lng": 16.3})", "place", ""},
    Example{R"({"lat": 48.2010, "height": 16.3695})", "place", ""},
    Example{R"({"latitudeE7": 1525163000, "longitudeE7": 133777001})", "place", ""},
    Example{"between 18.5\xc2\xb0, 21.5\xc2\xb0 and 24", "place", ""},
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
