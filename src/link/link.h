// Links, first version: which exhibits share rare selectors, grouped by the reason they arrive, with what was set
// aside. docs/linking.md says how the score comes about. A score orders leads; it states nothing (the calibrated weight
// is another number and not here yet).
#pragma once

#include <string>
#include <vector>

#include "model/limits.h"

namespace weft::link {

struct LinkOptions {
  std::vector<std::string> packs;        // folders of sealed packs
  std::string tokens;                    // folder of token tables (EXHIBIT.parquet)
  std::string folder;                    // where the link tables go (replaced whole)
  std::string temporary;                 // spill, inside the case
  std::vector<std::string> backgrounds;  // background files; may be empty
  Limits limits;
  std::string version;
};

struct LinkSummary {
  uint64_t exhibits = 0, selectors = 0, shared = 0, links = 0, set_aside = 0;
};

// Writes link.parquet, evidence.parquet, set_aside.parquet and manifest.json. Same packs, same bytes.
LinkSummary link(const LinkOptions& options);

// A background file: for each selector, how many sources hold it. Values are stored as 64-bit hashes only. Each pack is
// one source.
void build_background(const std::vector<std::string>& packs, const std::string& temporary, const std::string& out,
                      const Limits& limits);

}  // namespace weft::link
