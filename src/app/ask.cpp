// weft owners, weft cluster, weft who: questions to the link tables and the selector indexes
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <unistd.h>

#include "app/access.h"
#include "app/command.h"
#include "app/linked.h"
#include "base/error.h"
#include "link/growth.h"
#include "link/question.h"
#include "report/terminal.h"
#include "report/words.h"

namespace weft::app {
namespace {

using link::ClusterRow;
using link::DatedRow;
using link::OwnerRow;
using link::Step;
using report::Cell;
using report::counted;
using report::fit;
using report::Paint;
using report::terminal_text;

constexpr double clearly = 1.5;  // times the runner-up, as linking has it
constexpr uint64_t owners_shown = 2;

struct Options {
  std::string folder, format = "text";
  bool all = false, over_time = false;
  std::string value, kind;  // who
};

void owners(const Options& options, Answer& answer) {
  Linked linked(options.folder);
  note_gaps(linked, answer);
  if (options.format != "text") {
    answer.counts["rows"] = pack::export_table(linked.database(), "owner", options.format, "-");
    return;
  }
  Paint paint{wants_colour(STDOUT_FILENO)};
  std::vector<OwnerRow> rows = link::read<OwnerRow>(linked.database(), "ORDER BY exhibit, rank");
  fmt::print(
      "{}\n{}\n", paint.bold("Accounts most associated with each exhibit"),
      paint.faint(report::wrapped("by how often they occur and how few exhibits know them; they speak of the "
                                  "exhibit, not of who held it. Remnants: of these times, those in no file or in "
                                  "a deleted one, perhaps from an earlier owner of the medium; they count less",
                                  2)));
  std::vector<std::vector<Cell>> cells;
  for (size_t i = 0; i < rows.size(); ++i) {
    const OwnerRow& row = rows[i];
    if (!options.all && row.rank > owners_shown) continue;
    bool next = i + 1 < rows.size() && rows[i + 1].exhibit == row.exhibit;
    bool close = row.rank == 1 && next && row.share < clearly * rows[i + 1].share;
    cells.push_back({{row.rank == 1 ? report::fit_label(terminal_text(row.exhibit), 28) : "", "1"},
                     {fit(terminal_text(row.value), 44), row.rank == 1 ? nullptr : "2"},
                     {row.rank > 1 ? row.rank == 2 ? "runner-up" : std::to_string(row.rank)
                      : close ? "first, closely"
                                   : "first"},
                     {row.role},
                     {fmt::format("{:.0f} %", 100 * row.share)},
                     {report::grouped(row.times, ",")},
                     {row.remnants ? report::grouped(row.remnants, ",") : ""},
                     {std::to_string(row.exhibits)}});
  }
  answer.counts["rows"] = cells.size();
  if (cells.empty()) {
    fmt::print("  no account stands out on any exhibit\n");
    return;
  }
  fmt::print("{}", report::table({"exhibit", "account", "place", "role", "share", "times", "remnants", "on exhibits"},
                                 {false, false, false, false, true, true, true, true}, cells, paint, 1));
  std::vector<std::string> without;
  for (const std::string& label : linked.exhibits())
    if (std::none_of(rows.begin(), rows.end(), [&](const OwnerRow& row) { return row.exhibit == label; }))
      without.push_back(label);
  if (!without.empty())
    fmt::print("\n{}", report::wrapped("none found, or too much is out of scope to tell, on: " +
                                           fmt::format("{}", fmt::join(without, ", ")),
                                       2));
}

void cluster(const Options& options, Answer& answer) {
  Linked linked(options.folder);
  note_gaps(linked, answer);
  if (options.format != "text") {
    answer.counts["rows"] = pack::export_table(linked.database(), "cluster", options.format, "-");
    return;
  }
  Paint paint{wants_colour(STDOUT_FILENO)};
  std::vector<ClusterRow> rows = link::read<ClusterRow>(linked.database(), "ORDER BY cluster, exhibit");
  answer.counts["rows"] = rows.size();
  uint64_t clusters = rows.empty() ? 0 : rows.back().cluster;
  fmt::print("{}  {} of {}; {} in none\n", paint.bold("Clusters"), counted(clusters, "cluster"),
             counted(rows.size(), "exhibit"), linked.exhibits().size() - rows.size());
  if (rows.empty()) fmt::print("  no link is supported, so nothing holds exhibits together\n");
  for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    uint64_t inside = 0;
    std::vector<std::vector<Cell>> cells;
    for (; end < rows.size() && rows[end].cluster == rows[begin].cluster; ++end) {
      const ClusterRow& row = rows[end];
      inside += row.links;
      const char* colour = row.role == "bridge" ? "33" : row.role == "hub" ? "1" : nullptr;
      cells.push_back({{terminal_text(row.exhibit), "1"},
                       {row.role, colour},
                       {std::to_string(row.links)},
                       {std::to_string(row.links_outside)},
                       {fmt::format("{:.1f}", row.weight)}});
    }
    fmt::print("\n{}  {}, {} inside\n", paint.bold(fmt::format("Cluster {}", rows[begin].cluster)),
               counted(end - begin, "exhibit"), counted(inside / 2, "stated link"));
    fmt::print("{}", report::table({"exhibit", "role", "links", "to others", "log10 LR in all"},
                                   {false, false, true, true, true}, cells, paint));
  }
  fmt::print("\n{}", paint.faint(report::wrapped("hub: linked to most of its cluster, whose others are linked less; "
                                                 "bridge: without it, nothing stated joins two clusters directly",
                                                 2)));
}

std::string date(const Step& step) {
  return to_text(step.dated.since.value()).substr(0, 16).replace(10, 1, " ");
}

// What ties two exhibits, by a word that says whether both sides are dated.
std::string dated_by(const DatedRow& row) {
  if (row.what_a == row.what_b || row.what_b.empty()) return row.what_a + (row.time_b ? "" : ", on one side");
  if (row.what_a.empty()) return row.what_b + ", on one side";
  return row.what_a + "; " + row.what_b;
}

void print_growth(const std::vector<ClusterRow>& clusters, const std::vector<Step>& steps, const Paint& paint) {
  std::map<uint64_t, std::pair<uint64_t, uint64_t>> size;  // by cluster: exhibits, links inside
  for (const ClusterRow& row : clusters) ++size[row.cluster].first, size[row.cluster].second += row.links;
  for (size_t begin = 0, end = 0; begin < steps.size(); begin = end) {
    std::vector<std::vector<Cell>> cells;
    uint64_t cluster = steps[begin].cluster;
    for (; end < steps.size() && steps[end].cluster == cluster; ++end) {
      const Step& step = steps[end];
      auto label = [&](const std::string& exhibit) {
        bool joins = std::find(step.joins.begin(), step.joins.end(), exhibit) != step.joins.end();
        return (joins ? "+" : "") + report::fit_label(terminal_text(exhibit), 18);
      };
      cells.push_back({{date(step)},
                       {fit(label(step.dated.exhibit_a) + " – " + label(step.dated.exhibit_b), 40),
                        step.joins.empty() ? nullptr : "1"},
                       {std::to_string(step.together)},
                       {report::kind_name(step.dated.kind)},
                       {fit(terminal_text(step.dated.value), 40)},
                       {dated_by(step.dated)}});
    }
    auto [exhibits, links] = size[cluster];
    fmt::print("\n{}  {}; {} of {} dated\n", paint.bold(fmt::format("Cluster {}", cluster)),
               counted(exhibits, "exhibit"), end - begin, counted(links / 2, "stated link"));
    fmt::print("{}", report::table({"since (UTC)", "exhibits", "together", "share", "", "dated by"},
                                   {false, false, true, false, false, false}, cells, paint, 4));
  }
}

// What linked when.
void cluster_over_time(const Options& options, Answer& answer) {
  Linked linked(options.folder);
  note_gaps(linked, answer);
  linked.check_table("dated");
  std::vector<ClusterRow> clusters = link::read<ClusterRow>(linked.database(), "ORDER BY cluster, exhibit");
  std::vector<Step> steps = link::growth(clusters, link::read<DatedRow>(linked.database(), ""));
  if (options.format == "csv") throw Error("how clusters grew is shown as text or as jsonl");
  answer.counts["rows"] = steps.size();
  if (options.format == "jsonl") {
    for (const Step& step : steps) {
      Json row{{"cluster", step.cluster}};
      row.update(json_of(step.dated));
      row["joins"] = step.joins, row["together"] = step.together;
      print_json(row);
    }
    return;
  }
  Paint paint{wants_colour(STDOUT_FILENO)};
  fmt::print("{}  each stated link by the earliest date since when both hold something they share\n",
             paint.bold("Clusters over time"));
  if (steps.empty()) fmt::print("  no stated link has evidence with a date\n");
  print_growth(clusters, steps, paint);
  fmt::print("\n{}",
             paint.faint(report::wrapped("+: no earlier link of the cluster names it. together: exhibits that the "
                                         "links so far join. Clocks may be wrong, copying "
                                         "programs carry times over, and a link may be older than what dates it.",
                                         2)));
}

// The case's key, for masked values; without leave to read it, they cannot be asked for.
std::vector<uint8_t> key_if_readable(const extract::Case& in) {
  if (::access((in.folder() + "/key").c_str(), R_OK) != 0) return {};
  return in.key();
}

void who(const Options& options, Answer& answer) {
  Linked linked(options.folder);
  note_gaps(linked, answer);
  std::vector<link::Asked> asked = link::asked(options.value, options.kind, key_if_readable(linked.in()));
  std::vector<std::pair<std::string, link::Held>> holders;
  size_t exhibits = 0;
  for (const std::string& label : linked.exhibits()) {
    std::vector<link::Held> held = link::held(linked.index(label), asked);
    exhibits += !held.empty();
    for (link::Held& one : held) holders.emplace_back(label, std::move(one));
  }
  answer.counts["rows"] = holders.size(), answer.counts["exhibits"] = exhibits;
  // Most occasions first: where a value is at home comes before where it was passed on to.
  std::stable_sort(holders.begin(), holders.end(),
                   [](const auto& x, const auto& y) { return x.second.times > y.second.times; });
  if (options.format == "jsonl") {
    for (const auto& [label, one] : holders)
      print_json({{"exhibit", label},
                  {"kind", one.kind},
                  {"value", one.value},
                  {"role", one.role},
                  {"times", one.times},
                  {"occurrences", one.occurrences},
                  {"offset", one.at.offset},
                  {"path", one.at.path},
                  {"file", one.at.file}});
    return;
  }
  Paint paint{wants_colour(STDOUT_FILENO)};
  for (const auto& [label, one] : holders) {
    fmt::print("{}  {} {}, {}{}\n", paint.bold(terminal_text(label)), report::kind_name(one.kind),
               fit(terminal_text(one.value), 60), counted(one.times, "time"),
               one.role.empty() ? "" : ", as " + one.role);
    fmt::print("    {}\n", place_text(label, one.at.path, one.at.file));
  }
  const size_t all = linked.in().exhibits().size(), asked_of = linked.exhibits().size();
  fmt::print("{} of {} exhibits hold it{}\n", exhibits, asked_of,
             all > asked_of ? fmt::format("; {} more could not be asked", all - asked_of) : std::string());
  if (holders.empty())
    fmt::print("  as a selector, that is; weft search also looks into file names, problems and other features\n");
}

using Answers = void(const Options&, Answer&);

std::shared_ptr<Options> add_options(App app, CLI::App* command, const std::vector<std::string>& formats,
                                     Answers* answers) {
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("--format", options->format, fmt::format("{}", fmt::join(formats, ", ")))
      ->capture_default_str()
      ->check(CLI::IsMember(formats));
  add_question(app, *command, options->folder, [options, answers](Answer& answer) {
    answers(*options, answer);
    return exit_ok;
  });
  return options;
}

}  // namespace

void add_owners(App app) {
  CLI::App* command = app.cli.add_subcommand("owners", "Accounts most associated with each exhibit, and the runner-up");
  auto options = add_options(app, command, {"text", "jsonl", "csv"}, owners);
  command->add_flag("--all", options->all, "The ten heaviest of each, not the first two");
}

void add_cluster(App app) {
  CLI::App* command = app.cli.add_subcommand("cluster", "Which exhibits the stated links hold together");
  auto options = add_options(app, command, {"text", "jsonl", "csv"}, [](const Options& how, Answer& answer) {
    how.over_time ? cluster_over_time(how, answer) : cluster(how, answer);
  });
  command->add_flag("--over-time", options->over_time, "What linked when: the links in order of their earliest date");
}

void add_who(App app) {
  CLI::App* command = app.cli.add_subcommand("who", "Which exhibits hold a value, how often, and where");
  auto options = add_options(app, command, {"text", "jsonl"}, who);
  command->add_option("VALUE", options->value, "An address, number, hash, key …; blanks, dashes and case do not matter")
      ->required();
  command->add_option("--kind", options->kind, "As this kind of selector only");
}

}  // namespace weft::app
