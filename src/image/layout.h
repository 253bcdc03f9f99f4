// The layout of a logical exhibit: contents one after the other, each at a multiple of 4096, at least one zero between.
#pragma once

#include <string>
#include <vector>

#include "image/evidence_file.h"
#include "image/image.h"

namespace weft::image {

// Sorts entries by path (bytes, unsigned; equal ones stay in their order), gives files their offsets, and returns the
// size of the whole. sources holds what belongs to each entry and is sorted along.
template <class Source>
uint64_t lay_out(std::vector<LogicalEntry>& entries, std::vector<Source>& sources) {
  std::vector<size_t> order(entries.size());
  for (size_t i = 0; i < order.size(); i++) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return entries[a].path < entries[b].path; });
  std::vector<LogicalEntry> sorted_entries;
  std::vector<Source> sorted_sources;
  sorted_entries.reserve(entries.size());
  sorted_sources.reserve(sources.size());
  uint64_t end = 0;
  for (size_t i : order) {
    LogicalEntry& entry = entries[i];
    if (entry.kind == "file") {
      entry.offset = end;
      if (entry.size > 0) end = (entry.offset + entry.size) / 4096 * 4096 + 4096;
    }
    sorted_entries.push_back(std::move(entry));
    sorted_sources.push_back(std::move(sources[i]));
  }
  entries = std::move(sorted_entries);
  sources = std::move(sorted_sources);
  return end;
}

// Reads a layout: finds the content under an offset and asks fetch() for it; zeros lie between.
class LayoutSource : public ByteSource {
 public:
  uint64_t size() const override { return size_; }
  size_t read(uint64_t offset, MutableBytes out, std::vector<Fault>& faults) override;

 protected:
  LayoutSource(const std::vector<LogicalEntry>& entries, uint64_t size);
  // Fills out with the content of the entry of this index, from its byte `at` on; "" or why it could not.
  virtual std::string fetch(size_t entry, uint64_t at, MutableBytes out) = 0;

 private:
  struct Piece {
    uint64_t offset, size;
    size_t entry;
  };
  std::vector<Piece> pieces_;
  uint64_t size_;
};

}  // namespace weft::image
