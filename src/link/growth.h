// How a cluster came together: its links in order of the time since when both exhibits are known to hold something of
// what they share.
#pragma once

#include <vector>

#include "link/rows.h"

namespace weft::link {

struct Step {
  uint64_t cluster = 0;
  DatedRow dated;                  // the earliest of its link
  std::vector<std::string> joins;  // exhibits that no earlier step of the cluster names
  uint64_t together = 0;           // exhibits that the steps so far hold together with these two
};

// One step for each link inside a cluster that has a date, by a kind that can make a link; in order of cluster and
// time. `dated` in any order.
std::vector<Step> growth(const std::vector<ClusterRow>& clusters, const std::vector<DatedRow>& dated);

}  // namespace weft::link
