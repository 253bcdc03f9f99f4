// For tests of parsers: one parser on one file, and what came out.
#pragma once

#include <cstdlib>
#include <ctime>
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

inline std::string over_and_over(std::string_view piece, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += piece;
  return out;
}

// Of the processor: other work on the machine does not count.
class Seconds {
 public:
  double passed() const { return double(std::clock() - began_) / CLOCKS_PER_SEC; }

 private:
  std::clock_t began_ = std::clock();
};

// Bytes of text in all of them.
inline uint64_t text_in(Rows& rows) {
  uint64_t out = 0;
  const auto add = [&](const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) out += value.size();
  };
  const auto add_all = [&]<class Row>(const std::vector<Row>& list) {
    for (const Row& row : list)
      std::apply([&](const auto&... column) { (add(row.*column.member), ...); }, columns_of<Row>);
  };
  add_all(rows.selectors());
  std::apply([&](const auto&... lists) { (add_all(lists), ...); }, rows.records());
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
