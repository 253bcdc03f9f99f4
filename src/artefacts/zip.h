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
  std::string_view name;  // where it lies: many may share one, of 64 KiB
  uint64_t header = 0;    // offset of its local header
  uint64_t data = 0;      // and of its data
  bool deflated = false;

  // The address of a byte of the member's content.
  At at(uint64_t offset) const;
};

// What the central directory lists; of an archive that has lost it, what local headers are found; `most` at the most.
// Encrypted members and those packed with anything but deflate are left out.
std::vector<ZipMember> zip_members(Bytes zip, size_t most);
// What a deflate stream unpacks to, or as much of it as `most` and damage leave; zlib: with zlib's head around it. Adds
// to *read how many bytes of the stream were read: one may be long and unpack to nothing.
std::string inflated(Bytes stream, bool zlib, size_t most, uint64_t* read = nullptr);
// Its content, or as much of it as `most` and damage leave.
std::string zip_content(Bytes zip, const ZipMember& member, size_t most, uint64_t* read = nullptr);

}  // namespace weft::artefacts
