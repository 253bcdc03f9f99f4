// Rows from pairs, with an address on both sides for each piece of evidence.
#include "link/tables.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "link/cluster.h"
#include "link/expand.h"
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
  Writer(const Gathered& gathered, const std::vector<Index>& indexes)
      : gathered_(gathered), input_(gathered.input), indexes_(indexes) {}

  Tables run(const std::vector<Pair>& pairs, const std::vector<Statement>& statements) {
    for (size_t i = 0; i < pairs.size(); ++i) add_link(pairs[i], statements[i], i + 1);
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
    row.bundles = pair.reasons, row.selectors = pair.selectors;
    std::set<std::string_view> names;
    for (size_t kind = 0; kind < kinds().size(); ++kind)
      if (pair.kinds[kind]) names.insert(kinds()[kind].name);
    row.kinds = joined(names);
    if (!pair.bundles.empty()) {
      const Selector& strongest = input_.selectors[pair.bundles.front().members.front()];
      row.strongest = std::string(strongest.kind->name) + " " + strongest.value;
    }
    row.innocent = innocent_explanation(input_, pair, indexes_[pair.a].image() == indexes_[pair.b].image());
    out_.links.push_back(std::move(row));
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
      row.times = account.times, row.remnants = account.remnants, row.exhibits = account.exhibits;
      Address at = address_of_role(indexes_[account.exhibit], account.hash);
      row.offset = at.offset, row.path = std::move(at.path), row.file = std::move(at.file);
      out_.owners.push_back(std::move(row));
      indexes_[account.exhibit].give_back_pages();
    }
  }

  const Gathered& gathered_;
  const Case& input_;
  const std::vector<Index>& indexes_;
  Tables out_;
};

constexpr uint64_t memory_of_a_row = KiB;
constexpr size_t most_evidence_at_once = 256 * 1024, set_aside_at_once = 1024;

}  // namespace

Tables make_tables(const Gathered& gathered, const std::vector<Index>& indexes, const std::vector<Pair>& pairs,
                   const std::vector<Statement>& statements) {
  return Writer(gathered, indexes).run(pairs, statements);
}

size_t EvidenceRows::most(size_t pair) const {
  return statements_[pair].statement == "supported" || pair < ranks_in_full ? evidence_per_link : evidence_per_lead;
}

std::vector<EvidenceRow> EvidenceRows::rows_of(size_t number) const {
  std::vector<EvidenceRow> out;
  const Case& input = gathered_.input;
  const Pair& pair = pairs_[number];
  for (size_t i = 0; i < pair.bundles.size(); ++i) {
    const Bundle& bundle = pair.bundles[i];
    for (size_t m = 0; m < bundle.members.size() && out.size() < most(number); ++m) {
      const uint32_t member = bundle.members[m];
      const Selector& selector = input.selectors[member];
      EvidenceRow& row = out.emplace_back();
      row.exhibit_a = input.exhibits[pair.a], row.exhibit_b = input.exhibits[pair.b];
      row.bundle = i + 1;
      row.kind = selector.kind->name, row.value = selector.value;
      row.weight = m == 0 ? rounded(bundle.weight.mid) : 0;
      row.exhibits = selector.exhibits, row.background = selector.background;
    }
  }
  return out;
}

std::vector<EvidenceRow> EvidenceRows::next() {
  std::vector<EvidenceRow> out;
  while (out.empty() && next_ < pairs_.size()) {
    const size_t begin = next_;
    const size_t enough = std::clamp<size_t>(room_.memory / 16 / memory_of_a_row, 1, most_evidence_at_once);
    for (size_t rows = 0; next_ < pairs_.size() && rows < enough; ++next_) rows += most(next_);
    std::vector<std::vector<EvidenceRow>> portions(next_ - begin);
    in_parallel(portions.size(), room_.threads, [&](size_t i) { portions[i] = rows_of(begin + i); });
    std::vector<Wanted> wanted;
    for (size_t i = 0; i < portions.size(); ++i) {
      const Pair& pair = pairs_[begin + i];
      size_t at = 0;
      for (const Bundle& bundle : pair.bundles)
        for (size_t m = 0; m < bundle.members.size() && at < portions[i].size(); ++m, ++at) {
          const uint64_t hash = gathered_.hash[bundle.members[m]];
          wanted.push_back({pair.a, false, hash, &portions[i][at]});
          wanted.push_back({pair.b, true, hash, &portions[i][at]});
        }
    }
    find_addresses(wanted);
    for (auto& portion : portions) std::move(portion.begin(), portion.end(), std::back_inserter(out));
  }
  return out;
}

// Exhibit by exhibit, in the order in which its index holds them: each page is mapped once, and one index at a time.
void EvidenceRows::find_addresses(std::vector<Wanted>& wanted) const {
  std::sort(wanted.begin(), wanted.end(),
            [](const Wanted& x, const Wanted& y) { return std::tie(x.exhibit, x.hash) < std::tie(y.exhibit, y.hash); });
  std::vector<std::span<const Wanted>> by_exhibit;
  for (size_t begin = 0, end; begin < wanted.size(); begin = end) {
    for (end = begin + 1; end < wanted.size() && wanted[end].exhibit == wanted[begin].exhibit;) ++end;
    by_exhibit.push_back(std::span(wanted).subspan(begin, end - begin));
  }
  in_parallel(by_exhibit.size(), room_.threads, [&](size_t i) {
    const Index& index = indexes_[by_exhibit[i][0].exhibit];
    Address found;
    for (const Wanted& one : by_exhibit[i]) {
      if (&one == by_exhibit[i].data() || one.hash != (&one - 1)->hash) found = address(index, one.hash);
      EvidenceRow& row = *one.row;
      if (one.on_b)
        row.offset_b = found.offset, row.path_b = found.path, row.file_b = found.file;
      else
        row.offset_a = found.offset, row.path_a = found.path, row.file_a = found.file;
    }
    index.give_back_pages();
  });
}

SetAsideRows::SetAsideRows(Gathered& gathered, const std::vector<uint8_t>& used)
    : input_(gathered.input), ledger_(gathered.set_aside), used_(used) {
  std::sort(ledger_.begin(), ledger_.end(), [](const SetAsideRow& x, const SetAsideRow& y) {
    return std::tie(x.kind, x.value) < std::tie(y.kind, y.value);
  });
}

// The ledger has what counts only where it stands out already.
bool SetAsideRows::is_unused(size_t selector) const {
  return !used_[selector] && !input_.selectors[selector].prominent_only;
}

SetAsideRow SetAsideRows::unused_row(const Selector& selector) const {
  std::string examples;
  for (uint32_t p = 0; p < std::min<uint32_t>(selector.postings, 5); ++p)
    (examples += p ? ", " : "") += input_.exhibits[input_.postings[selector.first_posting + p].exhibit];
  return {std::string(selector.kind->name),
          selector.value,
          selector.kind->alone ? "no more than chance or a common image explains"
                               : "weak kind with nothing stronger beside it",
          selector.exhibits,
          selector.background,
          examples};
}

// Both lists are in order of kind and value; rows of one value, of which there are few, are put in order here.
std::vector<SetAsideRow> SetAsideRows::next() {
  std::vector<SetAsideRow> out;
  const std::vector<Selector>& selectors = input_.selectors;
  while (out.size() < set_aside_at_once) {
    while (next_selector_ < selectors.size() && !is_unused(next_selector_)) ++next_selector_;
    const bool more = next_selector_ < selectors.size(), in_ledger = next_ledger_ < ledger_.size();
    if (!more && !in_ledger) break;
    using Key = std::pair<std::string_view, std::string_view>;
    auto of_selector = [&] { return Key(selectors[next_selector_].kind->name, selectors[next_selector_].value); };
    auto of_ledger = [&] { return Key(ledger_[next_ledger_].kind, ledger_[next_ledger_].value); };
    const Key least = !in_ledger ? of_selector() : !more ? of_ledger() : std::min(of_selector(), of_ledger());
    const std::string kind(least.first), value(least.second);  // ledger rows are moved out below
    const Key key(kind, value);
    const auto begin = ptrdiff_t(out.size());
    for (; next_ledger_ < ledger_.size() && of_ledger() == key; ++next_ledger_)
      out.push_back(std::move(ledger_[next_ledger_]));
    for (; next_selector_ < selectors.size() && of_selector() == key; ++next_selector_)
      if (is_unused(next_selector_)) out.push_back(unused_row(selectors[next_selector_]));
    if (out.size() - size_t(begin) > 1)
      std::sort(out.begin() + begin, out.end(), [](const SetAsideRow& x, const SetAsideRow& y) {
        return std::tie(x.reason, x.examples, x.exhibits, x.background) <
               std::tie(y.reason, y.examples, y.exhibits, y.background);
      });
  }
  return out;
}

}  // namespace weft::link
