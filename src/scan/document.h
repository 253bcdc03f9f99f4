// docs/scanners.md, written from the scanners and decoders themselves, from what their files say of them, and from what
// was measured of them.
#pragma once

#include <string>

namespace weft::scan {

// source: the top of the source tree. Error when a scanner's file is not there.
std::string scanners_document(const std::string& source);

}  // namespace weft::scan
