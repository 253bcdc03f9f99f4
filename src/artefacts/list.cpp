// What there is: parsers/list.inc as a span (an explicit list, as in scan/list.cpp), and what parsers write into.
#include <fmt/format.h>

#include "artefacts/kinds.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/error.h"

namespace weft::artefacts {

#define WEFT_PARSER(name) extern const Parser name##_parser;
#include "artefacts/parsers/list.inc"
#undef WEFT_PARSER

std::span<const Parser* const> parsers() {
#define WEFT_PARSER(name) &name##_parser,
  static constexpr const Parser* all[] = {
#include "artefacts/parsers/list.inc"
  };
#undef WEFT_PARSER
  return all;
}

constexpr size_t longest_context = 400;  // bytes

void Rows::selector(At at, std::string_view kind, std::string value, std::string_view role, std::string context) {
  check(is_kind(kind) && is_role(role), "a selector has a kind and a role that kinds.h names");
  if (value.empty() || !room(at)) return;
  FeatureRow row;
  row.kind = kind, row.value = std::move(value), row.role = role;
  row.context = beginning(context, longest_context);  // a name may be a megabyte, and stand beside a thousand values
  row.offset = at.offset, row.path = std::move(at.layers);
  selectors_.push_back(std::move(row));
}

bool Rows::room(const At& at) {
  if (left_ == 0) return false;
  if (--left_ > 0) return true;
  problem(at, "gives more rows than a file of its size can hold: what follows is left out");
  return false;
}

}  // namespace weft::artefacts
