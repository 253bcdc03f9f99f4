// What a link run writes, as rows.
#pragma once

#include <vector>

#include "link/gather.h"
#include "link/index.h"
#include "link/pairs.h"
#include "link/rows.h"
#include "link/statement.h"

namespace weft::link {

struct Tables {
  std::vector<LinkRow> links;
  std::vector<OwnerRow> owners;
  std::vector<ClusterRow> clusters;
};

// pairs in order of score, statements beside them.
Tables make_tables(const Gathered& gathered, const std::vector<Index>& indexes, const std::vector<Pair>& pairs,
                   const std::vector<Statement>& statements);

// The evidence table and the ledger have more rows than memory should hold: they come some at a time, in the table's
// order. What they are made from outlives them.
class EvidenceRows {
 public:
  EvidenceRows(const Gathered& gathered, const std::vector<Index>& indexes, const std::vector<Pair>& pairs,
               const std::vector<Statement>& statements, const Room& room)
      : gathered_(gathered), indexes_(indexes), pairs_(pairs), statements_(statements), room_(room) {}
  // None at the end.
  std::vector<EvidenceRow> next();

 private:
  size_t most(size_t pair) const;
  struct Wanted {  // an address of a row
    uint32_t exhibit = 0;
    bool on_b = false;
    uint64_t hash = 0;
    EvidenceRow* row = nullptr;
  };
  std::vector<EvidenceRow> rows_of(size_t pair) const;  // without addresses
  void find_addresses(std::vector<Wanted>& wanted) const;

  const Gathered& gathered_;
  const std::vector<Index>& indexes_;
  const std::vector<Pair>& pairs_;
  const std::vector<Statement>& statements_;
  const Room room_;
  size_t next_ = 0;
};

class SetAsideRows {
 public:
  // Puts the ledger that gathering left in order.
  SetAsideRows(Gathered& gathered, const std::vector<uint8_t>& used);  // by selector: in a bundle of some link
  std::vector<SetAsideRow> next();                                     // those of one value or some; none at the end

 private:
  bool is_unused(size_t selector) const;
  SetAsideRow unused_row(const Selector& selector) const;

  const Case& input_;
  std::vector<SetAsideRow>& ledger_;
  const std::vector<uint8_t>& used_;
  size_t next_ledger_ = 0, next_selector_ = 0;
};

}  // namespace weft::link
