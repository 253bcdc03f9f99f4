// Stretches of a text, joined where they meet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>

namespace weft::scan {

class Stretches {
 public:
  void add(size_t begin, size_t end) {
    if (begin >= end) return;
    auto at = ends_.upper_bound(begin);
    if (at != ends_.begin() && std::prev(at)->second >= begin) --at, begin = at->first;
    for (; at != ends_.end() && at->first <= end; at = ends_.erase(at)) end = std::max(end, at->second);
    ends_[begin] = end;
  }
  bool holds(size_t position) const {
    const auto behind = ends_.upper_bound(position);
    return behind != ends_.begin() && std::prev(behind)->second > position;
  }
  bool empty() const { return ends_.empty(); }
  void clear() { ends_.clear(); }

 private:
  std::map<size_t, size_t> ends_;  // by begin
};

}  // namespace weft::scan
