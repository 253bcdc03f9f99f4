#include "artefacts/kinds.h"

#include <algorithm>
#include <array>

namespace weft::artefacts {
namespace {

constexpr auto kind_table = std::to_array<Word>({
    {"bssid", "hardware address of an access point, xx:xx:xx:xx:xx:xx, lower case"},
    {"calendar_uid", "UID of an appointment (RFC 5545), the same in the calendars of all guests"},
    {"camera_serial", "serial number of a camera's body, behind the maker: `Canon 1234567890`"},
    {"contact_uid", "UID of an address-book entry (RFC 6350), the same in its copies"},
    {"disk_signature", "signature of a disk in its MBR, 8 hex digits, lower case; stays with its copies"},
    {"document_author", "name of a document's author or last author, as it stands"},
    {"document_guid",
     "id that stays with the copies of a document and its descendants, behind its sort: `rsid_root 00a77427`"},
    {"document_text",
     "one of eight signatures of a document's or letter's text, which versions of it share: number and 16 hex digits"},
    {"email", "e-mail address, lower case, IDN as UTF-8"},
    {"file_sha256", "SHA-256 of an attachment's or embedded file's content, lower-case hex"},
    {"lens_serial", "serial number of a lens, behind the maker"},
    {"mac", "hardware address, xx:xx:xx:xx:xx:xx, lower case"},
    {"machine_guid", "id that Windows gives an installation (MachineGuid), lower case"},
    {"machine_id", "id that systemd and D-Bus give an installation: 32 hex digits, lower case"},
    {"machine_name", "host name, lower case"},
    {"message_id", "id of a mail, without angle brackets, host in lower case"},
    {"network_guid",
     "id of a network profile, lower case; made by one machine, it travels with copies of its settings"},
    {"object_guid", "id that NTFS gives a file or a volume, so that shortcuts find it again, lower case"},
    {"os_user", "name of a user account of an operating system that a person has (no system accounts)"},
    {"partition_guid", "GUID of a partition in its disk's GPT, lower case; stays with its copies"},
    {"phone", "telephone number, + and digits"},
    {"sid", "Windows security identifier, S-1-5-21-…"},
    {"ssh_host", "name or address of a host that SSH was used with, lower case, `[host]:port` where it is not port 22"},
    {"ssh_key", "fingerprint of a public SSH key: SHA256:…"},
    {"ssid", "name of a wireless network"},
    {"url", "address of a page or service, as the url scanner writes it"},
    {"usb_device_id", "vendor, product and serial number of a USB device: vvvv:pppp:SERIAL, numbers in lower-case hex"},
    {"usb_serial", "serial number of a USB device, as the device itself gives it"},
    {"uuid", "UUID, lower case"},
    {"volume_guid",
     "GUID that a Windows gives a volume it sees, lower case; ties a user's folder to its machine, and images of one"},
    {"volume_serial", "serial number or UUID of a file system, lower-case hex, as in the volume table"},
});
static_assert(std::is_sorted(kind_table.begin(), kind_table.end(),
                             [](const Word& a, const Word& b) { return a.name < b.name; }));

constexpr auto role_table = std::to_array<Word>({
    {"account", "an account on the exhibit"},
    {"attachment", "what came with a message"},
    {"author", "who wrote or saved a document"},
    {"bcc", "blind copies of a message went there"},
    {"camera", "the camera a picture was taken with"},
    {"cc", "copies of a message went there"},
    {"contact", "an entry of an address book"},
    {"device", "a device that was attached"},
    {"document", "a document"},
    {"event", "an appointment"},
    {"from", "who wrote a message"},
    {"guest", "who was asked to an appointment"},
    {"host", "a host that was logged in to, or that logged in"},
    {"kept", "a page whose address was kept, in a bookmark or a feed, and that was not visited"},
    {"key", "a key that is kept"},
    {"machine", "the machine itself"},
    {"message", "the message itself"},
    {"network", "a network"},
    {"organiser", "who called an appointment"},
    {"owner", "the person whose account, program or folder it is"},
    {"reference", "an earlier message that this one names"},
    {"reply_to", "where answers to a message should go"},
    {"row", "stands in a row of a database"},
    {"sender", "who sent a message for its author"},
    {"target", "what a shortcut points to"},
    {"to", "who a message went to"},
    {"visit", "a page that was visited"},
});
static_assert(std::is_sorted(role_table.begin(), role_table.end(),
                             [](const Word& a, const Word& b) { return a.name < b.name; }));

bool contains(std::span<const Word> words, std::string_view name) {
  auto it = std::lower_bound(words.begin(), words.end(), name,
                             [](const Word& word, std::string_view one) { return word.name < one; });
  return it != words.end() && it->name == name;
}

}  // namespace

std::span<const Word> kinds() {
  return kind_table;
}
std::span<const Word> roles() {
  return role_table;
}
bool is_kind(std::string_view name) {
  return contains(kind_table, name);
}
bool is_role(std::string_view name) {
  return contains(role_table, name);
}

}  // namespace weft::artefacts
