// One file or block device of the evidence, opened strictly read-only. Shared by the readers of this module.
// Owns its descriptor; one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "model/byte_source.h"

namespace weft::image {

class EvidenceFile {
 public:
  // Error when it cannot be opened, is empty, or is neither a regular file nor a block device.
  explicit EvidenceFile(std::string path);

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }
  bool is_device() const { return is_device_; }

  // Fills out from offset on; returns "" or why it could not, then out is not to be used. The range must lie inside.
  std::string try_read(uint64_t offset, MutableBytes out) const;
  // The bytes there are, at most count; Error when the device does not deliver them.
  std::vector<uint8_t> read(uint64_t offset, size_t count) const;

 private:
  std::string path_;
  Fd fd_;
  uint64_t size_ = 0;
  bool is_device_ = false;
  bool has_holes_ = false;
  // A stretch without holes, as the file system told last: to be told costs it a walk up to the next hole.
  mutable uint64_t data_begin_ = 0, data_end_ = 0;
};

// pread until out is full; "" or the reason.
std::string read_fully(int fd, uint64_t offset, MutableBytes out);

// Appends a fault, or lengthens the last one when it says the same and ends where this one starts.
void add_fault(std::vector<Fault>& faults, uint64_t offset, uint64_t size, const std::string& what);

// Reads a range through attempt(offset, out) -> "" or the reason. Where that fails the range is halved at multiples of
// smallest until only what really cannot be delivered is left; that is zero-filled and reported.
template <class Attempt>
void read_patiently(uint64_t offset, MutableBytes out, uint64_t smallest, std::vector<Fault>& faults,
                    const Attempt& attempt) {
  if (out.empty()) return;
  const std::string reason = attempt(offset, out);
  if (reason.empty()) return;
  uint64_t middle = (offset + out.size() / 2) / smallest * smallest;
  if (middle <= offset) middle += smallest;
  if (middle >= offset + out.size()) {
    std::fill(out.begin(), out.end(), uint8_t{0});
    add_fault(faults, offset, out.size(), reason);
    return;
  }
  const size_t first = middle - offset;
  read_patiently(offset, out.first(first), smallest, faults, attempt);
  read_patiently(middle, out.subspan(first), smallest, faults, attempt);
}

}  // namespace weft::image
