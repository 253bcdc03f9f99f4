#include "pack/manifest.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::pack {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view format_name = "weft pack";
constexpr uint64_t format_version = 3;  // 2: records; 3: stop lists

Json limits_json(const Limits& l) {
  return {{"memory", l.memory},
          {"page", l.page},
          {"margin_before", l.margin_before},
          {"margin_after", l.margin_after},
          {"unit", l.unit},
          {"content_unit_files", l.content_unit_files},
          {"content_unit_bytes", l.content_unit_bytes},
          {"document", l.document},
          {"depth", l.depth},
          {"decoded_branch", l.decoded_branch},
          {"decoded_page", l.decoded_page},
          {"decoded_vain", l.decoded_vain},
          {"spool", l.spool},
          {"parsed_file", l.parsed_file},
          {"item_seconds", l.item_seconds},
          {"walk_entries", l.walk_entries},
          {"walk_depth", l.walk_depth}};
}

std::string shown(const std::string& text) {
  return is_utf8(text) ? text : printable(text);
}

Manifest parse(const Json& json, const std::string& path) {
  Manifest manifest;
  if (json.at("format").get<std::string>() != format_name) throw std::runtime_error("not the manifest of a pack");
  if (uint64_t version = json.at("format_version").get<uint64_t>(); version != format_version)
    throw Error(
        fmt::format("the pack was made by another version of weft (its format is {}, this program's {}); extract the "
                    "exhibit again, in a new case",
                    version, format_version),
        path);
  manifest.exhibit = json.at("exhibit").get<std::string>();
  manifest.version = json.at("weft").get<std::string>();
  manifest.pack_sha256 = json.at("pack_sha256").get<std::string>();
  const Json& tables = json.at("tables");
  for (const TableInfo& table : pack_tables()) {
    const Json& entry = tables.at(std::string(table.name));
    manifest.tables.push_back({std::string(table.name), entry.at("file").get<std::string>(),
                               entry.at("rows").get<uint64_t>(), entry.at("bytes").get<uint64_t>(),
                               entry.at("sha256").get<std::string>()});
    if (manifest.tables.back().file != fmt::format("{}.parquet", table.name))
      throw std::runtime_error(fmt::format("another file than expected for the table {}", table.name));
  }
  if (tables.size() != manifest.tables.size()) throw std::runtime_error("tables that no pack has");
  for (const Json& list : json.at("lists"))
    manifest.lists.push_back({list.at("kind").get<std::string>(), list.at("path").get<std::string>(),
                              list.at("sha256").get<std::string>(), list.at("terms").get<uint64_t>()});
  return manifest;
}

}  // namespace

std::string sha256_of_file(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw Error("cannot open", path, errno);
  Hasher hasher(Digest::sha256);
  std::vector<uint8_t> buffer(1 * MiB);
  for (;;) {
    ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error("cannot read", path, errno);
    if (n == 0) return hasher.hex();
    hasher.update(Bytes(buffer).first(size_t(n)));
  }
}

std::string pack_hash(const std::vector<SealedTable>& tables) {
  std::string text;
  for (const SealedTable& table : tables) text += fmt::format("{} {}\n", table.name, table.sha256);
  return sha256_hex(as_bytes(text));
}

std::string manifest_text(const SealOptions& options, const std::vector<SealedTable>& tables) {
  Json settings = Json::object(), listed = Json::object(), lists = Json::array();
  for (const auto& [name, value] : options.settings) settings[shown(name)] = shown(value);
  for (const SealedTable& t : tables)
    listed[t.name] = {{"file", t.file}, {"rows", t.rows}, {"bytes", t.bytes}, {"sha256", t.sha256}};
  for (const UsedList& one : options.lists)
    lists.push_back({{"kind", one.kind}, {"path", shown(one.path)}, {"sha256", one.sha256}, {"terms", one.terms}});
  const Run& run = options.run;
  Json json = {{"format", format_name},
               {"format_version", format_version},
               {"exhibit", shown(options.exhibit)},
               {"weft", options.version},
               {"pack_sha256", pack_hash(tables)},
               {"tables", listed},
               {"settings", settings},
               {"lists", lists},
               {"limits", limits_json(options.limits)},
               {"run",
                {{"started", run.started},
                 {"finished", run.finished},
                 {"engine", run.engine},
                 {"workers", run.workers},
                 {"host", shown(run.host)}}}};
  return json.dump(2) + "\n";
}

Manifest read_manifest(const std::string& folder) {
  std::string path = folder + "/manifest.json";
  try {
    return parse(Json::parse(read_file(path)), path);
  } catch (const Error&) {
    throw;  // says by itself what is wrong
  } catch (const std::exception& error) {
    throw Error(fmt::format("broken manifest ({})", printable(error.what())), path);
  }
}

PackInfo info(const std::string& folder) {
  Manifest manifest = read_manifest(folder);
  PackInfo out{folder, manifest.exhibit, manifest.version, {}, {}, manifest.pack_sha256, manifest.lists};
  for (const SealedTable& table : manifest.tables) {
    out.rows[table.name] = table.rows;
    out.sha256[table.name] = table.sha256;
  }
  return out;
}

std::vector<std::string> verify(const std::string& folder) {
  std::vector<std::string> wrong;
  Manifest manifest;
  try {
    manifest = read_manifest(folder);
  } catch (const Error& error) {
    return {error.what()};
  }
  std::set<std::string> known{"manifest.json"};
  for (const SealedTable& table : manifest.tables) {
    std::string path = folder + "/" + table.file;
    known.insert(table.file);
    std::error_code failed;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, failed)))
      wrong.push_back(fmt::format("{} is missing", table.file));
    else if (uint64_t bytes = std::filesystem::file_size(path); bytes != table.bytes)
      wrong.push_back(fmt::format("{} has {} bytes, sealed with {}", table.file, bytes, table.bytes));
    else if (std::string hash = sha256_of_file(path); hash != table.sha256)
      wrong.push_back(fmt::format("{} has SHA-256 {}, sealed with {}", table.file, hash, table.sha256));
  }
  if (pack_hash(manifest.tables) != manifest.pack_sha256)
    wrong.push_back("manifest.json: pack_sha256 does not match the hashes of the tables");
  std::error_code failed;
  std::vector<std::string> added;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
    if (!known.contains(entry.path().filename().string())) added.push_back(entry.path().filename().string());
  std::sort(added.begin(), added.end());
  for (const std::string& name : added) wrong.push_back(fmt::format("{} was added", printable(name)));
  return wrong;
}

}  // namespace weft::pack
