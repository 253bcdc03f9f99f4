#include "artefacts/document.h"

#include <fmt/format.h>

#include "artefacts/kinds.h"
#include "artefacts/parser.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

std::string joined(std::span<const std::string_view> words) {
  std::string out;
  for (std::string_view word : words) out += fmt::format("{}`{}`", out.empty() ? "" : ", ", printable(word));
  return out;
}

std::string table_of(std::span<const Word> words) {
  std::string out;
  for (const Word& word : words) out += fmt::format("| `{}` | {} |\n", word.name, word.means);
  return out;
}

std::string describe(const Parser& parser) {
  std::string taken;
  auto take = [&](std::string_view what, std::span<const std::string_view> list) {
    if (!list.empty()) taken += fmt::format("{}{} {}", taken.empty() ? "" : "; ", what, joined(list));
  };
  take("paths that end in", parser.paths);
  take("content of type", parser.types);
  take("content that begins with", parser.magics);
  take("reads beside it the files with the suffix", parser.siblings);
  return fmt::format(
      "\n### {0}\n\n{1}.\n\n* Takes: {2}.\n* Gives selectors: {3}.\n* Reference: {4}.\n* Source: "
      "`src/artefacts/parsers/{0}.cpp`; samples tested: {5} own, {6} real files.\n",
      parser.name, parser.reads, taken, parser.kinds.empty() ? "none" : joined(parser.kinds), parser.reference,
      parser.samples.size(), parser.evidence.size());
}

}  // namespace

std::string parsers_document() {
  std::string out =
      "# Parsers\n\n"
      "Written by `artefacts::parsers_document()` from what is compiled in; a test holds this page to it. A parser "
      "reads "
      "one\n"
      "file and gives records, a row each in the table of their noun (docs/pack-format.md), and selectors: the values "
      "in "
      "them\n"
      "that can tie exhibits together, as rows of the table `feature` with the parser's name in `scanner` and a "
      "`role`.\n\n"
      "Paths are matched from their end, name by name, in any case; `*` is any run of signs inside a name.\n";
  for (const Parser* parser : parsers()) out += describe(*parser);
  out += "\n## Kinds\n\nCanonical forms of the selectors. Those that scanners find too are in the scanner's form.\n\n";
  out += "| kind | is |\n|---|---|\n" + table_of(kinds());
  out += "\n## Roles\n\nWhat a selector is in its record.\n\n| role | is |\n|---|---|\n" + table_of(roles());
  return out;
}

}  // namespace weft::artefacts
