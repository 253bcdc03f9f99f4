// weft verify: is everything still what it was when it was sealed, and do the findings stand on the evidence?
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "app/access.h"
#include "app/command.h"
#include "app/find_again.h"
#include "app/logged.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "link/gather.h"
#include "link/index.h"
#include "pack/database.h"
#include "pack/pack.h"
#include "scan/engine.h"

namespace weft::app {
namespace {

std::vector<std::string> verify_pack(const extract::Case& in, const Logged& log, const std::string& label) {
  std::vector<std::string> wrong = pack::verify(in.pack(label));
  if (!wrong.empty()) return wrong;
  std::map<std::string, std::string> logged = log.pack(label);
  if (logged.empty()) wrong.push_back("the custody log does not say when this pack was sealed");
  for (const auto& [table, hash] : pack::info(in.pack(label)).sha256)
    if (!logged.empty() && logged[table] != hash)
      wrong.push_back("table " + table + " is not the one that the custody log says was sealed");
  return wrong;
}

// The selector index, which links and questions are answered by, is made again of its pack, elsewhere, and compared.
// What linking would make again by itself is a remark.
std::vector<std::string> verify_index(const extract::Case& in, const std::string& label, std::string& remark) {
  link::Source source = link::sources({in.pack(label)}, in.folder() + "/tokens", in.indexes(), in.scope()).at(0);
  const std::string there = std::exchange(source.index, link::index_path(in.temporary(), label));
  if (!exists(there)) {
    remark = "not there, linking makes it";
    return {};
  }
  pack::Database database(in.temporary(), 512 * MiB);
  link::make_indexes({source}, database);
  struct Remove {
    ~Remove() { std::filesystem::remove(path, ignored); }
    const std::string& path;
    std::error_code ignored;
  } remove{source.index, {}};
  if (std::ranges::equal(Mapping(there).bytes(), Mapping(source.index).bytes())) return {};
  try {
    if (link::Index(there).pack() == link::Index(source.index).pack())
      return {"the selector index does not hold what the pack does: remove " + there + " and link again"};
    remark = "made under other scope rules, linking makes it again";
  } catch (const Error&) {
    remark = "not whole, or of another version: linking makes it again";
  }
  return {};
}

// Features that are not on the evidence any more. Bytes that the scope keeps out are checked, too, and not shown.
std::vector<std::string> in_words(const extract::Case& in, const std::string& label,
                                  const std::vector<FeatureRow>& lost) {
  std::vector<std::string> out;
  if (lost.empty()) return out;
  const pack::Scope scope = in.scope();
  std::set<std::tuple<std::string, std::string, std::string>> covered;
  if (!scope.empty()) {
    std::string paths;
    for (const FeatureRow& one : lost) paths += (paths.empty() ? "" : ", ") + pack::Database::quote(one.path);
    pack::Database database(in.temporary(), 512 * MiB);
    database.attach_packs({in.pack(label)}, scope);
    for (const auto& row : database.rows("SELECT path, kind, value FROM feature WHERE path IN (" + paths + ")"))
      covered.emplace(*row[0], *row[1], *row[2]);
  }
  for (const FeatureRow& one : lost) {
    const bool shown = scope.empty() || covered.contains({one.path, one.kind, one.value});
    out.push_back(fmt::format("{}:{} does not hold {} any more", label, one.path,
                              shown ? one.kind + " " + printable(one.value) : "a feature that the scope keeps out"));
  }
  return out;
}

// Reads the evidence again at addresses spread over the feature table: the same features have to come out.
std::vector<std::string> verify_addresses(const extract::Case& in, const extract::Exhibit& exhibit, uint64_t samples,
                                          const scan::Rules& rules, uint64_t& checked) {
  std::vector<FeatureRow> lost;
  pack::Database database(in.temporary(), 512 * MiB);
  database.attach_packs({in.pack(exhibit.label)});
  uint64_t count = std::stoull(
      database.value(fmt::format("SELECT count(*) FROM feature WHERE {}", found_by_scanners)).value_or("0"));
  if (count == 0) return {};
  uint64_t step = std::max<uint64_t>(1, count / samples);
  auto rows = database.rows(fmt::format(
      "SELECT kind, value, path, encoding, file_id, file_offset FROM (SELECT *, row_number() OVER (ORDER BY "
      "\"offset\", path, kind, value, encoding) AS n FROM feature WHERE {}) WHERE (n - 1) % {} = 0 ORDER BY n LIMIT {}",
      found_by_scanners, step, samples));
  FindAgain find_again(in, exhibit, rules);
  for (const auto& row : rows) {
    if (stop) break;
    FeatureRow feature;
    feature.kind = *row[0], feature.value = *row[1], feature.path = *row[2], feature.encoding = *row[3];
    if (row[4]) feature.file_id = std::stoull(*row[4]);
    if (row[5]) feature.file_offset = std::stoull(*row[5]);
    if (!find_again(feature)) lost.push_back(std::move(feature));
    ++checked;
  }
  return in_words(in, exhibit.label, lost);
}

struct Options {
  std::string folder;
  uint64_t samples = 100;
  bool packs_only = false;
};

int verify(const Options& options, Answer& answer) {
  extract::Case in = extract::Case::open(options.folder, true);
  size_t wrong = 0;
  auto say = [&](const std::string& what, const std::vector<std::string>& found, const std::string& good) {
    std::printf("%-32s %s\n", what.c_str(), found.empty() ? good.c_str() : "WRONG");
    for (const std::string& one : found) std::printf("    %s\n", one.c_str());
    wrong += found.size();
  };
  auto say_log = [&](const char* what, const extract::ChainedLog::Checked& log, const char* none) {
    say(what, log.wrong, log.there ? fmt::format("unbroken, {} lines", log.lines) : none);
    for (const std::string& remark : log.remarks) std::printf("    %s\n", remark.c_str());
  };
  extract::Case::CheckedLogs logs = in.check_logs();
  say_log("custody log", logs.custody, "");
  say_log("access log", logs.access, "nothing was asked yet");
  const Logged log(in);
  std::string remark;
  say("exhibits taken in", log.wrong_records(), fmt::format("{}, as recorded", in.exhibits().size()));
  if (const std::vector<std::string> links = log.wrong_links(remark);
      exists(in.links() + "/manifest.json") || !links.empty())
    say("links", links, remark.empty() ? "as made" : remark);
  if (const std::vector<std::string> scope = log.wrong_scope(); !in.scope().empty() || !scope.empty())
    say("rules of scope", scope, "as set");
  if (const std::vector<std::string> report = log.wrong_report(); exists(in.report()))
    say("report", report, "as written");
  RulesOfPacks rules;
  for (const extract::Exhibit& exhibit : in.exhibits()) {
    if (!in.sealed(exhibit.label)) {
      bool was_sealed = !log.pack(exhibit.label).empty();
      if (was_sealed)
        say(exhibit.label + " pack", {"it was sealed, and is gone"}, "");
      else
        std::printf("%-32s not extracted yet\n", exhibit.label.c_str());
      continue;
    }
    std::vector<std::string> pack = verify_pack(in, log, exhibit.label);
    say(exhibit.label + " pack", pack, "as sealed");
    if (pack.empty()) {
      std::string of_index;
      const std::vector<std::string> index = verify_index(in, exhibit.label, of_index);
      say(exhibit.label + " index", index, of_index.empty() ? "as its pack gives it" : of_index);
    }
    if (options.packs_only || !pack.empty()) continue;
    if (!exists(exhibit.path)) {
      std::printf("%-32s evidence is not at hand, addresses not checked\n", (exhibit.label + " evidence").c_str());
      continue;
    }
    try {
      uint64_t checked = 0;
      std::vector<std::string> found =
          verify_addresses(in, exhibit, options.samples, rules.of(in, exhibit.label), checked);
      say(exhibit.label + " evidence", found, fmt::format("{} addresses hold what is claimed", checked));
    } catch (const Error& error) {
      say(exhibit.label + " evidence", {error.what()}, "");
    }
  }
  answer.counts["wrong"] = wrong;
  std::printf("%s\n", wrong == 0 ? "everything that was checked is in order" : "SOMETHING IS WRONG, see above");
  return wrong == 0 ? exit_ok : exit_attention;
}

}  // namespace

void add_verify(App app) {
  CLI::App* command =
      app.cli.add_subcommand("verify", "Check the logs, the packs, and a sample of addresses against the evidence");
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("--samples", options->samples, "Addresses read again per exhibit")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  command->add_flag("--packs-only", options->packs_only, "Do not read the evidence again");
  // 5 says that something is wrong, and nothing else.
  add_question(
      app, *command, options->folder, [options](Answer& answer) { return verify(*options, answer); },
      NotLogged::warning);
}

}  // namespace weft::app
