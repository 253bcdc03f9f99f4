// What there is: parsers/list.inc as a span (an explicit list, as in scan/list.cpp), and what parsers write into.
#include <algorithm>
#include <fmt/format.h>
#include <utility>

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
// Of text in all rows: a database of numbers, each with its column's name, gives some twenty times its size. It is kept
// in memory, so a large file gives no more than half of what a worker may have.
constexpr uint64_t text_free = 64 * MiB, text_a_byte = 64, text_most = 1 * GiB;

Rows::Rows(uint64_t file_size)
    : rows_left_(file_size),
      text_left_(std::min(text_most, text_free + text_a_byte * std::min(file_size, text_most))) {}

void Rows::selector(At at, std::string_view kind, std::string value, std::string_view role, std::string_view context) {
  check(is_kind(kind) && is_role(role), "a selector has a kind and a role that kinds.h names");
  if (value.empty() || full()) return;
  FeatureRow row;
  row.kind = kind, row.value = std::move(value), row.role = role;
  row.context = beginning(context, longest_context);  // a name may be a megabyte, and stand beside a thousand values
  if (!room(at, text_in(row))) return;
  row.offset = at.offset, row.path = std::move(at.layers);
  selectors_.push_back(std::move(row));
}

void Rows::cut(const At& at, std::string_view what) {
  auto same = std::find_if(cuts_.begin(), cuts_.end(), [&](const Cut& one) { return one.what == what; });
  if (same == cuts_.end()) same = cuts_.insert(same, {at, what, 0});
  ++same->count;
}

std::vector<Rows::Problem>& Rows::problems() {
  for (const Cut& cut : std::exchange(cuts_, {}))
    problem(cut.first,
            cut.count == 1 ? std::string(cut.what) : fmt::format("{}: {}, the first here", cut.what, cut.count));
  return problems_;
}

bool Rows::room(const At& at, uint64_t text) {
  if (full()) return false;
  const bool fits = text <= text_left_;
  rows_left_ = fits ? rows_left_ - 1 : 0;
  text_left_ -= fits ? text : 0;
  if (full())
    problem(at, "gives more rows, or more text in them, than a file of its size can hold: what follows is left out");
  return fits && !full();
}

}  // namespace weft::artefacts
