#include "extract/unread.h"

#include <array>
#include <fmt/format.h>

#include "base/cursor.h"
#include "base/text.h"

namespace weft::extract {
namespace {

using namespace std::string_view_literals;

constexpr auto as_exhibit = "take it in as an exhibit of its own"sv;
constexpr auto convert = "convert it (qemu-img convert -O raw) and take in the result"sv;
constexpr auto reimage = "export it as E01 or raw with the tool that made it and take in the result"sv;
constexpr auto on_a_mac = "convert it (7z x, or hdiutil convert on a Mac) and take in the result"sv;
constexpr auto extract = "unpack it and take in the folder"sv;

struct Container {
  std::string_view magic, name, advice;
  size_t offset = 0;
};
constexpr std::array containers{
    Container{"MSWIM\0\0\0"sv, "a Windows image (WIM)", "unpack it (7z x, wimlib) and take in the folder"},
    Container{"QFI\xfb"sv, "a QEMU disk image (qcow2)", as_exhibit},
    Container{"KDMV"sv, "a VMware disk (VMDK)", as_exhibit},
    Container{"COWD"sv, "a VMware disk (VMDK)", as_exhibit},
    Container{"vhdxfile"sv, "a virtual disk (VHDX)", as_exhibit},
    Container{"conectix"sv, "a virtual disk (VHD)", as_exhibit},
    Container{"\x7f\x10\xda\xbe"sv, "a VirtualBox disk image (VDI)", convert, 64},
    Container{"QED\0"sv, "a QEMU QED image", convert},
    Container{"WithoutFreeSpace"sv, "a Parallels disk image", convert},
    Container{"WithouFreSpacExt"sv, "a Parallels disk image", convert},
    Container{"EVF\x09\x0d\x0a\xff\0"sv, "an EnCase image (E01)", as_exhibit},
    Container{"EVF2\x0d\x0a\x81\0"sv, "an EnCase 7 image (Ex01)", reimage},
    Container{"LVF\x09\x0d\x0a\xff\0"sv, "an EnCase logical evidence file (L01)", reimage},
    Container{"LEF2\x0d\x0a\x81\0"sv, "an EnCase 7 logical evidence file (Lx01)", reimage},
    Container{"AFF10\x0d\x0a\0"sv, "an AFF image", "convert it (affconvert) and take in the result"},
    Container{"sprs"sv, "an Apple sparse image", on_a_mac},
    Container{"encrcdsa"sv, "an encrypted Apple disk image", on_a_mac},
};

std::string said(std::string_view name, std::string_view advice) {
  return fmt::format("is {}, which is not unpacked here: {}", name, advice);
}

// Those blocks that other packers make are found as streams.
bool is_squashfs_of_unread(Bytes first) {
  constexpr size_t packer = 20;
  constexpr uint16_t lzma = 2, lzo = 3, lz4 = 5;
  if (!as_text(first).starts_with("hsqs")) return false;
  Cursor in(first);
  in.skip(packer);
  const uint16_t by = in.u16le();
  return in.ok() && (by == lzma || by == lzo || by == lz4);
}

}  // namespace

bool is_told_by_its_end(std::string_view path) {
  return lower_ascii(path).ends_with(".dmg");
}

std::string unread_container(std::string_view path, std::string_view type, Bytes first, Bytes last) {
  for (const Container& one : containers)
    if (first.size() > one.offset && as_text(first).substr(one.offset).starts_with(one.magic))
      return said(one.name, one.advice);
  if (is_squashfs_of_unread(first))
    return said("a squashfs image packed by lz4, lzo or lzma", "unpack it (unsquashfs) and take in the folder");
  if (as_text(last).starts_with("koly")) return said("an Apple disk image (DMG)", on_a_mac);
  if (type == "application/octet-stream" && lower_ascii(path).ends_with(".br"))
    return said("by its name a brotli stream", extract);
  return {};
}

}  // namespace weft::extract
