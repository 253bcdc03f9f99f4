// The story: read truth and links → rank → recall → false links → calibration → owners → addresses → baselines.
//
// Unit is the unordered pair of exhibits, all n (n - 1) / 2 of them: a pair that the link table does not have stands
// last, tied with its like. Pairs of one owner depend on each other, so intervals of average precision come from
// drawing owners (not pairs) with replacement: a pair counts as often as both of its owners were drawn.
#include "evaluate/evaluate.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "model/text_signature.h"
#include "pack/database.h"

namespace weft::evaluate {
namespace {

using pack::Database;

constexpr size_t draws = 200;
constexpr size_t wrong_shown = 10;
constexpr double lowest = -std::numeric_limits<double>::infinity();

struct Link {
  uint64_t rank = 0;
  double score = 0;
  std::optional<double> log10_lr;
  bool stated = false;
};

struct Links {
  std::map<PairOf, Link> all;
  bool states = false, weighs = false;
  double absent = 0;

  const Link* find(const PairOf& pair) const {
    auto it = all.find(pair);
    return it == all.end() ? nullptr : &it->second;
  }
};

struct Scene {
  const Truth& truth;
  std::vector<PairOf> pairs;  // in order of pair_index
  std::vector<size_t> source_a, source_b;
  size_t sources = 0;
};

bool has_column(Database& database, const std::string& file, const std::string& column) {
  return database
             .value(fmt::format("SELECT count(*) FROM (DESCRIBE SELECT * FROM read_parquet({})) WHERE column_name = {}",
                                Database::quote(file), Database::quote(column)))
             .value_or("0") != "0";
}

Links read_links(Database& database, const std::string& folder, size_t linked) {
  Links out;
  std::string file = folder + "/link.parquet";
  if (!exists(file)) throw Error("no link tables here; run weft link first", folder);
  out.weighs = has_column(database, file, "log10_lr");
  out.states = has_column(database, file, "statement");
  database.each(fmt::format("SELECT exhibit_a, exhibit_b, rank, score, {}, {} FROM read_parquet({})",
                            out.weighs ? "log10_lr" : "NULL", out.states ? "statement" : "''", Database::quote(file)),
                [&](const Database::Row& row) {
                  Link link{std::stoull(*row[2]), std::stod(*row[3]), {}, false};
                  if (row[4]) link.log10_lr = std::stod(*row[4]);
                  link.stated = out.states ? row[5] == "supported" : link.rank <= linked;
                  out.all[pair_of(*row[0], *row[1])] = link;
                  return true;
                });
  auto manifest = nlohmann::json::parse(read_file(folder + "/manifest.json"), nullptr, false);
  if (manifest.is_object() && manifest.contains("settings"))
    out.absent = manifest["settings"].value("absent_log10_lr", 0.0);
  return out;
}

Scene lay_out(const Truth& truth) {
  Scene out{truth, {}, {}, {}, 0};
  std::map<std::string, size_t> source;  // an owner's exhibits are one source; one without an owner is its own
  std::vector<size_t> of;
  for (const std::string& exhibit : truth.exhibits) {
    auto owner = truth.owner.find(exhibit);
    of.push_back(source.try_emplace(owner == truth.owner.end() ? exhibit : owner->second, source.size()).first->second);
  }
  out.sources = source.size();
  for (size_t a = 0; a < truth.exhibits.size(); ++a)
    for (size_t b = a + 1; b < truth.exhibits.size(); ++b) {
      out.pairs.push_back({truth.exhibits[a], truth.exhibits[b]});
      out.source_a.push_back(of[a]), out.source_b.push_back(of[b]);
    }
  return out;
}

// The 5th and 95th percentile over draws of sources with replacement, of each of the measures. Draws without linked
// pairs, of which some measures say nothing (NaN), are left out of theirs.
using Measures = std::function<std::vector<double>(const std::vector<Scored>&)>;
std::vector<Interval> bootstrap(const Scene& scene, std::vector<Scored> pairs, const Measures& measures) {
  uint64_t state = 1;
  auto next = [&] {  // splitmix64: the same draws on every machine
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  };
  std::vector<std::vector<double>> drawn;  // by measure
  for (size_t draw = 0; draw < draws; ++draw) {
    std::vector<double> times(scene.sources);
    for (size_t i = 0; i < scene.sources; ++i) times[next() % scene.sources] += 1;
    for (size_t i = 0; i < pairs.size(); ++i) {
      size_t a = scene.source_a[i], b = scene.source_b[i];
      pairs[i].weight = a == b ? times[a] : times[a] * times[b];
    }
    const std::vector<double> values = measures(pairs);
    drawn.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i)
      if (!std::isnan(values[i])) drawn[i].push_back(values[i]);
  }
  std::vector<Interval> out;
  for (std::vector<double>& values : drawn) {
    std::sort(values.begin(), values.end());
    const size_t cut = values.size() / 20;
    out.push_back(values.empty() ? Interval{NAN, NAN} : Interval{values[cut], values[values.size() - 1 - cut]});
  }
  return out;
}

Ranking rank(const Scene& scene, const Ranked& ranked) {
  std::vector<Scored> pairs;
  for (size_t i = 0; i < scene.pairs.size(); ++i)
    pairs.push_back({ranked.scores[i], scene.truth.pairs.count(scene.pairs[i]) > 0});
  const Interval interval =
      bootstrap(scene, pairs, [](const auto& drawn) { return std::vector{average_precision(drawn)}; })[0];
  return {ranked.method, average_precision(pairs), interval, precision_at(pairs, 10),
          precision_at(pairs, scene.truth.pairs.size())};
}

Ranked by_rank(const Scene& scene, const Links& links, const std::string& name) {
  Ranked out{name, {}};
  for (const PairOf& pair : scene.pairs) {
    const Link* link = links.find(pair);
    out.scores.push_back(link ? -double(link->rank) : lowest);
  }
  return out;
}

// ------------------------------------------------------------------------------------------------------------- recall

std::string strength_name(uint64_t strength) {
  if (strength < 3) return std::to_string(strength);
  return strength < 5 ? "3-4" : strength < 10 ? "5-9" : strength < 30 ? "10-29" : "30 and more";
}

class Recalls {
 public:
  void count(const std::string& of, bool shown, bool first, bool stated) {
    auto [it, fresh] = at_.try_emplace(of, out_.size());
    if (fresh) out_.push_back({of, 0, 0, 0, 0});
    Recall& to = out_[it->second];
    ++to.total;
    to.shown += shown, to.first += first, to.stated += stated;
  }
  std::vector<Recall> rows() const { return out_; }

 private:
  std::map<std::string, size_t> at_;
  std::vector<Recall> out_;
};

std::vector<Recall> by_name(std::vector<Recall> rows) {
  std::sort(rows.begin(), rows.end(), [](const Recall& x, const Recall& y) { return x.of < y.of; });
  return rows;
}

void recall_pairs(const Truth& truth, const Links& links, Evaluation& out) {
  std::map<uint64_t, std::vector<std::pair<PairOf, const TruePair*>>> by_strength;
  for (const auto& [pair, what] : truth.pairs) by_strength[what.strength].push_back({pair, &what});
  Recalls strengths, kinds;
  for (const auto& [strength, pairs] : by_strength)
    for (const auto& [pair, what] : pairs) {
      const Link* link = links.find(pair);
      bool first = link && link->rank <= truth.pairs.size(), stated = link && link->stated;
      strengths.count("all", link, first, stated);
      if (strength >= 3) strengths.count("3 and more", link, first, stated);
      strengths.count(strength_name(strength), link, first, stated);
      for (const std::string& one : what->links)
        if (one != "planted") kinds.count(one, link, first, stated);
      if (what->planted > 0) kinds.count(fmt::format("planted {:>2}", what->planted), link, first, stated);
    }
  out.by_strength = strengths.rows();
  out.by_link = by_name(kinds.rows());
}

// What a selector may be called in the truth: its value, or the part of it that names the thing itself (a camera's
// serial stands behind its maker, a device's behind vendor and product).
std::vector<std::string> names_of(const std::string& value) {
  std::vector<std::string> out{lower_ascii(value)};
  for (char sign : {' ', ':'})
    if (size_t at = value.rfind(sign); at != std::string::npos) out.push_back(lower_ascii(value.substr(at + 1)));
  return out;
}

// A file's path, as a FAT leaves it when the file is deleted: without the first sign of its name.
std::string path_without_first_sign(std::string path) {
  const size_t name = path.rfind('/') + 1;  // npos + 1 is 0
  if (name < path.size()) path[name] = '_';
  return path;
}

// An item counts once for each pair of exhibits that it ties. It is shown when the evidence of their link names it.
void recall_items(Database& database, const Truth& truth, const Links& links, const std::string& folder,
                  Evaluation& out) {
  std::set<std::tuple<PairOf, std::string>> evidence;
  std::set<std::tuple<PairOf, std::string, std::string>> texts;  // what is alike has no value in common, but two files
  std::string file = folder + "/evidence.parquet";
  if (exists(file))
    database.each(
        "SELECT exhibit_a, exhibit_b, value, kind, file_a, file_b FROM read_parquet(" + Database::quote(file) + ")",
        [&](const Database::Row& row) {
          if (*row[3] == document_text)
            texts.insert({{*row[0], *row[1]}, path_without_first_sign(*row[4]), path_without_first_sign(*row[5])});
          for (std::string& name : names_of(*row[2])) evidence.insert({pair_of(*row[0], *row[1]), std::move(name)});
          return true;
        });
  Recalls kinds, layers, cells;
  for (const Item& item : truth.items) {
    std::set<PairOf> tied, alike;
    for (const PlantedPlace& x : item.places)
      for (const PlantedPlace& y : item.places) {
        const PairOf pair{x.exhibit, y.exhibit};
        if (x.exhibit < y.exhibit && truth.pairs.count(pair)) tied.insert(pair);
        if (texts.count({pair, path_without_first_sign(x.file), path_without_first_sign(y.file)})) alike.insert(pair);
      }
    for (const PairOf& pair : tied) {
      const Link* link = links.find(pair);
      bool shown =
          item.kind == document_text ? alike.count(pair) > 0 : evidence.count({pair, lower_ascii(item.value)}) > 0;
      bool first = link && link->rank <= truth.pairs.size(), stated = link && link->stated;
      kinds.count(item.kind, shown, first, stated);
      layers.count(item.layer, shown, first, stated);
      cells.count(fmt::format("{} / {} / {}", item.kind, strength_name(truth.pairs.at(pair).strength), item.layer),
                  shown, first, stated);
    }
  }
  out.by_kind = by_name(kinds.rows()), out.by_layer = by_name(layers.rows()), out.by_cell = by_name(cells.rows());
}

// -------------------------------------------------------------------------------------------------------- false links

void false_links(const Scene& scene, const Links& links, Evaluation& out) {
  auto count = [&](const std::string& of, const auto& wanted) {
    FalseLinks row{of, 0, 0, {}};
    for (const PairOf& pair : scene.pairs) {
      if (scene.truth.pairs.count(pair) || !wanted(pair)) continue;
      ++row.pairs;
      const Link* link = links.find(pair);
      row.stated += link && link->stated;
    }
    Interval share = proportion_interval(row.stated, row.pairs);
    row.per_thousand = {1000 * share.low, 1000 * share.high};
    out.false_links.push_back(row);
  };
  const std::set<PairOf>& acquainted = scene.truth.acquainted;
  count("all unrelated", [&](const PairOf& pair) { return acquainted.count(pair) == 0; });
  std::set<PairOf> decoys;
  for (const auto& [name, pairs] : scene.truth.decoys) {
    decoys.insert(pairs.begin(), pairs.end());
    count(name, [&, among = &pairs](const PairOf& pair) { return among->count(pair) > 0; });
  }
  count("no decoy", [&](const PairOf& pair) { return decoys.count(pair) + acquainted.count(pair) == 0; });
  if (!acquainted.empty())
    count("acquainted, not counted above", [&](const PairOf& pair) { return acquainted.count(pair) > 0; });
}

// --------------------------------------------------------------------------------------------------------- calibration

constexpr double score_most = 8;  // beyond, nothing is in doubt any more

void calibrate(const Scene& scene, const Links& links, Evaluation& out) {
  if (!links.weighs) return;
  Calibration to;
  to.absent = links.absent;
  std::vector<Scored> pairs, scores;
  uint64_t linked = 0, against = 0, others = 0, in_favour = 0;
  for (const PairOf& pair : scene.pairs) {
    const Link* link = links.find(pair);
    double weight = !link ? links.absent : link->log10_lr.value_or(0);
    to.unsaid += link && !link->log10_lr;
    bool is_linked = scene.truth.pairs.count(pair) > 0;
    (is_linked ? linked : others) += 1;
    against += is_linked && weight < 0;
    in_favour += !is_linked && weight > 0;
    pairs.push_back({weight, is_linked});
    scores.push_back({link ? link->score : 0, is_linked});
  }
  to.cllr = cllr(pairs), to.least = cllr_min(pairs);
  const std::vector<Interval> intervals = bootstrap(scene, pairs, [](const std::vector<Scored>& drawn) {
    const double all = cllr(drawn), least = cllr_min(drawn);
    return std::vector{all, least, all - least};
  });
  to.of_cllr = intervals[0], to.of_least = intervals[1], to.of_loss = intervals[2];
  to.fit = calibration_line(scores, score_most);
  to.misleading_linked = linked ? double(against) / double(linked) : 0;
  to.misleading_others = others ? double(in_favour) / double(others) : 0;
  out.calibration = to;
}

// ------------------------------------------------------------------------------------------------- owners and
// addresses

void owners(Database& database, const Truth& truth, const std::string& folder, Evaluation& out) {
  std::string file = folder + "/owner.parquet";
  if (!exists(file)) return;
  std::map<std::string, std::string> first;
  database.each("SELECT exhibit, value FROM read_parquet(" + Database::quote(file) +
                    ") WHERE kind = 'email' QUALIFY row_number() OVER (PARTITION BY exhibit ORDER BY rank) = 1",
                [&](const Database::Row& row) {
                  first[*row[0]] = lower_ascii(*row[1]);
                  return true;
                });
  for (const auto& [exhibit, owner] : truth.owner) {
    const auto known = truth.addresses.find(owner);
    ++out.owners;
    if (first[exhibit] == owner || (known != truth.addresses.end() && known->second.count(first[exhibit])))
      ++out.owners_right;
    else if (out.owners_wrong.size() < wrong_shown)
      out.owners_wrong.push_back(
          fmt::format("{}: {} is {}", exhibit, owner, first[exhibit].empty() ? "nobody" : first[exhibit]));
  }
}

// Evidence rows spread over the table, both sides.
void read_again(Database& database, const Options& options, const std::string& file, Offsets& out) {
  uint64_t rows =
      std::stoull(database.value("SELECT count(*) FROM read_parquet(" + Database::quote(file) + ")").value_or("0"));
  uint64_t step = std::max<uint64_t>(1, (rows + options.samples - 1) / std::max<uint64_t>(1, options.samples));
  for (const auto& row : database.rows(fmt::format(
           "SELECT exhibit_a, path_a, exhibit_b, path_b, kind, value FROM (SELECT *, row_number() OVER () AS n FROM "
           "read_parquet({})) WHERE (n - 1) % {} = 0",
           Database::quote(file), step)))
    for (size_t side : {0, 2}) {
      ++out.sides;
      Held held = options.holds(*row[side], *row[side + 1], *row[4], *row[5]);
      out.there += held == Held::there, out.in_record += held == Held::in_record;
      if (held == Held::no && out.wrong.size() < wrong_shown)
        out.wrong.push_back(fmt::format("{}:{} does not hold {} {}", *row[side], *row[side + 1], *row[4], *row[5]));
    }
}

void addresses(Database& database, const Truth& truth, const Options& options, Evaluation& out) {
  std::string file = options.links + "/evidence.parquet";
  if (!exists(file)) return;
  if (options.holds) read_again(database, options, file, out.offsets);
  std::map<std::pair<std::string, std::string>, std::set<uint64_t>> planted;  // exhibit, value -> offsets
  std::set<std::pair<std::string, std::string>> unknown;                      // where some place has no offset
  for (const Item& item : truth.items)
    for (const PlantedPlace& place : item.places) {
      auto key = std::pair(place.exhibit, lower_ascii(item.value));
      if (place.offset)
        planted[key].insert(*place.offset);
      else
        unknown.insert(key);
    }
  database.each(
      "SELECT exhibit_a, offset_a, exhibit_b, offset_b, value FROM read_parquet(" + Database::quote(file) + ")",
      [&](const Database::Row& row) {
        for (size_t side : {0, 2}) {
          auto key = std::pair(*row[side], lower_ascii(*row[4]));
          auto it = planted.find(key);
          if (it == planted.end() || unknown.count(key)) continue;
          ++out.offsets.planted;
          uint64_t at = std::stoull(*row[side + 1]);
          auto next = it->second.lower_bound(at);
          bool near = next != it->second.end() && *next - at < record;
          (!near ? out.offsets.elsewhere : *next == at ? out.offsets.exact : out.offsets.before) += 1;
        }
        return true;
      });
}

}  // namespace

Evaluation evaluate(const Options& options) {
  Truth truth = read_truth(options.truth);
  if (truth.exhibits != options.labels)
    throw Error(fmt::format("the case holds {} exhibits and the truth speaks of {}; they must be the same ones",
                            options.labels.size(), truth.exhibits.size()),
                options.truth);
  Database database(options.temporary, std::max<uint64_t>(options.memory / 2, 256 * MiB), 2);
  Scene scene = lay_out(truth);
  Links links = read_links(database, options.links, truth.pairs.size());
  Evaluation out;
  out.exhibits = truth.exhibits.size(), out.pairs = scene.pairs.size(), out.linked = truth.pairs.size();
  out.states = links.states;
  out.rankings.push_back(rank(scene, by_rank(scene, links, "weft")));
  for (const auto& [name, folder] : options.ablations)
    out.rankings.push_back(
        rank(scene, by_rank(scene, read_links(database, folder, truth.pairs.size()), "weft, " + name)));
  recall_pairs(truth, links, out);
  recall_items(database, truth, links, options.links, out);
  false_links(scene, links, out);
  calibrate(scene, links, out);
  owners(database, truth, options.links, out);
  addresses(database, truth, options, out);
  if (options.with_baselines)
    for (const Ranked& one : baselines(database, options.packs, truth)) out.rankings.push_back(rank(scene, one));
  return out;
}

}  // namespace weft::evaluate
