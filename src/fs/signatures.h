// What lies on a volume that The Sleuth Kit cannot read: recognised by magic alone, so that it is named, not missed.
#pragma once

#include <optional>
#include <string>

#include "model/byte_source.h"

namespace weft::fs {

struct Recognised {
  std::string name;  // "xfs", "luks2", …: VolumeRow::file_system
  std::string what;  // in words, for the problem row
  std::string label, serial;
  bool readable_by_tsk = false;  // there is a file system TSK reads as well (BitLocker To Go's FAT front)
};

// Looks at the bytes from offset on; size is the volume's. Reads less than 100 KiB.
std::optional<Recognised> recognise(ByteSource& image, uint64_t offset, uint64_t size);

}  // namespace weft::fs
