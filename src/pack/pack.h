// Packs: sealed results, one folder of Parquet files and a manifest per exhibit. Written under a temporary name,
// synced, renamed: a pack is there whole or it is not there. docs/pack-format.md is generated from the row structs.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "model/limits.h"
#include "model/rows.h"
#include "pack/schema.h"
#include "pack/stop_list.h"

namespace weft::pack {

class Database;
class RowObserver;

// A list that the examiner gave to an extraction, as the manifest names it.
struct UsedList {
  std::string kind;  // words, rules, stop
  std::string path, sha256;
  uint64_t terms = 0;  // terms, rules or entries in it
};

// Says how the run went: the only part of a pack that differs between two runs over the same bytes.
struct Run {
  std::string started, finished;  // RFC 3339, UTC
  std::string engine = "local";
  uint64_t workers = 1;
  std::string host;
};

struct SealOptions {
  std::string exhibit;
  std::vector<std::string> units;  // unit files, any order: rows are ordered here
  std::string folder;              // where the pack goes; must not exist. Made beside it first, as .NAME.sealing
  std::string tokens;              // where the token table goes (Parquet, mode 0600), beside the packs
  std::string temporary;           // folder for files meanwhile, inside the case
  Limits limits;
  unsigned threads = 1;  // with more than one, rows are merged while others are written
  std::string version;   // of the program
  std::map<std::string, std::string> settings;
  std::vector<UsedList> lists;
  const StopList* stop = nullptr;   // features on it are marked
  RowObserver* observer = nullptr;  // is shown the rows (pack/observer.h)
  // Told now and then how many rows are done, and how many there are at most, by whichever thread is at it; may be
  // empty.
  std::function<void(uint64_t done, uint64_t total)> progress;
  Run run;
};

// Merges the portions of all units, each row once, fills features' `file` from the file table and `stopped` from the
// stop list, writes the Parquet files and manifest.json, syncs, renames. Unit files are mapped; memory does not grow
// with the number of rows. The Parquet files depend on the rows and the stop list alone. With a database that is open
// already (opening one costs as much as ten thousand rows), or with its own.
void seal(const SealOptions& options, Database& database);
void seal(const SealOptions& options);

struct PackInfo {
  std::string folder, exhibit, version;
  std::map<std::string, uint64_t> rows;  // by table
  std::map<std::string, std::string> sha256;
  std::string pack_sha256;  // over all tables: names the pack's content in one value
  std::vector<UsedList> lists;
};
// Reads the manifest; Error when there is none or it is not one.
PackInfo info(const std::string& folder);
// Re-hashes every file against the manifest and looks for missing and added ones; returns what does not match, in
// words. Empty is good. A broken manifest is such a word too; Error only when the disk fails.
std::vector<std::string> verify(const std::string& folder);

// The text of docs/pack-format.md. The link tables come from whoever knows them: table_info<link::LinkRow>(), …
std::string format_document(const std::vector<TableInfo>& link_tables);

}  // namespace weft::pack
