// All values of several indexes, each with who holds it: the merge behind links, behind backgrounds and behind what a
// pair shares. Values come by stretches of the hash's range, so that several threads can share the work and no more
// than a stretch is in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "link/index.h"

namespace weft::link {

// Valid while it is handed on.
struct Holder {
  uint64_t hash = 0;
  const IndexEntry* entry = nullptr;
  const Index::Segment* segment = nullptr;
  uint32_t index = 0;  // position in the list of indexes

  std::string_view value() const { return Index::value(*segment, *entry); }
  std::string_view shown() const { return Index::shown(*segment, *entry); }
  std::span<const IndexPlace> places() const;
};
using Holders = std::span<const Holder>;  // of one value, ascending by index

class Merge {
 public:
  // The indexes outlive it.
  // memory: what one stretch may take.
  explicit Merge(std::vector<const Index*> indexes, uint64_t memory = 64 * MiB);
  explicit Merge(const std::vector<Index>& indexes, uint64_t memory = 64 * MiB);

  const Index& index(const Holder& holder) const { return *indexes_[holder.index]; }
  // nullptr in unallocated space.
  const IndexFile* file(const Holder& holder, const IndexPlace& place) const;

  unsigned stretches() const { return stretches_; }
  // Every value of one stretch once, ascending by hash. Any thread.
  void each_of(unsigned stretch, const std::function<void(Holders)>& each) const;
  // All stretches on several threads, taken in order, with the number of the thread. Memory of what was looked up
  // beside is given back as it goes.
  void each_stretch(unsigned threads, const std::function<void(unsigned stretch, unsigned thread)>& step) const;
  // Every value, ascending by hash, on this thread.
  void each(const std::function<void(Holders)>& each) const;

 private:
  std::vector<const Index*> indexes_;
  unsigned stretches_ = 1;  // a power of two
};

}  // namespace weft::link
