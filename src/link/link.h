// Links: which exhibits share what, how much that says, and what was set aside. Two numbers that are never mixed: a
// score that orders leads, and a calibrated weight that may be stated. docs/linking-method.md says how they come about.
#pragma once

#include <string>
#include <vector>

#include "link/pairs.h"
#include "model/limits.h"
#include "pack/scope.h"

namespace weft::link {

struct LinkOptions {
  std::vector<std::string> packs;            // folders of sealed packs
  std::string tokens;                        // folder of token tables (EXHIBIT.parquet)
  std::string indexes;                       // folder of selector indexes, kept between runs
  std::string folder;                        // where the link tables go (replaced whole)
  std::string temporary;                     // spill, inside the case
  std::vector<std::string> backgrounds;      // background files; may be empty
  std::vector<std::string> background_keys;  // key files, for backgrounds whose key is held apart
  Limits limits;
  unsigned threads = 2;
  Method method;      // parts of it left out, for measurements
  pack::Scope scope;  // what it does not cover is left out, and said to be
  std::string version;
};

struct LinkSummary {
  uint64_t exhibits = 0, selectors = 0, shared = 0, links = 0, supported = 0, set_aside = 0;
};

// Writes a Parquet file for each table of link/rows.h, and manifest.json. Same packs, same bytes.
LinkSummary link(const LinkOptions& options);

// Of the link tables: counted up when what is in them changes.
inline constexpr int links_version = 3;
// Whether the links in this folder are of that version; true where there are none.
bool are_of_this_version(const std::string& folder);

// SHA-256 of the scope rules that the links in this folder were made under; "" for none, or where there are no links.
std::string scope_of_links(const std::string& folder);

// Labels of the packs (folders) that the links in this folder do not know, or know from an older sealing, in order of
// the packs. None where there are no links.
std::vector<std::string> behind(const std::string& folder, const std::vector<std::string>& packs);

}  // namespace weft::link
