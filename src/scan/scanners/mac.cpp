// Hardware addresses (IEEE 802 MAC-48/EUI-48), six pairs with ":" or "-"; behind the word BSSID the address of an
// access point.
//
// False positives: seven and more pairs are fingerprints or dumps, on one line or on several (openssl x509 -text); six
// pairs of decimal digits may be times and dates and need the word MAC or the like near; 00:00:…, ff:ff:…, one byte
// repeated and group addresses (lowest bit of the first byte) name no device.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"

namespace weft::scan {
namespace {

// Where the blanks and ends of lines begin that stand in front of `begin`, those written as escapes included.
size_t before_blanks(std::string_view text, size_t begin) {
  constexpr size_t most = 64;
  size_t at = begin;
  while (at > 0 && begin - at < most) {
    const char c = text[at - 1];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
      at -= 1;
    else if ((c == 'n' || c == 'r' || c == 't') && at >= 2 && text[at - 2] == '\\')
      at -= 2;
    else
      break;
  }
  return at;
}

// The last line of a dump: the one above ends in a pair and its separator.
bool continues_a_dump(std::string_view text, size_t begin, char separator) {
  const size_t above = before_blanks(text, begin);
  return above != begin && above >= 4 && text[above - 1] == separator && is_hex(text.substr(above - 3, 2)) &&
         text[above - 4] == separator;
}

void on_hit(std::string_view text, const Hit& hit, size_t, Sink& sink) {
  constexpr size_t size = 17, matched_behind = 12;  // the pattern ends with the fourth separator
  if (hit.end < matched_behind) return;
  const size_t begin = hit.end - matched_behind, end = begin + size;
  if (end > text.size()) return;
  const char before = sign_before(text, begin);
  if (is_alnum(before) || before == ':' || before == '-' || before == '_') return;
  std::string_view raw = text.substr(begin, size);
  char separator = raw[2];
  std::string digits, value = lower_ascii(raw);
  for (size_t i = 0; i < size; ++i) {
    if (i % 3 == 2) {
      if (raw[i] != separator) return;
      value[i] = ':';
    } else {
      digits += value[i];
    }
  }
  if (!is_hex(digits) || is_alnum(char_at(text, end)) || char_at(text, end) == separator) return;
  if (continues_a_dump(text, begin, separator)) return;
  bool repeated = true;
  for (size_t i = 2; i < 12; ++i) repeated = repeated && digits[i] == digits[i % 2];
  if (repeated) return;
  unsigned second = is_digit(digits[1]) ? unsigned(digits[1] - '0') : unsigned(digits[1] - 'a' + 10);
  if (second & 1) return;
  if (digits.starts_with("00000000")) return;
  bool decimal = std::all_of(digits.begin(), digits.end(), [](char c) { return is_digit(c); });
  if (decimal && !mentioned_before(text, begin, 40,
                                   {"mac", "ether", "hwaddr", "lladdr", "bssid", "hardware", "physical", "wlan", "eth0",
                                    "ap", "station"}))
    return;
  bool access_point = mentioned_before(text, begin, 32, {"bssid", "ap mac", "access point", "apmac", "ap_mac"});
  sink.feature(access_point ? "bssid" : "mac", value, begin, end);
}

constexpr std::array<std::string_view, 2> kinds{"mac", "bssid"};
constexpr std::array patterns{
    Pattern{R"(:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}:)", caseless},
    Pattern{R"(-[0-9a-f]{2}-[0-9a-f]{2}-[0-9a-f]{2}-)", caseless},
};

constexpr std::array examples{
    Example{"ether 00:0C:29:Ab:cd:3e  txq", "mac", "00:0c:29:ab:cd:3e"},
    Example{"Physical Address: 00-1B-63-84-45-E6", "mac", "00:1b:63:84:45:e6"},
    Example{"BSSID: 84:1b:5e:aa:01:02", "bssid", "84:1b:5e:aa:01:02"},
    Example{"00:0c:29:ab:cd:3e", "mac", "00:0c:29:ab:cd:3e"},
    Example{"mac 00:12:34:56:78:90", "mac", "00:12:34:56:78:90"},
    Example{"00:00:00:00:00:00", "mac", ""},
    Example{"ff:ff:ff:ff:ff:ff", "mac", ""},
    Example{"12:34:56:78:90:12", "mac", ""},
    Example{"2a:3b:4c:5d:6e:7f:80", "mac", ""},
    Example{"2a:3b:4c:5d-6e:7f", "mac", ""},
    Example{"01:00:5e:00:00:fb", "mac", ""},
    Example{"  4b:5c:6d:7e:8f:90:a1:\n        2a:3b:4c:5d:6e:7f\n", "mac", ""},
    Example{"\"4b:5c:6d:7e:8f:90:a1:\\n        2a:3b:4c:5d:6e:7f\"", "mac", ""},
    Example{"Address:\n  2a:3b:4c:5d:6e:7f\n", "mac", "2a:3b:4c:5d:6e:7f"},
};

}  // namespace

extern const Scanner mac_scanner;
const Scanner mac_scanner{"mac",  "mac, bssid: hardware addresses of network devices and access points",
                          kinds,  patterns,
                          on_hit, examples,
                          128,    32};

}  // namespace weft::scan
