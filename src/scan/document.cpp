#include "scan/document.h"

#include <algorithm>
#include <fmt/format.h>

#include "scan/scanner.h"

namespace weft::scan {
namespace {

std::string joined(std::span<const std::string_view> words) {
  std::string out;
  for (std::string_view word : words) out += fmt::format("{}`{}`", out.empty() ? "" : ", ", word);
  return out;
}

// A line of its own for each, since a pattern may hold any sign that Markdown knows.
std::string listed(std::span<const Pattern> patterns) {
  if (patterns.empty()) return "\nNo pattern: looks through every page and layer as a whole.\n";
  std::string out = "\n```\n";
  for (const Pattern& pattern : patterns)
    out += fmt::format("{}{}\n", pattern.regex, pattern.flags & caseless ? "   (any case)" : "");
  return out + "```\n";
}

}  // namespace

std::string scanners_document() {
  std::string out =
      "# Scanners and decoders\n\n"
      "Written by `scan::scanners_document()` from what is compiled in; a test holds this page to it. How a scanner "
      "judges\n"
      "what its patterns hit, and against which false positives, is said at the top of its file.\n\n"
      "## Scanners\n";
  for (const Scanner* scanner : scanners()) {
    const auto refused = std::count_if(scanner->examples.begin(), scanner->examples.end(),
                                       [](const Example& e) { return e.value.empty(); });
    out += fmt::format(
        "\n### {}\n\n{}.\n\nKinds: {}. Source: `src/scan/scanners/{}.cpp`. Examples tested: {} found, {} refused.\n",
        scanner->name, scanner->finds, joined(scanner->kinds), scanner->name,
        scanner->examples.size() - size_t(refused), refused);
    out += listed(scanner->patterns);
  }
  out += "\n## Decoders\n\nTheir names are the steps of a decoding path, such as `73400320-GZIP-512`.\n";
  for (const Decoder* decoder : decoders())
    out += fmt::format("\n### {}\n\n{}.\n{}", decoder->name, decoder->decodes, listed(decoder->patterns));
  return out;
}

}  // namespace weft::scan
