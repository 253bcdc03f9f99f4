// The innocent explanation that a link is shown with. It speaks of exhibits and of what they share, never of persons.
#pragma once

#include <string>

#include "link/pairs.h"

namespace weft::link {

// The likeliest explanation of a pair without a direct path between the two, from what its heaviest bundles are made
// of.
std::string innocent_explanation(const Case& input, const Pair& pair, bool identical_images);

}  // namespace weft::link
