// All values of several indexes, each with who holds it: the merge behind backgrounds and behind what a pair shares.
#pragma once

#include <functional>
#include <span>

#include "link/index.h"

namespace weft::link {

struct Holder {
  size_t index = 0;  // position in the list of indexes
  const Index::Segment* segment = nullptr;
  const IndexEntry* entry = nullptr;

  std::string_view value() const { return Index::value(*segment, *entry); }
  std::string_view shown() const { return Index::shown(*segment, *entry); }
};

// Calls each with every different value once, ascending by hash, its holders ascending by position.
void each_value(std::span<const Index* const> indexes, const std::function<void(std::span<const Holder>)>& each);

}  // namespace weft::link
