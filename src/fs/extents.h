// Where the content of one TSK attribute lies on the image.
#pragma once

#include <vector>

#include "fs/tsk.h"
#include "model/rows.h"

namespace weft::fs {

// Where a file system's blocks lie on the image, and how far the image goes.
struct Ground {
  uint64_t start = 0;  // of block 0
  uint64_t block_size = 512;
  uint64_t gap_before = 0, gap_after = 0;  // bytes around each block that are not content (raw CD sectors)
  uint64_t image_size = 0;

  uint64_t at(uint64_t block) const { return start + block * (block_size + gap_before + gap_after) + gap_before; }
};

// Extents in order of file_offset; adjacent ones merged; file_id and exhibit left empty. Runs that point beyond the
// image are cut there: their bytes do not exist. Resident content has none here (fs/ntfs.h and fs/ext.h know where NTFS
// and ext4 keep it).
std::vector<ExtentRow> extents_of(const TSK_FS_FILE& file, const TSK_FS_ATTR& attribute, const Ground& ground);

}  // namespace weft::fs
