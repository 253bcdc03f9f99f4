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
#include <atomic>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "link/bundle.h"
#include "link/expand.h"
#include "link/score.h"
#include "link/statement.h"
#include "model/text_signature.h"

namespace weft::link {
namespace {

// As if this many unrelated parties had been looked at and none held the value. Without it nothing could be ordered in
// a case of two exhibits; it shifts all weights alike and is one of the reasons why a score states nothing.
constexpr uint64_t assumed_sources = 10;
// A thing is one of its kind by how it is made, whatever the case says: chance brings it to two exhibits only where its
// number is none, or not its alone (the kind's validity), and is not learnt from those that other pairs share.
constexpr uint64_t assumed_of_things = 100;
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

// How private a value is by where it stands; judgements, chosen while looking at made cases (docs/linking-method.md).
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

size_t stratum_of(uint64_t others) {
  return others <= 1 ? size_t(others) : others <= 3 ? 2 : others <= 8 ? 3 : 4;
}

// The scores of the first ranks so far. What is below the last of them is not among them in the end.
class FirstRanks {
 public:
  bool admit(double score) {
    std::lock_guard lock(mutex_);
    if (scores_.size() < ranks_in_full) {
      scores_.push(score);
      return true;
    }
    if (score < scores_.top()) return false;
    scores_.push(score);
    scores_.pop();
    return true;
  }

 private:
  std::mutex mutex_;
  std::priority_queue<double, std::vector<double>, std::greater<>> scores_;
};

class Scorer {
 public:
  Scorer(const Case& input, const Method& method, const Room& room)
      : input_(input),
        method_(method),
        room_(room),
        happened_(2 * kinds().size() * strata_per_kind),
        clearly_first_(input.exhibits.size()) {
    count_parties();
    number_sets();
    measure_exposure();
    for (const Posting& posting : input_.postings.items())
      if (posting.standing == Standing::clearly_first) clearly_first_[posting.exhibit] = true;
    for (uint32_t source : input_.source) {
      if (source >= source_size_.size()) source_size_.resize(source + 1);
      ++source_size_[source];
    }
  }

  // Twice over all pairs: what chance brings is learnt from outlines of them, and only pairs that may come out above it
  // are made again and kept, with as much of what they share as is shown.
  std::vector<Pair> run(std::vector<uint8_t>& used) {
    const Expansion expansion(input_, room_);
    std::vector<std::vector<Outline>> outlines(input_.exhibits.size());
    expansion.each_pair([&](uint32_t a, uint32_t b, std::span<const uint32_t> selectors) {
      Pair pair = make_pair(a, b, selectors);
      if (!pair.bundles.empty() || pair.one_source) outlines[a].push_back(outline_of(pair));
    });
    learn_chance(outlines);
    std::vector<std::vector<Pair>> made(input_.exhibits.size());
    FirstRanks first_ranks;
    used.assign(input_.selectors.size(), 0);
    expansion.each_pair([&](uint32_t a, uint32_t b, std::span<const uint32_t> selectors) {
      auto known = std::lower_bound(outlines[a].begin(), outlines[a].end(), b,
                                    [](const Outline& outline, uint32_t other) { return outline.b < other; });
      if (known == outlines[a].end() || known->b != b || !may_count(*known)) return;
      Pair pair = make_pair(a, b, selectors);
      weigh_against_chance(pair);
      if (pair.score.mid < least_score && !pair.one_source) return;
      sum_up(pair, used);
      const bool in_full = first_ranks.admit(pair.score.mid) || may_be_stated(pair);
      cut(pair, in_full ? evidence_per_link : evidence_per_lead);
      made[a].push_back(std::move(pair));
    });
    std::vector<Pair> pairs;
    for (auto& of_one : made) std::move(of_one.begin(), of_one.end(), std::back_inserter(pairs));
    std::sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
      return std::tuple(-x.score.mid, x.a, x.b) < std::tuple(-y.score.mid, y.a, y.b);
    });
    return pairs;
  }

 private:
  std::span<const Posting> postings(const Selector& selector) const {
    return input_.postings.items().subspan(selector.first_posting, selector.postings);
  }
  size_t number(const Kind* kind) const { return size_t(kind - kinds().data()); }
  // An address that is not the own one of both: one more of the circle to which both may belong.
  bool of_circle(const Kind* kind) const { return number(kind) == email_ || kind == account_; }
  // By selector: how many parties hold it; and how frequent something is that so many hold.
  void count_parties() {
    std::vector<uint32_t> met(input_.exhibits.size());
    uint32_t round = 0;
    for (const Selector& selector : input_.selectors) {
      ++round;
      uint32_t count = 0;
      for (const Posting& posting : postings(selector))
        count += std::exchange(met[party(posting.exhibit)], round) != round;
      parties_.push_back(count);
      for (uint64_t own = 1; own <= std::min<uint64_t>(2, count); ++own) {
        uint64_t others = selector.background + count - own;
        if (!frequencies_.contains(others)) frequencies_[others] = frequency(others, looked_at_);
      }
    }
  }
  // Numbers the sets of exhibits on which a lot of values are: those that stand on exactly the same ones are one lot.
  void number_sets() {
    auto members = [&](uint32_t selector) { return postings(input_.selectors[selector]); };
    std::vector<std::pair<uint64_t, uint32_t>> order;  // hash of the members, selector
    for (uint32_t i = 0; i < input_.selectors.size(); ++i) {
      if (input_.selectors[i].postings < small_lot) continue;  // fewer exhibits are fewer holders
      uint64_t hash = 0;
      for (const Posting& posting : members(i))
        hash = (hash ^ posting.exhibit) * 0x9e3779b97f4a7c15, hash ^= hash >> 29;
      order.emplace_back(hash, i);
    }
    std::sort(order.begin(), order.end());
    set_.assign(input_.selectors.size(), 0);
    uint32_t sets = 0;
    for (size_t begin = 0, end; begin < order.size(); begin = end) {
      for (end = begin; end < order.size() && order[end].first == order[begin].first;) ++end;
      for (auto rest = std::span(order).subspan(begin, end - begin); !rest.empty();) {
        const auto first = members(rest[0].second);
        auto others = std::stable_partition(rest.begin(), rest.end(), [&](const auto& one) {
          const auto own = members(one.second);
          return std::equal(first.begin(), first.end(), own.begin(), own.end(),
                            [](const Posting& x, const Posting& y) { return x.exhibit == y.exhibit; });
        });
        const auto count = size_t(others - rest.begin());
        if (is_lot(first, count)) {
          ++sets;
          for (const auto& one : rest.first(count)) set_[one.second] = sets;
        }
        rest = rest.subspan(count);
      }
    }
  }
  bool is_lot(std::span<const Posting> members, size_t values) const {
    std::vector<uint32_t> holders;  // whose the exhibits may be
    for (const Posting& posting : members)
      holders.push_back(method_.sources ? input_.holder[posting.exhibit] : posting.exhibit);
    std::sort(holders.begin(), holders.end());
    const auto size = size_t(std::unique(holders.begin(), holders.end()) - holders.begin());
    return size >= lot || (size >= small_lot && values >= many_values);
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

  uint32_t party(uint32_t exhibit) const { return method_.sources ? input_.party[exhibit] : exhibit; }
  // Parties besides the pair's own that hold it; the two do.
  uint64_t others(uint32_t selector, uint32_t a, uint32_t b) const {
    return input_.selectors[selector].background + parties_[selector] - (party(a) == party(b) ? 1 : 2);
  }
  Interval weight(const Kind* kind, double privacy, uint64_t others, uint32_t a, uint32_t b, bool exposed,
                  double part = 1) const {
    size_t k = number(kind);
    const std::vector<Amounts>& amounts = exposed ? input_.amounts : input_.own_amounts;
    double larger = double(std::max(amounts[a][k], amounts[b][k]));
    double exposure = method_.exposure ? std::max(least_exposure, larger / std::max(1.0, mean_[exposed][k])) : 1;
    Validity validity = method_.validity ? Validity{kind->validity, kind->recurring, privacy} : Validity{};
    auto known = kind->thing ? frequencies_.end() : frequencies_.find(others);
    Interval common = known != frequencies_.end()
                          ? known->second
                          : frequency(others, looked_at_ + (kind->thing ? assumed_of_things : 0));
    auto at = [&](double f) { return weight_of(validity, part * exposed_frequency(f, exposure)); };
    return {at(common.high), at(common.mid), at(common.low)};  // the commoner, the less it weighs
  }

  const Posting& posting(uint32_t selector, uint32_t exhibit) const {
    auto list = postings(input_.selectors[selector]);
    auto it =
        std::lower_bound(list.begin(), list.end(), exhibit, [](const Posting& p, uint32_t e) { return p.exhibit < e; });
    check(it != list.end() && it->exhibit == exhibit, "what two share comes from postings");
    return *it;
  }
  std::span<const Place> places(uint32_t selector, uint32_t exhibit) const {
    const Posting& at = posting(selector, exhibit);
    return input_.places.items().subspan(at.first_place, at.places);
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

  Pair make_pair(uint32_t on_a, uint32_t on_b, std::span<const uint32_t> selectors) const {
    Pair pair;
    pair.a = on_a, pair.b = on_b;
    pair.one_source = method_.sources && input_.source[pair.a] == input_.source[pair.b];
    std::vector<Shared> shared;
    for (uint32_t selector : selectors) {
      std::span<const Place> a = places(selector, pair.a), b = places(selector, pair.b);
      if (pair.one_source && from_common_image(input_.selectors[selector], a, b, input_.source[pair.a]))
        ++pair.twins;
      else
        shared.push_back({selector, a, b, set_[selector]});
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
      if (of_circle(bundle.kind)) bundle.weight *= part, part *= further_correspondent;
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
          sent |= (a.sender && a.sender == b.sender && !a.from_owner) || (a.list && a.list == b.list);
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
        out.others = std::max(out.others, others(shared[i].selector, pair.a, pair.b));
    double post = came_by_post(shared, positions);
    std::vector<std::tuple<bool, double, uint32_t>> order;  // weak ones last, heaviest first
    for (uint32_t i : positions)
      if (of(i).kind->alone) best = std::max(best, setting_privacy(shared[i]));
    out.exposed = best <= exposed_privacy || post < 1;
    for (uint32_t i : positions) {
      const Kind* kind = of(i).kind;
      double privacy = of(i).privacy * setting_privacy(shared[i]) * (texts >= crowded ? crowded_privacy : 1) * post;
      Interval own = weight(kind, privacy, others(shared[i].selector, pair.a, pair.b), pair.a, pair.b, out.exposed);
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
    uint64_t known_to = others(member, pair.a, pair.b);
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

  // Bundles of one kind, the exposed ones apart: how many there are by stratum, their weights in all and the heaviest.
  struct Sum {
    Counts seen{};
    double weight = 0, heaviest = 0;
  };
  using Group = std::pair<size_t, bool>;            // kind's number, exposed
  using Sums = std::vector<std::pair<Group, Sum>>;  // in order of group
  struct Outline {
    uint32_t a = 0, b = 0;
    bool one_source = false;
    Sums sums;
  };

  Group group_of(const Bundle& bundle) const { return {number(bundle.kind), bundle.exposed}; }
  static size_t stratum(const Group& group, size_t d) { return (group.first * 2 + group.second) * strata_per_kind + d; }
  Outline outline_of(const Pair& pair) const {
    std::map<Group, Sum> sums;
    for (const Bundle& bundle : pair.bundles) {
      Sum& sum = sums[group_of(bundle)];
      sum.seen[stratum_of(bundle.others)] += 1;
      sum.weight += bundle.weight.mid, sum.heaviest = std::max(sum.heaviest, bundle.weight.mid);
    }
    return {pair.a, pair.b, pair.one_source, Sums(sums.begin(), sums.end())};
  }
  // The part of a kind's chance meetings that falls to a pair for its size.
  double share(const Outline& pair, const Group& group) const {
    const std::vector<Amounts>& amounts = group.second ? input_.amounts : input_.own_amounts;
    return double(amounts[pair.a][group.first]) * double(amounts[pair.b][group.first]) /
           std::max(1.0, products_[group.second][group.first]);
  }
  // What the bundles of each group together may count for, given what chance brings; in the order of the sums.
  std::vector<double> credit(const Outline& pair) const {
    std::vector<double> out;
    for (const auto& [group, sum] : pair.sums) {
      // Chance does not deal out accounts but addresses, of which few are accounts.
      bool accounts = group.first == number(owner_) || group.first == number(account_);
      Group met = accounts ? Group{email_, false} : group;
      double part = share(pair, met), on_a = chance_to_stand_out(pair.a), on_b = chance_to_stand_out(pair.b);
      if (group.first == number(owner_)) part *= on_a * on_b * doubt(pair.a) * doubt(pair.b);
      if (group.first == number(account_)) part *= std::max(on_a, on_b);
      Counts expected{};
      for (size_t d = 0; d < strata_per_kind; ++d) {
        double all = happened_[stratum(met, d)];
        double own = pair.one_source || accounts ? 0 : std::min(sum.seen[d], 1 + 2 * part * all);
        expected[d] = part * (all - std::min(own, all) + unseen);
      }
      if (group == Group{email_, false}) expect_circle(sum.seen, expected);
      double most = method_.chance && !kinds()[group.first].thing ? beyond_chance(sum.seen, expected) : sum.weight;
      if (group.second) most = std::min(most * exposed_credit, exposed_most);
      out.push_back(std::min(sum.weight, most));
    }
    return out;
  }

  // Whoever shares more of the addresses that others hold, too, than chance brings belongs to the same circle as they,
  // and there chance brings more of the rare ones as well: expected is lifted by what is seen where more hold them.
  static void expect_circle(const Counts& seen, Counts& expected) {
    double all_seen = 0, all_expected = 0;
    for (size_t d = strata_per_kind; d-- > 0;) {
      double lift = std::max(1.0, (all_seen + circle_prior) / (all_expected + circle_prior));
      all_seen += seen[d], all_expected += expected[d];
      expected[d] *= lift;
    }
  }

  // How many bundles all pairs share by chance. The linked pairs are among them: a count far above what its size
  // explains is cut down to that, pairs that everything else they share links already are left out, and the sum is
  // taken again, until the links no longer hide each other. Terms are made on several threads and added up in one
  // order.
  void learn_chance(const std::vector<std::vector<Outline>>& outlines) {
    std::vector<double> last(happened_.size(), INFINITY);
    for (int round = 0; round < chance_rounds; ++round) {
      std::vector<std::vector<double>> terms(outlines.size());  // by exhibit a: of its pairs' groups and strata
      in_parallel(outlines.size(), room_.threads, [&](size_t a) {
        for (const Outline& pair : outlines[a]) add_terms(pair, round > 0, last, terms[a]);
      });
      std::vector<double> sum(happened_.size());
      for (size_t a = 0; a < outlines.size(); ++a) {
        auto term = terms[a].begin();
        for (const Outline& pair : outlines[a]) {
          if (pair.one_source) continue;
          for (const auto& [group, one] : pair.sums)
            for (size_t d = 0; d < strata_per_kind; ++d) sum[stratum(group, d)] += *term++;
        }
      }
      happened_ = last = std::move(sum);
    }
  }
  void add_terms(const Outline& pair, bool informed, const std::vector<double>& last, std::vector<double>& out) const {
    if (pair.one_source) return;
    double all = 0;
    std::vector<double> credits;
    if (informed) credits = credit(pair);
    for (double most : credits) all += most;
    for (size_t i = 0; i < pair.sums.size(); ++i) {
      const auto& [group, sum] = pair.sums[i];
      const bool linked = informed && all - credits[i] >= linked_by_the_rest;
      for (size_t d = 0; d < strata_per_kind; ++d)
        out.push_back(linked ? 0 : std::min(sum.seen[d], 1 + 2 * share(pair, group) * last[stratum(group, d)]));
    }
  }

  // False when its score is below the least, however its weights are spread: what the groups may count for in all, of
  // correspondents no more than the heaviest would make if all were as heavy.
  bool may_count(const Outline& pair) const {
    if (pair.one_source) return true;
    std::vector<double> credits = credit(pair);
    double most = 0;
    for (size_t i = 0; i < credits.size(); ++i) {
      const auto& [group, sum] = pair.sums[i];
      double part = 1;
      if (group.first == email_ && sum.weight > 0)
        part = std::min(1.0, sum.heaviest / (1 - further_beyond_chance) / sum.weight);
      most += std::max(0.0, credits[i]) * part;
    }
    constexpr double rounding = 1e-6;
    return most >= least_score - rounding;
  }

  void weigh_against_chance(Pair& pair) const {
    Outline outline = outline_of(pair);
    std::map<Group, double> factor;
    std::vector<double> credits = credit(outline);
    for (size_t i = 0; i < credits.size(); ++i) {
      const auto& [group, sum] = outline.sums[i];
      factor[group] = sum.weight > 0 ? std::max(0.0, credits[i] / sum.weight) : 0;
    }
    for (Bundle& bundle : pair.bundles) bundle.weight *= factor[group_of(bundle)];
    heaviest_first(pair.bundles);
    double part = 1;
    for (Bundle& bundle : pair.bundles) {
      if (of_circle(bundle.kind)) bundle.weight *= part, part *= further_beyond_chance;
      pair.score += bundle.weight;
    }
    heaviest_first(pair.bundles);
  }

  // Of all that a pair shares, before it is cut.
  void sum_up(Pair& pair, std::vector<uint8_t>& used) const {
    pair.reasons = pair.bundles.size();
    for (const Bundle& bundle : pair.bundles) {
      pair.kinds.set(number(bundle.kind));
      pair.selectors += bundle.members.size();
      for (uint32_t member : bundle.members) {
        const Kind* kind = input_.selectors[member].kind;
        const bool is_file = kind->name == "file_sha256";
        pair.kinds.set(number(kind));
        pair.files += is_file;
        pair.first_texts += &bundle == &pair.bundles.front() && !is_file && kind->name != document_text;
        std::atomic_ref(used[member]).store(1, std::memory_order_relaxed);  // pairs are made on several threads
      }
    }
  }
  static void cut(Pair& pair, size_t most) {
    size_t kept = 0, members = 0;
    for (; kept < pair.bundles.size() && members < most; ++kept) {
      std::vector<uint32_t>& all = pair.bundles[kept].members;
      if (all.size() > most - members) all.resize(most - members);
      all.shrink_to_fit();
      members += all.size();
    }
    pair.bundles.resize(kept);
    pair.bundles.shrink_to_fit();
  }
  bool may_be_stated(const Pair& pair) const {
    return pair.score.mid >= stated_from || calibrated(pair.score, input_).mid >= stated_from;
  }

  const Case& input_;
  const Method method_;
  const Room room_;
  const uint64_t looked_at_ = sources_looked_at(input_) + assumed_sources;
  const Kind *owner_ = find_kind("owner"), *account_ = find_kind("account");
  size_t email_ = number(find_kind("email"));
  std::vector<double> happened_;  // bundles over all pairs, by kind and stratum, links cut down
  std::vector<uint32_t> set_;     // by selector: number of its set of exhibits, or 0
  // By kind, what is exposed apart: mean amount; sum over pairs of products of amounts.
  std::vector<double> mean_[2], products_[2];
  std::vector<uint32_t> parties_;                       // by selector
  std::unordered_map<uint64_t, Interval> frequencies_;  // by holders
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

std::vector<Pair> score_pairs(const Case& input, const Method& method, const Room& room, std::vector<uint8_t>* used) {
  check(kinds().size() <= decltype(Pair::kinds)().size(), "all kinds have a place in a pair");
  std::vector<uint8_t> unasked;
  return Scorer(input, method, room).run(used ? *used : unasked);
}

}  // namespace weft::link
