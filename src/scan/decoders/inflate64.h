// Deflate64, method 9 of zip files: deflate with a window of 64 KiB, as Windows writes it for large files.
#pragma once

#include "scan/decoders/unpacked.h"

namespace weft::scan {

// Unpacks until the stream ends, breaks, or room is full. There is no checksum in it.
Unpacked inflate64(Bytes bytes, size_t room);

}  // namespace weft::scan
