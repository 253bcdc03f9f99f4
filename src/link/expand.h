// What each pair of exhibits shares, from posting lists: in batches of exhibits that fit into the memory, shared out
// over threads. Always the same pairs in the same order, whatever the memory and the threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "link/pairs.h"

namespace weft::link {

class Expansion {
 public:
  // Hubs are not expanded, but for those of their holders where they stand out. The case outlives it.
  Expansion(const Case& input, const Room& room);

  // Each pair that shares something that counts, a < b, with its selectors ascending. All pairs of one a on one thread,
  // ascending by b.
  using Step = std::function<void(uint32_t a, uint32_t b, std::span<const uint32_t> selectors)>;
  void each_pair(const Step& step) const;

 private:
  struct Share {
    uint32_t b = 0, selector = 0;
  };
  bool holders(const Selector& selector, std::vector<uint32_t>& out) const;
  void each_of(uint32_t first, uint32_t last, const Step& step) const;
  void each_of_exhibit(uint32_t a, std::span<const Share> shares, const Step& step) const;

  const Case& input_;
  const uint64_t limit_;
  const Room room_;
  std::vector<uint64_t> count_;  // by exhibit: what it shares with those behind it
};

// step for 0, 1, … count - 1, each once, on several threads.
void in_parallel(size_t count, unsigned threads, const std::function<void(size_t)>& step);

}  // namespace weft::link
