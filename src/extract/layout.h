// A file's content on the image: the stretches, in order of offset in the file. A value; any thread.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "model/rows.h"

namespace weft::extract {

struct Layout {
  std::vector<ExtentRow> extents;
  bool compressed = false, sparse_only = true;

  // Of a file's extents, slack among them.
  static Layout of(std::span<const ExtentRow> all);
  // Offsets in the file at which the image does not go on as the file does. Between two stretches; and, in contents
  // that NTFS keeps inside an MFT entry, around the last two bytes of each sector, where a check value stands in for
  // them.
  std::vector<uint64_t> seams() const;
  // Where a byte of the content lies on the image; for compressed contents, where its stretch begins.
  std::optional<uint64_t> on_image(uint64_t file_offset) const;
};

}  // namespace weft::extract
