// Rows from pairs, with an address on both sides for each piece of evidence.
#include "link/tables.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "link/cluster.h"
#include "link/explain.h"

namespace weft::link {
namespace {

// Scores are rounded so that they read well and do not hang on the last bit of a floating-point library.
double rounded(double value) {
  return std::round(value * 10000) / 10000;
}

std::string joined(const std::set<std::string_view>& words) {
  std::string out;
  for (std::string_view word : words) (out += out.empty() ? "" : ",") += word;
  return out;
}

class Writer {
 public:
  Writer(Gathered& gathered, const std::vector<Index>& indexes)
      : gathered_(gathered), input_(gathered.input), indexes_(indexes), used_(input_.selectors.size()) {}

  Tables run(const std::vector<Pair>& pairs, const std::vector<Statement>& statements) {
    for (size_t i = 0; i < pairs.size(); ++i) {
      add_link(pairs[i], statements[i], i + 1);
      bool in_full = statements[i].statement == "supported" || i < ranks_in_full;
      add_evidence(pairs[i], in_full ? evidence_per_link : evidence_per_lead);
    }
    set_aside_unused();
    add_owners();
    out_.clusters = clusters(out_.links);
    return std::move(out_);
  }

 private:
  void add_link(const Pair& pair, const Statement& statement, uint64_t rank) {
    LinkRow row;
    row.exhibit_a = input_.exhibits[pair.a], row.exhibit_b = input_.exhibits[pair.b];
    row.rank = rank;
    row.score = rounded(pair.score.mid);
    if (statement.log10_lr) {
      row.log10_lr = rounded(statement.log10_lr->mid);
      row.low = rounded(statement.log10_lr->low), row.high = rounded(statement.log10_lr->high);
    }
    row.statement = statement.statement, row.verbal = statement.verbal, row.alternative = statement.alternative;
    if (statement.false_discovery) row.false_discovery = rounded(*statement.false_discovery);
    row.bundles = pair.bundles.size();
    std::set<std::string_view> names;
    for (const Bundle& bundle : pair.bundles) {
      names.insert(bundle.kind->name);
      for (uint32_t member : bundle.members) {
        names.insert(input_.selectors[member].kind->name);
        used_[member] = true;
        ++row.selectors;
      }
    }
    row.kinds = joined(names);
    if (!pair.bundles.empty()) {
      const Selector& strongest = input_.selectors[pair.bundles.front().members.front()];
      row.strongest = std::string(strongest.kind->name) + " " + strongest.value;
    }
    row.innocent = innocent_explanation(input_, pair, indexes_[pair.a].image() == indexes_[pair.b].image());
    out_.links.push_back(std::move(row));
  }

  void add_evidence(const Pair& pair, size_t most) {
    size_t written = 0;
    for (size_t i = 0; i < pair.bundles.size(); ++i) {
      const Bundle& bundle = pair.bundles[i];
      for (size_t m = 0; m < bundle.members.size() && written < most; ++m, ++written) {
        uint32_t member = bundle.members[m];
        const Selector& selector = input_.selectors[member];
        EvidenceRow row;
        row.exhibit_a = input_.exhibits[pair.a], row.exhibit_b = input_.exhibits[pair.b];
        row.bundle = i + 1;
        row.kind = selector.kind->name, row.value = selector.value;
        row.weight = m == 0 ? rounded(bundle.weight.mid) : 0;
        row.exhibits = selector.exhibits, row.background = selector.background;
        Address a = address(indexes_[pair.a], gathered_.hash[member]);
        Address b = address(indexes_[pair.b], gathered_.hash[member]);
        row.offset_a = a.offset, row.path_a = std::move(a.path), row.file_a = std::move(a.file);
        row.offset_b = b.offset, row.path_b = std::move(b.path), row.file_b = std::move(b.file);
        out_.evidence.push_back(std::move(row));
      }
    }
  }

  void set_aside_unused() {
    out_.set_aside = std::move(gathered_.set_aside);
    for (size_t i = 0; i < used_.size(); ++i) {
      const Selector& selector = input_.selectors[i];
      if (used_[i] || selector.prominent_only) continue;  // the ledger has those already
      std::string examples;
      for (uint32_t p = 0; p < std::min<uint32_t>(selector.postings, 5); ++p)
        (examples += p ? ", " : "") += input_.exhibits[input_.postings[selector.first_posting + p].exhibit];
      out_.set_aside.push_back({std::string(selector.kind->name), selector.value,
                                selector.kind->alone ? "no more than chance or a common image explains"
                                                     : "weak kind with nothing stronger beside it",
                                selector.exhibits, selector.background, examples});
    }
    auto key = [](const SetAsideRow& row) { return std::tie(row.kind, row.value, row.reason, row.examples); };
    std::sort(out_.set_aside.begin(), out_.set_aside.end(),
              [&](const SetAsideRow& x, const SetAsideRow& y) { return key(x) < key(y); });
  }

  void add_owners() {
    for (size_t i = 0; i < gathered_.accounts.size(); ++i) {
      const Account& account = gathered_.accounts[i];
      bool first = i == 0 || gathered_.accounts[i - 1].exhibit != account.exhibit;
      OwnerRow row;
      row.exhibit = input_.exhibits[account.exhibit];
      row.rank = first ? 1 : out_.owners.back().rank + 1;
      row.kind = account.kind, row.value = account.value, row.role = account.role;
      row.share = rounded(account.share);
      row.times = account.times, row.exhibits = account.exhibits;
      Address at = address(indexes_[account.exhibit], account.hash);
      row.offset = at.offset, row.path = std::move(at.path), row.file = std::move(at.file);
      out_.owners.push_back(std::move(row));
    }
  }

  Gathered& gathered_;
  const Case& input_;
  const std::vector<Index>& indexes_;
  Tables out_;
  std::vector<bool> used_;
};

}  // namespace

Tables make_tables(Gathered& gathered, const std::vector<Index>& indexes, const std::vector<Pair>& pairs,
                   const std::vector<Statement>& statements) {
  return Writer(gathered, indexes).run(pairs, statements);
}

}  // namespace weft::link
