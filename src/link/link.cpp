// The story of linking: open → index → gather → score → state → write → publish.
#include "link/link.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stdio.h>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "link/background.h"
#include "link/dates.h"
#include "link/direction.h"
#include "link/expand.h"
#include "link/gather.h"
#include "link/index.h"
#include "link/pairs.h"
#include "link/rows.h"
#include "link/statement.h"
#include "link/tables.h"
#include "pack/append.h"
#include "pack/database.h"
#include "pack/pack.h"
#include "pack/scope_tables.h"

namespace weft::link {
namespace {

namespace stdfs = std::filesystem;
using pack::Database;

using Json = nlohmann::ordered_json;

// A table from rows that come some at a time, until none come.
template <class Row, class Next>
Json write_table(Database& database, Next next_rows, const std::string& folder) {
  const std::string file = std::string(Row::table) + ".parquet", path = folder + "/" + file;
  std::vector<Row> rows = next_rows();
  size_t at = 0, written = 0;
  const pack::NextRow next = [&](pack::RowFiller& out) {
    if (at == rows.size() && at > 0) rows = next_rows(), at = 0;
    if (rows.empty()) return false;
    std::apply([&](const auto&... column) { (out.put(rows[at].*column.member), ...); }, columns_of<Row>);
    ++at, ++written;
    return true;
  };
  pack::write_parquet_rows(database, pack::table_info<Row>(), next, path);
  return {{"file", file}, {"rows", written}, {"sha256", sha256_hex(Mapping(path).bytes())}};
}
template <class Row>
Json write_rows(Database& database, std::vector<Row>& rows, const std::string& folder) {
  return write_table<Row>(
      database, [&] { return std::exchange(rows, {}); }, folder);
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
  json["format_version"] = links_version;
  json["weft"] = options.version;
  for (const Source& source : packs)
    json["packs"].push_back({{"exhibit", source.exhibit}, {"manifest_tables", pack::info(source.folder).sha256}});
  json["backgrounds"] = Json::array();
  for (const Background& one : backgrounds)
    json["backgrounds"].push_back(
        {{"name", one.name()}, {"sources", one.sources()}, {"selectors", one.size()}, {"sha256", one.sha256()}});
  if (!options.scope.empty()) json["scope"] = options.scope.sha256();
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

// How much the scope keeps out, not what.
std::vector<pack::KeptOut> kept_out(const LinkOptions& options) {
  if (options.scope.empty()) return {};
  Database database(options.temporary, std::max<uint64_t>(options.limits.memory / 4, 256 * MiB), 1);
  static constexpr std::string_view tables[] = {"file", "feature", "message"};
  database.attach_packs(options.packs, {}, tables);
  return pack::kept_out(database, options.scope);
}

}  // namespace

bool are_of_this_version(const std::string& folder) {
  const std::string manifest = folder + "/manifest.json";
  if (!exists(manifest)) return true;
  const Json json = Json::parse(read_file(manifest), nullptr, false);
  return json.is_object() && json.value("format_version", 0) == links_version;
}

std::string scope_of_links(const std::string& folder) {
  std::string manifest = folder + "/manifest.json";
  if (!exists(manifest)) return {};
  Json json = Json::parse(read_file(manifest), nullptr, false);
  return json.is_object() ? json.value("scope", "") : "";
}

std::vector<std::string> behind(const std::string& folder, const std::vector<std::string>& packs) {
  std::vector<std::string> out;
  if (!exists(folder + "/manifest.json")) return out;
  const Json json = Json::parse(read_file(folder + "/manifest.json"), nullptr, false);
  std::map<std::string, Json> known;
  if (json.is_object())
    for (const Json& pack : json.value("packs", Json::array()))
      if (pack.is_object()) known[pack.value("exhibit", "")] = pack.value("manifest_tables", Json());
  for (const std::string& pack : packs) {
    const pack::PackInfo info = pack::info(pack);
    auto it = known.find(info.exhibit);
    if (it == known.end() || it->second != Json(info.sha256)) out.push_back(info.exhibit);
  }
  return out;
}

LinkSummary link(const LinkOptions& options) {
  std::vector<Source> packs = sources(options.packs, options.tokens, options.indexes, options.scope);
  const std::vector<pack::KeptOut> out_of_scope = kept_out(options);
  for (Source& source : packs)
    for (const pack::KeptOut& one : out_of_scope)
      if (one.exhibit == source.exhibit) source.addresses_kept_out += one.addresses;
  std::vector<Background> backgrounds = open_backgrounds(options);
  stdfs::create_directories(options.indexes);
  const std::vector<std::string> made = make_indexes(packs, options.temporary, options.limits, options.threads);
  std::vector<Index> indexes = open_indexes(packs);
  const Room room{options.threads, options.limits.memory, options.temporary};
  Gathered gathered = gather(packs, indexes, backgrounds, room);
  for (const pack::KeptOut& one : out_of_scope)
    gathered.set_aside.push_back({std::string(kept_out_kind),
                                  fmt::format("{} files, {} features", one.files, one.features), one.why, 1, 0,
                                  one.exhibit});
  std::vector<uint8_t> used;
  std::vector<Pair> pairs = score_pairs(gathered.input, options.method, room, &used);
  std::vector<Statement> statements = state(pairs, gathered.input, options.method);
  LinkSummary summary{packs.size(), gathered.selectors, gathered.shared, pairs.size(), 0, 0};
  Tables tables = make_tables(gathered, indexes, pairs, statements);
  for (const LinkRow& row : tables.links) summary.supported += row.statement == "supported";

  const std::string fresh = options.folder + ".new";
  stdfs::remove_all(fresh);
  stdfs::create_directories(fresh);
  Json json = manifest_head(options, packs, backgrounds, gathered.input);
  Json& written = json["tables"];
  for (const char* table : {"link", "evidence", "set_aside", "owner", "cluster", "direction", "dated"})
    written[table] = {};
  const uint64_t memory = std::max<uint64_t>(options.limits.memory / 4, 256 * MiB);
  // The two large tables at the same time; what either is made from is read only.
  EvidenceRows evidence(gathered, indexes, pairs, statements, room);
  SetAsideRows set_aside(gathered, used);
  Json of_evidence, of_set_aside;
  in_parallel(2, std::min(options.threads, 2u), [&](size_t which) {
    Database database(options.temporary, memory, 1);
    if (which == 0)
      of_evidence = write_table<EvidenceRow>(
          database, [&] { return evidence.next(); }, fresh);
    else
      of_set_aside = write_table<SetAsideRow>(
          database, [&] { return set_aside.next(); }, fresh);
  });
  summary.set_aside = of_set_aside["rows"];
  written["evidence"] = std::move(of_evidence), written["set_aside"] = std::move(of_set_aside);
  Database database(options.temporary, memory, 2);
  written["link"] = write_rows(database, tables.links, fresh);
  written["owner"] = write_rows(database, tables.owners, fresh);
  written["cluster"] = write_rows(database, tables.clusters, fresh);
  database.attach_packs(options.packs, options.scope);
  database.attach_links(fresh);
  std::vector<DirectionRow> went = directions(database);
  written["direction"] = write_rows(database, went, fresh);
  std::vector<DatedRow> dated = dates(database);
  written["dated"] = write_rows(database, dated, fresh);
  write_file(fresh + "/manifest.json", json.dump(2) + "\n");
  sync_indexes(made);  // questions rely on them as soon as the links are there
  replace_folder(fresh, options.folder);
  return summary;
}

}  // namespace weft::link
