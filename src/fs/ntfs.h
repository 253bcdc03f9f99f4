// Where NTFS keeps resident content: inside the MFT entry.
#pragma once

#include <optional>
#include <vector>

#include "fs/extents.h"

namespace weft::fs {

// The MFT's own extents, by which any entry is found on the image.
class Mft {
 public:
  // `fs` is NTFS and open.
  Mft(TSK_FS_INFO* fs, const Ground& ground);

  // Where the resident attribute's content lies, if entry `inode` holds it itself, in one piece. The last two bytes of
  // every 512 are not content on the image but the fixup number of the update sequence.
  std::optional<ExtentRow> resident(ByteSource& image, uint64_t inode, uint32_t type, uint16_t id, uint64_t size) const;

 private:
  std::vector<ExtentRow> extents_;
  uint64_t entry_size_ = 0;
};

}  // namespace weft::fs
