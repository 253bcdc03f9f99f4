// Backgrounds from reference exhibits, and from other backgrounds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "link/background.h"
#include "model/limits.h"
#include "pack/scope.h"

namespace weft::link {

struct Reference {
  std::string pack;        // folder of a sealed pack
  std::string group;       // exhibits of one group, if it has a name, are one source
  pack::Scope scope = {};  // what it does not cover does not count
};

struct BackgroundOptions {
  std::vector<Reference> references;
  std::string name;
  std::optional<BackgroundKey> key;  // none: made from the packs, so that the same packs give the same file
  bool key_apart = false;            // the key does not go into the file
  uint32_t least = 1;                // drop values on fewer sources
  std::string temporary;
  Limits limits;
  unsigned threads = 2;
};

// Each exhibit is a source; those that stem from one image, or belong to one group, are one together. Secret kinds are
// left out. Same packs, options and key: same bytes.
BackgroundHead build_background(const BackgroundOptions& options, const std::string& out);

// Adds up what the files counted. Error when their keys differ, when rare values were dropped from one (their counts
// are gone), or when one exhibit went into two of them (it would count twice).
BackgroundHead merge_backgrounds(const std::vector<std::string>& files, const std::string& name, uint32_t least,
                                 const std::string& out);

}  // namespace weft::link
