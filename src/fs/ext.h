// Where ext4 keeps content inside the inode ("inline_data").
#pragma once

#include <cstdint>
#include <vector>

#include "fs/extents.h"
#include "model/byte_source.h"

namespace weft::fs {

// Where the inodes of a volume lie. One thread.
class InodeTables {
 public:
  // start: of the volume, in the image. Of a volume that is no ext4 with inline data there are none.
  InodeTables(ByteSource& image, uint64_t start);

  // The content of a file of that size which its inode holds itself, as rows of kind "resident"; none when it does not.
  std::vector<ExtentRow> inline_data(uint64_t inode, uint64_t size) const;

 private:
  std::vector<uint8_t> read(uint64_t offset, size_t size) const;

  ByteSource& image_;
  uint64_t start_;
  uint64_t block_size_ = 0, descriptors_ = 0;   // bytes; where the group descriptors begin
  uint32_t inodes_ = 0, inodes_per_group_ = 0;  // 0: none
  uint16_t inode_size_ = 0, descriptor_size_ = 0;
};

}  // namespace weft::fs
