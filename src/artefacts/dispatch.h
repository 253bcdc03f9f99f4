// Which parsers read a file. Pure functions over what is compiled in; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "artefacts/parser.h"

namespace weft::artefacts {

// In the order of parsers/list.inc. size: of the content; head: its first bytes, some KiB.
std::vector<const Parser*> parsers_for(std::string_view path, std::string_view type, uint64_t size, Bytes head);
// Parser::paths' way of matching.
bool path_matches(std::string_view path, std::string_view pattern);
// Every suffix that some parser may ask a sibling by, once.
std::vector<std::string_view> sibling_suffixes();

}  // namespace weft::artefacts
