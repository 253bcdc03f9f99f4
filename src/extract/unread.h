// Containers that lie as files in an exhibit and are not unpacked there: their bytes are scanned as they lie, but what
// they pack, encipher or scatter is not seen. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace weft::extract {

// What the file is and what to do about it, for a problem; empty when it is none of them. By its first bytes (32 KiB of
// them are enough), of Apple's disk images by its last 512, of a brotli stream, which has no mark, by its name.
std::string unread_container(std::string_view path, std::string_view type, Bytes first, Bytes last);

// Whether unread_container() needs the last 512 bytes of a file of that name.
bool is_told_by_its_end(std::string_view path);

}  // namespace weft::extract
