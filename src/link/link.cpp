// The story of linking: open → gather → score → explain → address → write → publish.
#include "link/link.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fcntl.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <stdio.h>
#include <tuple>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "link/background.h"
#include "link/explain.h"
#include "link/gather.h"
#include "link/pairs.h"
#include "link/rows.h"
#include "pack/append.h"
#include "pack/database.h"
#include "pack/pack.h"

namespace weft::link {
namespace {

namespace stdfs = std::filesystem;
using pack::Database;

constexpr size_t evidence_per_link = 200;

// Half for DuckDB; the other half is for posting lists and rows.
Database open_database(const std::string& temporary, const Limits& limits) {
  return Database(temporary, std::max<uint64_t>(limits.memory / 2, 256 * MiB), 2);
}

// Scores are rounded so that they read well and do not hang on the last bit of a floating-point library.
double rounded(double value) {
  return std::round(value * 10000) / 10000;
}

std::string joined(const std::set<std::string_view>& words) {
  std::string out;
  for (std::string_view word : words) (out += out.empty() ? "" : ",") += word;
  return out;
}

struct Tables {
  std::vector<LinkRow> links;
  std::vector<EvidenceRow> evidence;
  std::vector<SetAsideRow> set_aside;
};

// Which evidence row waits for the address of which selector on which exhibit.
struct Wanted {
  uint64_t group = 0;
  uint32_t exhibit = 0;
  size_t row = 0;
  bool side_b = false;
  auto key() const { return std::tuple(group, exhibit, row, side_b); }
};

class Writer {
 public:
  Writer(Gathered& gathered, Tables& out)
      : gathered_(gathered), input_(gathered.input), out_(out), used_(input_.selectors.size()) {}

  void add(const std::vector<Pair>& pairs) {
    for (size_t i = 0; i < pairs.size(); ++i) {
      add_link(pairs[i], i + 1);
      add_evidence(pairs[i]);
    }
    set_aside_unused();
  }

  // Both lists are in order of group and exhibit, so one walk over each is enough.
  void fill_addresses(Database& database) {
    std::sort(wanted_.begin(), wanted_.end(), [](const Wanted& x, const Wanted& y) { return x.key() < y.key(); });
    size_t next = 0;
    addresses(database, [&](const Address& address) {
      auto before = [&](const Wanted& w) {
        return std::tuple(w.group, w.exhibit) < std::tuple(address.group, address.exhibit);
      };
      while (next < wanted_.size() && before(wanted_[next])) ++next;
      for (; next < wanted_.size() && wanted_[next].group == address.group && wanted_[next].exhibit == address.exhibit;
           ++next) {
        EvidenceRow& row = out_.evidence[wanted_[next].row];
        bool b = wanted_[next].side_b;
        (b ? row.offset_b : row.offset_a) = address.offset;
        (b ? row.path_b : row.path_a) = address.path;
        (b ? row.file_b : row.file_a) = address.file;
      }
    });
  }

 private:
  void add_link(const Pair& pair, uint64_t rank) {
    LinkRow row;
    row.exhibit_a = input_.exhibits[pair.a], row.exhibit_b = input_.exhibits[pair.b];
    row.rank = rank;
    row.score = rounded(pair.score);
    row.bundles = pair.bundles.size();
    std::set<std::string_view> names;
    for (const Bundle& bundle : pair.bundles)
      for (uint32_t member : bundle.members) {
        names.insert(input_.selectors[member].kind->name);
        used_[member] = true;
        ++row.selectors;
      }
    row.kinds = joined(names);
    const Selector& strongest = input_.selectors[pair.bundles.front().members.front()];
    row.strongest = std::string(strongest.kind->name) + " " + strongest.value;
    row.innocent = innocent_explanation(input_, pair, gathered_.image_hashes);
    out_.links.push_back(std::move(row));
  }

  void add_evidence(const Pair& pair) {
    size_t written = 0;
    for (size_t i = 0; i < pair.bundles.size(); ++i) {
      const Bundle& bundle = pair.bundles[i];
      for (size_t m = 0; m < bundle.members.size() && written < evidence_per_link; ++m, ++written) {
        uint32_t member = bundle.members[m];
        const Selector& selector = input_.selectors[member];
        EvidenceRow row;
        row.exhibit_a = input_.exhibits[pair.a], row.exhibit_b = input_.exhibits[pair.b];
        row.bundle = i + 1;
        row.kind = selector.kind->name, row.value = selector.value;
        row.weight = m == 0 ? rounded(bundle.weight) : 0;
        row.exhibits = selector.exhibits, row.background = selector.background;
        wanted_.push_back({gathered_.group[member], pair.a, out_.evidence.size(), false});
        wanted_.push_back({gathered_.group[member], pair.b, out_.evidence.size(), true});
        out_.evidence.push_back(std::move(row));
      }
    }
  }

  void set_aside_unused() {
    out_.set_aside = std::move(gathered_.set_aside);
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i]) continue;
      const Selector& selector = input_.selectors[i];
      std::string examples;
      for (uint32_t p = 0; p < std::min<uint32_t>(selector.postings, 5); ++p)
        (examples += p ? ", " : "") += input_.exhibits[input_.postings[selector.first_posting + p].exhibit];
      out_.set_aside.push_back(
          {std::string(selector.kind->name), selector.value,
           selector.kind->alone ? "no more than chance explains" : "weak kind with nothing stronger beside it",
           selector.exhibits, selector.background, examples});
    }
    auto key = [](const SetAsideRow& row) { return std::tie(row.kind, row.value, row.reason, row.examples); };
    std::sort(out_.set_aside.begin(), out_.set_aside.end(),
              [&](const SetAsideRow& x, const SetAsideRow& y) { return key(x) < key(y); });
  }

  Gathered& gathered_;
  const Case& input_;
  Tables& out_;
  std::vector<bool> used_;
  std::vector<Wanted> wanted_;
};

using Json = nlohmann::ordered_json;

template <class Row>
void write_table(Database& database, const std::vector<Row>& rows, const std::string& folder, Json& tables) {
  std::string file = std::string(Row::table) + ".parquet", path = folder + "/" + file;
  pack::write_parquet(database, rows, path);
  tables[std::string(Row::table)] = {
      {"file", file}, {"rows", rows.size()}, {"sha256", sha256_hex(as_bytes(read_file(path)))}};
}

// The folder appears whole: exchanged with the one that was there, if any.
void replace_folder(const std::string& temporary, const std::string& folder) {
  if (!exists(folder)) return publish(temporary, folder);
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) throw Error("cannot replace", folder, errno);
    stdfs::remove_all(folder);  // a file system that cannot exchange
    return publish(temporary, folder);
  }
  stdfs::remove_all(temporary);
}

// Nothing here depends on when or where the linking ran, or on the order of the packs.
Json manifest_head(const LinkOptions& options, const std::vector<Source>& packs,
                   const std::vector<Background>& backgrounds) {
  Json json;
  json["format"] = "weft links";
  json["format_version"] = 1;
  json["weft"] = options.version;
  for (const Source& source : packs)
    json["packs"].push_back({{"exhibit", source.exhibit}, {"manifest_tables", pack::info(source.folder).sha256}});
  json["backgrounds"] = Json::array();
  for (const Background& one : backgrounds)
    json["backgrounds"].push_back(
        {{"name", one.name()}, {"sources", one.sources()}, {"selectors", one.size()}, {"sha256", one.sha256()}});
  json["settings"] = {{"hub_limit", hub_limit(packs.size())},
                      {"least_score", least_score},
                      {"evidence_per_link", evidence_per_link},
                      {"memory", options.limits.memory}};
  return json;
}

std::vector<Background> open_backgrounds(const std::vector<std::string>& paths) {
  std::vector<Background> out;
  for (const std::string& path : paths) out.emplace_back(path);
  std::sort(out.begin(), out.end(), [](const Background& a, const Background& b) { return a.sha256() < b.sha256(); });
  for (size_t i = 1; i < out.size(); ++i)
    if (out[i].sha256() == out[i - 1].sha256()) throw Error("the same background twice", out[i].name());
  return out;
}

}  // namespace

LinkSummary link(const LinkOptions& options) {
  std::vector<Source> packs = sources(options.packs, options.tokens);
  std::vector<Background> backgrounds = open_backgrounds(options.backgrounds);
  Database database = open_database(options.temporary, options.limits);
  Gathered gathered = gather(database, packs, backgrounds);
  std::vector<Pair> pairs = score_pairs(gathered.input);
  Tables tables;
  Writer writer(gathered, tables);
  writer.add(pairs);
  writer.fill_addresses(database);

  std::string fresh = options.folder + ".new";
  stdfs::remove_all(fresh);
  stdfs::create_directories(fresh);
  Json json = manifest_head(options, packs, backgrounds);
  write_table(database, tables.links, fresh, json["tables"]);
  write_table(database, tables.evidence, fresh, json["tables"]);
  write_table(database, tables.set_aside, fresh, json["tables"]);
  write_file(fresh + "/manifest.json", json.dump(2) + "\n");
  replace_folder(fresh, options.folder);
  return {packs.size(), gathered.selectors, gathered.shared, tables.links.size(), tables.set_aside.size()};
}

void build_background(const std::vector<std::string>& packs, const std::string& temporary, const std::string& out,
                      const Limits& limits) {
  Database database = open_database(temporary, limits);
  database.run("CREATE TABLE known(hash UBIGINT)");
  std::vector<Source> all = sources(packs, "");
  for (const Source& source : all) {
    database.attach_packs({source.folder});
    database.run(
        "INSERT INTO known SELECT DISTINCT CAST('0x' || substr(sha256(kind || chr(0) || value), 1, 16) AS UBIGINT) "
        "FROM (" +
        background_query() + ")");
  }
  BackgroundWriter writer(stdfs::path(out).stem().string(), uint32_t(all.size()));
  database.each("SELECT hash, count(*) FROM known GROUP BY hash ORDER BY hash", [&](const Database::Row& row) {
    writer.add({std::stoull(*row[0]), uint32_t(std::stoul(*row[1]))});
    return true;
  });
  writer.write(out);
}

}  // namespace weft::link
