// Windows shortcuts, [MS-SHLLINK]: on which volume, and of which machine, the file was that someone opened.
//
// A head of 76 bytes; a list of shell items (flag 1), skipped; what is known of the target's place (flag 2): the
// volume's serial number and label, the path; texts, each with its count of signs (flags 4 to 40, UTF-16 with 80);
// blocks of size and signature, of which the tracker (A0000003) holds the NetBIOS name of the machine and the object
// ids of volume and file. An object id made by that machine is a UUID of version 1: its last six bytes are the
// machine's hardware address.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "artefacts/canonical.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "artefacts/windows.h"
#include "base/cursor.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr std::string_view magic{"\x4C\0\0\0\1\x14\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 20};

constexpr uint32_t tracker_size = 0x60;
constexpr size_t trackers_most = 16;  // a shortcut has one

// ANSI text in a code page that is not said: what is no UTF-8 is shown by its bytes.
std::string ansi(Bytes bytes, uint64_t at) {
  if (at == 0 || at >= bytes.size()) return {};
  std::string_view text = as_text(bytes).substr(at);
  return printable(text.substr(0, std::min<size_t>(text.find('\0'), 1024)));
}

class Shortcut {
 public:
  Shortcut(const File& file, Rows& rows) : file_(file), rows_(rows) {}

  void read() {
    Cursor in(file_.content);
    in.skip(20);
    uint32_t flags = in.u32le();
    in.skip(4 + 8);
    row_.last_seen = time_from_filetime(in.u64le());
    in.seek(std::min<size_t>(76, file_.content.size()));
    if (flags & 1) in.skip(in.u16le());
    if (flags & 2) {
      uint64_t begin = in.position();
      uint32_t size = in.u32le();
      place(file_.content.subspan(begin, std::min<uint64_t>(size, file_.content.size() - begin)), begin);
      in.skip(size < 4 ? 0 : size - 4);
    }
    for (uint32_t text : {0x04, 0x08, 0x10, 0x20, 0x40})
      if (flags & text) in.skip(size_t(in.u16le()) * (flags & 0x80 ? 2 : 1));
    while (in.ok() && in.remaining() >= 8) {
      uint64_t begin = in.position();
      uint32_t size = in.u32le(), signature = in.u32le();
      if (size < 8) break;
      if (signature == 0xA0000003) tracker(begin);
      in.skip(size - 8);
    }
    if (!in.ok()) rows_.problem({file_.content.size()}, "the shortcut is cut short or damaged");
  }

 private:
  void place(Bytes info, uint64_t begin) {
    Cursor in(info);
    in.skip(8);
    uint32_t flags = in.u32le(), volume = in.u32le(), path = in.u32le();
    if (!in.ok()) return;
    if (flags & 1) path_ = ansi(info, path);
    if (!(flags & 1) || volume >= info.size()) return;
    Bytes id = info.subspan(volume);
    Cursor of(id);
    id = id.first(std::min<size_t>(id.size(), of.u32le()));
    uint32_t type = of.u32le(), serial = of.u32le(), label = of.u32le();
    if (!of.ok() || serial == 0) return;
    constexpr std::array<std::string_view, 7> types{"disk", "disk", "removable", "disk", "network", "cd", "memory"};
    row_.bus = type < types.size() ? types[type] : "disk";
    row_.serial = fmt::format("{:08x}", serial);
    row_.name = label == 0x14 ? std::string() : ansi(id, label);
    uint64_t at = begin + volume + 8;
    rows_.selector({at}, "volume_serial", row_.serial, "target", path_);
    rows_.record({at}, std::move(row_));
  }

  void tracker(uint64_t begin) {
    if (begin + tracker_size > file_.content.size()) return;
    if (++trackers_ > trackers_most) return rows_.cut({begin}, "of a shortcut the first 16 tracker blocks are read");
    Bytes block = file_.content.subspan(begin, tracker_size);
    std::string name = lower_ascii(ansi(block, 16).substr(0, 16));
    if (std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; }))
      rows_.selector({begin + 16}, "machine_name", name, "target", path_);
    // Ids of the volume and the file, now and when they were made.
    std::string earlier;
    for (uint64_t at : {0x20, 0x30, 0x40, 0x50}) {
      std::string id = guid_text(block.subspan(at, 16));
      if (id.empty() || std::string_view("14").find(id[14]) == std::string_view::npos ||
          std::string_view("89ab").find(id[19]) == std::string_view::npos)
        continue;  // no UUID as Windows makes them
      rows_.selector({begin + at}, "object_guid", id, "target", path_);
      if (id[14] != '1' || id.substr(24) == earlier) continue;
      earlier = id.substr(24);
      rows_.selector({begin + at + 10}, "mac", mac(earlier), "target", path_);
    }
  }

  const File& file_;
  Rows& rows_;
  DeviceRow row_;
  std::string path_;
  size_t trackers_ = 0;
};

void parse(const File& file, Rows& rows) {
  if (file.text().starts_with(magic)) Shortcut(file, rows).read();
}

constexpr std::array<std::string_view, 1> magics{magic};
constexpr std::array<std::string_view, 4> kinds{"mac", "machine_name", "object_guid", "volume_serial"};

constexpr std::string_view link{
    "\x4C\0\0\0\1\x14\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\x3D\0\0\0\x1C\0\0\0\1\0\0\0\x1C\0\0\0\x33\0\0\0\0\0\0\0\x3C\0\0\0"  // LinkInfo
    "\x17\0\0\0\2\0\0\0\x78\x56\x34\x12\x10\0\0\0KESTREL"                 // the volume
    "E:\\a.txt\0\0"
    "\x60\0\0\0\3\0\0\xA0\x58\0\0\0\0\0\0\0brook-7\0\0\0\0\0\0\0\0\0"  // the tracker
    "\x01\x02\x03\x04\5\6\x07\x40\x88\x09\x0A\x0B\x0C\x0D\x0E\x0F"
    "\xE0\x04\x25\x3F\x89\x4F\xD3\x11\x9A\x0C\x3C\x97\x0E\x12\x34\x56"
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    76 + 0x3D + 0x60 + 4};
constexpr std::array samples{
    Sample{"a.lnk", link, "volume_serial", "12345678", "target"},
    Sample{"a.lnk", link, "machine_name", "brook-7", "target"},
    Sample{"a.lnk", link, "object_guid", "3f2504e0-4f89-11d3-9a0c-3c970e123456", "target"},
    Sample{"a.lnk", link, "mac", "3c:97:0e:12:34:56", "target"},
};
constexpr std::array<std::string_view, 5> real{
    "windows/lnk/example.lnk", "windows/lnk/NeroInfoTool.lnk", "windows/lnk/LnkParse3/network_info.lnk",
    "windows/lnk/LnkParse3/sample.lnk", "windows/lnk/unpaired_surrogate.lnk"};

}  // namespace

extern const Parser shortcut_parser;
const Parser shortcut_parser{
    "shortcut",
    "device: volumes and machines that Windows shortcuts (.lnk) point to",
    "[MS-SHLLINK] 8.0",
    {},
    {},
    magics,
    parse,
    kinds,
    samples,
    real,
};

}  // namespace weft::artefacts
