// The story of linking: open → index → gather → score → state → write → publish.
#include "link/link.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "link/background.h"
#include "link/dates.h"
#include "link/direction.h"
#include "link/gather.h"
#include "link/index.h"
#include "link/pairs.h"
#include "link/rows.h"
#include "link/statement.h"
#include "link/tables.h"
#include "pack/append.h"
#include "pack/database.h"
#include "pack/pack.h"

namespace weft::link {
namespace {

namespace stdfs = std::filesystem;
using pack::Database;

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
                   const std::vector<Background>& backgrounds, const Case& input) {
  Json json;
  json["format"] = "weft links";
  json["format_version"] = 2;
  json["weft"] = options.version;
  for (const Source& source : packs)
    json["packs"].push_back({{"exhibit", source.exhibit}, {"manifest_tables", pack::info(source.folder).sha256}});
  json["backgrounds"] = Json::array();
  for (const Background& one : backgrounds)
    json["backgrounds"].push_back(
        {{"name", one.name()}, {"sources", one.sources()}, {"selectors", one.size()}, {"sha256", one.sha256()}});
  json["settings"] = {{"hub_limit", hub_limit(packs.size())},   {"least_score", least_score},
                      {"evidence_per_link", evidence_per_link}, {"evidence_per_lead", evidence_per_lead},
                      {"ranks_in_full", ranks_in_full},         {"sources_looked_at", sources_looked_at(input)},
                      {"least_sources", least_sources},         {"stated_from", stated_from},
                      {"absent_log10_lr", absent_log10_lr()}};
  return json;
}

std::vector<Background> open_backgrounds(const LinkOptions& options) {
  std::vector<BackgroundKey> keys;
  for (const std::string& path : options.background_keys) keys.push_back(read_background_key(path));
  std::vector<Background> out;
  for (const std::string& path : options.backgrounds) out.emplace_back(path, keys);
  std::sort(out.begin(), out.end(), [](const Background& a, const Background& b) { return a.sha256() < b.sha256(); });
  for (size_t i = 1; i < out.size(); ++i)
    if (out[i].sha256() == out[i - 1].sha256()) throw Error("the same background twice", out[i].name());
  return out;
}

}  // namespace

LinkSummary link(const LinkOptions& options) {
  std::vector<Source> packs = sources(options.packs, options.tokens, options.indexes);
  std::vector<Background> backgrounds = open_backgrounds(options);
  stdfs::create_directories(options.indexes);
  std::vector<Index> indexes = open_indexes(packs, options.temporary, options.limits, options.threads);
  Gathered gathered = gather(packs, indexes, backgrounds, options.threads);
  std::vector<Pair> pairs = score_pairs(gathered.input, options.method);
  std::vector<Statement> statements = state(pairs, gathered.input, options.method);
  LinkSummary summary{packs.size(), gathered.selectors, gathered.shared, pairs.size(), 0, 0};
  Tables tables = make_tables(gathered, indexes, pairs, statements);
  summary.set_aside = tables.set_aside.size();
  for (const LinkRow& row : tables.links) summary.supported += row.statement == "supported";

  std::string fresh = options.folder + ".new";
  stdfs::remove_all(fresh);
  stdfs::create_directories(fresh);
  Database database(options.temporary, std::max<uint64_t>(options.limits.memory / 2, 256 * MiB), 2);
  Json json = manifest_head(options, packs, backgrounds, gathered.input);
  write_table(database, tables.links, fresh, json["tables"]);
  write_table(database, tables.evidence, fresh, json["tables"]);
  write_table(database, tables.set_aside, fresh, json["tables"]);
  write_table(database, tables.owners, fresh, json["tables"]);
  write_table(database, tables.clusters, fresh, json["tables"]);
  database.attach_packs(options.packs);
  database.attach_links(fresh);
  write_table(database, directions(database), fresh, json["tables"]);
  write_table(database, dates(database), fresh, json["tables"]);
  write_file(fresh + "/manifest.json", json.dump(2) + "\n");
  replace_folder(fresh, options.folder);
  return summary;
}

}  // namespace weft::link
