// The innocent explanation that a link is shown with. It speaks of exhibits and of what they share, never of persons.
#pragma once

#include <string>

#include "link/pairs.h"

namespace weft::link {

// The likeliest explanation of a pair without a direct path between the two, from what its heaviest bundles are made
// of. image_hashes: SHA-256 of each exhibit's image, by exhibit; may be empty texts.
std::string innocent_explanation(const Case& input, const Pair& pair, const std::vector<std::string>& image_hashes);

}  // namespace weft::link
