// What The Sleuth Kit does not check of partition tables: the checksums of a GPT, and where the chain of an MBR's
// logical partitions ends. Any thread. Bytes that cannot be read count as damaged.
#pragma once

#include <string>
#include <vector>

#include "model/byte_source.h"

namespace weft::fs {

// One of the two copies of a GPT.
struct GptCopy {
  bool header = false;     // is there, in its own place, with the right checksum
  bool entries = false;    // its header is right, and the checksum of the entries, too
  uint64_t alternate = 0;  // sector of the other copy, by a right header
};
GptCopy check_gpt(ByteSource& image, uint64_t sector, uint32_t sector_size);

// An image as if it ended with its backup GPT and had no first one.
class BackupGptOnly final : public ByteSource {
 public:
  BackupGptOnly(ByteSource& image, uint64_t backup_sector, uint32_t sector_size)
      : image_(image), size_((backup_sector + 1) * sector_size), sector_size_(sector_size) {}
  uint64_t size() const override { return size_; }
  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override;

 private:
  ByteSource& image_;
  uint64_t size_, sector_size_;
};

struct TableFault {
  uint64_t offset;  // of the table, on the image
  std::string what;
};
// Where the chain of an MBR's logical partitions is damaged, runs in a circle, or leads beyond the end of the image.
std::vector<TableFault> check_logical_partitions(ByteSource& image, uint32_t sector_size);

}  // namespace weft::fs
