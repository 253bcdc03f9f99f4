// What a link run writes, as rows.
#pragma once

#include <vector>

#include "link/gather.h"
#include "link/index.h"
#include "link/pairs.h"
#include "link/rows.h"
#include "link/statement.h"

namespace weft::link {

inline constexpr size_t evidence_per_link = 200;

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
