// From the indexes of a case to posting lists of what is shared, and to the ledger of what does not count.
#pragma once

#include <string>
#include <vector>

#include "link/background.h"
#include "link/index.h"
#include "link/owners.h"
#include "link/pairs.h"
#include "link/rows.h"

namespace weft::link {

// In order of label; their indexes go into the folder `indexes`. Error when a label comes twice, or a folder is no
// pack.
std::vector<Source> sources(const std::vector<std::string>& packs, const std::string& tokens,
                            const std::string& indexes, const pack::Scope& scope = {});

struct Gathered {
  Case input;
  std::vector<uint64_t> hash;          // by selector: where to find it in the indexes
  std::vector<SetAsideRow> set_aside;  // in no particular order yet
  std::vector<Account> accounts;       // by exhibit, heaviest first, up to ten each
  uint64_t selectors = 0, shared = 0;  // different ones in all, and those on two exhibits or more
};

// The same whatever the room.
Gathered gather(const std::vector<Source>& sources, const std::vector<Index>& indexes,
                const std::vector<Background>& backgrounds, const Room& room);

// The best address of a selector on an exhibit that holds it.
struct Address {
  uint64_t offset = 0;
  std::string path, file;
};
Address address(const Index& index, uint64_t hash);
// Where a record gives it its strongest role; the best address when none gives it any.
Address address_of_role(const Index& index, uint64_t hash);

}  // namespace weft::link
