// weft search
#include "review/search.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "app/access.h"
#include "app/command.h"
#include "app/linked.h"
#include "artefacts/kinds.h"
#include "base/error.h"
#include "base/text.h"
#include "scan/scanner.h"

namespace weft::app {
namespace {

struct Options {
  std::string folder;
  review::SearchOptions search;
  bool who = false;
  CommonOptions common;
};

std::vector<review::Recorded> recorded_facts(const extract::Case& in) {
  std::vector<review::Recorded> out;
  for (const extract::Exhibit& one : in.exhibits()) {
    auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) out.push_back({one.label, name, value});
    };
    add("custodian", one.custodian), add("received_by", one.received_by), add("received_from", one.received_from);
    add("received_at", one.received_at), add("place", one.place), add("note", one.note), add("path", one.path);
  }
  return out;
}

void print_hits(const review::SearchResult& result) {
  for (const review::SearchHit& hit : result.hits) {
    std::string address = hit.path.empty() ? hit.exhibit : hit.exhibit + ":" + hit.path;
    fmt::print("{:<9} {:<12} {}\n", hit.table, hit.kind, printable(hit.text));
    fmt::print("          {}{}{}\n", address, hit.file.empty() ? "" : "  in " + printable(hit.file),
               hit.stopped ? "  (on the stop list)" : "");
  }
  fmt::print("{}{} found\n", result.more ? "more than " : "", result.hits.size());
}

// A misspelt label or kind would find nothing, and say so of the evidence.
void check_options(const extract::Case& in, const Options& options) {
  if (const std::string& label = options.search.exhibit; !label.empty()) {
    std::vector<std::string> labels;
    for (const extract::Exhibit& one : in.exhibits()) labels.push_back(one.label);
    if (std::find(labels.begin(), labels.end(), label) == labels.end())
      throw Error("the case has no such exhibit; the nearest labels are " + nearest(label, labels), label);
    if (!in.sealed(label)) throw Error("this exhibit has not been extracted", label);
  }
  if (const std::string& kind = options.search.kind; !kind.empty() && !artefacts::is_kind(kind)) {
    std::vector<std::string> kinds = {"word", "yara", "file_sha256", "file_md5"};
    for (const scan::Scanner* scanner : scan::scanners())
      kinds.insert(kinds.end(), scanner->kinds.begin(), scanner->kinds.end());
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return;
    for (const artefacts::Word& word : artefacts::kinds()) kinds.emplace_back(word.name);
    std::sort(kinds.begin(), kinds.end());
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
    throw UsageError("there is no such kind of feature; the nearest are " + nearest(kind, kinds), kind);
  }
}

int run(const Options& options, Answer& answer) {
  extract::Case in = extract::Case::open(options.folder, true);
  check_options(in, options);
  if (options.search.exhibit.empty()) note_not_extracted(in, answer);
  pack::Database database(in.temporary(), options.common.limits().memory / 2);
  database.attach_packs(in.sealed_packs(), in.scope());
  if (options.who) {
    std::vector<review::Holder> holders = review::who_has(database, options.search.term, options.search.kind);
    for (const review::Holder& holder : holders)
      fmt::print("{:<24} {:<12} {:>8} times, first at {}:{}{}\n", holder.exhibit, holder.kind, holder.count,
                 holder.exhibit, holder.path, holder.file.empty() ? "" : "  in " + printable(holder.file));
    fmt::print("{} exhibits hold it\n", holders.size());
    answer.counts["rows"] = holders.size();
    return exit_ok;
  }
  review::SearchOptions search = options.search;
  search.recorded = recorded_facts(in);
  const review::SearchResult result = review::search(database, search);
  print_hits(result);
  answer.counts["rows"] = result.hits.size();
  return exit_ok;
}

}  // namespace

void add_search(App app) {
  CLI::App* command =
      app.cli.add_subcommand("search", "Find a text in features, file names, problems and what was recorded");
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("TERM", options->search.term, "Text to find, in any case of letters")->required();
  command->add_flag("--exact", options->search.exact, "The whole value, letter by letter");
  command->add_flag("--who", options->who, "Which exhibits hold exactly this value, and how often");
  command->add_option("--kind", options->search.kind, "Features of this kind only");
  command->add_option("--exhibit", options->search.exhibit, "This exhibit only");
  command->add_option("--limit", options->search.limit, "Hits shown")->capture_default_str();
  add_common(*command, options->common);
  add_question(app, *command, options->folder, [options](Answer& answer) { return run(*options, answer); });
}

}  // namespace weft::app
