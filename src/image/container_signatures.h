// Containers that are known by their first bytes: one list for what is taken in as an exhibit, and for what lies as a
// file inside of one. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::image {

struct ContainerSignature {
  enum Sort {
    disk,     // the bytes of a disk or of a file system, packed or scattered: a scan of its own bytes does not see them
    archive,  // files, which a scan unpacks or lists where it lies inside an exhibit
    stream,   // one compressed stream, which a scan unpacks; often a tar
  };
  std::string_view magic;
  std::string_view name;    // what it is, with its article
  std::string_view format;  // Recognised::format where it is read as an exhibit
  std::string_view advice;  // what to do where it is not
  Sort sort = disk;
  size_t offset = 0;  // of the magic
};

// The one that bytes begin with, or null; a KiB of them is enough.
const ContainerSignature* container_signature(std::string_view begin);

// "convert it …, and take in the result": what to do with an Apple disk image, which signs its end alone.
extern const std::string_view advice_for_apple;

}  // namespace weft::image
