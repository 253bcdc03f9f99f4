// A stretch of another source, which must outlive it. One thread.
#pragma once

#include <algorithm>

#include "model/byte_source.h"

namespace weft::extract {

class RangeSource final : public ByteSource {
 public:
  RangeSource(ByteSource& whole, uint64_t offset, uint64_t size) : whole_(whole), offset_(offset), size_(size) {}
  uint64_t size() const override { return size_; }
  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override {
    if (offset >= size_) return 0;
    size_t before = faults.size();
    size_t got = whole_.read(offset_ + offset, out.first(std::min<uint64_t>(out.size(), size_ - offset)), faults);
    for (size_t i = before; i < faults.size(); ++i) faults[i].offset -= std::min(faults[i].offset, offset_);
    return got;
  }

 private:
  ByteSource& whole_;
  uint64_t offset_, size_;
};

}  // namespace weft::extract
