#include "scan/document.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

namespace stdfs = std::filesystem;

std::string joined(std::span<const std::string_view> words) {
  std::string out;
  for (std::string_view word : words) out += fmt::format("{}`{}`", out.empty() ? "" : ", ", word);
  return out;
}

// A line of its own for each, since a pattern may hold any sign that Markdown knows.
std::string listed(std::span<const Pattern> patterns) {
  if (patterns.empty()) return "\nNo pattern: looks through every page and layer as a whole.\n";
  std::string out = "\nPatterns:\n\n```\n";
  for (const Pattern& pattern : patterns)
    out += fmt::format("{}{}\n", pattern.regex, pattern.flags & caseless ? "   (any case)" : "");
  return out + "```\n";
}

// What is found and what is refused, some of each.
std::string listed(std::span<const Example> examples) {
  constexpr size_t most = 6, longest = 100;
  std::string found, refused;
  size_t found_count = 0, refused_count = 0;
  for (const Example& example : examples) {
    const std::string shown = printable(example.text);
    const bool is_refused = example.value.empty();
    size_t& count = is_refused ? refused_count : found_count;
    if (shown.size() > longest || example.value.size() > longest || count++ >= most) continue;
    if (is_refused)
      refused += fmt::format("no {:<16} {}\n", example.kind, shown);
    else
      found += fmt::format("{:<19} {}\n{:>19} {}\n", example.kind, shown, "is", example.value);
  }
  if (found.empty() && refused.empty()) return {};
  return "\nOf the examples that are tested:\n\n```\n" + found + refused + "```\n";
}

// The files of a folder, by what they define: "const Scanner email_scanner{", "const Decoder gzip_decoder{".
class Sources {
 public:
  Sources(const std::string& source, const std::string& folder, std::string_view type) : folder_(folder) {
    for (const auto& entry : stdfs::directory_iterator(source + "/" + folder)) {
      const std::string name = entry.path().filename().string();
      if (!name.ends_with(".cpp") || name.ends_with("_test.cpp")) continue;
      const std::string text = read_file(entry.path().string());
      for (const std::string_view start : {"\nconst ", "\nextern const "}) {
        const std::string words = std::string(start) + std::string(type) + " ";
        for (size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
          const size_t brace = text.find('{', at), quote = text.find('"', at), stop = text.find(';', at);
          if (brace > stop || quote == std::string::npos) continue;
          of_[text.substr(quote + 1, text.find('"', quote + 1) - quote - 1)] = {name, essay(text)};
        }
      }
    }
  }
  // Where it stands, and what the comment at the top of the file says of it.
  std::string operator[](std::string_view name) const {
    const auto found = of_.find(std::string(name));
    if (found == of_.end()) throw Error(fmt::format("no file of {} defines {}", folder_, name));
    return fmt::format("Source: `{}/{}`.\n\n{}", folder_, found->second.file, found->second.essay);
  }

 private:
  struct File {
    std::string file, essay;
  };
  static std::string essay(const std::string& text) {
    std::istringstream in(text);
    std::string out;
    for (std::string line; std::getline(in, line) && line.starts_with("//");)
      out += "> " + line.substr(std::min<size_t>(line.size(), 3)) + "\n";
    return out;
  }
  std::string folder_;
  std::map<std::string, File> of_;
};

// A table of docs/measured: rows by their first column.
class Measured {
 public:
  explicit Measured(const std::string& path) {
    std::istringstream in(read_file(path));
    for (std::string line; std::getline(in, line);) {
      std::vector<std::string> cells;
      std::istringstream row(line);
      for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
      if (head_.empty())
        head_ = cells;
      else if (cells.size() == head_.size())
        rows_[cells[0]] = cells;
    }
  }
  const std::vector<std::string>& head() const { return head_; }
  const std::vector<std::string>* of(std::string_view name) const {
    const auto found = rows_.find(std::string(name));
    return found == rows_.end() ? nullptr : &found->second;
  }

 private:
  std::vector<std::string> head_;
  std::map<std::string, std::vector<std::string>> rows_;
};

std::string speed_of(const Measured& speed, std::string_view name) {
  const std::vector<std::string>* row = speed.of(name);
  if (!row) return "Speed alone: not measured.";
  std::string out;
  for (size_t i = 1; i < row->size(); ++i)
    out += fmt::format("{}{} MB/s on {}", i == 1 ? "" : ", ", (*row)[i], speed.head()[i]);
  return "Speed alone, per core: " + out + ".";
}

std::string precision_of(const Measured& precision, std::span<const std::string_view> kinds) {
  std::string out;
  for (std::string_view kind : kinds)
    if (const std::vector<std::string>* row = precision.of(kind))
      out += fmt::format(" `{}` {} of {} labelled hits ({}, 95 % interval {}–{});", kind, (*row)[2], (*row)[1],
                         (*row)[3], (*row)[4], (*row)[5]);
  if (out.empty()) return "Precision: not measured on labelled hits.";
  out.back() = '.';
  return "Precision:" + out;
}

}  // namespace

std::string scanners_document(const std::string& source) {
  const Sources scanner_files(source, "src/scan/scanners", "Scanner");
  const Sources decoder_files(source, "src/scan/decoders", "Decoder");
  const Measured precision(source + "/docs/measured/precision.tsv"), speed(source + "/docs/measured/speed.tsv");
  std::string out =
      "# Scanners and decoders\n\n"
      "Written by `scan::scanners_document()` from what is compiled in, from the top of each file, and from the tables "
      "in\n"
      "`docs/measured`; a test holds this page to them. Precision: `tests/quality` (what counts as genuine is said "
      "there).\n"
      "Speed: `bench/scanners.cpp`, one scanner or decoder with its own patterns alone; together they share one "
      "pass.\n\n"
      "## Scanners\n";
  for (const Scanner* scanner : scanners()) {
    const auto refused = std::count_if(scanner->examples.begin(), scanner->examples.end(),
                                       [](const Example& e) { return e.value.empty(); });
    out += fmt::format("\n### {}\n\n{}. Kinds: {}. {}\n", scanner->name, scanner->finds, joined(scanner->kinds),
                       scanner_files[scanner->name]);
    out += fmt::format("\n{}\n{}\nExamples tested: {} found, {} refused.\n", precision_of(precision, scanner->kinds),
                       speed_of(speed, scanner->name), scanner->examples.size() - size_t(refused), refused);
    out += listed(scanner->patterns) + listed(scanner->examples);
  }
  out +=
      "\n## The examiner's own\n\n"
      "With `--words FILE` terms, and with `--rules FILE` YARA rules, are looked for in the same pass and in every "
      "layer.\n\n"
      "* `word`: a term as it stands in its list, in UTF-8, UTF-16 and the legacy code pages of its script, in any "
      "case "
      "of letters.\n"
      "  `encoding` names the code page. Source: `src/scan/words.cpp`.\n"
      "* `yara`: `namespace:rule $string` wherever a string of a rule that holds stands; `namespace:rule`, where the "
      "text "
      "begins,\n"
      "  for a rule that holds without one. Source: `src/scan/yara_rules.cpp`.\n";
  out += "\n## Decoders\n\nTheir names are the steps of a decoding path, such as `73400320-GZIP-512`.\n";
  for (const Decoder* decoder : decoders())
    out += fmt::format("\n### {}\n\n{}. {}\n{}\n{}", decoder->name, decoder->decodes, decoder_files[decoder->name],
                       speed_of(speed, decoder->name), listed(decoder->patterns));
  return out;
}

}  // namespace weft::scan
