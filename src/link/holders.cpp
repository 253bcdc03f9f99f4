// A merge of sorted lists: a heap of one cursor per index, as in the last step of an external sort.
#include "link/holders.h"

#include <algorithm>
#include <queue>
#include <tuple>
#include <vector>

namespace weft::link {
namespace {

// Walks the entries of one index. An empty segment has nothing to offer and is passed over.
struct Position {
  uint64_t hash = 0;
  size_t index = 0, segment = 0, entry = 0;

  bool settle(const Index& in) {
    while (segment < in.segments().size() && entry >= in.segments()[segment].entries.size()) ++segment, entry = 0;
    if (segment >= in.segments().size()) return false;
    hash = in.segments()[segment].entries[entry].hash;
    return true;
  }
  bool operator>(const Position& other) const { return std::tie(hash, index) > std::tie(other.hash, other.index); }
};

// Almost always all have one value; should two share a hash, each is handed on by itself.
void hand_on(std::vector<Holder>& same_hash, const std::function<void(std::span<const Holder>)>& each) {
  for (auto rest = same_hash.begin(); rest != same_hash.end();) {
    Holder first = *rest;
    auto other = std::stable_partition(rest, same_hash.end(), [&](const Holder& holder) {
      return holder.entry->kind == first.entry->kind && holder.value() == first.value();
    });
    each(std::span<const Holder>(rest, other));
    rest = other;
  }
}

}  // namespace

void each_value(std::span<const Index* const> indexes, const std::function<void(std::span<const Holder>)>& each) {
  std::priority_queue<Position, std::vector<Position>, std::greater<>> heap;
  for (size_t i = 0; i < indexes.size(); ++i)
    if (Position at{0, i, 0, 0}; at.settle(*indexes[i])) heap.push(at);
  std::vector<Holder> same_hash;
  uint64_t hash = 0;
  while (!heap.empty()) {
    Position at = heap.top();
    heap.pop();
    if (!same_hash.empty() && at.hash != hash) {
      hand_on(same_hash, each);
      same_hash.clear();
    }
    hash = at.hash;
    const Index::Segment& segment = indexes[at.index]->segments()[at.segment];
    const IndexEntry& entry = segment.entries[at.entry++];
    if (entry.kind < kinds().size()) same_hash.push_back({at.index, &segment, &entry});
    if (at.settle(*indexes[at.index])) heap.push(at);
  }
  if (!same_hash.empty()) hand_on(same_hash, each);
}

}  // namespace weft::link
