// All that can be fuzzed, by name: scanners, decoders, an examiner's words, everything at once; and parsers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::fuzz {

// Shows it bytes; what must hold and does not ends in an exception or worse.
using Target = std::function<void(Bytes)>;

std::vector<std::string> target_names();
Target target_named(std::string_view name);  // throws Error when there is none
// What the code itself has to show it: a scanner's examples, a parser's samples. Of "all" those of every scanner.
std::vector<std::string> examples_of(std::string_view name);

}  // namespace weft::fuzz
