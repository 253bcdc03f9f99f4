// docs/parsers.md, written from the parsers, kinds and roles themselves.
#pragma once

#include <string>

namespace weft::artefacts {

std::string parsers_document();

}  // namespace weft::artefacts
