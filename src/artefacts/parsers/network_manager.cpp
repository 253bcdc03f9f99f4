// Networks that NetworkManager knows: nm-settings-keyfile(5), one profile a file; and its lists of when a profile was
// last used and which access points it has seen, by the profile's UUID. Keys and passwords stay where they are.
#include <array>
#include <charconv>

#include "artefacts/canonical.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

// A list of entries that ',' or ';' separate: calls each(entry, offset of the entry in the list).
template <class Each>
void each_entry(std::string_view list, Each each) {
  for (size_t begin = 0; begin < list.size();) {
    size_t end = std::min(list.find_first_of(",;", begin), list.size());
    if (std::string_view entry = trim(list.substr(begin, end - begin)); !entry.empty()) each(entry);
    begin = end + 1;
  }
}

// What stands behind the '=' of a setting, as GLib reads it from a key file: without blanks in front, with those at its
// end, and its escapes undone. Quotes are signs like others.
std::string value_of(std::string_view text, const Setting& setting) {
  std::string_view value = text.substr(setting.begin, text.find('\n', setting.begin) - setting.begin);
  if (value.ends_with('\r')) value.remove_suffix(1);
  value.remove_prefix(value.find('=') + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    constexpr std::string_view escapes = "sntr\\", signs = " \n\t\r\\";
    const size_t which = value[i] == '\\' && i + 1 < value.size() ? escapes.find(value[i + 1]) : std::string_view::npos;
    if (which != std::string_view::npos) ++i;
    out += which != std::string_view::npos ? signs[which] : value[i];
  }
  return out;
}

// A name in plain text has a '\' in front of each ';'.
std::string plain_ssid(std::string_view value) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i)
    if (!value.substr(i).starts_with("\\;")) out += value[i];
  return out;
}

// Names that are no plain text are written as numbers: "75;101;115;".
std::string ssid_of(std::string_view value) {
  if (value.find(';') == std::string_view::npos) return std::string(value);
  std::string out;
  bool numbers = true;
  each_entry(value, [&](std::string_view entry) {
    unsigned sign = 256;
    auto [end, failed] = std::from_chars(entry.data(), entry.data() + entry.size(), sign);
    numbers = numbers && failed == std::errc() && end == entry.data() + entry.size() && sign < 256;
    out += char(sign);
  });
  return numbers && out.size() <= 32 ? out : plain_ssid(value);
}

std::optional<Time> time_of(std::string_view seconds) {
  int64_t value = 0;
  auto [end, failed] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  if (failed != std::errc() || value <= 0) return std::nullopt;
  return from_seconds(value);
}

void access_points(const Setting& setting, NetworkRow& row, Rows& rows) {
  each_entry(setting.value, [&](std::string_view entry) {
    std::string address = mac(entry);
    if (address.empty()) return;
    add_line(row.bssid, address);
    rows.selector({setting.begin}, "bssid", address, "network", row.name);
  });
}

std::string medium_of(std::string_view type) {
  if (type == "802-11-wireless" || type == "wifi") return "wifi";
  if (type == "802-3-ethernet") return "ethernet";
  return std::string(type);
}

void profile(const File& file, Rows& rows) {
  NetworkRow row;
  std::string id;
  bool is_profile = false;
  each_setting(file.text(), [&](const Setting& it) {
    bool wireless = it.section == "wifi" || it.section == "802-11-wireless";
    if (it.section == "connection") {
      is_profile = true;
      if (it.key == "id") id = value_of(file.text(), it);
      if (it.key == "type") row.medium = medium_of(it.value);
      if (it.key == "timestamp") row.last_seen = time_of(it.value);
      if (it.key == "uuid")
        row.identifier = uuid(it.value), rows.selector({it.begin}, "network_guid", row.identifier, "network");
    }
    if (wireless && it.key == "ssid") {
      row.name = ssid_of(value_of(file.text(), it));
      rows.selector({it.begin}, "ssid", row.name, "network");
    }
    if (wireless && (it.key == "bssid" || it.key == "seen-bssids")) access_points(it, row, rows);
    if ((wireless || it.section == "ethernet" || it.section == "802-3-ethernet") && it.key == "mac-address")
      rows.selector({it.begin}, "mac", mac(it.value), "machine");
  });
  if (!is_profile) return;
  if (row.name.empty()) row.name = id;
  rows.record({0}, std::move(row));
}

// /var/lib/NetworkManager: "[timestamps] UUID=seconds" and "[seen-bssids] UUID=AA:…,BB:…".
void state(const File& file, Rows& rows) {
  each_setting(file.text(), [&](const Setting& it) {
    NetworkRow row;
    row.identifier = uuid(it.key);
    if (row.identifier.empty()) return;
    if (it.section == "timestamps")
      row.last_seen = time_of(it.value);
    else if (it.section == "seen-bssids")
      row.medium = "wifi", access_points(it, row, rows);
    else
      return;
    rows.selector({it.begin}, "network_guid", row.identifier, "network");
    rows.record({it.begin}, std::move(row));
  });
}

void parse(const File& file, Rows& rows) {
  std::string name = lower_ascii(file.name());
  name == "timestamps" || name == "seen-bssids" ? state(file, rows) : profile(file, rows);
}

constexpr std::array<std::string_view, 4> paths{"NetworkManager/system-connections/*", "*.nmconnection",
                                                "NetworkManager/timestamps", "NetworkManager/seen-bssids"};
constexpr std::array<std::string_view, 4> kinds{"bssid", "mac", "network_guid", "ssid"};

constexpr std::string_view wifi =
    "[connection]\nid=Brook\nuuid=3F2504E0-4f89-41d3-9a0c-0305e82c3301\ntype=wifi\ntimestamp=1400000000\n\n"
    "[wifi]\nssid=Kestrel Brook\nseen-bssids=A4:5E:60:C1:22:9B;A4:5E:60:C1:22:9C;\nmac-address=3C:97:0E:12:34:56\n\n"
    "[wifi-security]\npsk=a secret\n";
constexpr std::array samples{
    Sample{"etc/NetworkManager/system-connections/Brook.nmconnection", wifi, "ssid", "Kestrel Brook", "network"},
    Sample{"etc/NetworkManager/system-connections/Brook", wifi, "bssid", "a4:5e:60:c1:22:9c", "network"},
    Sample{"etc/NetworkManager/system-connections/Brook", wifi, "mac", "3c:97:0e:12:34:56", "machine"},
    Sample{"etc/NetworkManager/system-connections/Brook", wifi, "network_guid", "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
           "network"},
    Sample{"x.nmconnection", "[connection]\nid=x\n[802-11-wireless]\nssid=75;101;195;164;\n", "ssid", "Ke\xC3\xA4",
           "network"},
    Sample{"x.nmconnection", "[connection]\nid=x\n[wifi]\nssid=Semi\\\\;colon\n", "ssid", "Semi;colon", "network"},
    Sample{"x.nmconnection", "[connection]\nid=x\n[wifi]\nssid= \\sLead\\\\back \r\n", "ssid", " Lead\\back ",
           "network"},
    Sample{"x.nmconnection", "[connection]\nid=x\n[wifi]\nssid=\"Caf\xC3\xA9\"\n", "ssid", "\"Caf\xC3\xA9\"",
           "network"},
    Sample{"var/lib/NetworkManager/seen-bssids",
           "[seen-bssids]\n3f2504e0-4f89-41d3-9a0c-0305e82c3301=A4:5E:60:C1:22:9B,\n", "bssid", "a4:5e:60:c1:22:9b",
           "network"},
    Sample{"x.nmconnection", "[Unit]\nid=x\n", "", "", ""},
};

}  // namespace

extern const Parser network_manager_parser;
const Parser network_manager_parser{
    "network_manager",
    "network: profiles of NetworkManager",
    "nm-settings-keyfile(5), NetworkManager 0.8 to 1.50",
    paths,
    {},
    {},
    parse,
    kinds,
    samples,
};

}  // namespace weft::artefacts
