// How a pair gets its score.
//
// 1. Posting lists become (pair, selector) triples; hubs never do.
// 2. Per pair, selectors that arrive together become bundles. Selectors held by exactly the same `lot` or more exhibits
// are
//    put together too: machines rolled out from one image, or bought in one lot, share hundreds of values for one
//    reason.
// 3. Weight of a bundle (what the safe floor of the literature does): its best kind at the frequency of its *commonest*
//    firm member, as an upper bound over background and case with the pair left out, corrected for exposure.
// 4. Chance (the pair null, learnt from the case): bundles of one kind, held by about the same number of other sources,
//    form a stratum. Exhibits i and j share n_i n_j / sum(n_l n_m) of what all pairs share in it by mere size, the pair
//    itself left out. The bundles of a kind together count for no more than what they say against that expectation.
// So the score of a pair is the sum over kinds of min(sum of weights, beyond chance), not below 0.
#include "link/pairs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>

#include "base/error.h"
#include "link/score.h"

namespace weft::link {
namespace {

// As if this many unrelated sources had been looked at and none held the value. Without it nothing could be ordered in
// a case of two exhibits; it shifts all weights alike and is one of the reasons why a score states nothing.
constexpr uint64_t assumed_sources = 10;
constexpr size_t lot = 5;
constexpr double firm = 0.9;             // validity from which a kind decides about its bundle's frequency
constexpr double least_exposure = 0.25;  // a nearly empty exhibit is no proof of rarity
// A page that carries this many selectors is more often a directory, a newsletter or a vendor's text, made to be
// spread, than something private; the factor is a judgement, to be replaced by calibration.
constexpr size_t crowded = 10;
constexpr int chance_rounds = 4;
constexpr double crowded_factor = 0.5;
constexpr uint32_t set_container = 1u << 31;
constexpr double unseen = 0.25;  // bundles a stratum may hold by chance though no other pair showed one

struct Triple {
  uint32_t a = 0, b = 0, selector = 0;
  auto operator<=>(const Triple&) const = default;
};

size_t stratum_of(uint64_t others) {
  return others <= 1 ? size_t(others) : others <= 3 ? 2 : others <= 8 ? 3 : 4;
}

class Scorer {
 public:
  explicit Scorer(const Case& input) : input_(input), happened_(kinds().size() * strata_per_kind) {
    number_sets();
    measure_exposure();
  }

  std::vector<Pair> run() {
    std::vector<Triple> triples = expand();
    std::vector<Pair> pairs;
    for (size_t begin = 0; begin < triples.size();) {
      size_t end = begin;
      while (end < triples.size() && triples[end].a == triples[begin].a && triples[end].b == triples[begin].b) ++end;
      Pair pair = make_pair(std::span(triples).subspan(begin, end - begin));
      if (!pair.bundles.empty()) pairs.push_back(std::move(pair));
      begin = end;
    }
    learn_chance(pairs);
    for (Pair& pair : pairs) weigh_against_chance(pair);
    std::erase_if(pairs, [](const Pair& pair) { return pair.score < least_score; });
    std::sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
      return std::tuple(-x.score, x.a, x.b) < std::tuple(-y.score, y.a, y.b);
    });
    return pairs;
  }

 private:
  std::span<const Posting> postings(const Selector& selector) const {
    return std::span(input_.postings).subspan(selector.first_posting, selector.postings);
  }
  size_t number(const Kind* kind) const { return size_t(kind - kinds().data()); }
  size_t stratum(const Bundle& bundle) const {
    return number(bundle.kind) * strata_per_kind + stratum_of(bundle.others);
  }

  void number_sets() {
    std::map<std::vector<uint32_t>, uint32_t> known;
    set_.assign(input_.selectors.size(), 0);
    for (size_t i = 0; i < input_.selectors.size(); ++i) {
      if (input_.selectors[i].postings < lot) continue;
      std::vector<uint32_t> members;
      for (const Posting& posting : postings(input_.selectors[i])) members.push_back(posting.exhibit);
      set_[i] = set_container | known.try_emplace(std::move(members), uint32_t(known.size())).first->second;
    }
  }

  void measure_exposure() {
    mean_.assign(kinds().size(), 0);
    products_.assign(kinds().size(), 0);
    for (size_t kind = 0; kind < kinds().size(); ++kind) {
      double sum = 0, squares = 0, holders = 0;
      for (const Amounts& amounts : input_.amounts) {
        double n = double(amounts[kind]);
        sum += n, squares += n * n, holders += n > 0;
      }
      mean_[kind] = holders > 0 ? sum / holders : 1;
      products_[kind] = (sum * sum - squares) / 2;
    }
  }

  std::vector<Triple> expand() const {
    uint64_t limit = hub_limit(input_.exhibits.size());
    std::vector<Triple> out;
    for (uint32_t i = 0; i < input_.selectors.size(); ++i) {
      auto list = postings(input_.selectors[i]);
      if (list.size() > limit) continue;
      for (size_t x = 0; x < list.size(); ++x)
        for (size_t y = x + 1; y < list.size(); ++y) out.push_back({list[x].exhibit, list[y].exhibit, i});
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  // Sources besides the pair that hold it.
  uint64_t others(const Selector& selector) const {
    return selector.background + (selector.exhibits > 2 ? selector.exhibits - 2 : 0);
  }
  double frequency(uint64_t others) const {
    uint64_t in_case = input_.exhibits.size() > 2 ? input_.exhibits.size() - 2 : 0;
    return upper_frequency(others, in_case + input_.background_sources + assumed_sources);
  }
  double weight(const Kind* kind, uint64_t others, uint32_t a, uint32_t b) const {
    size_t k = number(kind);
    double larger = double(std::max(input_.amounts[a][k], input_.amounts[b][k]));
    double exposure = std::max(least_exposure, larger / std::max(1.0, mean_[k]));
    return kind_weight(*kind, exposed_frequency(frequency(others), exposure));
  }

  std::vector<uint32_t> containers(uint32_t selector, uint32_t exhibit) const {
    auto list = postings(input_.selectors[selector]);
    auto it =
        std::lower_bound(list.begin(), list.end(), exhibit, [](const Posting& p, uint32_t e) { return p.exhibit < e; });
    check(it != list.end() && it->exhibit == exhibit, "a triple comes from a posting");
    auto first = input_.containers.begin() + it->first_container;
    std::vector<uint32_t> out(first, first + it->containers);
    if (set_[selector]) out.push_back(set_[selector]);
    return out;
  }

  Pair make_pair(std::span<const Triple> triples) const {
    Pair pair{triples[0].a, triples[0].b, 0, {}};
    std::vector<Shared> shared;
    for (const Triple& triple : triples) {
      const Selector& selector = input_.selectors[triple.selector];
      shared.push_back(
          {selector.kind, others(selector), containers(triple.selector, pair.a), containers(triple.selector, pair.b)});
    }
    std::vector<uint32_t> group = bundle(shared);
    uint32_t count = group.empty() ? 0 : *std::max_element(group.begin(), group.end()) + 1;
    std::vector<std::vector<uint32_t>> members(count);
    for (uint32_t i = 0; i < group.size(); ++i) members[group[i]].push_back(i);
    for (const auto& positions : members)
      if (Bundle made = make_bundle(pair, shared, positions, triples); made.kind)
        pair.bundles.push_back(std::move(made));
    return pair;
  }

  // A bundle without kind when nothing in it can make a link.
  Bundle make_bundle(const Pair& pair, std::span<const Shared> shared, std::span<const uint32_t> positions,
                     std::span<const Triple> triples) const {
    Bundle out;
    bool has_firm = false;
    for (uint32_t i : positions) has_firm |= shared[i].kind->alone && shared[i].kind->validity >= firm;
    for (uint32_t i : positions)
      if (shared[i].kind->alone && (!has_firm || shared[i].kind->validity >= firm))
        out.others = std::max(out.others, shared[i].others);
    for (uint32_t i : positions) {
      if (!shared[i].kind->alone) continue;
      double w = weight(shared[i].kind, out.others, pair.a, pair.b);
      if (!out.kind || w > out.weight || (w == out.weight && shared[i].kind < out.kind))
        out.kind = shared[i].kind, out.weight = w;
    }
    size_t crowd = 0;
    for (uint32_t i : positions) crowd += shared[i].kind->name != "file_sha256";
    if (crowd >= crowded) out.weight *= crowded_factor;
    for (uint32_t i : positions) {
      out.members.push_back(triples[i].selector);
      for (uint32_t a : shared[i].containers_a)
        for (uint32_t b : shared[i].containers_b) out.same_content |= a == b && !(a & set_container);
    }
    auto key = [&](uint32_t s) {
      const Selector& selector = input_.selectors[s];
      return std::tuple(!selector.kind->alone, -weight(selector.kind, others(selector), pair.a, pair.b), s);
    };
    std::sort(out.members.begin(), out.members.end(), [&](uint32_t x, uint32_t y) { return key(x) < key(y); });
    return out;
  }

  // Bundles of one kind: by stratum how many there are, how many chance would bring, and their weights in all.
  struct Sum {
    Counts seen{}, expected{};
    double weight = 0;
  };

  std::map<const Kind*, Sum> sums_of(const Pair& pair) const {
    std::map<const Kind*, Sum> sums;
    for (const Bundle& bundle : pair.bundles) {
      Sum& sum = sums[bundle.kind];
      sum.seen[stratum_of(bundle.others)] += 1;
      sum.weight += bundle.weight;
    }
    return sums;
  }
  // The part of a kind's chance meetings that falls to a pair for its size.
  double share(const Pair& pair, size_t kind) const {
    return double(input_.amounts[pair.a][kind]) * double(input_.amounts[pair.b][kind]) / std::max(1.0, products_[kind]);
  }

  // How many bundles all pairs share by chance. The linked pairs are among them: a count far above what its size
  // explains is cut down to that, and the sum taken again, until the links no longer hide each other.
  void learn_chance(const std::vector<Pair>& pairs) {
    std::vector<double> last(happened_.size(), INFINITY);
    for (int round = 0; round < chance_rounds; ++round) {
      std::vector<double> sum(happened_.size());
      for (const Pair& pair : pairs)
        for (const auto& [kind, one] : sums_of(pair))
          for (size_t d = 0; d < strata_per_kind; ++d) {
            size_t at = number(kind) * strata_per_kind + d;
            sum[at] += std::min(one.seen[d], 1 + 2 * share(pair, number(kind)) * last[at]);
          }
      last = std::move(sum);
    }
    happened_ = std::move(last);
  }

  void weigh_against_chance(Pair& pair) const {
    std::map<const Kind*, Sum> sums = sums_of(pair);
    std::map<const Kind*, double> factor;
    for (auto& [kind, sum] : sums) {
      size_t k = number(kind);
      for (size_t d = 0; d < strata_per_kind; ++d) {
        double all = happened_[k * strata_per_kind + d], part = share(pair, k);
        sum.expected[d] = part * (all - std::min(sum.seen[d], 1 + 2 * part * all) + unseen);
        check(sum.expected[d] >= 0, "a pair's part is in the sum");
      }
      factor[kind] = sum.weight > 0 ? std::clamp(beyond_chance(sum.seen, sum.expected) / sum.weight, 0.0, 1.0) : 0;
    }
    for (Bundle& bundle : pair.bundles) pair.score += bundle.weight *= factor[bundle.kind];
    std::sort(pair.bundles.begin(), pair.bundles.end(), [](const Bundle& x, const Bundle& y) {
      return std::tuple(-x.weight, x.members[0]) < std::tuple(-y.weight, y.members[0]);
    });
  }

  const Case& input_;
  std::vector<double> happened_;         // bundles over all pairs, by kind and stratum, links cut down
  std::vector<uint32_t> set_;            // by selector: number of its set of exhibits, or 0
  std::vector<double> mean_, products_;  // by kind: mean amount; sum over pairs of products of amounts
};

}  // namespace

uint64_t hub_limit(uint64_t exhibits) {
  uint64_t large = std::min<uint64_t>(32, std::max<uint64_t>(10, exhibits / 10));
  return std::max<uint64_t>(3, std::min(exhibits / 2, large));
}

std::vector<Pair> score_pairs(const Case& input) {
  return Scorer(input).run();
}

}  // namespace weft::link
