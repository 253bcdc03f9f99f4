// weft scope: what the authority covers, and what is privileged
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>

#include "app/access.h"
#include "app/command.h"
#include "app/linked.h"
#include "base/error.h"
#include "base/file.h"
#include "pack/database.h"
#include "pack/scope_tables.h"
#include "report/terminal.h"
#include "report/words.h"

namespace weft::app {
namespace {

using pack::KeptOut;
using pack::Scope;
using report::Cell;
using report::counted;
using report::terminal_text;

struct Options {
  std::string folder, rules, format = "text";
  bool none = false;
  CommonOptions common;
};

void print(const extract::Case& in, const Scope& scope, const Options& options, Answer& answer) {
  if (!scope.empty()) note_not_extracted(in, answer);
  std::vector<KeptOut> rows;
  if (!scope.empty()) {
    pack::Database database(in.temporary(), options.common.limits().memory / 2);
    database.attach_packs(in.sealed_packs());
    rows = pack::kept_out(database, scope);
    for (size_t i : pack::idle_rules(database, scope)) {
      const pack::ScopeRule& rule = scope.rules()[i];
      fmt::print(
          stderr,
          "weft: rule {} ({}, {}) fits nothing that has been extracted, or nothing that an earlier rule leaves\n",
          i + 1, terminal_text(rule.exhibit), terminal_text(rule.what));
    }
  }
  answer.counts["rows"] = rows.size();
  if (options.format == "jsonl") {
    for (const KeptOut& row : rows)
      print_json({{"exhibit", row.exhibit}, {"why", row.why}, {"files", row.files}, {"features", row.features}});
    return;
  }
  report::Paint paint{wants_colour(STDOUT_FILENO)};
  if (scope.empty()) {
    fmt::print("{}  no rules: everything that was extracted counts\n", paint.bold("Scope"));
    return;
  }
  fmt::print("{}  {}, SHA-256 {}\n", paint.bold("Scope"), counted(scope.rules().size(), "rule"),
             scope.sha256().substr(0, 16));
  std::vector<std::vector<Cell>> cells;
  for (const KeptOut& row : rows)
    cells.push_back({{terminal_text(row.exhibit), "1"},
                     {report::grouped(row.files, ",")},
                     {report::grouped(row.features, ",")},
                     {terminal_text(row.why)}});
  if (cells.empty())
    fmt::print("  nothing that has been extracted is kept out\n");
  else
    fmt::print("{}", report::table({"exhibit", "files", "features", "kept out, because"}, {false, true, true, false},
                                   cells, paint, 3));
  fmt::print("{}", paint.faint(report::wrapped("What is kept out is in the packs, and nowhere else: not in links, "
                                               "backgrounds, search, show, export and reports.",
                                               2)));
}

void run(const Options& options, Answer& answer) {
  if (options.none && !options.rules.empty()) throw Error("either rules, or --none");
  if (options.rules.empty() && !options.none) {
    extract::Case in = extract::Case::open(options.folder, true);
    return print(in, in.scope(), options, answer);
  }
  extract::Case in = extract::Case::open(options.folder);
  std::string before = in.scope().sha256();
  if (options.none) {
    in.set_scope({});
  } else {
    std::string text = read_file(options.rules);
    Scope check(text, options.rules);
    in.set_scope(text);
  }
  Scope now = in.scope();
  in.log("scope", {{"rules", std::to_string(now.rules().size())}, {"sha256", now.sha256()}, {"before", before}});
  print(in, now, options, answer);
  if (exists(in.links()) && now.sha256() != before)
    fmt::print(stderr, "weft: the links were made under other rules; link again: weft link {}\n", options.folder);
}

}  // namespace

void add_scope(App app) {
  CLI::App* command = app.cli.add_subcommand(
      "scope", "Say what the authority covers and what is privileged, or show what that keeps out");
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("RULES", options->rules, "File of rules (docs/scope.md); without one, what is set is shown");
  command->add_flag("--none", options->none, "Take the rules away");
  command->add_option("--format", options->format, "text, jsonl")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "jsonl"}));
  add_common(*command, options->common);
  add_question(app, *command, options->folder, [options](Answer& answer) {
    run(*options, answer);
    return exit_ok;
  });
}

}  // namespace weft::app
