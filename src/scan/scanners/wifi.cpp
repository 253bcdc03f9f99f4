// Wireless networks by name, and access points with the name they sent: kind ssid the name, kind access_point
// "xx:xx:xx:xx:xx:xx name". As they stand in wpa_supplicant.conf, NetworkManager's profiles, Windows' profiles (netsh
// wlan export), Android's WifiConfigStore.xml, the text of a QR code that lets guests in (WIFI:…), and the lists of
// wardriving programs (WiGLE's CSV, Kismet's netxml).
//
// False positives: "ssid" alone is a word of every driver and manual. So the form must be that of one of these files,
// and the name must be 1 to 32 bytes of text that is no placeholder (%s, <ssid>, your-ssid, example).
#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

enum : uint32_t { supplicant, android, windows, code, wigle, kismet };

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 32 || !is_utf8(name)) return false;
  if (std::any_of(name.begin(), name.end(), [](char c) { return uint8_t(c) < ' ' || c == 0x7F; })) return false;
  if (name.find_first_of("%<>$\\{}") != std::string_view::npos) return false;
  const std::string lower = lower_ascii(name);
  for (std::string_view word : {"ssid", "example", "network name", "yournetwork", "your_"})
    if (lower.find(word) != std::string::npos) return false;
  return true;
}

// The entities that XML asks for.
std::string from_xml(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    constexpr std::array<std::pair<std::string_view, char>, 5> entities{
        std::pair{"&amp;", '&'}, std::pair{"&lt;", '<'}, std::pair{"&gt;", '>'}, std::pair{"&quot;", '"'},
        std::pair{"&apos;", '\''}};
    bool found = false;
    for (auto [entity, sign] : entities)
      if (text.substr(i, entity.size()) == entity) {
        out += sign;
        i += entity.size();
        found = true;
        break;
      }
    if (!found) out += text[i++];
  }
  return out;
}

// The text from begin up to the mark, when that comes within a name's length.
std::string_view until(std::string_view text, size_t begin, std::string_view mark) {
  const std::string_view near = text.substr(begin, 200 + mark.size());
  const size_t end = near.find(mark);
  return end == std::string_view::npos ? std::string_view() : near.substr(0, end);
}

// xx:xx:xx:xx:xx:xx at `at`, in lower case; empty when there is none or it names no device.
std::string address_at(std::string_view text, size_t at) {
  if (at > text.size() || text.size() - at < 17 || text[at + 2] != ':' || text[at + 14] != ':') return {};
  std::string out = lower_ascii(text.substr(at, 17));
  for (size_t i = 0; i < 17; ++i)
    if (i % 3 == 2 ? out[i] != ':' : !is_hex(std::string_view(out).substr(i, 1))) return {};
  return out == "00:00:00:00:00:00" || out == "ff:ff:ff:ff:ff:ff" ? std::string() : out;
}

void give(std::string_view name, size_t begin, size_t end, Sink& sink) {
  if (is_name(name)) sink.feature("ssid", std::string(name), begin, end);
}

// ssid="Home" in a block of networks, or ssid=Home in a profile's section of its own; the bssid of the block with it.
void on_supplicant(std::string_view text, size_t begin, Sink& sink) {
  const char before = char_before(text, begin - 5);
  if (before != '\n' && before != '\t' && before != ' ' && before != '\0') return;
  const std::string_view name = until(text, begin + 1, "\"");
  if (name.data() == nullptr || char_at(text, begin + 1 + name.size() + 1) > ' ') return;
  // What else such a block has, near by.
  const size_t first = begin - std::min<size_t>(begin, 100);
  const std::string_view block = text.substr(first, 300);
  if (block.find("network={") == std::string_view::npos && block.find("psk=") == std::string_view::npos &&
      block.find("key_mgmt=") == std::string_view::npos)
    return;
  give(name, begin + 1, begin + 1 + name.size(), sink);
  const std::string_view behind = text.substr(begin, 300);
  const size_t end = std::min(behind.find('}'), behind.size()), at = behind.find("bssid=");
  if (at >= end || !is_name(name)) return;
  const std::string address = address_at(behind, at + 6);
  if (!address.empty())
    sink.feature("access_point", address + " " + std::string(name), begin + at + 6, begin + at + 6 + 17);
}

void on_xml(std::string_view text, size_t begin, std::string_view mark, Sink& sink) {
  const std::string_view raw = until(text, begin, mark);
  if (raw.data() != nullptr) give(from_xml(raw), begin, begin + raw.size(), sink);
}

// <SSIDConfig> <SSID> <hex>…</hex> <name>Home</name>
void on_windows(std::string_view text, size_t at, Sink& sink) {
  const std::string_view element = until(text, at, "</SSID>");
  const size_t name = element.find("<name>");
  if (name != std::string_view::npos) on_xml(text, at + name + 6, "</name>", sink);
}

// WIFI:T:WPA;S:Home;P:secret;; with the fields in any order, and "\\" in front of what would end one. at: behind
// "WIFI:".
void on_code(std::string_view text, size_t at, Sink& sink) {
  constexpr std::string_view fields = "TSPHREAI", special = "\\;,:\"";
  size_t begin = 0, end = 0;
  std::string name;
  bool has_type = false;
  for (size_t count = 0; count < fields.size(); ++count) {
    const char field = char_at(text, at);
    if (field == ';') break;
    if (fields.find(field) == std::string_view::npos || char_at(text, at + 1) != ':') return;
    std::string value;
    const size_t first = at += 2;
    for (; at < text.size() && text[at] != ';'; ++at) {
      if (at - first > 200 || uint8_t(text[at]) < ' ') return;
      if (text[at] == '\\' && special.find(char_at(text, at + 1)) != std::string_view::npos) ++at;
      value += char_at(text, at);
    }
    if (field == 'S') begin = first, end = at, name = std::move(value);
    has_type |= field == 'T' || field == 'P';
    ++at;
  }
  if (has_type && begin > 0 && char_at(text, at) == ';') give(name, begin, end, sink);
}

// "aa:bb:cc:dd:ee:ff,Home,[WPA2-PSK-CCMP][ESS],…"
void on_wigle(std::string_view text, size_t bracket, Sink& sink) {
  const size_t first = bracket - std::min<size_t>(bracket, 64);
  const std::string_view line = text.substr(first, bracket - first);
  for (size_t at = line.size() < 19 ? 0 : line.size() - 18; at-- > 0;) {
    if (line[at + 17] != ',') continue;
    const std::string address = address_at(line, at);
    if (address.empty()) continue;
    std::string_view name = line.substr(at + 18);
    if (name.ends_with(',')) name.remove_suffix(1);
    if (!is_name(name) || name.find(',') != std::string_view::npos) return;
    return sink.feature("access_point", address + " " + std::string(name), first + at, first + at + 18 + name.size());
  }
}

// <essid cloaked="false">Home</essid> … <BSSID>…</BSSID>
void on_kismet(std::string_view text, size_t at, Sink& sink) {
  const size_t open = text.substr(at, 40).find('>');
  if (open == std::string_view::npos) return;
  const size_t begin = at + open + 1;
  const std::string_view raw = until(text, begin, "</essid>");
  if (raw.data() == nullptr) return;
  const std::string name = from_xml(raw);
  give(name, begin, begin + raw.size(), sink);
  const size_t bssid = text.substr(begin, 600).find("<BSSID>");
  if (bssid == std::string_view::npos || !is_name(name)) return;
  const std::string address = address_at(text, begin + bssid + 7);
  if (!address.empty()) sink.feature("access_point", address + " " + name, begin + bssid + 7, begin + bssid + 24);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end <= from) return;
  switch (hit.pattern) {
    case supplicant:
      on_supplicant(text, hit.end - 1, sink);
      break;
    case android:
      on_xml(text, hit.end, "&quot;<", sink);
      break;
    case windows:
      on_windows(text, hit.end, sink);
      break;
    case code:
      on_code(text, hit.end - 2, sink);
      break;
    case wigle:
      on_wigle(text, hit.end - 5, sink);
      break;
    default:
      on_kismet(text, hit.end, sink);
      break;
  }
}

constexpr std::array<std::string_view, 2> kinds{"ssid", "access_point"};
constexpr std::array patterns{
    Pattern{R"(ssid=")", 0, supplicant},    Pattern{R"(name="SSID">&quot;)", 0, android},
    Pattern{R"(<SSIDConfig>)", 0, windows}, Pattern{R"(,\[(?:WPA|WEP|ESS|RSN))", 0, wigle},
    Pattern{R"(<essid )", 0, kismet},       Pattern{R"(WIFI:[TSPH]:)", 0, code},
};

constexpr std::array examples{
    Example{"network={\r\n\tssid=\"Kestrel Brook\"\r\n\tpsk=\"x\"\r\n}\r\n", "ssid", "Kestrel Brook"},
    Example{"network={\r\n\tssid=\"Kestrel\"\r\n\tbssid=84:1b:5e:aa:01:02\r\n\tpsk=\"x\"\r\n}\r\n", "access_point",
            "84:1b:5e:aa:01:02 Kestrel"},
    Example{"<string name=\"SSID\">&quot;Tom &amp; Ann&quot;</string>", "ssid", "Tom & Ann"},
    Example{"<SSIDConfig>\r\n\t<SSID>\r\n\t\t<hex>4B</hex>\r\n\t\t<name>Kestrel</name>\r\n\t</SSID>", "ssid",
            "Kestrel"},
    Example{"84:1b:5e:aa:01:02,Kestrel Brook,[WPA2-PSK-CCMP][ESS],2019-01-01 10:00:00,6,-60,48.1,16.2\r\n",
            "access_point", "84:1b:5e:aa:01:02 Kestrel Brook"},
    Example{"<essid cloaked=\"false\">Kestrel</essid></SSID><BSSID>84:1B:5E:AA:01:02</BSSID>", "access_point",
            "84:1b:5e:aa:01:02 Kestrel"},
    Example{"WIFI:S:Kestrel\\; Brook;T:WPA;P:s3cret;;", "ssid", "Kestrel; Brook"},
    Example{"WIFI:T:nopass;S:Kestrel;;", "ssid", "Kestrel"},
    Example{"WIFI:S:Kestrel Brook", "ssid", ""},
    Example{"WIFI:T:WPA;P:secret;;", "ssid", ""},
    Example{"ssid=\"Kestrel Brook\"", "ssid", ""},
    Example{"network={\r\n\tssid=\"your_ssid\"\r\n\tpsk=\"x\"\r\n}\r\n", "ssid", ""},
    Example{"network={\r\n\tssid=\"%s\"\r\n\tpsk=\"x\"\r\n}\r\n", "ssid", ""},
    Example{"a,[ESS],b", "access_point", ""},
};

}  // namespace

extern const Scanner wifi_scanner;
const Scanner wifi_scanner{"wifi", "ssid, access_point: wireless networks by name, and access points with theirs",
                           kinds,  patterns,
                           on_hit, examples,
                           320,    1 * KiB};

}  // namespace weft::scan
