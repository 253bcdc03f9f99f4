// Validity and recurrence per kind.
//
// validity is P(the text is a genuine instance | it passed our validators). The starting point are hand-labelled
// samples of another scanner's output over a mixed 1 GiB image (200 hits each): e-mail 98-99 %, URL 98.5 %, domain 86 %
// of uniques, telephone 44 %, payment card 18 % (3 % by Luhn alone). Kinds with a checksum or a fixed frame of many
// bits (IBAN mod 97, base58check, Message-ID, key ids, SHA-256) are put high. Ours validate more strictly, so these are
// cautious. They are to be replaced by labelled samples of our own scanners.
//
// recurring is the rate at which structured garbage comes back on unrelated exhibits: a number that stands in a program
// stands in every copy of it. A kind with low validity is capped by it however rare the value looks:
//     LR = (v + (1-v) c) / (v p + (1-v) c)
#include "link/kinds.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/places.h"
#include "base/text.h"

namespace weft::link {
namespace {

constexpr std::string_view third_party =
    "both may have dealt with the same third party: a shop, an authority, a service";
constexpr std::string_view same_site = "both may have used the same public site or service";
constexpr std::string_view same_network = "both may have been near the same network or used the same network device";
constexpr std::string_view template_text = "a common program, template or installation may carry it";
constexpr std::string_view lent_device =
    "a device that went through a shop, an office or a lender may have been at both";
constexpr std::string_view lent_or_numbered_alike =
    "a device that went through a shop, an office or a lender may have been at both, or two devices to which their "
    "maker gave one serial number";
constexpr std::string_view one_image = "both may belong to one domain, or stem from one installation image";
constexpr std::string_view published_address = "an address published on a page that both have seen";
constexpr std::string_view public_key = "a public key that a program or a site publishes";

constexpr auto table = std::to_array<Kind>({
    {"account", 0.95, 0.02, "another person may have used the same account, or both know whose it is"},
    {"android_id", 0.95, 0.02, "both may hold the settings of one device, which a third party took and passed on"},
    {"bitcoin", 0.98, 0.05, published_address},
    {"bitlocker_key", 0.98, 0.02, "an administrator's list holds the keys of many volumes"},
    {"bssid", 0.90, 0.05, same_network},
    {"calendar_uid", 0.95, 0.05, "the same invitation may have reached both from a third party"},
    {"camera_serial", 0.90, 0.05, "both may hold pictures that a third party took and passed on"},
    {"card", 0.20, 0.10, third_party, true, false, true},
    {"contact_uid", 0.90, 0.05, "both may have got the same card, or synchronise with one address book"},
    {"descriptor", 0.98, 0.05, published_address},
    {"disk_signature", 0.90, 0.05, one_image},
    {"document_author", 0.50, 0.30, template_text, false},
    {"document_guid", 0.50, 0.20, "both may have got the same document, or one made from the same template"},
    {"document_text", 0.75, 0.20, "both may hold a text made from the same form, or taken from the same public source"},
    {"dogecoin", 0.98, 0.05, published_address},
    {"domain", 0.86, 0.30, same_site, false},
    {"email", 0.97, 0.02, third_party, true, true},
    {"ethereum", 0.95, 0.05, published_address, true, true},
    {"file_sha256", 0.80, 0.05,
     "both may have got the same document from a third place: a download, an attachment, a template"},
    {"handle", 0.90, 0.10, "both may have seen the page of the same account"},
    {"iban", 0.97, 0.05, third_party},
    {"iccid", 0.95, 0.05, lent_device},
    {"imei", 0.95, 0.05, lent_device},
    {"ipv4", 0.60, 0.30, same_site, false},
    {"ipv6", 0.80, 0.20, same_site, false},
    {"lens_serial", 0.90, 0.05, "both may hold pictures that a third party took and passed on"},
    {"litecoin", 0.98, 0.05, published_address},
    {"mac", 0.80, 0.10, same_network},
    {"machine_guid", 0.98, 0.02, one_image},
    {"machine_id", 0.98, 0.02, one_image},
    {"machine_name", 0.40, 0.30, "many machines bear the same name", false},
    {"message_id", 0.98, 0.02, "the same message may have reached both through a mailing list or a newsletter"},
    {"monero", 0.98, 0.05, published_address},
    {"national_id", 0.95, 0.05, third_party},
    {"network_guid", 0.95, 0.02, one_image},
    {"object_guid", 0.90, 0.05, "both may have got the same shortcut from a third party"},
    {"os_user", 0.30, 0.30, "many people use the same name for their account", false},
    {"owner", 0.98, 0.01, "another person may have used the same account, or the account is that of an office"},
    {"partition_guid", 0.90, 0.05, one_image},
    {"pgp", 0.95, 0.05, public_key},
    {"phone", 0.60, 0.10, third_party},
    {"private_key", 0.98, 0.05, "a key that a program or a test suite brings along"},
    {"remote_id", 0.95, 0.05, "both may have been helped, or called, from the same third machine: a help desk, a support"},
    {"sid", 0.98, 0.02, one_image},
    {"sid_machine", 0.98, 0.02, one_image},
    {"ssh_host", 0.50, 0.20, "both may have used the same public server", false},
    {"ssh_key", 0.95, 0.05, public_key},
    {"ssid", 0.60, 0.30, same_network, false},
    {"tron", 0.98, 0.05, published_address},
    {"url", 0.60, 0.10, "both may have followed the same link on a public page"},
    {"usb_device_id", 0.95, 0.02, lent_or_numbered_alike, true, false, false, true},
    {"usb_serial", 0.95, 0.02, lent_or_numbered_alike, true, false, false, true},
    {"uuid", 0.40, 0.20, template_text},
    {"vin", 0.95, 0.05, third_party},
    {"volume_guid", 0.95, 0.02, one_image},
    {"volume_serial", 0.95, 0.05, "one may be a copy of the other's medium, or both were formatted from one template"},
    {"xpub", 0.98, 0.05, published_address},
});
static_assert(std::is_sorted(table.begin(), table.end(), [](const Kind& a, const Kind& b) { return a.name < b.name; }));

bool starts(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}
bool ends(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}
bool is_one_of(std::string_view text, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}
bool under(std::string_view host, std::string_view domain) {
  return host == domain ||
         (ends(host, domain) && host.size() > domain.size() && host[host.size() - domain.size() - 1] == '.');
}
bool all_same(std::string_view text) {
  return text.find_first_not_of(text.empty() ? '\0' : text.front()) == std::string_view::npos;
}
std::string only(std::string_view text, bool (*keep)(int)) {
  std::string out;
  for (char c : text)
    if (keep(static_cast<unsigned char>(c))) out += c;
  return out;
}

// RFC 2606 and 6761: names set aside for examples and tests.
bool example_host(std::string_view host) {
  static constexpr std::string_view names[] = {"example",     "example.com", "example.net", "example.org",
                                               "example.edu", "test",        "invalid",     "localhost"};
  return std::any_of(std::begin(names), std::end(names), [&](std::string_view name) { return under(host, name); });
}

// A name in a local network (RFC 6762) that machines and domains get unless somebody chooses another. A chosen one is
// as private as any: anna@silver-surfer.local is written by one machine.
bool default_local_host(std::string_view written) {
  const std::string host = lower_ascii(written);
  if (!under(host, "local") && !under(host, "localdomain")) return false;
  const size_t suffix = host.rfind('.');
  if (suffix == std::string_view::npos) return true;
  const std::string_view above = std::string_view(host).substr(0, suffix);
  const std::string_view name = above.substr(above.rfind('.') + 1);  // the whole when there is no dot
  static constexpr std::string_view names[] = {
      "ad",     "archlinux",   "centos", "company", "computer", "contoso", "corp",    "debian",  "dev",     "domain",
      "fedora", "foo",         "home",   "host",    "imac",     "intern",  "iphone",  "kali",    "lan",     "linux",
      "local",  "localhost",   "mac",    "mail",    "mybox",    "mycorp",  "network", "office",  "pc",      "prod",
      "pve",    "raspberrypi", "router", "server",  "test",     "ubuntu",  "user",    "vagrant", "windows", "work"};
  static constexpr std::string_view starts_of[] = {"macbook",  "mac-mini", "macmini", "imac-",
                                                   "desktop-", "laptop-",  "ip-"};
  return is_one_of(name, names) || name.size() < 3 ||
         std::any_of(std::begin(starts_of), std::end(starts_of),
                     [&](std::string_view start) { return starts(name, start); }) ||
         ends(name, "-macbook") || ends(name, "macbook-pro") || ends(name, "macbook-air");
}

// Who writes programs signs them: these hosts stand in the text of operating systems and packages everywhere.
bool software_host(std::string_view host) {
  static constexpr std::string_view names[] = {"apache.org",
                                               "bugs.debian.org",
                                               "debian.org",
                                               "freedesktop.org",
                                               "gnome.org",
                                               "gnu.org",
                                               "ietf.org",
                                               "kde.org",
                                               "kernel.org",
                                               "launchpad.net",
                                               "lists.ubuntu.com",
                                               "mozilla.org",
                                               "openssl.org",
                                               "python.org",
                                               "redhat.com",
                                               "sourceforge.net",
                                               "ubuntu.com",
                                               "users.noreply.github.com",
                                               "users.sourceforge.net",
                                               "w3.org",
                                               "x.org",
                                               "xmlsoap.org",
                                               "verisign.com",
                                               "digicert.com",
                                               "schemas.microsoft.com",
                                               "schemas.openxmlformats.org"};
  return std::any_of(std::begin(names), std::end(names), [&](std::string_view name) { return under(host, name); });
}

std::string_view email_reason(std::string_view value) {
  static constexpr std::string_view roles[] = {"abuse",   "hostmaster", "mailer-daemon", "no-reply",
                                               "noreply", "postmaster", "root",          "webmaster"};
  size_t at = value.rfind('@');
  if (at == std::string_view::npos) return "";
  std::string_view host = value.substr(at + 1);
  if (example_host(host)) return "example value";
  if (default_local_host(host)) return "default name of a machine or network";
  if (software_host(host)) return of_software_makers;
  if (is_one_of(value.substr(0, at), roles)) return "role address";
  return "";
}

}  // namespace

bool role_address(std::string_view email) {
  static constexpr std::string_view roles[] = {"admin",       "billing",   "bounce",       "careers",
                                               "contact",     "announce",  "customercare", "desk",
                                               "digest",      "letter",    "letters",      "readers",
                                               "subscribe",   "talk",      "tips",         "customerservice",
                                               "datenschutz", "editor",    "enquiries",    "feedback",
                                               "hello",       "help",      "hr",           "info",
                                               "invoice",     "invoices",  "jobs",         "kontakt",
                                               "list",        "marketing", "media",        "news",
                                               "newsletter",  "office",    "order",        "orders",
                                               "post",        "press",     "presse",       "privacy",
                                               "promo",       "reception", "redaktion",    "registrar",
                                               "reply",       "returns",   "sales",        "security",
                                               "service",     "shop",      "staff",        "support",
                                               "team",        "tickets",   "updates",      "users",
                                               "webmaster",   "welcome",   "president",    "director",
                                               "chair",       "chairman",  "chairwoman",   "mayor",
                                               "minister",    "secretary", "secretariat",  "treasurer",
                                               "ombudsman",   "principal", "dean",         "rector",
                                               "consul",      "consulate", "embassy",      "police",
                                               "library",     "museum",    "parish",       "spokesperson"};
  std::string_view local = email.substr(0, email.find_first_of("@+"));
  std::string low = lower_ascii(local);
  if (is_one_of(low, roles)) return true;
  // news-2024@, sales.eu@, noreply-shop@: the role, then something behind a mark
  size_t end = low.find_first_of("-_.0123456789");
  return (end != std::string::npos && end > 0 && is_one_of(std::string_view(low).substr(0, end), roles)) ||
         low.find("noreply") != std::string::npos || low.find("no-reply") != std::string::npos ||
         low.find("unsubscribe") != std::string::npos || low.find("bounces") != std::string::npos;
}

namespace {

std::string_view host_of_url(std::string_view url) {
  size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  std::string_view rest = url.substr(begin + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (size_t at = rest.rfind('@'); at != std::string_view::npos) rest = rest.substr(at + 1);
  return rest.substr(0, rest.front() == '[' ? std::string_view::npos : rest.find(':'));
}

std::string_view host_reason(std::string_view host) {
  if (example_host(host)) return "example value";
  if (software_host(host)) return "site of software makers";
  return "";
}

// North American 555-01xx is set aside for fiction; others are obvious fill-ins.
std::string_view phone_reason(std::string_view value) {
  std::string digits = only(value, is_digit);
  if (digits.size() == 11 && digits[0] == '1' && digits.compare(4, 3, "555") == 0) return "example value";
  if (ends(digits, "1234567") || ends(digits, "2345678") || ends(digits, "0000000") || ends(digits, "9999999"))
    return "example value";
  return "";
}

// RFC 1122, 1918, 3927, 5737, 6598; multicast and reserved above 224.
std::string_view ipv4_reason(std::string_view value) {
  unsigned part[4] = {}, count = 0;
  size_t i = 0;
  for (; i < value.size() && count < 4; ++i) {
    if (!is_digit(value[i])) break;
    while (i < value.size() && is_digit(value[i]) && part[count] < 1000)
      part[count] = part[count] * 10 + unsigned(value[i++] - '0');
    if (++count == 4 || i >= value.size() || value[i] != '.') break;
  }
  if (count != 4) return "";
  auto is = [&](unsigned a, unsigned b, unsigned c) { return part[0] == a && part[1] == b && part[2] == c; };
  if (is(192, 0, 2) || is(198, 51, 100) || is(203, 0, 113)) return "example value";
  if (part[0] == 0 || part[0] == 10 || part[0] == 127 || part[0] >= 224 || (part[0] == 169 && part[1] == 254) ||
      (part[0] == 172 && part[1] >= 16 && part[1] < 32) || (part[0] == 192 && part[1] == 168) ||
      (part[0] == 100 && part[1] >= 64 && part[1] < 128))
    return "private or reserved address";
  static constexpr std::string_view resolvers[] = {"1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "1.2.3.4"};
  return is_one_of(value, resolvers) ? "well-known value" : "";
}

std::string_view ipv6_reason(std::string_view value) {
  if (starts(value, "2001:db8")) return "example value";
  if (value == "::" || value == "::1" || starts(value, "fe80") || starts(value, "fc") || starts(value, "fd") ||
      starts(value, "ff"))
    return "private or reserved address";
  return "";
}

// RFC 9562: nil, max, and the version and variant bits; DCE-style constants end in "c000-000000000046" or the like.
std::string_view uuid_reason(std::string_view value) {
  std::string digits = lower_ascii(only(value, is_alnum));
  if (digits.size() != 32 || all_same(digits)) return "example value";
  if (ends(digits, "c000000000000046")) return "well-known value";          // COM interfaces
  if (ends(digits, "00001000800000805f9b34fb")) return "well-known value";  // Bluetooth base
  if (starts(digits, "00000000") || starts(digits, "12345678") || ends(digits, "000000000000")) return "example value";
  static constexpr std::string_view partitions[] = {
      "c12a7328f81f11d2ba4b00a0c93ec93b", "ebd0a0a2b9e5443387c068b6b72699c7", "0fc63daf848347728e793d69d8477de4",
      "e3c9e3160b5c4db8817df92df00215ae", "0657fd6da4ab43c484e50933c84b4f4f"};  // GPT types
  return is_one_of(digits, partitions) ? "well-known value" : "";
}

// IEEE 802: broadcast, multicast, all one digit; locally administered ones are random or made by hypervisors.
std::string_view mac_reason(std::string_view value) {
  std::string digits = lower_ascii(only(value, is_alnum));
  if (digits.size() != 12 || all_same(digits)) return "example value";
  if (digits == "001122334455" || digits == "0123456789ab" || digits == "123456789abc" || digits == "aabbccddeeff")
    return "example value";
  size_t low = std::string_view("0123456789abcdef").find(digits[1]);
  if (low != std::string_view::npos && (low & 1)) return "multicast address";
  if (low != std::string_view::npos && (low & 2)) return "locally administered address";
  return "";
}

// Only S-1-5-21-… carries a machine's or domain's own number; the others are the same on every Windows.
std::string_view sid_reason(std::string_view value) {
  return starts(value, "S-1-5-21-") ? "" : "well-known value";
}

// Published by the card networks and payment services for tests (first six and last four stay visible when masked).
std::string_view card_reason(std::string_view value) {
  std::string digits = only(value, is_digit);
  static constexpr std::string_view ends_of[] = {
      "4111111111", "4242424242", "4012881881", "5555554444", "5105105100", "3782820005", "3714498431", "3787341000",
      "6011111117", "6011009424", "3056939904", "3852003237", "3530110000", "3566002020", "5200828210", "4000000002"};
  std::string seen = digits.size() > 10 ? digits.substr(0, 6) + digits.substr(digits.size() - 4) : digits;
  return is_one_of(seen, ends_of) ? "example value" : "";
}

// Each sign is the one after that before it, decimal or hexadecimal, around and around: 123456789012, 1234567890ABCDEF.
bool counts_up(std::string_view text) {
  auto follows = [](char a, char b) {
    return b == a + 1 || (a == '9' && (b == '0' || b == 'A')) || (a == '0' && b == 'A') || (a == 'F' && b == '0');
  };
  return std::adjacent_find(text.begin(), text.end(), [&](char a, char b) { return !follows(a, b); }) == text.end();
}

// Four signs or fewer, over and over: 12121212.
bool repeats(std::string_view text) {
  for (size_t period = 1; period <= 4 && 2 * period <= text.size(); ++period)
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  return false;
}

// Windows makes up an id for a device without a serial; an '&' is its second sign, and it holds on one machine only.
// Makers that do not number their devices write the same into each: zeros and a digit or two, or a row of digits.
std::string_view usb_reason(std::string_view value) {
  std::string_view serial = value.substr(value.rfind(':') + 1);  // npos + 1 is 0
  if (serial.size() > 1 && serial[1] == '&') return "made up by one machine";
  std::string digits;
  for (char c : serial) digits += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  std::string_view number = digits;  // without zeros in front
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  const std::string backwards(number.rbegin(), number.rend());
  if (number.size() < 4 || repeats(number) || counts_up(number) || counts_up(backwards)) return "example value";
  return "";
}

std::string_view iban_reason(std::string_view value) {  // the registry's own examples
  static constexpr std::string_view examples[] = {
      "GB29NWBK60161331926819",   "GB82WEST12345698765432",     "DE89370400440532013000", "FR1420041010050500013M02606",
      "NL91ABNA0417164300",       "CH9300762011623852957",      "BE68539007547034",       "AT611904300234573201",
      "ES9121000418450200051332", "IT60X0542811101000000123456"};
  return is_one_of(value, examples) ? "example value" : "";
}

std::string_view bitcoin_reason(std::string_view value) {  // the genesis address, and burn addresses
  if (value == "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa" || value == "1BitcoinEaterAddressDontSendf59kuE" ||
      value == "1111111111111111111114oLvT2")
    return "well-known value";
  return "";
}

}  // namespace

std::span<const Kind> kinds() {
  return table;
}

const Kind* find_kind(std::string_view name) {
  auto it = std::lower_bound(table.begin(), table.end(), name,
                             [](const Kind& kind, std::string_view n) { return kind.name < n; });
  return it != table.end() && it->name == name ? &*it : nullptr;
}

std::string_view example_reason(std::string_view kind, std::string_view value) {
  if (kind == "email") return email_reason(value);
  if (kind == "domain") return host_reason(value);
  if (kind == "url") return host_reason(host_of_url(value));
  if (kind == "phone") return phone_reason(value);
  if (kind == "ipv4") return ipv4_reason(value);
  if (kind == "ipv6") return ipv6_reason(value);
  if (kind == "uuid") return uuid_reason(value);
  if (kind == "mac" || kind == "bssid") return mac_reason(value);
  if (kind == "sid" || kind == "sid_machine") return sid_reason(value);
  if (kind == "card") return card_reason(value);
  if (kind == "iban") return iban_reason(value);
  if (kind == "bitcoin") return bitcoin_reason(value);
  if (kind == "ethereum") return all_same(value.substr(std::min<size_t>(2, value.size()))) ? "well-known value" : "";
  if (kind == "message_id") {
    std::string_view inner = value;
    while (!inner.empty() && inner.back() == '>') inner.remove_suffix(1);
    size_t at = inner.rfind('@');
    return at != std::string_view::npos && example_host(inner.substr(at + 1)) ? "example value" : "";
  }
  if (kind == "usb_serial" || kind == "usb_device_id") return usb_reason(value);
  if (kind == "volume_serial") return all_same(value) ? "example value" : "";
  return "";
}

std::string software_path_sql(std::string_view column) {
  auto any = [&](std::span<const std::string_view> list, std::string_view test) {
    std::string out = "(false";
    for (std::string_view item : list) out += fmt::format(fmt::runtime(test), fmt::arg("it", item));
    return out + ")";
  };
  const SoftwarePlaces places = software_places();
  std::string low = fmt::format("ltrim(lower({}), '/')", column);
  return fmt::format("(NOT {} AND ({} OR {}))", any(places.users_own, " OR starts_with(" + low + ", '{it}')"),
                     any(places.roots, " OR starts_with(" + low + ", '{it}')"),
                     any(places.folders, " OR contains('/' || " + low + ", '{it}')"));
}

bool software_type(std::string_view type) {
  static constexpr std::string_view types[] = {"application/x-dosexec",
                                               "application/vnd.microsoft.portable-executable",
                                               "application/x-executable",
                                               "application/x-pie-executable",
                                               "application/x-sharedlib",
                                               "application/x-object",
                                               "application/x-mach-binary",
                                               "application/x-archive",
                                               "application/java-archive",
                                               "application/x-java-applet",
                                               "application/x-gettext-translation",
                                               "application/x-ms-ne-executable",
                                               "application/vnd.ms-opentype",
                                               "application/x-font-ttf",
                                               "application/x-font-sfn",
                                               "application/x-font-pf2",
                                               "application/x-terminfo",
                                               "application/x-terminfo2",
                                               "application/vnd.ms-cab-compressed",
                                               "application/vnd.debian.binary-package",
                                               "application/x-rpm",
                                               "application/x-bytecode.python"};
  return starts(type, "font/") || is_one_of(type, types);
}

}  // namespace weft::link
