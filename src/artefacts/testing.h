// For tests of parsers: one parser on one file, and what came out.
#pragma once

#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <string>

#include "artefacts/parser.h"
#include "base/file.h"

namespace weft::artefacts {

// siblings: content by suffix.
inline Rows run(const Parser& parser, std::string_view path, std::string_view content,
                const std::map<std::string, std::string, std::less<>>& siblings = {}) {
  Rows rows(content.size());
  File file{path, "", as_bytes(content), content.size(), [&](std::string_view suffix) {
              auto it = siblings.find(suffix);
              if (it == siblings.end()) return std::optional<std::vector<uint8_t>>();
              return std::optional(std::vector<uint8_t>(it->second.begin(), it->second.end()));
            }};
  parser.parse(file, rows);
  return rows;
}

inline const Parser& parser_named(std::string_view name) {
  for (const Parser* parser : parsers())
    if (parser->name == name) return *parser;
  std::abort();
}

inline bool has(Rows& rows, std::string_view kind, std::string_view value, std::string_view role) {
  for (const FeatureRow& row : rows.selectors())
    if (row.kind == kind && row.value == value && row.role == role) return true;
  return false;
}

template <class Row>
const std::vector<Row>& records(Rows& rows) {
  return std::get<std::vector<Row>>(rows.records());
}

inline std::string listing(Rows& rows) {
  std::string out;
  for (const FeatureRow& row : rows.selectors())
    out += fmt::format("{} {} {} at {}{}\n", row.role, row.kind, row.value, row.offset, row.path);
  for (const Rows::Problem& problem : rows.problems()) out += fmt::format("problem {}\n", problem.what);
  return out;
}

// A real file, or nothing when it is not at hand.
inline std::optional<std::string> evidence(std::string_view name) {
  const char* set = std::getenv("WEFT_EVIDENCE");
  std::string path =
      (set ? std::string(set) : std::string(WEFT_SOURCE_DIR "/../shared/evidence")) + "/" + std::string(name);
  if (!exists(path)) return std::nullopt;
  return read_file(path);
}

}  // namespace weft::artefacts
