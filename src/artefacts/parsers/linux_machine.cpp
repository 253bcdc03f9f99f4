// What a Linux installation says of itself in one-line files: machine-id(5), hostname(5), timezone, and the pairs of
// os-release(5).
#include <array>

#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t longest = 64 * KiB;  // of any such file; a longer one is something else

void machine_id(const Line& line, Rows& rows) {
  std::string id = lower_ascii(trim(line.text));
  if (id.size() != 32 || !is_hex(id) || id.find_first_not_of('0') == std::string::npos) return;
  MachineRow row;
  row.fact = "id", row.value = id;
  rows.record({line.begin}, row);
  rows.selector({line.begin}, "machine_id", id, "machine");
}

void host_name(const Line& line, Rows& rows) {
  std::string name = lower_ascii(trim(line.text));
  if (name.empty() || name[0] == '#' || name.size() > 253) return;
  for (char c : name)
    if (!is_alnum(c) && c != '-' && c != '.' && c != '_') return;
  MachineRow row;
  row.fact = "name", row.value = name;
  rows.record({line.begin}, row);
  if (name != "localhost") rows.selector({line.begin}, "machine_name", name, "machine");
}

void time_zone(const Line& line, Rows& rows) {
  std::string_view zone = trim(line.text);
  if (zone.empty() || zone.size() > 64 || !is_utf8(zone)) return;
  MachineRow row;
  row.fact = "time zone", row.value = zone;
  rows.record({line.begin}, row);
}

void os_release(std::string_view text, Rows& rows) {
  for (Line line : Lines(text)) {
    size_t equals = line.text.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view key = trim(line.text.substr(0, equals)), value = unquoted(trim(line.text.substr(equals + 1)));
    if (key != "PRETTY_NAME" || value.empty()) continue;
    MachineRow row;
    row.fact = "system", row.value = value;
    rows.record({line.begin}, row);
  }
}

void parse(const File& file, Rows& rows) {
  if (file.size > longest) return;
  std::string name = lower_ascii(file.name());
  if (name == "os-release") return os_release(file.text(), rows);
  for (Line line : Lines(file.text())) {
    if (trim(line.text).empty()) continue;
    if (name == "machine-id") machine_id(line, rows);
    if (name == "hostname") host_name(line, rows);
    if (name == "timezone") time_zone(line, rows);
    if (name != "hostname") return;  // comments may stand before a host name
  }
}

constexpr std::array<std::string_view, 6> paths{"etc/machine-id", "var/lib/dbus/machine-id", "etc/hostname",
                                                "etc/timezone",   "etc/os-release",          "usr/lib/os-release"};
constexpr std::array<std::string_view, 2> kinds{"machine_id", "machine_name"};
constexpr std::array samples{
    Sample{"etc/machine-id", "3E5A1c0f9b7d4e2680a1b2c3d4e5f607\n", "machine_id", "3e5a1c0f9b7d4e2680a1b2c3d4e5f607",
           "machine"},
    Sample{"etc/machine-id", "uninitialized\n", "", "", ""},
    Sample{"etc/machine-id", "00000000000000000000000000000000\n", "", "", ""},
    Sample{"etc/hostname", "# the name\nKestrel-7.lan\n", "machine_name", "kestrel-7.lan", "machine"},
    Sample{"etc/hostname", "not a host name\n", "", "", ""},
    Sample{"image/root/etc/hostname", "brook\n", "machine_name", "brook", "machine"},
};

}  // namespace

extern const Parser linux_machine_parser;
const Parser linux_machine_parser{
    "linux_machine",
    "machine: id, name, system and time zone of a Linux installation",
    "machine-id(5), hostname(5), os-release(5)",
    paths,
    {},
    {},
    parse,
    kinds,
    samples,
};

}  // namespace weft::artefacts
