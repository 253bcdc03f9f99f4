// manifest.json of a pack: which files belong to it, their hashes, and how it was made. For the files of src/pack only.
#pragma once

#include <string>
#include <vector>

#include "pack/pack.h"

namespace weft::pack {

struct SealedTable {
  std::string name, file;
  uint64_t rows = 0, bytes = 0;
  std::string sha256;
};

// Reads the file in pieces.
std::string sha256_of_file(const std::string& path);
// SHA-256 over "NAME SHA256\n" of every table, in order: one value that names the whole.
std::string pack_hash(const std::vector<SealedTable>& tables);

std::string manifest_text(const SealOptions& options, const std::vector<SealedTable>& tables);

struct Manifest {
  std::string exhibit, version, pack_sha256;
  std::vector<SealedTable> tables;  // in the order of docs/pack-format.md
  std::vector<UsedList> lists;
};
// Error when it is not a manifest of this format.
Manifest read_manifest(const std::string& folder);

}  // namespace weft::pack
