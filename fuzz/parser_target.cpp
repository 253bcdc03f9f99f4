#include "parser_target.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <tuple>

#include "artefacts/parser.h"
#include "base/error.h"
#include "patience.h"

namespace weft::artefacts {
namespace {

const Parser* parser_of(std::string_view target) {
  if (!target.starts_with(parser_prefix)) return nullptr;
  const std::string_view name = target.substr(parser_prefix.size());
  for (const Parser* parser : parsers())
    if (parser->name == name) return parser;
  return nullptr;
}

void expect_in_file(uint64_t offset, Bytes bytes) {
  check(offset <= bytes.size(), "a row has a place in its file");
}

}  // namespace

ParserTarget::ParserTarget(std::string_view name) : parser_(parser_of(name)) {
  if (!parser_) throw Error("no parser has this name", std::string(name));
  for (const Sample& sample : parser_->samples) paths_.emplace_back(sample.path);
  std::sort(paths_.begin(), paths_.end());
  paths_.erase(std::unique(paths_.begin(), paths_.end()), paths_.end());
}

void ParserTarget::run(Bytes bytes) const {
  const double start = fuzz::cpu_seconds();
  for (const std::string& path : paths_) {
    Rows rows(bytes.size());
    const File file{path, "", bytes, bytes.size(), [&](std::string_view) {
                      const Bytes half = bytes.subspan(bytes.size() / 2);
                      return std::optional(std::vector<uint8_t>(half.begin(), half.end()));
                    }};
    try {
      parser_->parse(file, rows);
    } catch (const Error&) {
    }
    size_t count = rows.selectors().size();
    std::apply([&](const auto&... lists) { ((count += lists.size()), ...); }, rows.records());
    check(count <= bytes.size(), "a parser gives no more rows than the file has bytes");
    for (const FeatureRow& row : rows.selectors()) {
      check(std::find(parser_->kinds.begin(), parser_->kinds.end(), row.kind) != parser_->kinds.end(),
            "a selector is of a kind that its parser lists");
      check(!row.value.empty(), "a selector has a value");
      expect_in_file(row.offset, bytes);
    }
    const auto each = [&](const auto& records) {
      for (const auto& record : records) expect_in_file(record.offset, bytes);
    };
    std::apply([&](const auto&... lists) { (each(lists), ...); }, rows.records());
    for (const Rows::Problem& problem : rows.problems()) {
      check(!problem.what.empty(), "a problem says what");
      expect_in_file(problem.at.offset, bytes);
    }
  }
  check(fuzz::cpu_seconds() - start < fuzz::patience * double(paths_.size()) * (0.3 + double(bytes.size()) / 1e6),
        "time is bounded by size");
}

std::vector<std::string> parser_targets() {
  std::vector<std::string> out;
  for (const Parser* parser : parsers()) out.push_back(std::string(parser_prefix).append(parser->name));
  return out;
}

std::vector<std::string> parser_seeds(std::string_view target) {
  std::vector<std::string> out;
  if (const Parser* parser = parser_of(target))
    for (const Sample& sample : parser->samples) out.emplace_back(sample.content);
  return out;
}

}  // namespace weft::artefacts
