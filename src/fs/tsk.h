// The Sleuth Kit behind handles and exceptions-as-values. Internal to src/fs: no other module sees a TSK header.
// One thread at a time per TskImage and all that is opened on it; TSK keeps its error state per thread.
#pragma once

#include <memory>
#include <string>
#include <tsk/libtsk.h>
#include <vector>

#include "base/file.h"
#include "model/byte_source.h"

namespace weft::fs {

using TskFs = Handle<TSK_FS_INFO, tsk_fs_close>;
using TskDir = Handle<TSK_FS_DIR, tsk_fs_dir_close>;
using TskFile = Handle<TSK_FS_FILE, tsk_fs_file_close>;
using TskVs = Handle<TSK_VS_INFO, tsk_vs_close>;
using TskPool = Handle<const TSK_POOL_INFO, tsk_pool_close>;

// A ByteSource as TSK's image. TSK caches what it reads (32 × 64 KiB). What the source could not deliver is kept in
// faults, by offset on the image, until somebody takes it. Neither copied nor moved: TSK holds its address.
struct TskImage : TSK_IMG_INFO {
  explicit TskImage(ByteSource& bytes);
  ~TskImage();
  TskImage(const TskImage&) = delete;
  TskImage& operator=(const TskImage&) = delete;

  ByteSource& source;
  std::vector<Fault> faults;
};

// What TSK last complained about in this thread, as one printable line, and forgets it. Never empty.
std::string take_tsk_error();

// TSK turns FAT and ISO 9660 times into UTC by the process's time zone. They carry none, so they are read as if they
// were UTC: the same image gives the same rows on every machine. Sets TZ for the whole process, once.
void use_utc();

}  // namespace weft::fs
