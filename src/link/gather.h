// From packs to posting lists: the SQL side of linking. One thread; spills where the database spills.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "link/background.h"
#include "link/link.h"
#include "link/pairs.h"
#include "link/rows.h"
#include "pack/database.h"

namespace weft::link {

// A pack and its label, and where its tokens are (empty: it has none).
struct Source {
  std::string folder, exhibit, tokens;
};

// In order of label. Error when a label comes twice, or a folder is no pack.
std::vector<Source> sources(const std::vector<std::string>& packs, const std::string& tokens);

struct Gathered {
  Case input;
  std::vector<std::string> image_hashes;  // by exhibit; empty when unknown
  std::vector<uint64_t> group;            // by selector: its number in the database, for addresses()
  std::vector<SetAsideRow> set_aside;     // in no particular order yet
  uint64_t selectors = 0, shared = 0;     // different ones in all, and those on two exhibits or more
};

Gathered gather(pack::Database& database, const std::vector<Source>& sources,
                const std::vector<Background>& backgrounds);

struct Address {
  uint64_t group = 0;
  uint32_t exhibit = 0;
  uint64_t offset = 0;
  std::string path, file;
};
// After gather(), with the same database: the best address of every selector on every exhibit that holds it.
void addresses(pack::Database& database, const std::function<void(const Address&)>& each);

// Different selectors of one pack as kind and value, for a background; secret kinds left out, files of any size in.
std::string background_query();

}  // namespace weft::link
