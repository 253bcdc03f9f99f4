// How 150 exhibits with hundreds of thousands of selectors each go through a bounded memory.
//
// 1. Every pack in turn is reduced to (exhibit, kind, 64-bit hash) of its different selectors: ten bytes each.
// 2. One grouping over those says which hashes stand on two exhibits or more, and which on too many (hubs).
// 3. Every pack in turn gives the rows of the shared ones, with their containers: at most `places` per selector, best
//    first. Of hubs only the value is kept, for the ledger.
// 4. The rows come back in order of kind, value and exhibit, and become posting lists.
// Two values with one hash would only survive step 2 needlessly: step 4 compares kind and value themselves.
#include "link/gather.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "pack/pack.h"

namespace weft::link {
namespace {

using pack::Database;

constexpr uint64_t least_file = 1024;      // smaller files are templates, markers and settings
constexpr uint64_t whole_file = 1 << 20;   // up to here a file is one container; beyond, stretches of it are
constexpr uint64_t near = 4096;            // bytes between neighbours of one stretch
constexpr unsigned places = 8;             // containers kept per selector and exhibit
constexpr double background_share = 0.01;  // of the background's sources that make a selector part of the background
constexpr size_t examples_shown = 5;

std::string list_of(const std::function<bool(const Kind&)>& wanted) {
  std::string out;
  for (const Kind& kind : kinds())
    if (wanted(kind)) out += (out.empty() ? "" : ", ") + Database::quote(kind.name);
  return out;
}

// Kinds whose value is taken from the feature table as it stands. A bare domain is in every URL, so a URL counts only
// with a query, which is where tokens and identities are.
std::string plain_features() {
  return "kind IN (" + list_of([](const Kind& kind) { return !kind.secret; }) +
         ") AND (kind <> 'url' OR contains(value, '?'))";
}
constexpr std::string_view machine_sid = "'^(S-1-5-21(?:-[0-9]+){3})(?:-[0-9]+)?$'";

// Everything of the attached pack that may be a selector. `token` is a view beside the pack's own.
std::string found() {
  std::string place = R"(, "offset", path, file, file_id, file_offset)";
  return fmt::format(R"(
    SELECT kind, value, value AS shown{place} FROM feature WHERE {plain}
    UNION ALL
    SELECT 'sid_machine', regexp_extract(value, {sid}, 1), regexp_extract(value, {sid}, 1){place}
      FROM feature WHERE kind = 'sid' AND regexp_matches(value, {sid})
    UNION ALL
    SELECT f.kind, t.token, f.value, f."offset", f.path, f.file, f.file_id, f.file_offset
      FROM feature f JOIN token t ON f.kind = t.kind AND f.value = t.value AND f.path = t.path WHERE f.kind IN ({secret})
    UNION ALL
    SELECT 'file_sha256', sha256, sha256, NULL, '#' || file_id || '+0', path, file_id, 0
      FROM file WHERE kind = 'file' AND size >= {least} AND sha256 IS NOT NULL
    UNION ALL
    SELECT 'volume_serial', serial, serial, "offset", CAST("offset" AS VARCHAR), '', NULL, NULL FROM volume WHERE serial <> '')",
                     fmt::arg("place", place), fmt::arg("plain", plain_features()), fmt::arg("sid", machine_sid),
                     fmt::arg("secret", list_of([](const Kind& kind) { return kind.secret; })),
                     fmt::arg("least", least_file));
}

constexpr std::string_view hash_of = "hash(kind || chr(31) || value)";

void attach(Database& database, const Source& source) {
  database.attach_packs({source.folder});
  if (source.tokens.empty())
    database.run(
        "CREATE OR REPLACE TEMP VIEW token AS SELECT kind, value, path, value AS token FROM feature WHERE false");
  else
    database.run("CREATE OR REPLACE TEMP VIEW token AS SELECT * FROM read_parquet(" + Database::quote(source.tokens) +
                 ")");
  database.run("CREATE OR REPLACE TEMP VIEW found AS " + found());
}

void reduce(Database& database, const std::vector<Source>& sources) {
  std::string numbered;
  for (const Kind& kind : kinds()) numbered += (numbered.empty() ? "" : ", ") + Database::quote(kind.name);
  database.run(
      "CREATE TABLE held(no USMALLINT, kind UTINYINT, h UBIGINT); CREATE TABLE label(no USMALLINT, exhibit VARCHAR)");
  for (size_t no = 0; no < sources.size(); ++no) {
    attach(database, sources[no]);
    database.run(fmt::format("INSERT INTO label VALUES ({}, {})", no, Database::quote(sources[no].exhibit)));
    database.run(fmt::format("INSERT INTO held SELECT DISTINCT {}, list_position([{}], kind) - 1, {} FROM found", no,
                             numbered, hash_of));
  }
  database.run(
      "CREATE TABLE shared AS SELECT h, count(DISTINCT no) AS n FROM held GROUP BY h HAVING min(no) <> max(no)");
}

// The rows of shared selectors of the attached pack, with where they lie.
std::string occurrences(size_t no, uint64_t limit) {
  return fmt::format(R"(
    INSERT INTO occurrence
    WITH wanted AS (SELECT f.*, s.n FROM found f JOIN shared s ON hash(f.kind || chr(31) || f.value) = s.h WHERE s.n <= {limit}),
    placed AS (
      SELECT w.kind, w.value, w.shown, w.n, w.path, w.file, w.file_id, coalesce(w."offset", e."offset", 0) AS begin_at,
             CAST(coalesce(w.file_offset, w."offset", 0) AS HUGEINT) AS place, f.sha256, f.type, f.volume,
             coalesce({software}, false) AS software,
             coalesce(f.size > {whole} OR f.type IN ('application/vnd.sqlite3', 'application/x-sqlite3', 'application/mbox',
                      'application/vnd.ms-outlook', 'application/vnd.ms-outlook-pst'), true) AS collection,
             CASE f.state WHEN 'allocated' THEN 0 WHEN 'deleted' THEN 1 WHEN 'orphan' THEN 2 ELSE 3 END AS state
        FROM wanted w LEFT JOIN file f ON w.file_id = f.file_id
        LEFT JOIN (SELECT file_id, min("offset") AS "offset" FROM extent WHERE file_offset = 0 AND kind IN ('data', 'compressed', 'resident') GROUP BY file_id) e
               ON w.file_id = e.file_id AND w.kind = 'file_sha256'),
    neighbours AS (
      SELECT *, CASE WHEN file_id IS DISTINCT FROM lag(file_id) OVER along OR place > lag(place) OVER along + {near} THEN 1 ELSE 0 END AS fresh
        FROM placed WINDOW along AS (ORDER BY file_id NULLS FIRST, place, path, kind, value)),
    contained AS (
      SELECT *, CASE WHEN kind = 'volume_serial' THEN 'v{no}:' || path
                     WHEN kind = 'file_sha256' THEN 'c' || value
                     WHEN NOT collection THEN coalesce('c' || sha256, 'f{no}:' || file_id)
                     ELSE 'r{no}:' || sum(fresh) OVER (ORDER BY file_id NULLS FIRST, place, path, kind, value ROWS UNBOUNDED PRECEDING) END AS container,
             CASE WHEN kind = 'file_sha256' AND contains(file, '/') THEN 'd{no}:' || volume || ':' || regexp_replace(file, '/[^/]*$', '') END AS folder
        FROM neighbours),
    once AS (
      SELECT * FROM contained
      QUALIFY row_number() OVER (PARTITION BY kind, value, container ORDER BY software, state, begin_at, path, file_id) = 1)
    SELECT {no}, kind, value, shown, n, begin_at, path, file, container, folder, sha256, type, software,
           row_number() OVER (PARTITION BY kind, value ORDER BY software, state, begin_at, path, file_id) AS preference
      FROM once QUALIFY preference <= {places})",
                     fmt::arg("no", no), fmt::arg("limit", limit), fmt::arg("software", software_path_sql("w.file")),
                     fmt::arg("whole", whole_file), fmt::arg("near", near), fmt::arg("places", places));
}

void collect(Database& database, const std::vector<Source>& sources) {
  uint64_t limit = hub_limit(sources.size());
  database.run(
      R"(CREATE TABLE occurrence(no USMALLINT, kind VARCHAR, value VARCHAR, shown VARCHAR, n UBIGINT, begin_at UBIGINT, path VARCHAR,
                  file VARCHAR, container VARCHAR, folder VARCHAR, sha256 VARCHAR, type VARCHAR, software BOOLEAN, preference UBIGINT);
                  CREATE TABLE hub(h UBIGINT, kind VARCHAR, value VARCHAR, shown VARCHAR))");
  for (size_t no = 0; no < sources.size(); ++no) {
    attach(database, sources[no]);
    database.run(occurrences(no, limit));
    database.run(fmt::format(
        R"(INSERT INTO hub SELECT s.h, min(f.kind), min(f.value), min(f.shown) FROM found f JOIN shared s ON hash(f.kind || chr(31) || f.value) = s.h
                                WHERE s.n > {} AND NOT EXISTS (SELECT 1 FROM hub WHERE hub.h = s.h) GROUP BY s.h)",
        limit));
  }
  database.run(
      "CREATE TABLE ordered AS SELECT * FROM occurrence ORDER BY kind, value, no, preference; DROP TABLE occurrence");
}

uint64_t number(const Database::Value& value) {
  return value ? std::stoull(*value) : 0;
}
std::string text(const Database::Value& value) {
  return value.value_or("");
}

// How many background sources hold a selector, over all background files.
class Backgrounds {
 public:
  explicit Backgrounds(const std::vector<Background>& all) : all_(all) {
    for (const Background& one : all) sources_ += one.sources();
  }
  uint64_t sources() const { return sources_; }
  uint64_t holding(const Kind& kind, std::string_view value) const {
    if (kind.secret || all_.empty()) return 0;
    uint64_t hash = selector_hash(kind.name, value), sum = 0;
    for (const Background& one : all_) sum += one.holding(hash);
    return sum;
  }
  bool is_common(uint64_t holding) const {
    return holding > 0 && double(holding) >= background_share * double(sources_);
  }
  bool knows_file(const std::string& sha256) {
    if (sha256.empty() || all_.empty()) return false;
    auto [it, fresh] = files_.try_emplace(sha256, false);
    if (fresh) it->second = is_common(holding(*find_kind("file_sha256"), sha256));
    return it->second;
  }

 private:
  const std::vector<Background>& all_;
  uint64_t sources_ = 0;
  std::unordered_map<std::string, bool> files_;
};

// Takes the ordered rows and builds posting lists, or ledger rows, selector by selector.
class Builder {
 public:
  Builder(Gathered& out, Backgrounds& backgrounds) : out_(out), backgrounds_(backgrounds) {}

  void add(const Database::Row& row) {
    if (!open_ || *row[1] != value_ || *row[0] != kind_->name) {
      close();
      start(row);
    }
    auto exhibit = uint32_t(number(row[4]));
    if (holders_.empty() || holders_.back() != exhibit) holders_.push_back(exhibit);
    if (reason_.empty() || reason_ == "software folder" || reason_ == "known file") place(row, exhibit);
  }

  void close() {
    if (!open_) return;
    open_ = false;
    Case& to = out_.input;
    auto count = uint32_t(to.postings.size()) - selector_.first_posting;
    if (!fixed_ && count >= 2) {
      selector_.postings = count;
      to.selectors.push_back(std::move(selector_));
      out_.group.push_back(group_);
    } else {
      to.containers.resize(first_container_);
      to.postings.resize(selector_.first_posting);
      std::string examples;
      for (size_t i = 0; i < std::min(holders_.size(), examples_shown); ++i)
        examples += (examples.empty() ? "" : ", ") + to.exhibits[holders_[i]];
      out_.set_aside.push_back(
          {std::string(kind_->name), selector_.value, reason_, selector_.exhibits, selector_.background, examples});
    }
  }

 private:
  void start(const Database::Row& row) {
    open_ = true;
    kind_ = find_kind(*row[0]);
    check(kind_ != nullptr, "the query asks for known kinds only");
    value_ = *row[1];
    group_ = next_group_++;
    holders_.clear();
    first_container_ = out_.input.containers.size();
    selector_ = {
        kind_, text(row[2]), number(row[3]), backgrounds_.holding(*kind_, value_), uint32_t(out_.input.postings.size()),
        0};
    reason_ = example_reason(kind_->name, kind_->secret ? selector_.value : value_);
    if (reason_.empty() && backgrounds_.is_common(selector_.background)) reason_ = "background";
    if (reason_.empty() && kind_->name == "file_sha256" && software_type(text(row[8]))) reason_ = "program file";
    fixed_ = !reason_.empty();
  }

  void place(const Database::Row& row, uint32_t exhibit) {
    if (text(row[9]) == "true") {
      reason_ = "software folder";
      return;
    }
    if (backgrounds_.knows_file(text(row[7]))) {
      reason_ = "known file";
      return;
    }
    Case& to = out_.input;
    if (to.postings.size() == selector_.first_posting || to.postings.back().exhibit != exhibit)
      to.postings.push_back({exhibit, uint32_t(to.containers.size()), 0});
    for (const Database::Value& container : {row[5], row[6]})
      if (container) {
        to.containers.push_back(containers_.try_emplace(*container, uint32_t(containers_.size())).first->second);
        ++to.postings.back().containers;
      }
  }

  Gathered& out_;
  Backgrounds& backgrounds_;
  std::unordered_map<std::string, uint32_t> containers_;
  bool open_ = false, fixed_ = false;
  const Kind* kind_ = nullptr;
  std::string value_, reason_;
  Selector selector_;
  std::vector<uint32_t> holders_;
  size_t first_container_ = 0;
  uint64_t group_ = 0, next_group_ = 0;
};

void list_hubs(Database& database, Gathered& out, const Backgrounds& backgrounds) {
  std::string query = fmt::format(R"(
    SELECT hub.kind, hub.value, hub.shown, s.n, array_to_string(first_ones, ', ')
      FROM hub JOIN shared s USING (h)
      JOIN (SELECT h, list_sort(list(DISTINCT exhibit))[1:{}] AS first_ones FROM held JOIN label USING (no) WHERE h IN (SELECT h FROM hub) GROUP BY h) USING (h))",
                                  examples_shown);
  database.each(query, [&](const Database::Row& row) {
    const Kind* kind = find_kind(text(row[0]));
    check(kind != nullptr, "the query asks for known kinds only");
    uint64_t background = backgrounds.holding(*kind, text(row[1]));
    std::string reason(example_reason(kind->name, text(kind->secret ? row[2] : row[1])));
    if (reason.empty()) reason = backgrounds.is_common(background) ? "background" : "hub";
    out.set_aside.push_back({text(row[0]), text(row[2]), reason, number(row[3]), background, text(row[4])});
    return true;
  });
}

}  // namespace

std::vector<Source> sources(const std::vector<std::string>& packs, const std::string& tokens) {
  std::vector<Source> out;
  for (const std::string& folder : packs) {
    Source source{folder, pack::info(folder).exhibit, {}};
    std::string table = tokens + "/" + source.exhibit + ".parquet";
    if (!tokens.empty() && exists(table)) source.tokens = table;
    out.push_back(std::move(source));
  }
  std::sort(out.begin(), out.end(), [](const Source& a, const Source& b) { return a.exhibit < b.exhibit; });
  for (size_t i = 1; i < out.size(); ++i)
    if (out[i].exhibit == out[i - 1].exhibit)
      throw Error("two packs carry the same label " + out[i].exhibit, out[i].folder);
  if (out.size() > UINT16_MAX) throw Error("more exhibits than one case can link");
  return out;
}

Gathered gather(Database& database, const std::vector<Source>& sources, const std::vector<Background>& all) {
  Gathered out;
  Backgrounds backgrounds(all);
  out.input.background_sources = backgrounds.sources();
  for (const Source& source : sources) {
    out.input.exhibits.push_back(source.exhibit);
    database.attach_packs({source.folder});
    out.image_hashes.push_back(database.value("SELECT sha256 FROM exhibit").value_or(""));
  }
  reduce(database, sources);
  out.selectors = number(database.value("SELECT count(DISTINCT h) FROM held"));
  out.shared = number(database.value("SELECT count(*) FROM shared"));
  out.input.amounts.assign(sources.size(), Amounts(kinds().size()));
  database.each("SELECT no, kind, count(*) FROM held GROUP BY no, kind", [&](const Database::Row& row) {
    out.input.amounts[number(row[0])][number(row[1])] = number(row[2]);
    return true;
  });
  collect(database, sources);
  Builder builder(out, backgrounds);
  database.each("SELECT kind, value, shown, n, no, container, folder, sha256, type, software FROM ordered",
                [&](const Database::Row& row) {
                  builder.add(row);
                  return true;
                });
  builder.close();
  list_hubs(database, out, backgrounds);
  return out;
}

void addresses(Database& database, const std::function<void(const Address&)>& each) {
  std::string kind, value;
  Address address;
  bool first = true;
  uint64_t groups = 0;
  database.each("SELECT kind, value, no, begin_at, path, file, preference FROM ordered", [&](const Database::Row& row) {
    if (first || *row[0] != kind || *row[1] != value) {
      kind = *row[0], value = *row[1];
      address.group = groups++;
      first = false;
    }
    if (number(row[6]) != 1) return true;
    address.exhibit = uint32_t(number(row[2]));
    address.offset = number(row[3]);
    address.path = text(row[4]), address.file = text(row[5]);
    each(address);
    return true;
  });
}

std::string background_query() {
  return fmt::format(R"(
    SELECT kind, value FROM feature WHERE {plain}
    UNION SELECT 'sid_machine', regexp_extract(value, {sid}, 1) FROM feature WHERE kind = 'sid' AND regexp_matches(value, {sid})
    UNION SELECT 'file_sha256', sha256 FROM file WHERE kind = 'file' AND size > 0 AND sha256 IS NOT NULL
    UNION SELECT 'volume_serial', serial FROM volume WHERE serial <> '')",
                     fmt::arg("plain", plain_features()), fmt::arg("sid", machine_sid));
}

}  // namespace weft::link
