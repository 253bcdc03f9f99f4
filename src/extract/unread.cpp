#include "extract/unread.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/text.h"
#include "image/container_signatures.h"

namespace weft::extract {
namespace {

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
  if (const image::ContainerSignature* one = image::container_signature(as_text(first));
      one && one->sort == image::ContainerSignature::disk)
    return said(one->name, one->format.empty() ? one->advice : "take it in as an exhibit of its own");
  if (as_text(first).starts_with("conectix"))
    return said("a virtual disk (VHD)", "take it in as an exhibit of its own");
  if (is_squashfs_of_unread(first))
    return said("a squashfs image packed by lz4, lzo or lzma", "unpack it (unsquashfs) and take in the folder");
  if (as_text(last).starts_with("koly")) return said("an Apple disk image (DMG)", image::advice_for_apple);
  if (type == "application/octet-stream" && lower_ascii(path).ends_with(".br"))
    return said("by its name a brotli stream", "unpack it and take in the folder");
  return {};
}

}  // namespace weft::extract
