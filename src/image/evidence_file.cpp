#include "image/evidence_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/error.h"

namespace weft::image {

EvidenceFile::EvidenceFile(std::string path) : path_(std::move(path)) {
  // Not blocking: opening a fifo by mistake must not hang. The access time stays as it was where we may ask for that.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int fd = ::open(path_.c_str(), flags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = ::open(path_.c_str(), flags);
  if (fd < 0) throw Error("cannot open the evidence", path_, errno);
  fd_ = Fd(fd);
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw Error("cannot examine the evidence", path_, errno);
  is_device_ = S_ISBLK(status.st_mode);
  if (is_device_) {
    if (::ioctl(fd, BLKGETSIZE64, &size_) != 0) throw Error("cannot ask the device for its size", path_, errno);
  } else if (S_ISREG(status.st_mode)) {
    size_ = uint64_t(status.st_size);
    constexpr uint64_t block = 512;  // of st_blocks, whatever the file system
    has_holes_ = uint64_t(status.st_blocks) * block < size_;
  } else {
    throw Error("is neither a file, a folder nor a block device: it cannot be taken in as evidence", path_);
  }
  if (size_ == 0) throw Error(is_device_ ? "the device is empty (no medium?)" : "the file is empty (0 bytes)", path_);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::string EvidenceFile::try_read(uint64_t offset, MutableBytes out) const {
  while (has_holes_ && !out.empty()) {
    if (offset < data_begin_ || offset >= data_end_) {
      // Holes are zeros that nobody has to read. Where the file system cannot tell, all of it is data.
      const off_t data = ::lseek(fd_.get(), off_t(offset), SEEK_DATA);
      const uint64_t begin = data >= 0 ? uint64_t(data) : errno == ENXIO ? size_ : offset;
      const size_t hole = size_t(std::min<uint64_t>(begin - offset, out.size()));
      std::memset(out.data(), 0, hole);
      out = out.subspan(hole);
      offset += hole;
      if (out.empty()) return {};
      const off_t end = ::lseek(fd_.get(), off_t(offset), SEEK_HOLE);
      data_begin_ = offset, data_end_ = end > off_t(offset) ? uint64_t(end) : size_;
    }
    const size_t n = size_t(std::min<uint64_t>(data_end_ - offset, out.size()));
    if (std::string reason = read_fully(fd_.get(), offset, out.first(n)); !reason.empty()) return reason;
    out = out.subspan(n);
    offset += n;
  }
  return read_fully(fd_.get(), offset, out);
}

std::vector<uint8_t> EvidenceFile::read(uint64_t offset, size_t count) const {
  if (offset >= size_) return {};
  std::vector<uint8_t> out(std::min<uint64_t>(count, size_ - offset));
  const std::string reason = try_read(offset, out);
  if (!reason.empty()) throw Error("cannot read the evidence: " + reason, path_);
  return out;
}

std::string read_fully(int fd, uint64_t offset, MutableBytes out) {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd, out.data(), out.size(), off_t(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::strerror(errno);
    if (n == 0) return "the file ends before its stated size";
    out = out.subspan(size_t(n));
    offset += uint64_t(n);
  }
  return {};
}

void add_fault(std::vector<Fault>& faults, uint64_t offset, uint64_t size, const std::string& what) {
  if (!faults.empty()) {
    Fault& last = faults.back();
    if (last.offset + last.size == offset && last.what == what) {
      last.size += size;
      return;
    }
  }
  faults.push_back({offset, size, what});
}

}  // namespace weft::image
