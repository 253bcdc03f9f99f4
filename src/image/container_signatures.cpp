#include "image/container_signatures.h"

#include <array>

#include "base/cursor.h"

namespace weft::image {

using namespace std::string_view_literals;

constexpr auto unpack = "unpack it and take in what is inside"sv;
constexpr auto convert = "convert it (qemu-img convert -O raw) and take in the result"sv;
constexpr auto apple = "convert it (7z x, or hdiutil convert on a Mac) and take in the result"sv;
constexpr auto extract = "extract it into a folder and take in the folder"sv;
constexpr auto reimage = "export it as E01 or raw with the tool that made it and take in the result"sv;

const std::string_view advice_for_apple = apple;

using Sort = ContainerSignature::Sort;

constexpr std::array signatures = {
    ContainerSignature{"EVF\x09\x0d\x0a\xff\x00"sv, "an EnCase image (E01)", "ewf", ""},
    ContainerSignature{"EVF2\x0d\x0a\x81\x00"sv, "an EnCase 7 image (Ex01)", "", reimage},
    ContainerSignature{"LVF\x09\x0d\x0a\xff\x00"sv, "an EnCase logical evidence file (L01)", "", reimage},
    ContainerSignature{"LEF2\x0d\x0a\x81\x00"sv, "an EnCase 7 logical evidence file (Lx01)", "", reimage},
    ContainerSignature{"KDMV"sv, "a VMware disk (VMDK)", "vmdk", ""},
    ContainerSignature{"COWD"sv, "a VMware disk (VMDK)", "vmdk", ""},
    ContainerSignature{"vhdxfile"sv, "a virtual disk (VHDX)", "vhdx", ""},
    ContainerSignature{"QFI\xfb"sv, "a QEMU disk image (qcow2)", "qcow2", ""},
    ContainerSignature{"AFF10\x0d\x0a\x00"sv, "an AFF image (version 3)", "",
                       "convert it (affconvert) and take in the result"},
    ContainerSignature{"\x7f\x10\xda\xbe"sv, "a VirtualBox disk image (VDI)", "", convert, Sort::disk, 64},
    ContainerSignature{"QED\x00"sv, "a QEMU QED image", "", convert},
    ContainerSignature{"WithoutFreeSpace"sv, "a Parallels disk image", "", convert},
    ContainerSignature{"WithouFreSpacExt"sv, "a Parallels disk image", "", convert},
    ContainerSignature{"Bochs Virtual HD Image"sv, "a Bochs disk image", "", convert},
    ContainerSignature{"sprs"sv, "an Apple sparse image", "", apple},
    ContainerSignature{"encrcdsa"sv, "an encrypted Apple disk image", "", apple},
    ContainerSignature{"MSWIM\x00\x00\x00"sv, "a Windows image (WIM)", "",
                       "extract it (7z x, wimlib) and take in the folder"},
    ContainerSignature{"PK\x03\x04"sv, "a zip archive", "zip", "", Sort::archive},
    ContainerSignature{"PK\x05\x06"sv, "a zip archive", "zip", "", Sort::archive},
    ContainerSignature{"PK00PK\x03\x04"sv, "a zip archive", "zip", "", Sort::archive},
    ContainerSignature{"PK\x07\x08PK\x03\x04"sv, "a zip archive", "zip", "", Sort::archive},
    ContainerSignature{"7z\xbc\xaf\x27\x1c"sv, "a 7z archive", "", extract, Sort::archive},
    ContainerSignature{"Rar!\x1a\x07"sv, "a RAR archive", "", extract, Sort::archive},
    ContainerSignature{"MSCF\x00\x00\x00\x00"sv, "a cabinet archive", "", extract, Sort::archive},
    ContainerSignature{"070701"sv, "a cpio archive", "", extract, Sort::archive},
    ContainerSignature{"070702"sv, "a cpio archive", "", extract, Sort::archive},
    ContainerSignature{"070707"sv, "a cpio archive", "", extract, Sort::archive},
    ContainerSignature{"ANDROID BACKUP\n"sv, "an Android backup", "", "convert it to tar (abe) and take in the tar",
                       Sort::archive},
    ContainerSignature{"\x1f\x8b\x08"sv, "a gzip stream", "", unpack, Sort::stream},
    ContainerSignature{"\xfd"
                       "7zXZ\x00"sv,
                       "an xz stream", "", unpack, Sort::stream},
    ContainerSignature{"\x28\xb5\x2f\xfd"sv, "a zstd stream", "", unpack, Sort::stream},
    ContainerSignature{"\x04\x22\x4d\x18"sv, "an lz4 stream", "", unpack, Sort::stream},
    ContainerSignature{"\x1f\x9d"sv, "a compress (.Z) stream", "", unpack, Sort::stream},
};

constexpr ContainerSignature bzip2{"BZh"sv, "a bzip2 stream", "", unpack, Sort::stream};
constexpr ContainerSignature lzma{"\x5d\x00\x00"sv, "an lzma stream", "", unpack, Sort::stream};

const ContainerSignature* container_signature(std::string_view begin) {
  const auto at = [&](size_t offset, std::string_view magic) {
    return begin.size() >= offset && begin.substr(offset).starts_with(magic);
  };
  for (const ContainerSignature& one : signatures)
    if (at(one.offset, one.magic)) return &one;
  // Three bytes would be too few to go by: bzip2 goes on with its level and a block, an old lzma file with a size.
  if (at(0, bzip2.magic) && (at(4, "1AY&SY"sv) || at(4, "\x17\x72\x45\x38\x50\x90"sv))) return &bzip2;
  if (at(0, lzma.magic) && begin.size() > 14 && begin[13] == 0) {
    const uint64_t size = Cursor(as_bytes(begin.substr(5))).u64le();
    if (size == UINT64_MAX || (size != 0 && size < uint64_t{1} << 40)) return &lzma;
  }
  return nullptr;
}

}  // namespace weft::image
