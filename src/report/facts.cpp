#include "report/facts.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "link/link.h"
#include "link/read.h"
#include "pack/database.h"
#include "pack/pack.h"

namespace weft::report {
namespace {

using nlohmann::json;
using pack::Database;
using Row = Database::Row;

// Turns a row of texts into typed fields, in the order they are asked for.
class Fields {
 public:
  explicit Fields(const Row& row) : row_(row) {}
  explicit Fields(Row&&) = delete;  // it only looks at the row
  std::optional<std::string> maybe() { return at_ < row_.size() ? row_[at_++] : std::nullopt; }
  std::string text() { return maybe().value_or(""); }
  uint64_t number() { return parse<uint64_t>(text()); }
  std::optional<uint64_t> maybe_number() {
    auto it = maybe();
    return it ? std::optional(parse<uint64_t>(*it)) : std::nullopt;
  }
  double real() {
    std::string it = text();
    return it.empty() ? 0 : std::strtod(it.c_str(), nullptr);
  }
  bool truth() { return text() == "true"; }

 private:
  template <class Number>
  static Number parse(const std::string& text) {
    Number out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  }
  const Row& row_;
  size_t at_ = 0;
};

std::string text_of(const json& object, const char* key) {
  auto it = object.find(key);
  if (it == object.end() || it->is_null()) return {};
  return it->is_string() ? it->get<std::string>() : it->dump(-1, ' ', false, json::error_handler_t::replace);
}

json parse_json(const std::string& text) {
  json out = json::parse(text, nullptr, false);
  return out.is_object() ? out : json::object();
}

TakenIn read_taken_in(const std::string& path) {
  TakenIn out;
  if (!exists(path)) return out;
  json it = parse_json(read_file(path));
  out.label = text_of(it, "label");
  out.custodian = text_of(it, "custodian");
  out.received_by = text_of(it, "received_by");
  out.received_at = text_of(it, "received_at");
  out.received_from = text_of(it, "received_from");
  out.place = text_of(it, "place");
  out.note = text_of(it, "note");
  out.added_at = text_of(it, "added_at");
  out.added_by = text_of(it, "added_by");
  if (auto files = it.find("evidence"); files != it.end() && files->is_array())
    for (const json& file : *files) {
      if (!file.is_object()) continue;
      TakenIn::EvidenceFile one{text_of(file, "path"), {}};
      if (auto size = file.find("size"); size != file.end() && size->is_number_unsigned())
        one.size = size->get<uint64_t>();
      out.evidence.push_back(std::move(one));
    }
  return out;
}

PackFacts read_pack(const std::string& folder) {
  PackFacts out;
  out.folder = folder;
  json it = parse_json(read_file(folder + "/manifest.json"));
  out.pack_sha256 = text_of(it, "pack_sha256");
  out.version = text_of(it, "weft");
  if (auto lists = it.find("lists"); lists != it.end() && lists->is_array())
    for (const json& list : *lists) {
      if (!list.is_object()) continue;
      const auto terms = list.find("terms");
      out.lists.push_back({text_of(list, "kind"), text_of(list, "path"), text_of(list, "sha256"),
                           terms != list.end() && terms->is_number_unsigned() ? terms->get<uint64_t>() : 0});
    }
  if (auto run = it.find("run"); run != it.end() && run->is_object()) {
    out.started = text_of(*run, "started");
    out.finished = text_of(*run, "finished");
    out.engine = text_of(*run, "engine");
  }
  return out;
}

uint64_t count(Database& database, const std::string& from) {
  return std::strtoull(database.value("SELECT count(*) FROM " + from).value_or("0").c_str(), nullptr, 10);
}

std::vector<Counted> counts(Database& database, const std::string& sql) {
  std::vector<Counted> out;
  for (const Row& row : database.rows(sql)) {
    Fields it(row);
    std::string name = it.text();
    out.push_back({name, it.number()});
  }
  return out;
}

void gather_volumes(Database& database, const std::string& where, const Bounds& bounds, ExhibitFacts& out) {
  out.volumes_in_all = count(database, "volume " + where);
  for (
      const Row& row : database.rows(fmt::format(
          R"(SELECT volume, "offset", size, scheme, slot, description, allocated, file_system, block_size, label, serial
              FROM volume {} ORDER BY volume LIMIT {})",
          where, bounds.volumes))) {
    Fields it(row);
    VolumeRow volume;
    volume.exhibit = out.row.exhibit;
    volume.volume = it.number();
    volume.offset = it.number();
    volume.size = it.number();
    volume.scheme = it.text();
    volume.slot = it.maybe_number();
    volume.description = it.text();
    volume.allocated = it.truth();
    volume.file_system = it.text();
    volume.block_size = it.number();
    volume.label = it.text();
    volume.serial = it.text();
    out.volumes.push_back(std::move(volume));
  }
}

void gather_features(Database& database, const std::string& where, const Bounds& bounds, ExhibitFacts& out) {
  const std::string sql = fmt::format(
      R"(WITH value AS (SELECT kind, value, count(*) AS n FROM feature {} GROUP BY kind, value),
              placed AS (SELECT kind, value, n, row_number() OVER (PARTITION BY kind ORDER BY n DESC, value) AS place,
                                sum(n) OVER (PARTITION BY kind) AS total, count(*) OVER (PARTITION BY kind) AS different
                         FROM value)
         SELECT kind, CAST(total AS UBIGINT), different, value, n FROM placed WHERE place <= {}
         ORDER BY kind, place)",
      where, bounds.top_values);
  database.each(sql, [&](const Row& row) {
    Fields it(row);
    std::string kind = it.text();
    uint64_t total = it.number(), different = it.number();
    if (out.features.empty() || out.features.back().kind != kind) out.features.push_back({kind, total, different, {}});
    std::string value = it.text();
    out.features.back().top.push_back({value, it.number()});
    return true;
  });
}

void gather_problems(Database& database, const std::string& where, const Bounds& bounds, ExhibitFacts& out) {
  out.problems = counts(database, "SELECT stage, count(*) FROM problem " + where + " GROUP BY stage ORDER BY stage");
  const std::string groups =
      R"(SELECT stage, regexp_replace(what, '[0-9]+', '#', 'g') AS shape, count(*) AS n,
                first(what ORDER BY "offset", path, what) AS example, first(path ORDER BY "offset", path, what) AS first_path,
                first("offset" ORDER BY "offset", path, what) AS first_offset FROM problem )" +
      where + " GROUP BY stage, shape";
  out.problem_groups_in_all = count(database, "(" + groups + ")");
  for (const Row& row : database.rows(fmt::format("SELECT stage, example, first_path, first_offset, n FROM ({}) "
                                                  "ORDER BY n DESC, stage, shape LIMIT {}",
                                                  groups, bounds.problems))) {
    Fields it(row);
    ProblemGroup group;
    group.stage = it.text();
    group.example = it.text();
    group.path = it.text();
    group.offset = it.maybe_number();
    group.count = it.number();
    out.problem_groups.push_back(std::move(group));
  }
}

std::vector<ExhibitFacts> gather_exhibits(Database& database, const Bounds& bounds) {
  std::vector<ExhibitFacts> out;
  for (const Row& row : database.rows("SELECT exhibit, format, size, sha256, md5, sha1, stored_md5, stored_sha1, "
                                      "hash_check, parts, metadata FROM exhibit ORDER BY exhibit")) {
    Fields it(row);
    ExhibitFacts one;
    one.row.exhibit = it.text();
    one.row.format = it.text();
    one.row.size = it.number();
    one.row.sha256 = it.text();
    one.row.md5 = it.maybe();
    one.row.sha1 = it.maybe();
    one.row.stored_md5 = it.maybe();
    one.row.stored_sha1 = it.maybe();
    one.row.hash_check = it.text();
    one.row.parts = it.text();
    one.row.metadata = it.text();
    const std::string where = "WHERE exhibit = " + Database::quote(one.row.exhibit);
    gather_volumes(database, where, bounds, one);
    one.files = counts(database, "SELECT state, count(*) FROM file " + where + " GROUP BY state ORDER BY state");
    gather_features(database, where, bounds, one);
    gather_problems(database, where, bounds, one);
    out.push_back(std::move(one));
  }
  return out;
}

// Puts what was recorded beside what was extracted, by label; an exhibit without a pack is kept and said to be one.
void add_taken_in(const ReportOptions& options, std::vector<ExhibitFacts>& exhibits) {
  for (size_t i = 0; i < options.exhibits.size(); ++i) {
    TakenIn it = read_taken_in(options.exhibits[i]);
    if (it.label.empty() && options.exhibits.size() == options.packs.size())
      it.label = pack::info(options.packs[i]).exhibit;
    if (it.label.empty()) it.label = options.exhibits[i];
    auto same = std::find_if(exhibits.begin(), exhibits.end(),
                             [&](const ExhibitFacts& one) { return one.row.exhibit == it.label; });
    if (same == exhibits.end()) {
      ExhibitFacts one;
      one.row.exhibit = it.label;
      one.extracted = false;
      for (const auto& file : it.evidence) one.row.size += file.size.value_or(0);
      same = exhibits.insert(exhibits.end(), std::move(one));
    }
    same->taken_in = std::move(it);
  }
  std::sort(exhibits.begin(), exhibits.end(),
            [](const ExhibitFacts& a, const ExhibitFacts& b) { return a.row.exhibit < b.row.exhibit; });
}

void gather_evidence(Database& database, const Bounds& bounds, std::vector<LinkFacts>& links) {
  std::map<std::pair<std::string, std::string>, LinkFacts*> by_pair;
  for (LinkFacts& it : links)
    if (it.row.rank <= bounds.links_in_detail) by_pair[{it.row.exhibit_a, it.row.exhibit_b}] = &it;
  const std::string sql = fmt::format(
      R"(WITH placed AS (SELECT e.*, row_number() OVER same AS place, count(*) OVER (PARTITION BY e.exhibit_a, e.exhibit_b, e.bundle) AS many
                         FROM evidence e JOIN link l ON e.exhibit_a = l.exhibit_a AND e.exhibit_b = l.exhibit_b
                         WHERE l.rank <= {} AND e.bundle <= {}
                         WINDOW same AS (PARTITION BY e.exhibit_a, e.exhibit_b, e.bundle
                                         ORDER BY e.weight DESC, e.kind, e.value, e.offset_a, e.path_a, e.offset_b, e.path_b))
         SELECT exhibit_a, exhibit_b, bundle, kind, value, weight, exhibits, background,
                offset_a, path_a, file_a, offset_b, path_b, file_b, many
         FROM placed WHERE place <= {} ORDER BY exhibit_a, exhibit_b, bundle, place)",
      bounds.links_in_detail, bounds.bundles, bounds.selectors);
  database.each(sql, [&](const Row& row) {
    Fields it(row);
    link::EvidenceRow one;
    one.exhibit_a = it.text();
    one.exhibit_b = it.text();
    one.bundle = it.number();
    one.kind = it.text();
    one.value = it.text();
    one.weight = it.real();
    one.exhibits = it.number();
    one.background = it.number();
    one.offset_a = it.number();
    one.path_a = it.text();
    one.file_a = it.text();
    one.offset_b = it.number();
    one.path_b = it.text();
    one.file_b = it.text();
    auto found = by_pair.find({one.exhibit_a, one.exhibit_b});
    if (found == by_pair.end()) return true;
    auto& bundles = found->second->bundles;
    if (bundles.empty() || bundles.back().selectors.front().bundle != one.bundle) bundles.push_back({{}, it.number()});
    bundles.back().selectors.push_back(std::move(one));
    return true;
  });
}

void gather_set_aside(Database& database, const Bounds& bounds, CaseFacts& out) {
  const std::string sql = fmt::format(
      R"(WITH placed AS (SELECT *, count(*) OVER (PARTITION BY reason) AS n,
                                row_number() OVER (PARTITION BY reason ORDER BY exhibits DESC, kind, value) AS place
                         FROM set_aside)
         SELECT reason, n, kind, value, exhibits, background, examples FROM placed WHERE place <= {}
         ORDER BY n DESC, reason, place)",
      bounds.set_aside);
  for (const Row& row : database.rows(sql)) {
    Fields it(row);
    std::string reason = it.text();
    uint64_t count = it.number();
    if (out.set_aside.empty() || out.set_aside.back().reason != reason) out.set_aside.push_back({reason, count, {}});
    link::SetAsideRow one;
    one.reason = reason;
    one.kind = it.text();
    one.value = it.text();
    one.exhibits = it.number();
    one.background = it.number();
    one.examples = it.text();
    out.set_aside.back().examples.push_back(std::move(one));
  }
}

void gather_links(Database& database, const ReportOptions& options, const Bounds& bounds, CaseFacts& out) {
  if (options.links.empty() || !exists(options.links + "/link.parquet")) return;
  database.attach_links(options.links);
  out.linked = true;
  out.links_in_all = count(database, "link");
  for (link::LinkRow& row : link::read<link::LinkRow>(database, fmt::format("ORDER BY rank LIMIT {}", bounds.links)))
    out.links.push_back({std::move(row), {}});
  out.supported = std::stoull(database.value("SELECT count(*) FROM link WHERE statement = 'supported'").value_or("0"));
  out.without_reason = count(database, "link WHERE bundles = 0");
  gather_evidence(database, bounds, out.links);
  gather_set_aside(database, bounds, out);
  // Links of an earlier version may lack these.
  auto has = [&](const char* table) { return exists(options.links + "/" + table + ".parquet"); };
  if (has("cluster")) out.clusters = link::read<link::ClusterRow>(database, "ORDER BY cluster, exhibit");
  if (has("owner")) out.owners = link::read<link::OwnerRow>(database, "WHERE rank <= 2 ORDER BY exhibit, rank");
  auto linked = counts(database,
                       "SELECT exhibit_a, 1 FROM link WHERE bundles > 0 UNION "
                       "SELECT exhibit_b, 1 FROM link WHERE bundles > 0");
  out.behind = link::behind(options.links, options.packs);
  for (const ExhibitFacts& exhibit : out.exhibits)
    if (exhibit.extracted && std::find(out.behind.begin(), out.behind.end(), exhibit.row.exhibit) == out.behind.end() &&
        std::none_of(linked.begin(), linked.end(), [&](const Counted& it) { return it.name == exhibit.row.exhibit; }))
      out.unlinked.push_back(exhibit.row.exhibit);
}

// The log's entries name each other's hashes; that they do is checked here, that each hash is the entry's own by
// `weft verify`, which knows how it is made.
void read_log(const std::string& path, const Bounds& bounds, CaseFacts& out) {
  if (path.empty() || !exists(path)) {
    out.log_remark = "There is no case log.";
    return;
  }
  const std::string content = read_file(path);
  std::string previous;
  for (size_t at = 0; at < content.size();) {
    size_t end = std::min(content.find('\n', at), content.size());
    std::string line = content.substr(at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    ++out.log_entries;
    json it = parse_json(line);
    LogEntry one{text_of(it, "seq"),    text_of(it, "time"),   text_of(it, "actor"),
                 text_of(it, "action"), text_of(it, "detail"), text_of(it, "hash")};
    if (out.log_remark.empty()) {
      if (one.hash.empty())
        out.log_remark = fmt::format("Entry {} of the log cannot be read.", out.log_entries);
      else if (out.log_entries > 1 && text_of(it, "previous") != previous)
        out.log_remark = fmt::format("Entry {} of the log does not continue the one before it.", out.log_entries);
    }
    previous = one.hash;
    out.log.push_back(std::move(one));
    if (out.log.size() > bounds.log_entries) out.log.erase(out.log.begin());
  }
}

}  // namespace

uint64_t ExhibitFacts::total(const std::vector<Counted>& list) {
  uint64_t out = 0;
  for (const Counted& it : list) out += it.count;
  return out;
}

uint64_t ExhibitFacts::feature_count() const {
  uint64_t out = 0;
  for (const KindFacts& it : features) out += it.count;
  return out;
}

uint64_t ExhibitFacts::deleted_count() const {
  uint64_t out = 0;
  for (const Counted& it : files)
    if (it.name != "allocated") out += it.count;
  return out;
}

uint64_t CaseFacts::set_aside_count() const {
  uint64_t out = 0;
  for (const SetAsideGroup& it : set_aside) out += it.count;
  return out;
}

std::vector<std::string> CaseFacts::not_extracted() const {
  std::vector<std::string> out;
  for (const ExhibitFacts& it : exhibits)
    if (!it.extracted) out.push_back(it.row.exhibit);
  return out;
}

CaseFacts gather(const ReportOptions& options, const Bounds& bounds) {
  CaseFacts out;
  out.name = options.case_name;
  out.version = options.version;
  out.made_at = to_text(from_seconds(now().nanoseconds / 1'000'000'000).value_or(Time{}));
  out.limits = options.limits;

  Database database(options.temporary, options.limits.memory / 2);
  out.scope = options.scope.rules();
  database.attach_packs(options.packs, options.scope);
  out.exhibits = gather_exhibits(database, bounds);
  add_taken_in(options, out.exhibits);
  for (const std::string& folder : options.packs) {
    PackFacts it = read_pack(folder);
    const std::string label = pack::info(folder).exhibit;
    for (ExhibitFacts& one : out.exhibits)
      if (one.row.exhibit == label) one.pack = it;
  }
  gather_links(database, options, bounds, out);
  read_log(options.case_log, bounds, out);
  return out;
}

std::string summary(const ReportOptions& options, bool colour) {
  Bounds bounds;
  bounds.links = 10;
  bounds.links_in_detail = 0;
  return terminal(gather(options, bounds), exists(options.out) ? options.out : "", colour);
}

void write_html(const ReportOptions& options) {
  write_file(options.out, page(gather(options)));
}

}  // namespace weft::report
