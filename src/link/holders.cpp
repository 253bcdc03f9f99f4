// Each index is sorted, and its hashes are spread evenly over their range. So the entries of a stretch are dealt into
// buckets by the next bits of the hash, index after index, which leaves a few in each to be put in order: linear in
// their number, however many indexes there are, and read in one direction.
#include "link/holders.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <thread>
#include <tuple>

namespace weft::link {
namespace {

constexpr uint64_t entries_of_a_stretch = 128 * 1024, most_stretches = 16 * 1024;
constexpr uint64_t entries_of_a_bucket = 4;
constexpr unsigned stretches_between_returns = 16;

// Entries of one stretch in a segment.
struct Part {
  std::span<const IndexEntry> entries;
  uint32_t index = 0, segment = 0;
};

bool before(const Holder& x, const Holder& y) {
  return std::tie(x.hash, x.index, x.segment, x.entry) < std::tie(y.hash, y.index, y.segment, y.entry);
}

}  // namespace

Merge::Merge(std::vector<const Index*> indexes) : indexes_(std::move(indexes)) {
  uint64_t entries = 0;
  for (const Index* index : indexes_) entries += index->size();
  stretches_ = unsigned(std::bit_ceil(std::min(entries / entries_of_a_stretch + 1, most_stretches)));
}

static std::vector<const Index*> pointers(const std::vector<Index>& indexes) {
  std::vector<const Index*> out;
  for (const Index& index : indexes) out.push_back(&index);
  return out;
}
Merge::Merge(const std::vector<Index>& indexes) : Merge(pointers(indexes)) {}

std::span<const IndexPlace> Merge::places(const Holder& holder) const {
  auto all = segment(holder).places;
  size_t first = std::min<size_t>(holder.entry->first_place, all.size());
  return all.subspan(first, std::min<size_t>(holder.entry->places, all.size() - first));
}

const IndexFile* Merge::file(const Holder& holder, const IndexPlace& place) const {
  auto files = index(holder).files();
  return place.file < files.size() ? &files[place.file] : nullptr;
}

void Merge::each_of(unsigned stretch, const std::function<void(Holders)>& each) const {
  const auto bits = unsigned(std::countr_zero(stretches_));
  const uint64_t low = bits ? uint64_t(stretch) << (64 - bits) : 0, high = low | (UINT64_MAX >> bits);
  std::vector<Part> parts;
  size_t count = 0;
  for (uint32_t i = 0; i < indexes_.size(); ++i)
    for (uint32_t s = 0; s < indexes_[i]->segments().size(); ++s) {
      std::span<const IndexEntry> entries = indexes_[i]->segments()[s].entries;
      size_t begin = Index::first_from(entries, low);
      size_t end = high == UINT64_MAX ? entries.size() : Index::first_from(entries, high + 1);
      if (begin < end) parts.push_back({entries.subspan(begin, end - begin), i, s}), count += end - begin;
    }
  const uint64_t buckets = std::bit_ceil(count / entries_of_a_bucket + 1);
  const auto shift = unsigned(std::countr_zero(buckets));
  auto bucket_of = [&](uint64_t hash) { return shift ? hash << bits >> (64 - shift) : 0; };
  std::vector<uint32_t> at(buckets + 1);
  for (const Part& part : parts)
    for (const IndexEntry& entry : part.entries) at[bucket_of(entry.hash) + 1] += entry.kind < kinds().size();
  for (size_t b = 0; b < buckets; ++b) at[b + 1] += at[b];
  std::vector<Holder> all(at[buckets]);
  for (const Part& part : parts)
    for (const IndexEntry& entry : part.entries)
      if (entry.kind < kinds().size())
        all[at[bucket_of(entry.hash)]++] = {entry.hash, &entry, part.index, part.segment};
  for (size_t b = 0, begin = 0; b < buckets; begin = at[b++])
    if (at[b] - begin > 1) std::sort(all.begin() + ptrdiff_t(begin), all.begin() + at[b], before);
  for (size_t begin = 0, end; begin < all.size(); begin = end) {
    for (end = begin + 1; end < all.size() && all[end].hash == all[begin].hash;) ++end;
    one_value(std::span(all).subspan(begin, end - begin), each);
  }
}

// Almost always all have one value; should two share a hash, each is handed on by itself.
void Merge::one_value(std::span<Holder> same_hash, const std::function<void(Holders)>& each) const {
  if (same_hash.size() == 1) return each(same_hash);
  while (!same_hash.empty()) {
    const Holder first = same_hash[0];
    auto other = std::stable_partition(same_hash.begin(), same_hash.end(), [&](const Holder& holder) {
      return holder.entry->kind == first.entry->kind && value(holder) == value(first);
    });
    const auto count = size_t(other - same_hash.begin());
    each(same_hash.first(count));
    same_hash = same_hash.subspan(count);
  }
}

void Merge::each_stretch(unsigned threads, const std::function<void(unsigned, unsigned)>& step) const {
  std::atomic<unsigned> next = 0;
  std::mutex mutex;
  std::exception_ptr failed;
  auto work = [&](unsigned thread) {
    try {
      for (unsigned i = next++; i < stretches_; i = next++) {
        step(i, thread);
        if (i % stretches_between_returns == stretches_between_returns - 1)
          for (const Index* index : indexes_) index->give_back_pages();
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!failed) failed = std::current_exception();
      next = stretches_;
    }
  };
  {
    std::vector<std::jthread> pool;
    for (unsigned i = 0; i < threads; ++i) pool.emplace_back(work, i);
  }
  if (failed) std::rethrow_exception(failed);
}

void Merge::each(const std::function<void(Holders)>& each) const {
  for (unsigned i = 0; i < stretches_; ++i) {
    each_of(i, each);
    if (i % stretches_between_returns == stretches_between_returns - 1)
      for (const Index* index : indexes_) index->give_back_pages();
  }
}

}  // namespace weft::link
