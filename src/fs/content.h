// The content of one file as a ByteSource.
#pragma once

#include <memory>

#include "fs/tsk.h"
#include "model/rows.h"

namespace weft::fs {

// What `icat inode[-type-id]` gives. Throws Error when the metadata or the attribute is not there. `image` and `fs`
// outlive it; one thread at a time for all that is open on `image`.
std::unique_ptr<ByteSource> open_content(TskImage& image, TSK_FS_INFO* fs, const FileRow& file);

}  // namespace weft::fs
