// How a pair gets its score.
//
// 1. Posting lists become (pair, selector) triples; hubs never do, but for an address on those where it stands out.
// 2. Per pair, selectors that arrive together become bundles (bundle.cpp). Of exhibits that stem from one image, what
//    the image brought to both is left out first.
// 3. Weight of a bundle: its best kind at the frequency of its *commonest* firm member among parties, not exhibits,
// with
//    the pair left out, corrected for exposure; the kind's validity is scaled by the setting and by what the value
//    itself tells (an address of a role, a picture).
// 4. Chance (the pair null, learnt from the case): bundles of one kind, held by about the same number of other parties,
//    form a stratum. Exhibits i and j share n_i n_j / sum(n_l n_m) of what all pairs share in it by mere size, the pair
//    itself left out. The bundles of a kind together count for no more than what they say against that expectation.
// So the score of a pair is the sum over kinds of min(sum of weights, beyond chance), not below 0. It is computed for
// both ends of the frequency's interval, too.
#include "link/pairs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "link/bundle.h"
#include "link/score.h"
#include "model/text_signature.h"

namespace weft::link {
namespace {

// As if this many unrelated parties had been looked at and none held the value. Without it nothing could be ordered in
// a case of two exhibits; it shifts all weights alike and is one of the reasons why a score states nothing.
constexpr uint64_t assumed_sources = 10;
constexpr size_t lot = 5, small_lot = 3, many_values = 20;  // holders; the smaller only when they share many values
constexpr double firm = 0.8;             // validity from which a kind decides about its bundle's frequency
constexpr double least_exposure = 0.25;  // a nearly empty exhibit is no proof of rarity
// A page that carries this many selectors is more often a directory, a newsletter or a vendor's text, made to be
// spread, than something private.
constexpr size_t crowded = 10;
constexpr double crowded_privacy = 0.3;
// What came with the letters of one third party to both says that both dealt with it; through a list, that both read
// it.
constexpr double one_sender_privacy = 0.3, one_list_privacy = 0.15;
constexpr double exposed_privacy = 0.5;  // of fetched pages and caches
// Meetings in caches come in swarms, which a Poisson law does not expect: all of a pair's together say little.
constexpr double exposed_credit = 0.5, exposed_most = 0.7;
constexpr int chance_rounds = 5;
constexpr double linked_by_the_rest = 2;  // score without a kind from which a pair does not teach chance of that kind
constexpr size_t few_stand_out = 3;
constexpr double heaviest_skew = 3;
// An address that an exhibit clearly turns around is somebody else's so seldom, against one that is just the first.
constexpr double clearly_first_doubt = 0.1;
// Correspondents come in circles (a project, a firm): who shares one of them is likelier to share the next. So each
// further one weighs less than it would alone, and adds less to what chance does not explain, which takes them for
// independent, too.
constexpr double further_correspondent = 0.6, further_beyond_chance = 0.75;
constexpr double circle_prior = 0.1;  // addresses; how little says already that two belong to one circle
constexpr double unseen = 0.25;       // bundles a stratum may hold by chance though no other pair showed one

// How private a value is by where it stands; judgements, chosen while looking at made cases (docs/linking.md).
double privacy_of(Setting setting) {
  switch (setting) {
    case Setting::record:
    case Setting::mail:
      return 1;
    case Setting::file:
    case Setting::deleted:
      return 0.95;
    case Setting::unallocated:
      return 0.85;
    case Setting::fetched:
      return 0.5;
    case Setting::cache:
      return 0.3;
  }
  return 0.3;
}

struct Triple {
  uint32_t a = 0, b = 0, selector = 0;
  auto operator<=>(const Triple&) const = default;
};

size_t stratum_of(uint64_t others) {
  return others <= 1 ? size_t(others) : others <= 3 ? 2 : others <= 8 ? 3 : 4;
}

class Scorer {
 public:
  Scorer(const Case& input, const Method& method)
      : input_(input),
        method_(method),
        happened_(2 * kinds().size() * strata_per_kind),
        met_(input.exhibits.size()),
        clearly_first_(input.exhibits.size()) {
    number_sets();
    measure_exposure();
    for (const Posting& posting : input_.postings)
      if (posting.standing == Standing::clearly_first) clearly_first_[posting.exhibit] = true;
    for (uint32_t source : input_.source) {
      if (source >= source_size_.size()) source_size_.resize(source + 1);
      ++source_size_[source];
    }
  }

  std::vector<Pair> run() {
    std::vector<Triple> triples = expand();
    std::vector<Pair> pairs;
    for (size_t begin = 0; begin < triples.size();) {
      size_t end = begin;
      while (end < triples.size() && triples[end].a == triples[begin].a && triples[end].b == triples[begin].b) ++end;
      Pair pair = make_pair(std::span(triples).subspan(begin, end - begin));
      if (!pair.bundles.empty() || pair.one_source) pairs.push_back(std::move(pair));
      begin = end;
    }
    learn_chance(pairs);
    for (Pair& pair : pairs) weigh_against_chance(pair);
    std::erase_if(pairs, [](const Pair& pair) { return pair.score.mid < least_score && !pair.one_source; });
    std::sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
      return std::tuple(-x.score.mid, x.a, x.b) < std::tuple(-y.score.mid, y.a, y.b);
    });
    return pairs;
  }

 private:
  std::span<const Posting> postings(const Selector& selector) const {
    return std::span(input_.postings).subspan(selector.first_posting, selector.postings);
  }
  size_t number(const Kind* kind) const { return size_t(kind - kinds().data()); }
  void number_sets() {
    std::map<std::vector<uint32_t>, uint32_t> known;
    set_.assign(input_.selectors.size(), 0);
    std::vector<uint32_t> count(1), size(1);
    for (size_t i = 0; i < input_.selectors.size(); ++i) {
      if (input_.selectors[i].postings < small_lot) continue;  // fewer exhibits are fewer holders
      std::vector<uint32_t> members, holders;                  // exhibits, and whose they may be
      for (const Posting& posting : postings(input_.selectors[i])) {
        members.push_back(posting.exhibit);
        holders.push_back(method_.sources ? input_.holder[posting.exhibit] : posting.exhibit);
      }
      std::sort(holders.begin(), holders.end());
      size.resize(known.size() + 2), count.resize(known.size() + 2);
      size[known.size() + 1] = uint32_t(std::unique(holders.begin(), holders.end()) - holders.begin());
      set_[i] = known.try_emplace(std::move(members), uint32_t(known.size() + 1)).first->second;
      ++count[set_[i]];
    }
    for (uint32_t& set : set_)
      if (size[set] < small_lot || (size[set] < lot && count[set] < many_values)) set = 0;
  }

  void measure_exposure() {
    for (bool exposed : {false, true})
      for (size_t kind = 0; kind < kinds().size(); ++kind) {
        double sum = 0, squares = 0, holders = 0;
        for (const Amounts& amounts : exposed ? input_.amounts : input_.own_amounts) {
          double n = double(amounts[kind]);
          sum += n, squares += n * n, holders += n > 0;
        }
        mean_[exposed].push_back(holders > 0 ? sum / holders : 1);
        products_[exposed].push_back((sum * sum - squares) / 2);
      }
  }

  std::vector<Triple> expand() const {
    uint64_t limit = hub_limit(input_.exhibits.size());
    std::vector<Triple> out;
    std::vector<uint32_t> holders;
    for (uint32_t i = 0; i < input_.selectors.size(); ++i) {
      holders.clear();
      for (const Posting& posting : postings(input_.selectors[i]))
        if (posting.counts) holders.push_back(posting.exhibit);
      if (holders.size() > limit) continue;
      for (size_t x = 0; x < holders.size(); ++x)
        for (size_t y = x + 1; y < holders.size(); ++y) out.push_back({holders[x], holders[y], i});
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  uint32_t party(uint32_t exhibit) const { return method_.sources ? input_.party[exhibit] : exhibit; }
  // Parties besides the pair's own that hold it.
  uint64_t others(const Selector& selector, uint32_t a, uint32_t b) const {
    ++round_;
    met_[party(a)] = met_[party(b)] = round_;
    uint64_t count = selector.background;
    for (const Posting& posting : postings(selector))
      if (std::exchange(met_[party(posting.exhibit)], round_) != round_) ++count;
    return count;
  }
  Interval weight(const Kind* kind, double privacy, uint64_t others, uint32_t a, uint32_t b, bool exposed,
                  double part = 1) const {
    size_t k = number(kind);
    const std::vector<Amounts>& amounts = exposed ? input_.amounts : input_.own_amounts;
    double larger = double(std::max(amounts[a][k], amounts[b][k]));
    double exposure = method_.exposure ? std::max(least_exposure, larger / std::max(1.0, mean_[exposed][k])) : 1;
    Validity validity = method_.validity ? Validity{kind->validity, kind->recurring, privacy} : Validity{};
    Interval common = frequency(others, sources_looked_at(input_) + assumed_sources);
    auto at = [&](double f) { return weight_of(validity, part * exposed_frequency(f, exposure)); };
    return {at(common.high), at(common.mid), at(common.low)};  // the commoner, the less it weighs
  }

  const Posting& posting(uint32_t selector, uint32_t exhibit) const {
    auto list = postings(input_.selectors[selector]);
    auto it =
        std::lower_bound(list.begin(), list.end(), exhibit, [](const Posting& p, uint32_t e) { return p.exhibit < e; });
    check(it != list.end() && it->exhibit == exhibit, "a triple comes from a posting");
    return *it;
  }
  std::span<const Place> places(uint32_t selector, uint32_t exhibit) const {
    const Posting& at = posting(selector, exhibit);
    return std::span(input_.places).subspan(at.first_place, at.places);
  }

  // True for what the image that both stem from brought to both.
  bool from_common_image(const Selector& selector, std::span<const Place> a, std::span<const Place> b,
                         uint32_t source) const {
    for (const Place& x : a)
      for (const Place& y : b)
        if (x.twin == y.twin) return true;
    uint32_t held = 0;
    for (const Posting& posting : postings(selector)) held += input_.source[posting.exhibit] == source;
    return held >= 3 && held * 2 > source_size_[source];
  }

  Pair make_pair(std::span<const Triple> triples) const {
    Pair pair;
    pair.a = triples[0].a, pair.b = triples[0].b;
    pair.one_source = method_.sources && input_.source[pair.a] == input_.source[pair.b];
    std::vector<Shared> shared;
    for (const Triple& triple : triples) {
      std::span<const Place> a = places(triple.selector, pair.a), b = places(triple.selector, pair.b);
      if (pair.one_source && from_common_image(input_.selectors[triple.selector], a, b, input_.source[pair.a]))
        ++pair.twins;
      else
        shared.push_back({triple.selector, a, b, set_[triple.selector]});
    }
    std::vector<uint32_t> group(shared.size());
    if (method_.grouping)
      group = bundle(shared, input_);
    else
      for (uint32_t i = 0; i < group.size(); ++i) group[i] = i;
    uint32_t count = group.empty() ? 0 : *std::max_element(group.begin(), group.end()) + 1;
    std::vector<std::vector<uint32_t>> members(count);
    for (uint32_t i = 0; i < group.size(); ++i) members[group[i]].push_back(i);
    for (const auto& positions : members)
      if (Bundle made = make_bundle(pair, shared, positions); made.kind) pair.bundles.push_back(std::move(made));
    heaviest_first(pair.bundles);
    double part = 1;
    for (Bundle& bundle : pair.bundles)
      if (number(bundle.kind) == email_) bundle.weight *= part, part *= further_correspondent;
    return pair;
  }

  static void heaviest_first(std::vector<Bundle>& bundles) {
    std::sort(bundles.begin(), bundles.end(), [](const Bundle& x, const Bundle& y) {
      return std::tuple(-x.weight.mid, x.members[0]) < std::tuple(-y.weight.mid, y.members[0]);
    });
  }

  // What the best place says on the side where it says least.
  static double setting_privacy(const Shared& shared) {
    auto best = [](std::span<const Place> places) {
      double most = places.empty() ? 1 : 0;
      for (const Place& place : places) most = std::max(most, privacy_of(place.setting));
      return most;
    };
    return std::min(best(shared.a), best(shared.b));
  }

  // Below 1 when all members that count came in messages of one sender, or through one list, and no message of the
  // sender is on both sides.
  double came_by_post(std::span<const Shared> shared, std::span<const uint32_t> positions) const {
    bool all = true, listed = false, same_message = false;
    for (uint32_t i : positions) {
      bool sent = false;
      for (const Place& a : shared[i].a)
        for (const Place& b : shared[i].b) {
          sent |= (a.sender && a.sender == b.sender) || (a.list && a.list == b.list);
          listed |= a.list && a.list == b.list;
          same_message |= a.container && a.container == b.container;
        }
      if (input_.selectors[shared[i].selector].kind->alone) all &= sent;
    }
    if (listed) return one_list_privacy;
    return all && !same_message ? one_sender_privacy : 1;
  }

  // A bundle without kind when nothing in it can make a link.
  Bundle make_bundle(const Pair& pair, std::span<const Shared> shared, std::span<const uint32_t> positions) const {
    Bundle out;
    auto of = [&](uint32_t i) -> const Selector& { return input_.selectors[shared[i].selector]; };
    // What everybody knows counts as an account that stands out (below), and does not make its bundle common.
    auto counts = [&](uint32_t i) { return of(i).kind->alone && !of(i).prominent_only; };
    bool has_firm = false;
    size_t texts = 0;
    double best = 0;
    for (uint32_t i : positions) {
      has_firm |= counts(i) && of(i).kind->validity >= firm;
      texts += of(i).kind->name != "file_sha256" && of(i).kind->name != document_text;
      for (const Place& a : shared[i].a)
        for (const Place& b : shared[i].b) out.same_content |= a.container && a.container == b.container;
    }
    for (uint32_t i : positions)
      if (counts(i) && (!has_firm || of(i).kind->validity >= firm))
        out.others = std::max(out.others, others(of(i), pair.a, pair.b));
    double post = came_by_post(shared, positions);
    std::vector<std::tuple<bool, double, uint32_t>> order;  // weak ones last, heaviest first
    for (uint32_t i : positions)
      if (of(i).kind->alone) best = std::max(best, setting_privacy(shared[i]));
    out.exposed = best <= exposed_privacy || post < 1;
    for (uint32_t i : positions) {
      const Kind* kind = of(i).kind;
      double privacy = of(i).privacy * setting_privacy(shared[i]) * (texts >= crowded ? crowded_privacy : 1) * post;
      Interval own = weight(kind, privacy, others(of(i), pair.a, pair.b), pair.a, pair.b, out.exposed);
      order.emplace_back(!kind->alone, -own.mid, shared[i].selector);
      if (!counts(i)) continue;
      Interval w = weight(kind, privacy, out.others, pair.a, pair.b, out.exposed);
      if (!out.kind || w.mid > out.weight.mid || (w.mid == out.weight.mid && kind < out.kind))
        out.kind = kind, out.weight = w;
    }
    if (best > exposed_privacy)
      for (uint32_t i : positions)
        weigh_as_account(out, pair, shared[i].selector, (texts >= crowded ? crowded_privacy : 1) * post);
    std::sort(order.begin(), order.end());
    for (const auto& [weak, weight, selector] : order) out.members.push_back(selector);
    return out;
  }

  // How likely an address that an exhibit holds by chance is to be its heaviest account (of so many heaviest ones), for
  // those that are many times there are few among those that are once.
  double chance_to_stand_out(uint32_t exhibit, size_t among_heaviest = 1) const {
    return std::min(
        1.0, heaviest_skew * double(among_heaviest) / std::max(1.0, double(input_.own_amounts[exhibit][email_])));
  }
  static bool is_first(const Posting& posting) { return posting.standing >= Standing::first; }
  // How likely the first account of an exhibit is not its own, against one that is no more than the first.
  double doubt(uint32_t exhibit) const { return clearly_first_[exhibit] ? clearly_first_doubt : 1; }
  // An exhibit's own account is one value, not one of the many in its address books: chance meets it as seldom. And of
  // an address that stands out on both, it is not enough that chance brought it to both.
  void weigh_as_account(Bundle& out, const Pair& pair, uint32_t member, double privacy) const {
    const Selector& selector = input_.selectors[member];
    if (selector.kind->name != "email") return;
    const Posting &a = posting(member, pair.a), &b = posting(member, pair.b);
    uint64_t known_to = others(selector, pair.a, pair.b);
    auto take = [&](const Kind* kind, double part) {
      Interval w = weight(kind, selector.privacy * privacy, known_to, pair.a, pair.b, false, part);
      if (out.kind && w.mid < out.weight.mid) return;
      out.kind = kind, out.weight = w, out.others = known_to;
    };
    auto part = [&](size_t among_heaviest) {
      return std::max(chance_to_stand_out(pair.a, among_heaviest), chance_to_stand_out(pair.b, among_heaviest));
    };
    if (is_first(a) && is_first(b))
      take(owner_, part(1) / heaviest_skew * doubt(pair.a) * doubt(pair.b));  // not one of the many that are frequent
    else if (a.standing != Standing::one_of_many && b.standing != Standing::one_of_many)
      take(account_, part(few_stand_out));
    else if ((is_first(a) || is_first(b)) && !selector.prominent_only)
      take(account_, 1);
  }

  // Bundles of one kind, the exposed ones apart: by stratum how many there are, how many chance would bring, and their
  // weights in all.
  struct Sum {
    Counts seen{}, expected{};
    double weight = 0;
  };
  using Group = std::pair<size_t, bool>;  // kind's number, exposed

  Group group_of(const Bundle& bundle) const { return {number(bundle.kind), bundle.exposed}; }
  static size_t stratum(const Group& group, size_t d) { return (group.first * 2 + group.second) * strata_per_kind + d; }
  std::map<Group, Sum> sums_of(const Pair& pair) const {
    std::map<Group, Sum> sums;
    for (const Bundle& bundle : pair.bundles) {
      Sum& sum = sums[group_of(bundle)];
      sum.seen[stratum_of(bundle.others)] += 1;
      sum.weight += bundle.weight.mid;
    }
    return sums;
  }
  // The part of a kind's chance meetings that falls to a pair for its size.
  double share(const Pair& pair, const Group& group) const {
    const std::vector<Amounts>& amounts = group.second ? input_.amounts : input_.own_amounts;
    return double(amounts[pair.a][group.first]) * double(amounts[pair.b][group.first]) /
           std::max(1.0, products_[group.second][group.first]);
  }
  // What the bundles of each group together may count for, given what chance brings.
  std::map<Group, double> credit(const Pair& pair, std::map<Group, Sum>& sums) const {
    std::map<Group, double> out;
    for (auto& [group, sum] : sums) {
      // Chance does not deal out accounts but addresses, of which few are accounts.
      bool accounts = group.first == number(owner_) || group.first == number(account_);
      Group met = accounts ? Group{email_, false} : group;
      double part = share(pair, met), on_a = chance_to_stand_out(pair.a), on_b = chance_to_stand_out(pair.b);
      if (group.first == number(owner_)) part *= on_a * on_b * doubt(pair.a) * doubt(pair.b);
      if (group.first == number(account_)) part *= std::max(on_a, on_b);
      for (size_t d = 0; d < strata_per_kind; ++d) {
        double all = happened_[stratum(met, d)];
        double own = pair.one_source || accounts ? 0 : std::min(sum.seen[d], 1 + 2 * part * all);
        sum.expected[d] = part * (all - std::min(own, all) + unseen);
      }
      if (group == Group{email_, false}) expect_circle(sum);
      double most = method_.chance ? beyond_chance(sum.seen, sum.expected) : sum.weight;
      if (group.second) most = std::min(most * exposed_credit, exposed_most);
      out[group] = std::min(sum.weight, most);
    }
    return out;
  }

  // Whoever shares more of the addresses that others hold, too, than chance brings belongs to the same circle as they,
  // and there chance brings more of the rare ones as well: expected is lifted by what is seen where more hold them.
  static void expect_circle(Sum& sum) {
    double seen = 0, expected = 0;
    for (size_t d = strata_per_kind; d-- > 0;) {
      double lift = std::max(1.0, (seen + circle_prior) / (expected + circle_prior));
      seen += sum.seen[d], expected += sum.expected[d];
      sum.expected[d] *= lift;
    }
  }

  // How many bundles all pairs share by chance. The linked pairs are among them: a count far above what its size
  // explains is cut down to that, pairs that everything else they share links already are left out, and the sum is
  // taken again, until the links no longer hide each other.
  void learn_chance(const std::vector<Pair>& pairs) {
    std::vector<double> last(happened_.size(), INFINITY);
    for (int round = 0; round < chance_rounds; ++round) {
      std::vector<double> sum(happened_.size());
      for (const Pair& pair : pairs) {
        if (pair.one_source) continue;
        std::map<Group, Sum> sums = sums_of(pair);
        double all = 0;
        std::map<Group, double> credits;
        if (round > 0) credits = credit(pair, sums);
        for (const auto& [group, most] : credits) all += most;
        for (const auto& [group, one] : sums) {
          if (round > 0 && all - credits[group] >= linked_by_the_rest) continue;
          for (size_t d = 0; d < strata_per_kind; ++d) {
            size_t at = stratum(group, d);
            sum[at] += std::min(one.seen[d], 1 + 2 * share(pair, group) * last[at]);
          }
        }
      }
      happened_ = last = std::move(sum);
    }
  }

  void weigh_against_chance(Pair& pair) const {
    std::map<Group, Sum> sums = sums_of(pair);
    std::map<Group, double> factor = credit(pair, sums);
    for (auto& [group, most] : factor) most = sums[group].weight > 0 ? std::max(0.0, most / sums[group].weight) : 0;
    for (Bundle& bundle : pair.bundles) bundle.weight *= factor[group_of(bundle)];
    heaviest_first(pair.bundles);
    double part = 1;
    for (Bundle& bundle : pair.bundles) {
      if (number(bundle.kind) == email_) bundle.weight *= part, part *= further_beyond_chance;
      pair.score += bundle.weight;
    }
    heaviest_first(pair.bundles);
  }

  const Case& input_;
  const Method method_;
  const Kind *owner_ = find_kind("owner"), *account_ = find_kind("account");
  size_t email_ = number(find_kind("email"));
  std::vector<double> happened_;  // bundles over all pairs, by kind and stratum, links cut down
  std::vector<uint32_t> set_;     // by selector: number of its set of exhibits, or 0
  // By kind, what is exposed apart: mean amount; sum over pairs of products of amounts.
  std::vector<double> mean_[2], products_[2];
  mutable std::vector<uint64_t> met_;  // by party: the round it was last counted in
  mutable uint64_t round_ = 0;
  std::vector<bool> clearly_first_;    // by exhibit: it clearly turns around an account that others hold, too
  std::vector<uint32_t> source_size_;  // by source: exhibits
};

}  // namespace

uint64_t hub_limit(uint64_t exhibits) {
  uint64_t large = std::min<uint64_t>(32, std::max<uint64_t>(10, exhibits / 10));
  return std::max<uint64_t>(3, std::min(exhibits / 2, large));
}

uint64_t sources_looked_at(const Case& input) {
  uint64_t in_case = 0;
  for (uint32_t party : input.party) in_case = std::max<uint64_t>(in_case, party + 1);
  return input.background_sources + (in_case > 2 ? in_case - 2 : 0);
}

std::vector<Pair> score_pairs(const Case& input, const Method& method) {
  return Scorer(input, method).run();
}

}  // namespace weft::link
