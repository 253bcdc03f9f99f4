// What Windows' registry says of the machine, its users, the devices that were attached and the networks it was on.
// A hive is known by the keys it has, not by its file's name: SYSTEM, SOFTWARE, SAM, NTUSER.DAT and copies of them.
//
// USB devices. Enum\USBSTOR\Disk&Ven_V&Prod_P&Rev_R\INSTANCE is a disk, Enum\USB\VID_vvvv&PID_pppp\INSTANCE any device.
// The instance begins with the device's serial number when it has one; otherwise Windows makes one up, which shows in
// an
// '&' as its second sign, holds on this machine only, and so is no selector. When it was first and last attached is in
// properties 65 and 66 of {83da6326-…}, since Windows 7 and 8.
//
// MountedDevices: 12 bytes are the signature of a disk with MBR and a partition's offset, "DMIO:ID:" and 16 bytes the
// GUID of a GPT partition, otherwise the path of the device, in UTF-16.
//
// Times in NetworkList are local times of the machine, in a zone this hive does not know: they are left out.
#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <set>
#include <utility>

#include "artefacts/canonical.h"
#include "artefacts/hive.h"
#include "artefacts/hive_sample.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "artefacts/windows.h"
#include "base/cursor.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr std::string_view current_version = "Microsoft\\Windows NT\\CurrentVersion";

// Where byte `index` of a value's text lies: as UTF-16, as long as what precedes is ASCII.
uint64_t place(const HiveValue& value, size_t index) {
  return value.at + std::min<size_t>(2 * index, value.data.size());
}

void fact(const HiveValue& value, std::string_view name, Rows& rows) {
  MachineRow row;
  row.fact = name, row.value = trim(value.text());
  if (!row.value.empty()) rows.record({value.at}, std::move(row));
}

// The value as a text fact, when it is there.
std::optional<HiveValue> fact(Hive& hive, const HiveKey& key, std::string_view value, std::string_view name,
                              Rows& rows) {
  auto found = hive.value(key, value);
  if (found) fact(*found, name, rows);
  return found;
}

// ------------------------------------------------------------------------------------------------ SYSTEM

// The control set in use first: what is only in an older one is a trace as well.
std::vector<HiveKey> control_sets(Hive& hive, const HiveKey& root) {
  std::vector<HiveKey> out;
  for (HiveKey& key : hive.subkeys(root))
    if (lower_ascii(key.name).starts_with("controlset")) out.push_back(std::move(key));
  uint64_t current = 0;
  if (auto select = hive.find(root, "Select"))
    if (auto value = hive.value(*select, "Current")) current = value->number();
  std::string name = fmt::format("controlset{:03}", current);
  std::stable_partition(out.begin(), out.end(), [&](const HiveKey& key) { return lower_ascii(key.name) == name; });
  return out;
}

void machine(Hive& hive, const HiveKey& set, Rows& rows) {
  if (auto key = hive.find(set, "Control\\ComputerName\\ComputerName"))
    if (auto value = fact(hive, *key, "ComputerName", "name", rows))
      rows.selector({value->at}, "machine_name", lower_ascii(trim(value->text())), "machine");
  if (auto key = hive.find(set, "Control\\TimeZoneInformation")) {
    auto zone = hive.value(*key, "TimeZoneKeyName");
    if (!zone || zone->text().empty()) zone = hive.value(*key, "StandardName");
    if (zone) fact(*zone, "time zone", rows);
  }
  if (auto key = hive.find(set, "Control\\Windows"))
    if (auto value = hive.value(*key, "ShutdownTime"))
      if (auto time = time_from_filetime(value->number())) {
        MachineRow row;
        row.fact = "shut down", row.value = to_text(*time), row.time = time;
        rows.record({value->at}, std::move(row));
      }
}

// "Disk&Ven_Fabrik&Prod_Stick_3&Rev_1.00"
void name_disk(std::string_view id, DeviceRow& row) {
  auto part = [&](std::string_view mark) {
    size_t begin = id.find(mark);
    if (begin == std::string_view::npos) return std::string();
    begin += mark.size();
    std::string out(id.substr(begin, id.find('&', begin) - begin));
    std::replace(out.begin(), out.end(), '_', ' ');
    return std::string(trim(out));
  };
  row.vendor = part("Ven_"), row.product = part("Prod_");
}

// "VID_1FC9&PID_0102" -> "1fc9:0102"
std::string device_id(std::string_view id) {
  std::string low = lower_ascii(id);
  if (low.size() < 17 || !low.starts_with("vid_") || low.substr(8, 5) != "&pid_") return {};
  std::string vendor = low.substr(4, 4), product = low.substr(13, 4);
  return is_hex(vendor) && is_hex(product) ? vendor + ":" + product : std::string();
}

// The device's own serial number in an instance; empty when Windows made the instance up.
std::string serial_of(std::string_view instance, bool storage) {
  if (instance.size() < 2 || instance[1] == '&') return {};
  if (storage) instance = instance.substr(0, instance.rfind('&'));  // "SERIAL&0", the last part counts its disks
  return instance.find('&') == std::string_view::npos ? std::string(instance) : std::string();
}

std::optional<Time> property_time(Hive& hive, const HiveKey& properties, unsigned id) {
  std::optional<HiveValue> value;
  if (auto key = hive.find(properties, fmt::format("{:04x}", id)))
    value = hive.value(*key, "");
  else if (auto older = hive.find(properties, fmt::format("{:08x}\\00000000", id)))
    value = hive.value(*older, "Data");
  if (!value || value->data.size() != 8) return std::nullopt;
  return time_from_filetime(value->number());
}

void attached_when(Hive& hive, const HiveKey& instance, DeviceRow& row) {
  auto properties = hive.find(instance, "Properties\\{83da6326-97a6-4088-9453-a1923f573b29}");
  if (!properties) return;
  row.first_seen = property_time(hive, *properties, 0x65);
  if (!row.first_seen) row.first_seen = property_time(hive, *properties, 0x64);
  row.last_seen = property_time(hive, *properties, 0x66);
}

// "@usbstor.inf,%…%;USB Mass Storage Device": what stands behind the last ';' is for people.
std::string shown_name(Hive& hive, const HiveKey& instance) {
  auto value = hive.value(instance, "FriendlyName");
  if (!value) value = hive.value(instance, "DeviceDesc");
  if (!value) return {};
  std::string text = value->text();
  return text.substr(text.rfind(';') + 1);  // npos + 1 is 0
}

using Seen = std::set<std::string>;  // instances already told of, from another control set

void usb(Hive& hive, const HiveKey& set, Seen& seen, Rows& rows) {
  std::map<std::string, std::string> ids;  // device id by serial: USBSTOR does not say it
  if (auto all = hive.find(set, "Enum\\USB"))
    for (const HiveKey& kind : hive.subkeys(*all)) {
      std::string id = device_id(kind.name);
      if (id.empty()) continue;
      for (const HiveKey& instance : hive.subkeys(kind)) {
        std::string serial = serial_of(instance.name, false);
        if (!serial.empty()) ids.emplace(serial, id);
        if (!seen.insert("usb\\" + kind.name + "\\" + instance.name).second) continue;
        DeviceRow row;
        row.bus = "usb", row.device_id = id, row.serial = serial, row.name = shown_name(hive, instance);
        attached_when(hive, instance, row);
        if (!serial.empty()) rows.selector({instance.name_at}, "usb_device_id", id + ":" + serial, "device", row.name);
        rows.record({instance.name_at}, std::move(row));
      }
    }
  if (auto all = hive.find(set, "Enum\\USBSTOR"))
    for (const HiveKey& kind : hive.subkeys(*all))
      for (const HiveKey& instance : hive.subkeys(kind)) {
        if (!seen.insert("usbstor\\" + kind.name + "\\" + instance.name).second) continue;
        DeviceRow row;
        row.bus = "usb", row.serial = serial_of(instance.name, true), row.name = shown_name(hive, instance);
        name_disk(kind.name, row);
        if (auto id = ids.find(row.serial); id != ids.end()) row.device_id = id->second;
        attached_when(hive, instance, row);
        rows.selector({instance.name_at}, "usb_serial", row.serial, "device", row.name);
        rows.record({instance.name_at}, std::move(row));
      }
}

void bluetooth(Hive& hive, const HiveKey& set, Seen& seen, Rows& rows) {
  auto all = hive.find(set, "Services\\BTHPORT\\Parameters\\Devices");
  if (!all) return;
  for (const HiveKey& device : hive.subkeys(*all)) {
    std::string address = mac(device.name);
    if (address.empty() || !seen.insert("bluetooth\\" + address).second) continue;
    DeviceRow row;
    row.bus = "bluetooth", row.serial = address;
    if (auto name = hive.value(device, "Name"))  // in UTF-8, with a zero behind
      row.name = printable(trim(as_text(name->data).substr(0, as_text(name->data).find('\0'))));
    if (auto seen_last = hive.value(device, "LastSeen")) row.last_seen = time_from_filetime(seen_last->number());
    rows.selector({device.name_at}, "mac", address, "device", row.name);
    rows.record({device.name_at}, std::move(row));
  }
}

// "\DosDevices\E:" and "\??\Volume{…}": what was mounted there last.
void mounted_devices(Hive& hive, const HiveKey& root, Rows& rows) {
  auto key = hive.find(root, "MountedDevices");
  if (!key) return;
  for (const HiveValue& value : hive.values(*key)) {
    DeviceRow row;
    row.name = value.name;
    if (size_t mark = row.name.rfind('\\'); mark != std::string::npos) row.name.erase(0, mark + 1);
    if (size_t open = value.name.find("Volume{"); open != std::string::npos)
      rows.selector({value.name_place(open + 7)}, "volume_guid", uuid(value.name.substr(open + 6)), "device");
    std::string_view bytes = as_text(value.data);
    if (value.data.size() == 12) {
      Cursor in(value.data);
      uint32_t signature = in.u32le();
      row.bus = "disk", row.serial = fmt::format("{:08x}", signature);
      if (signature != 0) rows.selector({value.at}, "disk_signature", row.serial, "device", row.name);
    } else if (bytes.starts_with("DMIO:ID:") && value.data.size() == 24) {
      row.bus = "disk", row.serial = guid_text(value.data.subspan(8));
      rows.selector({value.at + 8}, "partition_guid", row.serial, "device", row.name);
    } else {
      std::string path = value.text();
      std::vector<size_t> marks;  // "_??_USBSTOR#Disk&Ven_…#SERIAL&0#{…}"
      for (size_t at = path.find('#'); at != std::string::npos && marks.size() < 3; at = path.find('#', at + 1))
        marks.push_back(at);
      if (marks.size() < 3) continue;
      row.bus = path.find("USBSTOR#") < marks[1] ? "usb" : "disk";
      name_disk(std::string_view(path).substr(0, marks[1]), row);
      if (row.bus == "usb") {
        row.serial = serial_of(path.substr(marks[1] + 1, marks[2] - marks[1] - 1), true);
        rows.selector({place(value, marks[1] + 1)}, "usb_serial", row.serial, "device", row.name);
      }
    }
    rows.record({value.at}, std::move(row));
  }
}

// ---------------------------------------------------------------------------------------------- SOFTWARE

void installation(Hive& hive, const HiveKey& root, Rows& rows) {
  if (auto key = hive.find(root, "Microsoft\\Cryptography"))
    if (auto value = fact(hive, *key, "MachineGuid", "id", rows))
      rows.selector({value->at}, "machine_guid", uuid(value->text()), "machine");
  auto key = hive.find(root, current_version);
  if (!key) return;
  fact(hive, *key, "ProductName", "system", rows);
  if (!fact(hive, *key, "CurrentBuild", "version", rows)) fact(hive, *key, "CurrentVersion", "version", rows);
  fact(hive, *key, "RegisteredOwner", "owner", rows);
  fact(hive, *key, "RegisteredOrganization", "organisation", rows);
  fact(hive, *key, "ProductId", "product id", rows);
  if (auto value = hive.value(*key, "InstallDate"))
    if (auto time = from_seconds(int64_t(value->number())); time && value->data.size() == 4) {
      MachineRow row;
      row.fact = "installed", row.value = to_text(*time), row.time = time;
      rows.record({value->at}, std::move(row));
    }
}

void profiles(Hive& hive, const HiveKey& root, Rows& rows) {
  auto list = hive.find(root, std::string(current_version) + "\\ProfileList");
  if (!list) return;
  for (const HiveKey& key : hive.subkeys(*list)) {
    if (sid_authority(key.name).empty()) continue;  // services' own accounts
    AccountRow row;
    row.service = "windows", row.identifier = key.name;
    if (auto value = hive.value(key, "ProfileImagePath")) {
      row.home = value->text();
      size_t mark = row.home.rfind('\\');
      row.name = row.home.substr(mark + 1);
      if (!row.name.empty())
        rows.selector({place(*value, mark + 1)}, "os_user", lower_ascii(row.name), "account", row.identifier);
    }
    rows.selector({key.name_at}, "sid", key.name, "account", row.name);
    rows.record({key.name_at}, std::move(row));
  }
}

void networks(Hive& hive, const HiveKey& root, Rows& rows) {
  auto list = hive.find(root, std::string(current_version) + "\\NetworkList");
  if (!list) return;
  std::map<std::string, std::vector<HiveValue>> gateways;  // by profile
  for (std::string_view sort : {"Signatures\\Unmanaged", "Signatures\\Managed"})
    if (auto signatures = hive.find(*list, sort))
      for (const HiveKey& key : hive.subkeys(*signatures))
        if (auto profile = hive.value(key, "ProfileGuid"))
          if (auto gateway = hive.value(key, "DefaultGatewayMac"); gateway && gateway->data.size() == 6)
            gateways[uuid(profile->text())].push_back(std::move(*gateway));
  auto profiles = hive.find(*list, "Profiles");
  if (!profiles) return;
  for (const HiveKey& key : hive.subkeys(*profiles)) {
    NetworkRow row;
    row.identifier = uuid(key.name);
    auto name = hive.value(key, "ProfileName"), sort = hive.value(key, "NameType");
    if (name) row.name = name->text();
    switch (sort ? sort->number() : 0) {
      case 6:
        row.medium = "ethernet";
        break;
      case 23:
        row.medium = "vpn";
        break;
      case 71:
        row.medium = "wifi";
        break;
      case 243:
        row.medium = "mobile";
        break;
      default:
        break;
    }
    if (row.identifier.empty()) continue;
    rows.selector({key.name_place(key.name.starts_with('{'))}, "network_guid", row.identifier, "network", row.name);
    if (name && row.medium == "wifi") rows.selector({name->at}, "ssid", row.name, "network");
    for (const HiveValue& gateway : std::exchange(gateways[row.identifier], {})) {  // there is one such profile
      std::string address = mac(fmt::format("{:02x}", fmt::join(gateway.data, ":")));
      if (address.empty()) continue;
      add_line(row.bssid, address);
      rows.selector({gateway.at}, "mac", address, "network", row.name);
    }
    rows.record({key.name_at}, std::move(row));
  }
}

// --------------------------------------------------------------------------------------------------- SAM

// V of an account or a domain: after 0xCC bytes of places (where, how long, unused), the texts.
std::string text_in_v(const HiveValue& v, size_t entry) {
  Cursor in(v.data);
  in.seek(entry);
  uint64_t begin = 0xCC + uint64_t(in.u32le());
  size_t length = in.u32le();
  in.seek(begin);
  return from_utf16le(in.take(length / 2 * 2));
}

void accounts(Hive& hive, const HiveKey& root, Rows& rows) {
  auto domain = hive.find(root, "SAM\\Domains\\Account");
  if (!domain) return;
  std::string machine_sid;
  if (auto v = hive.value(*domain, "V"); v && v->data.size() > 24) {
    Bytes end = v->data.last(24);  // S-1-5-21-a-b-c takes 24 bytes
    machine_sid = sid_text(end);
    if (machine_sid.starts_with("S-1-5-21-")) {
      uint64_t at = v->at + v->data.size() - 24;
      MachineRow row;
      row.fact = "sid", row.value = machine_sid;
      rows.record({at}, std::move(row));
      rows.selector({at}, "sid", machine_sid, "machine");
    } else {
      machine_sid.clear();
    }
  }
  auto users = hive.find(*domain, "Users");
  if (!users) return;
  for (const HiveKey& key : hive.subkeys(*users)) {
    uint32_t rid = 0;
    auto [end, failed] = std::from_chars(key.name.data(), key.name.data() + key.name.size(), rid, 16);
    if (failed != std::errc() || end != key.name.data() + key.name.size() || key.name.size() != 8) continue;
    AccountRow row;
    row.service = "windows";
    if (!machine_sid.empty()) row.identifier = fmt::format("{}-{}", machine_sid, rid);
    if (auto f = hive.value(key, "F"); f && f->data.size() >= 16) {
      Cursor in(f->data.subspan(8));
      row.last_used = time_from_filetime(in.u64le());
    }
    uint64_t at = key.name_at;
    if (auto v = hive.value(key, "V")) {
      at = v->at;
      row.name = text_in_v(*v, 12), row.full_name = text_in_v(*v, 24);
      if (rid >= 1000) {
        Cursor in(v->data);
        in.seek(12);
        rows.selector({v->at + std::min<uint64_t>(0xCC + uint64_t(in.u32le()), v->data.size())}, "os_user",
                      lower_ascii(row.name), "account", row.full_name);
      }
    }
    if (auto address = hive.value(key, "InternetUserName"))
      rows.selector({address->at}, "email", email(address->text()), "account", row.name);
    rows.record({at}, std::move(row));
  }
}

// -------------------------------------------------------------------------------------------- NTUSER.DAT

void mount_points(Hive& hive, const HiveKey& root, Rows& rows) {
  auto list = hive.find(root, "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\MountPoints2");
  if (!list) return;
  for (const HiveKey& key : hive.subkeys(*list)) {
    DeviceRow row;
    row.last_seen = key.written;
    if (std::string id = uuid(key.name); !id.empty()) {
      row.bus = "disk", row.name = "Volume" + key.name;
      rows.selector({key.name_place(key.name.starts_with('{'))}, "volume_guid", id, "device");
    } else if (key.name.starts_with("##")) {  // a share: ##server#name
      row.bus = "network", row.name = key.name;
      std::replace(row.name.begin(), row.name.end(), '#', '\\');
    } else {
      continue;
    }
    rows.record({key.name_at}, std::move(row));
  }
}

// Accounts of Microsoft's services that this user signed in with.
void identities(Hive& hive, const HiveKey& root, Rows& rows) {
  Seen seen;
  for (std::string_view path : {"Software\\Microsoft\\IdentityCRL\\StoredIdentities",
                                "Software\\Microsoft\\IdentityCRL\\UserExtendedProperties"})
    if (auto list = hive.find(root, path))
      for (const HiveKey& key : hive.subkeys(*list)) {
        std::string address = email(key.name);
        if (address.empty() || !seen.insert(address).second) continue;
        AccountRow row;
        row.service = "microsoft", row.name = address, row.identifier = address;
        rows.selector({key.name_at}, "email", address, "account");
        rows.record({key.name_at}, std::move(row));
      }
}

// Whom Office names as the author of new documents. Early versions store the text as bytes.
void office_user(Hive& hive, const HiveKey& root, Rows& rows) {
  auto list = hive.find(root, "Software\\Microsoft\\Office");
  if (!list) return;
  for (const HiveKey& version : hive.subkeys(*list)) {
    auto key = hive.find(version, lower_ascii(version.name) == "common" ? "UserInfo" : "Common\\UserInfo");
    if (!key) continue;
    auto name = hive.value(*key, "UserName");
    if (!name || trim(name->text()).empty()) continue;
    AccountRow row;
    row.service = "office", row.full_name = trim(name->text());
    rows.selector({name->at}, "document_author", row.full_name, "owner");
    rows.record({name->at}, std::move(row));
  }
}

void parse(const File& file, Rows& rows) {
  if (!file.text().starts_with("regf")) return;
  Hive hive(file.content);
  auto root = hive.root();
  if (!root) return rows.problem({0}, "the hive has no root key: cut, or overwritten");
  if (hive.unclean())
    rows.problem({4}, "the hive was not written out whole: its latest changes stand in its log files, not read here");
  Seen seen;
  bool first = true;
  for (const HiveKey& set : control_sets(hive, *root)) {
    if (std::exchange(first, false)) machine(hive, set, rows);
    usb(hive, set, seen, rows);
    bluetooth(hive, set, seen, rows);
  }
  mounted_devices(hive, *root, rows);
  installation(hive, *root, rows);
  profiles(hive, *root, rows);
  networks(hive, *root, rows);
  accounts(hive, *root, rows);
  mount_points(hive, *root, rows);
  identities(hive, *root, rows);
  office_user(hive, *root, rows);
  if (hive.exhausted())
    rows.problem({0}, "the hive's lists give more than it can hold: they are tied in knots, what follows is left");
  else if (hive.damaged())
    rows.problem({0}, "some keys or values of the hive do not read: damaged or overwritten");
}

constexpr std::array<std::string_view, 1> magics{"regf"};
constexpr std::array<std::string_view, 14> kinds{
    "disk_signature", "document_author", "email", "mac",  "machine_guid",  "machine_name", "network_guid",
    "os_user",        "partition_guid",  "sid",   "ssid", "usb_device_id", "usb_serial",   "volume_guid"};

constexpr SampleHive stick({"r", "ControlSet001", "Enum", "USBSTOR", "Disk&Ven_Kestrel&Prod_Stick&Rev_1", "4C53a&0"},
                           "x", "12345678", 1);
constexpr SampleHive phone_seen({"r", "ControlSet001", "Enum", "USB", "VID_18D1&PID_4EE2", "0a1B2c"}, "x", "12345678",
                                1);
constexpr SampleHive disk({"r", "MountedDevices"},
                          "\\DosDevices\\E:", std::string_view("\x78\x56\x34\x12\0\0\x10\0\0\0\0\0", 12), 3);
constexpr SampleHive partition({"r", "MountedDevices"}, "\\??\\Volume{3F2504E0-4f89-11d3-9a0c-0305e82c3301}",
                               std::string_view("DMIO:ID:\xE0\x04\x25\x3F\x89\x4F\xD3\x41\x9A\x0C\3\5\xE8\x2C\x33\1",
                                                24),
                               3);
constexpr SampleHive gateway({"r", "Microsoft", "Windows NT", "CurrentVersion", "ProfileList", "S-1-5-21-1-2-3-1001"},
                             "ProfileImagePath", std::string_view("C\0:\0\\\0M\0a\0r\0a\0\0\0", 16), 2);
constexpr SampleHive no_hive({"r", "Sub"}, "x", "12345678", 1);
constexpr std::array samples{
    Sample{"SYSTEM", stick.bytes(), "usb_serial", "4C53a", "device"},
    Sample{"SYSTEM", phone_seen.bytes(), "usb_device_id", "18d1:4ee2:0a1B2c", "device"},
    Sample{"SYSTEM", disk.bytes(), "disk_signature", "12345678", "device"},
    Sample{"SYSTEM", partition.bytes(), "partition_guid", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "device"},
    Sample{"SYSTEM", partition.bytes(), "volume_guid", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "device"},
    Sample{"SOFTWARE", gateway.bytes(), "sid", "S-1-5-21-1-2-3-1001", "account"},
    Sample{"SOFTWARE", gateway.bytes(), "os_user", "mara", "account"},
    Sample{"x.hiv", no_hive.bytes(), "", "", ""},
};
constexpr std::array<std::string_view, 6> real{"windows/registry/NTUSER-WIN7.DAT",
                                               "windows/registry/NTUSER.DAT",
                                               "windows/registry/SAM",
                                               "windows/registry/regipy/SAM",
                                               "windows/registry/corrupt_sub_key_list.hiv",
                                               "windows/registry/100_sub_keys.hiv"};

}  // namespace

extern const Parser registry_parser;
const Parser registry_parser{
    "registry",
    "device, network, machine, account: hives of the Windows registry",
    "M. Suhanov, Windows registry file format specification; versions 1.3 to 1.6, Windows NT 4 to 11; no transaction "
    "logs",
    {},
    {},
    magics,
    parse,
    kinds,
    samples,
    real,
};

}  // namespace weft::artefacts
