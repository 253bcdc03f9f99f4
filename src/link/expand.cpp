#include "link/expand.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace weft::link {

void in_parallel(size_t count, unsigned threads, const std::function<void(size_t)>& step) {
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failed;
  auto work = [&] {
    try {
      for (size_t i = next++; i < count; i = next++) step(i);
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!failed) failed = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> pool;
    for (size_t i = 1; i < std::min<size_t>(threads, count); ++i) pool.emplace_back(work);
    work();
  }
  if (failed) std::rethrow_exception(failed);
}

Expansion::Expansion(const Case& input, const Room& room)
    : input_(input), limit_(hub_limit(input.exhibits.size())), room_(room), count_(input.exhibits.size()) {
  std::vector<uint32_t> held;
  for (const Selector& selector : input.selectors)
    if (holders(selector, held))
      for (size_t i = 0; i < held.size(); ++i) count_[held[i]] += held.size() - 1 - i;
}

// False for what is not expanded.
bool Expansion::holders(const Selector& selector, std::vector<uint32_t>& out) const {
  out.clear();
  for (const Posting& posting : input_.postings.items().subspan(selector.first_posting, selector.postings))
    if (posting.counts) out.push_back(posting.exhibit);
  return out.size() <= limit_;
}

void Expansion::each_pair(const Step& step) const {
  const uint64_t most = room_.memory / 4 / sizeof(Share);
  for (uint32_t first = 0, last; first < count_.size(); first = last) {
    uint64_t sum = count_[first];
    for (last = first + 1; last < count_.size() && sum + count_[last] <= most; ++last) sum += count_[last];
    if (sum > 0) each_of(first, last, step);
    input_.postings.give_back(), input_.places.give_back();
  }
}

void Expansion::each_of(uint32_t first, uint32_t last, const Step& step) const {
  std::vector<uint64_t> begin(last - first + 1);
  for (uint32_t a = first; a < last; ++a) begin[a - first + 1] = begin[a - first] + count_[a];
  std::vector<uint64_t> at(begin.begin(), begin.end() - 1);
  std::vector<Share> shares(begin.back());
  std::vector<uint32_t> held;
  for (uint32_t s = 0; s < input_.selectors.size(); ++s) {
    if (!holders(input_.selectors[s], held)) continue;
    for (size_t i = size_t(std::lower_bound(held.begin(), held.end(), first) - held.begin());
         i < held.size() && held[i] < last; ++i)
      for (size_t j = i + 1; j < held.size(); ++j) shares[at[held[i] - first]++] = {held[j], s};
  }
  in_parallel(last - first, room_.threads, [&](size_t i) {
    each_of_exhibit(first + uint32_t(i), std::span(shares).subspan(begin[i], begin[i + 1] - begin[i]), step);
  });
}

// Dealt out by b, which leaves the selectors of each in their order.
void Expansion::each_of_exhibit(uint32_t a, std::span<const Share> shares, const Step& step) const {
  if (shares.empty()) return;
  std::vector<uint64_t> at(count_.size() + 1);
  for (const Share& share : shares) ++at[share.b + 1];
  for (size_t b = 0; b < count_.size(); ++b) at[b + 1] += at[b];
  std::vector<uint32_t> selectors(shares.size());
  for (const Share& share : shares) selectors[at[share.b]++] = share.selector;
  uint64_t begin = 0;
  for (uint32_t b = a + 1; b < count_.size(); begin = at[b++])
    if (at[b] > begin) step(a, b, std::span(selectors).subspan(begin, at[b] - begin));
}

}  // namespace weft::link
