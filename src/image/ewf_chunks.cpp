#include "image/ewf_chunks.h"

#include <algorithm>
#include <zlib.h>

#include "base/cursor.h"

namespace weft::image {

constexpr size_t checksum_size = 4;

size_t UntabledChunks::read(uint64_t offset, MutableBytes out) {
  const uint64_t number = offset / where_.chunk;
  if (number < where_.first || offset >= where_.media) return 0;
  const uint64_t index = number - where_.first;
  for (; number_ != number; number_ = where_.first + std::min<uint64_t>(index, begins_.size() - 2)) {
    const bool is_new = index + 1 >= begins_.size();
    if (is_new && ended_) return 0;
    const uint64_t at = is_new ? begins_.size() - 1 : index;
    number_.reset();
    const uint64_t size = std::min(where_.chunk, where_.media - (where_.first + at) * where_.chunk);
    const uint64_t packed = unpack(begins_[at], size_t(size));
    if (packed == 0) {
      ended_ = ended_ || is_new;
      return 0;
    }
    if (is_new) begins_.push_back(begins_[at] + packed);
  }
  const size_t from = size_t(offset % where_.chunk);
  if (from >= chunk_.size()) return 0;
  const size_t size = std::min(out.size(), chunk_.size() - from);
  std::copy_n(chunk_.begin() + ptrdiff_t(from), size, out.begin());
  return size;
}

uint64_t UntabledChunks::unpack(uint64_t begin, size_t size) {
  // Packers store a chunk that packing makes longer.
  const std::vector<uint8_t> bytes =
      file_.read(begin, size_t(std::min<uint64_t>(where_.end - begin, compressBound(uLong(size)) + checksum_size)));
  chunk_.resize(size);
  uLongf unpacked = uLongf(size);
  uLong packed = uLong(bytes.size());
  if (::uncompress2(chunk_.data(), &unpacked, bytes.data(), &packed) == Z_OK && unpacked == size) return packed;
  if (bytes.size() < size + checksum_size) return 0;
  Cursor checksum(Bytes(bytes).subspan(size));
  if (checksum.u32le() != ::adler32(1, bytes.data(), uInt(size))) return 0;
  std::copy_n(bytes.begin(), size, chunk_.begin());
  return size + checksum_size;
}

}  // namespace weft::image
