// One parser, by name, shown bytes that mean it harm, as files of every name that its samples have.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::artefacts {

class ParserTarget {
 public:
  // A parser's name with parser_prefix in front (scanners have some of the same names). Throws Error when there is
  // none.
  explicit ParserTarget(std::string_view name);

  // Reads the bytes as a file, once by each path of its samples; a sibling it asks for is their second half. Checked:
  // nothing but an Error is thrown; no more rows than bytes; selectors are of the parser's kinds and have a value; rows
  // and problems have a place in the file; time is bounded by size.
  void run(Bytes bytes) const;

 private:
  const struct Parser* parser_ = nullptr;
  std::vector<std::string> paths_;
};

inline constexpr std::string_view parser_prefix = "parser_";
std::vector<std::string> parser_targets();
// What the parser of such a name has for samples.
std::vector<std::string> parser_seeds(std::string_view target);

}  // namespace weft::artefacts
