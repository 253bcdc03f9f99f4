// weft links, weft neighbours: what linking found, pair by pair
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <sstream>
#include <unistd.h>

#include "app/access.h"
#include "app/command.h"
#include "app/linked.h"
#include "base/error.h"
#include "link/explain.h"
#include "link/question.h"
#include "report/terminal.h"
#include "report/words.h"

namespace weft::app {
namespace {

using link::DatedRow;
using link::DirectionRow;
using link::EvidenceRow;
using link::LinkRow;
using pack::Database;
using report::Cell;
using report::counted;
using report::fit;
using report::Paint;
using report::terminal_text;

constexpr size_t directions_shown = 5;  // of a kind
constexpr size_t pair_width = 36;
constexpr size_t links_shown = 40, bundles_shown = 12, selectors_shown = 6, reason_examples = 4;

std::string between(const std::string& a, const std::string& b) {
  return fmt::format("exhibit_a = {} AND exhibit_b = {}", Database::quote(std::min(a, b)),
                     Database::quote(std::max(a, b)));
}

std::string weight_text(const LinkRow& row) {
  if (!row.log10_lr) return "–";
  return fmt::format("{:.1f} ({:.1f} … {:.1f})", *row.log10_lr, row.low.value_or(0), row.high.value_or(0));
}
Cell statement_cell(const LinkRow& row) {
  if (row.statement == "supported") return {row.verbal, "1"};
  return {row.statement, "2"};
}

void print_links(const std::vector<LinkRow>& rows, bool all) {
  Paint paint{wants_colour(STDOUT_FILENO)};
  auto supported =
      std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.statement == "supported"; });
  auto of_one_image = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.bundles == 0; });
  fmt::print("{}  {}, {} supported{}\n\n", paint.bold("Links"),
             counted(rows.size() - size_t(of_one_image), "pair of exhibits", "pairs of exhibits"), supported,
             of_one_image ? fmt::format("; {} of one image without a reason beyond it",
                                        counted(uint64_t(of_one_image), "further pair"))
                          : std::string());
  std::vector<std::vector<Cell>> cells;
  std::vector<std::string> below;  // both labels of a row that does not hold them
  for (const LinkRow& row : rows) {
    if (!all && cells.size() == links_shown) break;
    std::string pair = terminal_text(row.exhibit_a) + " – " + terminal_text(row.exhibit_b);
    const bool whole = report::columns(pair) <= pair_width;
    if (!whole)
      pair = report::fit_label(terminal_text(row.exhibit_a), pair_width / 2 - 2) + " – " +
             report::fit_label(terminal_text(row.exhibit_b), pair_width / 2 - 1);
    below.push_back(
        whole ? ""
              : fmt::format("        {}\n        {}\n", terminal_text(row.exhibit_a), terminal_text(row.exhibit_b)));
    cells.push_back({{std::to_string(row.rank)},
                     {pair, "1"},
                     {fmt::format("{:.2f}", row.score)},
                     {weight_text(row)},
                     statement_cell(row),
                     {std::to_string(row.bundles)},
                     {terminal_text(report::kind_names(row.kinds))}});
  }
  if (!cells.empty()) {
    std::istringstream table(report::table({"rank", "exhibits", "score", "log10 LR", "statement", "reasons", "share"},
                                           {true, false, true, true, false, true, false}, cells, paint, 6));
    std::string line;
    for (size_t i = 0; std::getline(table, line); ++i)  // the first is the head
      fmt::print("{}\n{}", line, i ? below[i - 1] : "");
    fmt::print("\n");
  }
  if (cells.size() < rows.size()) fmt::print("  {} more: --all\n", rows.size() - cells.size());
  fmt::print("{}", paint.faint(report::wrapped("The score orders leads and states nothing. log10 LR, with its 90 % "
                                               "interval, is what may be stated. Why two exhibits are linked: weft "
                                               "links CASE --explain A B",
                                               2)));
}

// ------------------------------------------------------------------------------------------------ one pair explained

struct Explained {
  std::string a, b;
  std::optional<LinkRow> link;  // none: they share nothing beyond chance
  uint64_t links = 0;
  std::vector<EvidenceRow> evidence;  // by bundle, the strongest first
  std::vector<link::NotCounted> not_counted;
  std::vector<DirectionRow> directions;
  std::map<std::pair<std::string, std::string>, DatedRow> dated;  // by kind and value
  std::vector<link::SetAsideRow> kept_out;                        // by the scope, of either
};

Explained explain(Linked& linked, const std::string& a, const std::string& b) {
  linked.check_label(a), linked.check_label(b);
  if (a == b) throw Error("an exhibit has no link with itself", a);
  Explained out{std::min(a, b), std::max(a, b), {}, 0, {}, {}, {}, {}, {}};
  std::vector<LinkRow> rows = link::read<LinkRow>(linked.database(), "WHERE " + between(a, b));
  if (!rows.empty()) out.link = rows.front();
  out.links = std::stoull(linked.database().value("SELECT count(*) FROM link").value_or("0"));
  out.evidence = link::read<EvidenceRow>(linked.database(),
                                         "WHERE " + between(a, b) + " ORDER BY bundle, weight DESC, kind, value");
  out.not_counted = link::not_counted(linked.database(), linked.index(out.a), linked.index(out.b), out.evidence,
                                      out.link ? out.link->selectors : 0);
  if (linked.has_table("dated"))
    for (DatedRow& row : link::read<DatedRow>(linked.database(), "WHERE " + between(a, b) + " ORDER BY since DESC"))
      out.dated[{row.kind, row.value}] = std::move(row);
  out.kept_out = link::read<link::SetAsideRow>(
      linked.database(), fmt::format("WHERE kind = {} AND examples IN ({}, {}) ORDER BY examples, reason",
                                     Database::quote(link::kept_out_kind), Database::quote(a), Database::quote(b)));
  if (linked.has_table("direction"))
    out.directions = link::read<DirectionRow>(
        linked.database(), "WHERE " + between(a, b) + " ORDER BY kind DESC, coalesce(time_a, time_b), value");
  return out;
}

void print_statement(const Explained& it, const Paint& paint) {
  fmt::print("{}\n\n", paint.bold(terminal_text(it.a) + " – " + terminal_text(it.b)));
  if (!it.link) {
    fmt::print("  no link: what the two share is no more than chance explains, or does not count\n");
    return;
  }
  const LinkRow& row = *it.link;
  auto line = [](const char* name, const std::string& text) {
    if (!text.empty()) fmt::print("  {:<16}{}", name, report::wrapped(text, 18).substr(18));
  };
  std::string statement = row.statement;
  if (!row.verbal.empty()) statement += ", " + row.verbal;
  line("statement", statement);
  if (row.log10_lr)
    line("log10 LR", fmt::format("{:.2f}, 90 % interval {:.2f} to {:.2f}", *row.log10_lr, row.low.value_or(0),
                                 row.high.value_or(0)));
  line("weighed against", row.alternative);
  line("innocent reason", row.innocent);
  if (row.false_discovery)
    line("false links", fmt::format("{:.1f} % expected among the links down to this rank", 100 * *row.false_discovery));
  line("rank", fmt::format("{} of {}, score {:.2f}", row.rank, it.links, row.score));
}

void print_bundles(const Explained& it, bool all, const Paint& paint) {
  if (!it.link) return;
  fmt::print("\n{}  {}, {}; what arrives together counts once\n", paint.bold("Shared"),
             counted(it.link->bundles, "independent reason"), counted(it.link->selectors, "value"));
  size_t shown_bundles = 0, begin = 0;
  for (size_t end = 0; begin < it.evidence.size(); begin = end) {
    if (!all && shown_bundles++ == bundles_shown) break;
    while (end < it.evidence.size() && it.evidence[end].bundle == it.evidence[begin].bundle) ++end;
    fmt::print("\n  {:>2}  weight {:.2f}\n", it.evidence[begin].bundle, it.evidence[begin].weight);
    const std::string alike = link::likeness(std::span(it.evidence).subspan(begin, end - begin));
    if (!alike.empty()) fmt::print("{}", report::wrapped(alike, 6));
    size_t last = all ? end : std::min(end, begin + selectors_shown);
    for (size_t i = begin; i < last; ++i) {
      const EvidenceRow& row = it.evidence[i];
      fmt::print("      {}  {}\n", paint.bold(fit(terminal_text(row.value), 70)), report::kind_name(row.kind));
      fmt::print("        on {}; in {}\n", counted(row.exhibits > 2 ? row.exhibits - 2 : 0, "other exhibit"),
                 counted(row.background, "background source"));
      auto dated = it.dated.find({row.kind, row.value});
      auto at = [&](const std::optional<Time>& time, const std::string& what) {
        if (!time) return std::string();
        std::string text = to_text(*time);
        if (what.find("local time") != std::string::npos) text.pop_back();  // the Z of UTC
        return fmt::format("  {} {}", what, text);
      };
      DatedRow when = dated == it.dated.end() ? DatedRow{} : dated->second;
      fmt::print("        {}{}\n", place_text(row.exhibit_a, row.path_a, row.file_a), at(when.time_a, when.what_a));
      fmt::print("        {}{}\n", place_text(row.exhibit_b, row.path_b, row.file_b), at(when.time_b, when.what_b));
    }
    if (last < end) fmt::print("      {} more in this bundle: --all\n", end - last);
  }
  if (begin < it.evidence.size()) fmt::print("\n  more bundles: --all\n");
  if (it.evidence.size() < it.link->selectors)
    fmt::print("  kept as evidence are the strongest {} of {} values\n", it.evidence.size(), it.link->selectors);
}

std::string direction_text(const DirectionRow& row) {
  auto time = [](const std::optional<Time>& at, bool local) {
    if (!at) return std::string("no time");
    std::string text = to_text(*at);
    if (local) text.back() = ' ', text += "local time";  // for the Z
    return text;
  };
  const std::string a = time(row.time_a, row.local_a), b = time(row.time_b, row.local_b);
  if (row.kind == "message") {
    const std::string sent = "sent " + (row.time_a ? a : b);
    if (!row.path_a.empty() && !row.path_b.empty()) return sent;
    return fmt::format("{}; the account wrote, the letter lies on {} only", sent,
                       terminal_text(row.path_a.empty() ? row.exhibit_b : row.exhibit_a));
  }
  const char* word = row.kind == "device" ? "attached first" : "made";
  const bool a_first = row.from == row.exhibit_a;
  return fmt::format("{} {} there, {} here", word, a_first ? a : b, a_first ? b : a);
}

void print_directions(const Explained& it, bool all, const Paint& paint) {
  if (it.directions.empty()) return;
  fmt::print("\n{}  what records and file systems tell; clocks may be wrong on both\n", paint.bold("Which way"));
  for (size_t begin = 0, end = 0; begin < it.directions.size(); begin = end) {
    while (end < it.directions.size() && it.directions[end].kind == it.directions[begin].kind) ++end;
    size_t last = all ? end : std::min(end, begin + directions_shown);
    for (size_t i = begin; i < last; ++i) {
      const DirectionRow& row = it.directions[i];
      fmt::print("\n  {} → {}  {}  {}\n", terminal_text(row.from), terminal_text(row.to), paint.bold(row.kind),
                 fit(terminal_text(row.name), 60));
      fmt::print("      {}\n", direction_text(row));
      if (!row.path_a.empty()) fmt::print("      {}\n", place_text(row.exhibit_a, row.path_a, row.file_a));
      if (!row.path_b.empty()) fmt::print("      {}\n", place_text(row.exhibit_b, row.path_b, row.file_b));
    }
    if (last < end) fmt::print("      {} more: --all\n", counted(end - last, it.directions[begin].kind));
  }
}

void print_not_counted(const Explained& it, bool all, const Paint& paint) {
  fmt::print("\n{}  {}, which says nothing about these two\n", paint.bold("Set aside"),
             counted(it.not_counted.size(), "other shared value"));
  for (const link::SetAsideRow& row : it.kept_out)
    fmt::print("\n  {}  {} of {}, shared or not\n", paint.bold(terminal_text(row.reason)), row.value,
               terminal_text(row.examples));
  for (size_t begin = 0, end = 0; begin < it.not_counted.size(); begin = end) {
    std::map<std::string, uint64_t> kinds;
    for (; end < it.not_counted.size() && it.not_counted[end].reason == it.not_counted[begin].reason; ++end)
      ++kinds[it.not_counted[end].kind];
    std::string names;
    for (const auto& [kind, count] : kinds)
      names += (names.empty() ? "" : ", ") + report::kind_name(kind) + " " + report::grouped(count, ",");
    fmt::print("\n  {}  {}\n", paint.bold(it.not_counted[begin].reason), names);
    for (size_t i = begin; i < (all ? end : std::min(end, begin + reason_examples)); ++i) {
      const link::NotCounted& one = it.not_counted[i];
      fmt::print("      {}", fit(terminal_text(one.value), 60));
      if (one.exhibits) fmt::print("  on {}", counted(*one.exhibits, "exhibit"));
      if (one.background && *one.background) fmt::print(", in {}", counted(*one.background, "background source"));
      fmt::print("\n");
      if (!all) continue;
      fmt::print("        {}\n        {}\n", place_text(it.a, one.a.path, one.a.file),
                 place_text(it.b, one.b.path, one.b.file));
    }
    if (!all && end - begin > reason_examples) fmt::print("      {} more: --all\n", end - begin - reason_examples);
  }
}

void print_explained_json(const Explained& it) {
  Json out = it.link ? json_of(*it.link) : Json{{"exhibit_a", it.a}, {"exhibit_b", it.b}, {"statement", "no link"}};
  out["evidence"] = Json::array(), out["set_aside"] = Json::array(), out["direction"] = Json::array();
  for (const DirectionRow& row : it.directions) {
    Json one = json_of(row);
    one.erase("exhibit_a"), one.erase("exhibit_b");
    out["direction"].push_back(std::move(one));
  }
  for (const EvidenceRow& row : it.evidence) {
    Json one = json_of(row);
    one.erase("exhibit_a"), one.erase("exhibit_b");
    if (auto dated = it.dated.find({row.kind, row.value}); dated != it.dated.end())
      for (const char* name : {"since", "time_a", "time_b", "what_a", "what_b"})
        one[name] = json_of(dated->second)[name];
    out["evidence"].push_back(std::move(one));
  }
  for (const link::SetAsideRow& row : it.kept_out)
    out["set_aside"].push_back(
        {{"kind", row.kind}, {"value", row.value}, {"reason", row.reason}, {"exhibit", row.examples}});
  for (const link::NotCounted& one : it.not_counted)
    out["set_aside"].push_back({{"kind", one.kind},
                                {"value", one.value},
                                {"reason", one.reason},
                                {"exhibits", json_value(one.exhibits)},
                                {"background", json_value(one.background)},
                                {"offset_a", one.a.offset},
                                {"path_a", one.a.path},
                                {"file_a", one.a.file},
                                {"offset_b", one.b.offset},
                                {"path_b", one.b.path},
                                {"file_b", one.b.file}});
  print_json(out);
}

struct LinksOptions {
  std::string folder, format = "text";
  std::vector<std::string> explain;
  bool all = false;
};

void links(const LinksOptions& options, Answer& answer) {
  Linked linked(options.folder);
  note_gaps(linked, answer);
  if (options.explain.empty()) {
    if (options.format != "text") {
      answer.counts["rows"] = pack::export_table(linked.database(), "link", options.format, "-");
      return;
    }
    std::vector<LinkRow> rows = link::read<LinkRow>(linked.database(), "ORDER BY rank");
    answer.counts["rows"] = options.all ? rows.size() : std::min(rows.size(), links_shown);
    return print_links(rows, options.all);
  }
  if (options.format == "csv") throw Error("one pair is explained as text or as jsonl");
  Explained it = explain(linked, options.explain[0], options.explain[1]);
  answer.counts["rows"] = it.evidence.size(), answer.counts["set aside"] = it.not_counted.size();
  if (options.format == "jsonl") return print_explained_json(it);
  Paint paint{wants_colour(STDOUT_FILENO)};
  print_statement(it, paint);
  print_bundles(it, options.all, paint);
  print_directions(it, options.all, paint);
  print_not_counted(it, options.all, paint);
}

// -------------------------------------------------------------------------------------------- neighbours of an exhibit

struct NeighboursOptions {
  std::string folder, exhibit, format = "text";
  bool all = false;
};

// The heaviest bundles of each link, each by its strongest value.
std::map<std::string, std::vector<EvidenceRow>> strongest_by_neighbour(Database& database, const std::string& exhibit) {
  std::map<std::string, std::vector<EvidenceRow>> out;
  std::string quoted = Database::quote(exhibit);
  for (EvidenceRow& row : link::read<EvidenceRow>(
           database, fmt::format("WHERE (exhibit_a = {0} OR exhibit_b = {0}) AND weight > 0 AND bundle <= 3 "
                                 "ORDER BY exhibit_a, exhibit_b, bundle",
                                 quoted)))
    out[row.exhibit_a == exhibit ? row.exhibit_b : row.exhibit_a].push_back(std::move(row));
  return out;
}

void neighbours(const NeighboursOptions& options, Answer& answer) {
  Linked linked(options.folder);
  note_gaps(linked, answer);
  linked.check_label(options.exhibit);
  std::vector<LinkRow> rows = link::read<LinkRow>(
      linked.database(),
      fmt::format("WHERE exhibit_a = {0} OR exhibit_b = {0} ORDER BY rank", Database::quote(options.exhibit)));
  answer.counts["rows"] = options.all || options.format != "text" ? rows.size() : std::min(rows.size(), links_shown);
  auto strongest = strongest_by_neighbour(linked.database(), options.exhibit);
  auto other = [&](const LinkRow& row) { return row.exhibit_a == options.exhibit ? row.exhibit_b : row.exhibit_a; };
  if (options.format == "jsonl") {
    for (const LinkRow& row : rows) {
      Json out = {{"exhibit", options.exhibit}, {"neighbour", other(row)}};
      Json link = json_of(row);
      for (auto& [name, value] : link.items())
        if (name != "exhibit_a" && name != "exhibit_b") out[name] = value;
      out["shares"] = Json::array();
      for (const EvidenceRow& one : strongest[other(row)])
        out["shares"].push_back({{"kind", one.kind}, {"value", one.value}, {"weight", one.weight}});
      print_json(out);
    }
    return;
  }
  Paint paint{wants_colour(STDOUT_FILENO)};
  fmt::print("{}  linked to {}, strongest first\n", paint.bold(terminal_text(options.exhibit)),
             counted(rows.size(), "exhibit"));
  for (size_t i = 0; i < rows.size() && (options.all || i < links_shown); ++i) {
    const LinkRow& row = rows[i];
    std::string said = row.statement == "supported" ? row.verbal : row.statement;
    fmt::print("\n  {}  {}{}, score {:.2f}\n", paint.bold(terminal_text(other(row))), said,
               row.log10_lr ? ", log10 LR " + weight_text(row) : "", row.score);
    fmt::print("{}", report::wrapped(fmt::format("{}, {}: {}", counted(row.bundles, "independent reason"),
                                                 counted(row.selectors, "shared value"),
                                                 terminal_text(report::kind_names(row.kinds))),
                                     6));
    for (const EvidenceRow& one : strongest[other(row)])
      fmt::print("      {:>5.2f}  {}  {}\n", one.weight, fit(terminal_text(one.value), 60),
                 report::kind_name(one.kind));
  }
  if (!options.all && rows.size() > links_shown) fmt::print("\n  {} more: --all\n", rows.size() - links_shown);
}

}  // namespace

void add_links(App app) {
  CLI::App* command = app.cli.add_subcommand("links", "Show the links, or explain one down to its bytes");
  auto options = std::make_shared<LinksOptions>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("--explain", options->explain, "Two exhibits: what their link rests on, and what was set aside")
      ->expected(2)
      ->type_name("A B");
  command->add_option("--format", options->format, "text, jsonl or csv; jsonl and csv give every link")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "jsonl", "csv"}));
  command->add_flag("--all", options->all, "All of it, not the strongest only");
  add_question(app, *command, options->folder, [options](Answer& answer) {
    links(*options, answer);
    return exit_ok;
  });
}

void add_neighbours(App app) {
  CLI::App* command = app.cli.add_subcommand("neighbours", "Which exhibits one exhibit is linked to, and by what");
  auto options = std::make_shared<NeighboursOptions>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("EXHIBIT", options->exhibit, "Label of the exhibit")->required();
  command->add_option("--format", options->format, "text or jsonl")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "jsonl"}));
  command->add_flag("--all", options->all, "All of them, not the strongest only");
  add_question(app, *command, options->folder, [options](Answer& answer) {
    neighbours(*options, answer);
    return exit_ok;
  });
}

}  // namespace weft::app
