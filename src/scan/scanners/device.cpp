// Serial numbers and ids that machines have written down with their name beside: USB storage in Windows' device paths
// (USBSTOR\Disk&Ven_…&Prod_…\SERIAL&0, with "\" or "#"), MachineGuid of a Windows, android_id of an Android.
//
// False positives: a serial whose second sign is "&" was made up by the Windows that saw the device, and says nothing
// about it; one digit throughout is filler. An id counts only directly behind its name.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

enum : uint32_t { storage, machine, android };

bool is_serial(char c) {
  return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == ' ' || c == '&';
}

bool is_filler(std::string_view text) {
  return text.find_first_not_of(text[0]) == std::string_view::npos;
}

// "USBSTOR\Disk&Ven_SanDisk&Prod_Cruzer&Rev_1.26\4C530001234567&0"
void on_storage(std::string_view text, size_t at, Sink& sink) {
  const size_t end = std::min(text.size(), at + 160);
  size_t mark = at;
  while (mark < end && text[mark] != '\\' && text[mark] != '#' && uint8_t(text[mark]) > ' ' && text[mark] != '"')
    ++mark;
  if (mark == end || (text[mark] != '\\' && text[mark] != '#')) return;
  size_t begin = mark + (text.substr(mark, 2) == "\\\\" ? 2 : 1), stop = begin;
  while (stop < text.size() && stop - begin < 80 && is_serial(text[stop])) ++stop;
  std::string_view serial = text.substr(begin, stop - begin);
  if (serial.size() > 1 && serial[1] == '&') return;
  const size_t instance = serial.rfind('&');
  if (instance == std::string_view::npos || instance + 2 != serial.size() || !is_digit(serial[instance + 1])) return;
  serial = serial.substr(0, instance);
  if (serial.size() < 6 || is_filler(serial) || serial.find('&') != std::string_view::npos) return;
  sink.feature("usb_serial", std::string(serial), begin, begin + serial.size());
}

// A few signs of a file format between the name and the value: "=", ":", quotes, tags of XML.
size_t value_begin(std::string_view text, size_t at, size_t length) {
  const size_t limit = std::min(text.size(), at + 48);
  while (at < limit) {
    size_t end = at;
    while (end < text.size() && end - at <= length && (is_alnum(text[end]) || text[end] == '-')) ++end;
    if (end - at == length) return at;
    if (end == at) {
      ++at;
    } else {
      at = end;
    }
  }
  return text.size();
}

void on_named(std::string_view text, const Hit& hit, Sink& sink) {
  const size_t length = hit.pattern == machine ? 36 : 16, begin = value_begin(text, hit.end, length);
  if (begin >= text.size()) return;
  const std::string value = lower_ascii(text.substr(begin, length));
  for (size_t i = 0; i < length; ++i) {
    const bool hyphen = hit.pattern == machine && (i == 8 || i == 13 || i == 18 || i == 23);
    if (hyphen ? value[i] != '-' : !is_hex(std::string_view(value).substr(i, 1))) return;
  }
  if (is_filler(value)) return;
  // Android's emulator gave all its first installations one id.
  if (value == "9774d56d682e549c") return;
  sink.feature(hit.pattern == machine ? "machine_guid" : "android_id", value, begin, begin + length);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end <= from) return;
  hit.pattern == storage ? on_storage(text, hit.end, sink) : on_named(text, hit, sink);
}

constexpr std::array<std::string_view, 3> kinds{"usb_serial", "machine_guid", "android_id"};
constexpr std::array patterns{
    Pattern{R"(USBSTOR[#\\]{1,2}(?:Disk|CdRom|SFloppy|Other)&Ven_)", caseless, storage},
    Pattern{R"(MachineGuid)", caseless, machine},
    Pattern{R"(android_id)", 0, android},
};

constexpr std::array examples{
    Example{"USBSTOR\\Disk&Ven_SanDisk&Prod_Cruzer&Rev_1.26\\4C530001234567&0", "usb_serial", "4C530001234567"},
    Example{"\\??\\USBSTOR#Disk&Ven_Kingston&Prod_DT_101&Rev_PMAP#0019E06B9C85F9A0F7550C20&0#{53f56307-b6bf}",
            "usb_serial", "0019E06B9C85F9A0F7550C20"},
    Example{"\"MachineGuid\"=\"5f6f2c9e-8d5a-4c3e-9b0f-0a1b2c3d4e5f\"", "machine_guid",
            "5f6f2c9e-8d5a-4c3e-9b0f-0a1b2c3d4e5f"},
    Example{"<setting id=\"30\" name=\"android_id\" value=\"3f1a9c2b7d4e5f60\" package=\"android\" />", "android_id",
            "3f1a9c2b7d4e5f60"},
    Example{"USBSTOR\\Disk&Ven_Generic&Prod_Flash&Rev_8.07\\7&2a1b3c4d&0", "usb_serial", ""},
    Example{"USBSTOR\\Disk&Ven_Generic&Prod_Flash&Rev_8.07\\0000000000000000&0", "usb_serial", ""},
    Example{"MachineGuid is read from the registry", "machine_guid", ""},
    Example{"getString(android_id); // 0123456789", "android_id", ""},
};

}  // namespace

extern const Scanner device_scanner;
const Scanner device_scanner{
    "device", "usb_serial, machine_guid, android_id: serial numbers and ids with their name beside",
    kinds,    patterns,
    on_hit,   examples,
    64,       320};

}  // namespace weft::scan
