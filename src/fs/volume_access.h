// Opening what a VolumeRow names. Internal to src/fs.
#pragma once

#include <optional>
#include <string>

#include "fs/tsk.h"
#include "model/rows.h"

namespace weft::fs {

// A file system TSK has open, and the APFS container under it, if it lies in one.
struct Opened {
  TskPool pool;  // members go in reverse: file system, image of the pool, pool
  Handle<TSK_IMG_INFO, tsk_img_close> pool_image;
  TskFs fs;
  uint64_t start = 0;  // of block 0 on the image
};

// The word for a TSK type in VolumeRow::file_system, and back; empty and TSK_FS_TYPE_UNSUPP for what we do not name.
std::string file_system_name(TSK_FS_TYPE_ENUM type);
TSK_FS_TYPE_ENUM file_system_type(const std::string& name);

// By detection, then by trying one type after the other where TSK finds several. `several` tells that it did.
TskFs detect(TskImage& image, uint64_t offset, bool& several, std::string& why_not);

// The APFS container at offset, or empty with the reason.
TskPool open_pool(TskImage& image, uint64_t offset, std::string& why_not);

// Empty fs with the reason when it cannot be opened.
Opened open_volume(TskImage& image, const VolumeRow& volume, std::string& why_not);

// Label and serial of an open file system, into the row.
void identify(const Opened& opened, ByteSource& image, VolumeRow& volume);

}  // namespace weft::fs
