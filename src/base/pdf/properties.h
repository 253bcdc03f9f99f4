// What a whole PDF says of itself. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/pdf/syntax.h"

namespace weft {

struct PdfProperties {
  // The document information dictionary (ISO 32000-1 §14.3.3): "Title", "Author", "Producer" …; values in UTF-8.
  struct Entry {
    std::string key, value;
    uint64_t at = 0;  // in the bytes; 0 where it has no place there
  };
  std::vector<Entry> information;
  std::string id;        // that stays when the document is saved again (§14.4), lower-case hex; "" for none
  std::string metadata;  // XMP (§14.3.2), at most 1 MiB
  uint64_t metadata_at = 0;
  std::vector<PdfStretch> pictures;  // JPEGs that lie in the bytes as they were put in
};

}  // namespace weft
