// What a link run writes, as rows.
#pragma once

#include <vector>

#include "link/gather.h"
#include "link/index.h"
#include "link/pairs.h"
#include "link/rows.h"
#include "link/statement.h"

namespace weft::link {

// Evidence rows kept of a link that is stated or among the first ranks, and of the leads behind them; --explain says of
// the rest that it is there.
inline constexpr size_t evidence_per_link = 200, evidence_per_lead = 25, ranks_in_full = 500;

struct Tables {
  std::vector<LinkRow> links;
  std::vector<EvidenceRow> evidence;
  std::vector<SetAsideRow> set_aside;
  std::vector<OwnerRow> owners;
  std::vector<ClusterRow> clusters;
};

// pairs in order of score, statements beside them. Takes the ledger out of gathered.
Tables make_tables(Gathered& gathered, const std::vector<Index>& indexes, const std::vector<Pair>& pairs,
                   const std::vector<Statement>& statements);

}  // namespace weft::link
