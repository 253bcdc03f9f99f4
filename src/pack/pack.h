// Packs: sealed results, one folder of Parquet files and a manifest per exhibit. Written under a temporary name, synced,
// renamed: a pack is there whole or it is not there. docs/pack-format.md is generated from model/rows.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/limits.h"
#include "model/rows.h"

namespace weft::pack {

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
  std::string folder;              // where the pack goes; must not exist
  std::string tokens;              // where the token table goes (Parquet), beside the packs
  std::string temporary;           // folder for spilling, inside the case
  Limits limits;
  std::string version;             // of the program
  std::map<std::string, std::string> settings;
  Run run;
};

// Orders every table by all its columns (offset first where there is one), fills features' `file` from the file table,
// writes the Parquet files and manifest.json (sha256 and rows of each), syncs, renames. Memory is bounded by
// limits.memory. The Parquet files depend on the rows alone.
void seal(const SealOptions& options);

struct PackInfo {
  std::string folder, exhibit;
  std::map<std::string, uint64_t> rows;  // by table
  std::map<std::string, std::string> sha256;
};
// Reads the manifest; Error when there is none or it is not one.
PackInfo info(const std::string& folder);
// Re-hashes every file against the manifest; returns what does not match, in words. Empty is good.
std::vector<std::string> verify(const std::string& folder);

// The text of docs/pack-format.md, made from the row structs.
std::string format_document();

}  // namespace weft::pack
