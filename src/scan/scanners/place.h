// The canonical form of a place, whoever finds it.
#pragma once

#include <string>

namespace weft::scan {

// "48.201,16.3695": degrees north and east, six decimals at most. Empty when that is not on the globe, and for 0,0,
// where a program without a position is.
std::string place_of(double latitude, double longitude);

}  // namespace weft::scan
