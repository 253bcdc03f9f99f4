// Merging: sorted runs become one sequence of rows in their table's order, each once. Rows are read where they lie: the
// views handed out point into the unit files, and what is held is one row a run under way. A run is under way from
// where its first row's turn comes: runs of neighbouring pages seldom overlap, so few are at any time.
#pragma once

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "pack/cell_code.h"
#include "pack/order.h"
#include "pack/unit_file.h"

namespace weft::pack {

template <class Row>
class Merge {
 public:
  explicit Merge(const std::vector<SortedRows>& runs) {
    for (const SortedRows& run : runs) {
      Head head{{}, Cursor(run.bytes), run.rows};
      if (advance(head)) waiting_.push_back(std::move(head));
    }
    std::stable_sort(waiting_.begin(), waiting_.end(), later);  // the next one stands last
  }

  // The next row that differs from the one before; false at the end. The cells are valid as long as the unit files are.
  bool next(Cells<Row>& out) {
    while (take()) {
      if (any_ && current_.row == last_) continue;
      any_ = true;
      out = last_ = current_.row;
      return true;
    }
    return false;
  }

 private:
  struct Head {
    Cells<Row> row;
    Cursor in;
    uint64_t left = 0;
  };
  static bool later(const Head& a, const Head& b) { return comes_before<Row>(b.row, a.row); }

  static bool advance(Head& head) {
    if (head.left == 0) return false;
    --head.left;
    std::apply([&](auto&... cell) { (get_cell(head.in, cell), ...); }, head.row);
    check(head.in.ok(), "a run of a unit file holds the rows it says");  // its checksum was looked at
    return true;
  }

  // The smallest row to current_. The run it came from goes on at the next call: it is likely to be the next again.
  bool take() {
    if (current_.left > 0 && advance(current_)) {
      if (!(under_way_.empty() || !later(current_, under_way_.front())) ||
          !(waiting_.empty() || !later(current_, waiting_.back()))) {
        push(std::move(current_));
        pop();
      }
      return true;
    }
    if (under_way_.empty() && waiting_.empty()) return false;
    pop();
    return true;
  }
  void push(Head head) {
    under_way_.push_back(std::move(head));
    std::push_heap(under_way_.begin(), under_way_.end(), later);
  }
  void pop() {
    while (!waiting_.empty() && (under_way_.empty() || later(under_way_.front(), waiting_.back()))) {
      push(std::move(waiting_.back()));
      waiting_.pop_back();
    }
    std::pop_heap(under_way_.begin(), under_way_.end(), later);
    current_ = std::move(under_way_.back());
    under_way_.pop_back();
  }

  std::vector<Head> under_way_, waiting_;  // a heap; sorted, largest first
  Head current_{{}, Cursor({}), 0};
  Cells<Row> last_{};
  bool any_ = false;
};

}  // namespace weft::pack
