// The accounts that exhibits turn around, as selectors of their own.
#pragma once

#include "link/gather.h"

namespace weft::link {

// Exhibits whose heaviest account is the same share an "owner" selector: evidence of its own beside the account's
// presence, and the only one where so many others know the account that it is a hub. Adds to gathered.input.
void add_owner_selectors(Gathered& gathered);

}  // namespace weft::link
