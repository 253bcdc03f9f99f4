#include "extract/layout.h"

#include <algorithm>

namespace weft::extract {

Layout Layout::of(std::span<const ExtentRow> all) {
  Layout out;
  for (const ExtentRow& extent : all) {
    if (extent.kind == "slack") continue;
    out.compressed |= extent.kind == "compressed";
    out.sparse_only &= extent.kind == "sparse";
    out.extents.push_back(extent);
  }
  return out;
}

std::vector<uint64_t> Layout::seams() const {
  std::vector<uint64_t> out;
  for (const ExtentRow& extent : extents) {
    if (extent.kind != "resident") continue;
    for (uint64_t at = extent.offset | 511; at <= extent.offset + extent.size; at += 512)  // the sector's last byte
      for (uint64_t seam = at - 1; seam <= at + 1; ++seam)
        if (seam > extent.offset) out.push_back(extent.file_offset + (seam - extent.offset));
  }
  for (size_t i = 1; i < extents.size(); ++i) {
    const ExtentRow &a = extents[i - 1], &b = extents[i];
    bool follows = a.kind == b.kind && a.kind != "sparse" && a.offset + a.size == b.offset &&
                   a.file_offset + a.size == b.file_offset;
    if (!follows && !(a.kind == "sparse" && b.kind == "sparse")) out.push_back(b.file_offset);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<uint64_t> Layout::on_image(uint64_t file_offset) const {
  auto it = std::upper_bound(extents.begin(), extents.end(), file_offset,
                             [](uint64_t o, const ExtentRow& e) { return o < e.file_offset; });
  if (it == extents.begin()) return std::nullopt;
  --it;
  if (file_offset - it->file_offset >= it->size || it->kind == "sparse") return std::nullopt;
  return it->kind == "compressed" ? it->offset : it->offset + (file_offset - it->file_offset);
}

}  // namespace weft::extract
