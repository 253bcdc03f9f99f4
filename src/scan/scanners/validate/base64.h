// RFC 4648 base64 as it stands in armour and key lines: line breaks are skipped, the first other sign ends it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::scan {

struct Base64 {
  std::vector<uint8_t> bytes;
  size_t length = 0;  // of the text read, padding included
};

// At most `limit` bytes. breaks: whether CR and LF may stand inside.
Base64 from_base64(std::string_view text, size_t limit, bool breaks);
std::string to_base64(Bytes bytes);  // without padding
std::vector<uint8_t> from_hex(std::string_view hex);

}  // namespace weft::scan
