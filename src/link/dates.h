// When links came about: what dates the things that linked exhibits share.
#pragma once

#include <vector>

#include "link/rows.h"
#include "pack/database.h"

namespace weft::link {

// For the links that direction.h looks at, from the attached packs and link tables: evidence with a time on one side at
// least. In order of the exhibits, time, bundle, kind and value. Clocks may be wrong on both.
std::vector<DatedRow> dates(pack::Database& database);

}  // namespace weft::link
