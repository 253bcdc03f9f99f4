// docs/scanners.md, written from the scanners and decoders themselves.
#pragma once

#include <string>

namespace weft::scan {

std::string scanners_document();

}  // namespace weft::scan
