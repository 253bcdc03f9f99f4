// Which exhibits hang together: communities in the graph of stated links.
#pragma once

#include <vector>

#include "link/rows.h"

namespace weft::link {

// From links that are supported; in order of cluster and exhibit. Deterministic.
std::vector<ClusterRow> clusters(const std::vector<LinkRow>& links);

}  // namespace weft::link
