#include "image/layout.h"

namespace weft::image {

LayoutSource::LayoutSource(const std::vector<LogicalEntry>& entries, uint64_t size) : size_(size) {
  for (size_t i = 0; i < entries.size(); i++) {
    if (entries[i].kind == "file" && entries[i].size > 0) pieces_.push_back({entries[i].offset, entries[i].size, i});
  }
}

size_t LayoutSource::read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) {
  if (offset >= size_) return 0;
  out = out.first(std::min<uint64_t>(out.size(), size_ - offset));
  const uint64_t end = offset + out.size();
  auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                [](uint64_t at, const Piece& p) { return at < p.offset; });
  if (piece != pieces_.begin()) --piece;
  uint64_t filled = offset;
  for (; piece != pieces_.end() && piece->offset < end; ++piece) {
    const uint64_t from = std::max(offset, piece->offset), to = std::min(end, piece->offset + piece->size);
    if (from >= to) continue;
    std::fill_n(out.begin() + ptrdiff_t(filled - offset), from - filled, uint8_t{0});
    read_patiently(from, out.subspan(from - offset, to - from), 4096, faults,
                   [&](uint64_t at, MutableBytes part) { return fetch(piece->entry, at - piece->offset, part); });
    filled = to;
  }
  std::fill(out.begin() + ptrdiff_t(filled - offset), out.end(), uint8_t{0});
  return out.size();
}

}  // namespace weft::image
