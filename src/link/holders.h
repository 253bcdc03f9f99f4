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

struct Holder {
  uint64_t hash = 0;
  const IndexEntry* entry = nullptr;
  uint32_t index = 0, segment = 0;  // positions: in the list of indexes; in its segments
};
using Holders = std::span<const Holder>;  // of one value, ascending by index

class Merge {
 public:
  // The indexes outlive it.
  explicit Merge(std::vector<const Index*> indexes);
  explicit Merge(const std::vector<Index>& indexes);

  const Index& index(const Holder& holder) const { return *indexes_[holder.index]; }
  std::string_view value(const Holder& holder) const { return Index::value(segment(holder), *holder.entry); }
  std::string_view shown(const Holder& holder) const { return Index::shown(segment(holder), *holder.entry); }
  std::span<const IndexPlace> places(const Holder& holder) const;
  // nullptr in unallocated space.
  const IndexFile* file(const Holder& holder, const IndexPlace& place) const;

  // The number of stretches depends on how many values there are.
  unsigned stretches() const { return stretches_; }
  // Every value of one stretch once, ascending by hash. Any thread.
  void each_of(unsigned stretch, const std::function<void(Holders)>& each) const;
  // All stretches on several threads, taken in order, with the number of the thread. What the indexes have in memory is
  // given back as it goes.
  void each_stretch(unsigned threads, const std::function<void(unsigned stretch, unsigned thread)>& step) const;
  // Every value, ascending by hash, on this thread.
  void each(const std::function<void(Holders)>& each) const;

 private:
  const Index::Segment& segment(const Holder& holder) const { return index(holder).segments()[holder.segment]; }
  void one_value(std::span<Holder> same_hash, const std::function<void(Holders)>& each) const;

  std::vector<const Index*> indexes_;
  unsigned stretches_ = 1;  // a power of two
};

}  // namespace weft::link
