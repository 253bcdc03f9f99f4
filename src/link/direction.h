// Which way things went between linked exhibits, and when: who wrote to whom, which device was where first, which copy
// of a file is older.
#pragma once

#include <string>
#include <vector>

#include "link/rows.h"
#include "pack/database.h"

namespace weft::link {

// For the links that are stated (where nothing can be, for the first ranks), from the attached packs and link tables.
// In order of the exhibits, kind, time and value; at most `directions_per_kind` of a kind for each pair, the oldest.
inline constexpr size_t directions_per_kind = 100;
std::vector<DirectionRow> directions(pack::Database& database);

// SQL: the file systems that keep local times without a zone, which the file table gives as if they were UTC.
inline constexpr const char* local_time_systems = "('fat12', 'fat16', 'fat32', 'exfat', 'iso9660')";

// Makes the temporary tables looked_at (a, b) and sides (a, b, x, y: each of the two and the other) of those links.
void look_at_linked_pairs(pack::Database& database);

}  // namespace weft::link
