// The innocent explanation that a link is shown with. It speaks of exhibits and of what they share, never of persons.
#pragma once

#include <span>
#include <string>

#include "link/pairs.h"
#include "link/rows.h"

namespace weft::link {

// The likeliest explanation of a pair without a direct path between the two, from what its heaviest bundles are made
// of.
std::string innocent_explanation(const Case& input, const Pair& pair, bool identical_images);

// How much of their word groups two texts have in common at least, as a share: less would make so many of their
// signatures (of model/text_signature.h) equal in one case of twenty at most.
double least_in_common(size_t equal_signatures);

// The same in words, for the rows of one bundle; empty when none of them is of a text.
std::string likeness(std::span<const EvidenceRow> bundle);

}  // namespace weft::link
