// Each index is sorted, and its hashes are spread evenly over their range. So the entries of a stretch are dealt into
// buckets by the next bits of the hash, index after index, which leaves a few in each to be put in order: linear in
// their number, however many indexes there are. Indexes are read in one direction, into memory that is counted.
#include "link/holders.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <thread>
#include <tuple>

namespace weft::link {
namespace {

constexpr uint64_t memory_of_an_entry = 192;  // its copy, places, texts, and what points to it
constexpr uint64_t most_entries = 1024 * 1024, most_stretches = 16 * 1024;
constexpr uint64_t entries_of_a_bucket = 4;

// Some entries of an index, copied.
struct Part {
  Index::Portion portion;
  Index::Segment segment;
  uint32_t index = 0;
};

bool before(const Holder& x, const Holder& y) {
  return std::tie(x.hash, x.index, x.segment, x.entry) < std::tie(y.hash, y.index, y.segment, y.entry);
}

// Almost always all have one value; should two share a hash, each is handed on by itself.
void one_value(std::span<Holder> same_hash, const std::function<void(Holders)>& each) {
  if (same_hash.size() == 1) return each(same_hash);
  while (!same_hash.empty()) {
    const Holder first = same_hash[0];
    auto other = std::stable_partition(same_hash.begin(), same_hash.end(), [&](const Holder& holder) {
      return holder.entry->kind == first.entry->kind && holder.value() == first.value();
    });
    const auto count = size_t(other - same_hash.begin());
    each(same_hash.first(count));
    same_hash = same_hash.subspan(count);
  }
}

}  // namespace

std::span<const IndexPlace> Holder::places() const {
  size_t first = std::min<size_t>(entry->first_place, segment->places.size());
  return segment->places.subspan(first, std::min<size_t>(entry->places, segment->places.size() - first));
}

Merge::Merge(std::vector<const Index*> indexes, uint64_t memory) : indexes_(std::move(indexes)) {
  uint64_t entries = 0;
  for (const Index* index : indexes_) entries += index->size();
  const uint64_t at_once = std::clamp<uint64_t>(memory / memory_of_an_entry, 1, most_entries);
  stretches_ = unsigned(std::bit_ceil(std::min(entries / at_once + 1, most_stretches)));
}

static std::vector<const Index*> pointers(const std::vector<Index>& indexes) {
  std::vector<const Index*> out;
  for (const Index& index : indexes) out.push_back(&index);
  return out;
}
Merge::Merge(const std::vector<Index>& indexes, uint64_t memory) : Merge(pointers(indexes), memory) {}

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
    for (Index::Portion& portion : indexes_[i]->read(low, high)) {
      count += portion.entries.size();
      Part& part = parts.emplace_back();
      part.portion = std::move(portion), part.index = i;
    }
  for (Part& part : parts) part.segment = part.portion.segment();
  const uint64_t buckets = std::bit_ceil(count / entries_of_a_bucket + 1);
  const auto shift = unsigned(std::countr_zero(buckets));
  auto bucket_of = [&](uint64_t hash) { return shift ? hash << bits >> (64 - shift) : 0; };
  std::vector<uint32_t> at(buckets + 1);
  for (const Part& part : parts)
    for (const IndexEntry& entry : part.segment.entries) at[bucket_of(entry.hash) + 1] += entry.kind < kinds().size();
  for (size_t b = 0; b < buckets; ++b) at[b + 1] += at[b];
  std::vector<Holder> all(at[buckets]);
  for (const Part& part : parts)
    for (const IndexEntry& entry : part.segment.entries)
      if (entry.kind < kinds().size())
        all[at[bucket_of(entry.hash)]++] = {entry.hash, &entry, &part.segment, part.index};
  for (size_t b = 0, begin = 0; b < buckets; begin = at[b++])
    if (at[b] - begin > 1) std::sort(all.begin() + ptrdiff_t(begin), all.begin() + at[b], before);
  for (size_t begin = 0, end; begin < all.size(); begin = end) {
    for (end = begin + 1; end < all.size() && all[end].hash == all[begin].hash;) ++end;
    one_value(std::span(all).subspan(begin, end - begin), each);
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
    for (const Index* index : indexes_) index->give_back_pages();
  }
}

}  // namespace weft::link
