// Members of a zip archive in memory, for documents that are one: docx, xlsx, pptx, odt and their kin. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/parser.h"
#include "base/bytes.h"

namespace weft::artefacts {

struct ZipMember {
  std::string name;
  uint64_t header = 0;  // offset of its local header
  uint64_t data = 0;    // and of its data
  bool deflated = false;

  // The address of a byte of the member's content.
  At at(uint64_t offset) const;
};

// What the central directory lists; of an archive that has lost it, what local headers are found. Encrypted members and
// those packed with anything but deflate are left out.
std::vector<ZipMember> zip_members(Bytes zip);
// What a deflate stream unpacks to, or as much of it as `most` and damage leave; zlib: with zlib's head around it.
std::string inflated(Bytes stream, bool zlib, size_t most);
// Its content, or as much of it as `most` and damage leave.
std::string zip_content(Bytes zip, const ZipMember& member, size_t most);

}  // namespace weft::artefacts
