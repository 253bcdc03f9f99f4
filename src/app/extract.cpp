// weft extract, and the hidden weft worker that does its work
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <vector>

#include "app/command.h"
#include "app/progress.h"
#include "base/error.h"
#include "extract/exhibit.h"
#include "link/gather.h"
#include "link/index.h"
#include "link/index_from_rows.h"
#include "pack/database.h"
#include "pack/pack.h"

namespace weft::app {
namespace {

// A stored hash that does not match must not pass quietly.
bool hash_mismatch(extract::Case& in, const std::string& label, pack::Database& database) {
  static constexpr std::string_view tables[] = {"exhibit"};
  database.attach_packs({in.pack(label)}, {}, tables);
  return database.value("SELECT hash_check FROM exhibit").value_or("") == "MISMATCH";
}

void print_done(extract::Case& in, const std::string& label, bool already, const std::string& how_long) {
  pack::PackInfo info = pack::info(in.pack(label));
  std::string line = fmt::format("{:<10} {:<24} {} files, {} features, {} problems", already ? "sealed" : "extracted",
                                 label, info.rows["file"], info.rows["feature"], info.rows["problem"]);
  std::printf("%s%s\n", line.c_str(), already ? "" : how_long.c_str());
  std::fflush(stdout);
}

// The selector index comes of the rows as they are sealed; in a case with a scope of the pack. The first linking then
// finds all of them made. It is a saving, so an exhibit without one is extracted all the same.
class IndexBeside {
 public:
  IndexBeside(extract::Case& in, const std::string& label, unsigned threads)
      : folder_(in.indexes()), label_(label), pack_(in.pack(label)), tokens_(in.folder() + "/tokens") {
    if (!in.scope().empty()) return;
    try {
      std::filesystem::create_directories(folder_);
      rows_.emplace(link::index_path(folder_, label), threads > 1);
    } catch (const std::exception&) {
      // Whatever is wrong there, finish() says.
    }
  }
  pack::RowObserver* observer() { return rows_ ? &*rows_ : nullptr; }
  void finish(extract::Case& in, pack::Database& database) {
    try {
      std::filesystem::create_directories(folder_);
      const pack::Scope scope = in.scope();
      const std::vector<link::Source> one = link::sources({pack_}, tokens_, folder_, scope);
      const bool is_there = rows_ && scope.empty() && rows_->finish(one[0]);
      if (!is_there) rows_.reset();  // it may be at the file still
      link::sync_indexes(is_there ? std::vector{one[0].index} : link::make_indexes(one, database));
    } catch (const std::exception& error) {
      std::fprintf(stderr, "weft: %s: extracted, but its selector index could not be made; linking tries again: %s\n",
                   label_.c_str(), error.what());
    }
  }

 private:
  const std::string folder_, label_, pack_, tokens_;
  std::optional<link::IndexFromRows> rows_;
};

}  // namespace

Outcome extract_all(extract::Case& in, const std::vector<std::string>& labels, const CommonOptions& options,
                    const extract::Lists& lists) {
  Outcome outcome;
  std::optional<pack::Database> database;  // one for all: opening it takes as long as sealing a small exhibit
  for (const extract::Exhibit& exhibit : in.exhibits()) {
    if (!labels.empty() && std::find(labels.begin(), labels.end(), exhibit.label) == labels.end()) continue;
    ProgressLine line;
    try {
      if (!database) database.emplace(in.temporary(), options.limits().memory / 2);
      IndexBeside index(in, exhibit.label, options.thread_count());
      extract::ExtractOptions how{options.thread_count(),
                                  options.limits(),
                                  [&](const extract::Progress& now) { line.show(now); },
                                  options.scan_all,
                                  lists,
                                  *database,
                                  index.observer()};
      extract::Extracted done = extract::extract(in, exhibit, how, stop);
      if (done == extract::Extracted::sealed) index.finish(in, *database);
      line.clear();
      if (done == extract::Extracted::stopped) {
        std::fprintf(stderr, "weft: interrupted; the same command goes on where it stopped\n");
        outcome.worst(exit_interrupted);
        return outcome;
      }
      print_done(in, exhibit.label, done == extract::Extracted::already, line.duration());
      if (done == extract::Extracted::already && !lists.empty() &&
          !lists.are(pack::info(in.pack(exhibit.label)).lists)) {
        std::fprintf(
            stderr,
            "weft: %s was sealed before, with other lists: it was NOT searched with these; extract it in a new "
            "case to do so\n",
            exhibit.label.c_str());
        outcome.worst(exit_attention);
      }
      if (hash_mismatch(in, exhibit.label, *database)) {
        std::fprintf(
            stderr, "weft: HASH MISMATCH: %s: the container's stored hash is not that of its content; see the report\n",
            exhibit.label.c_str());
        outcome.worst(exit_attention);
      }
    } catch (const Error& error) {
      line.clear();
      std::fprintf(stderr, "weft: %s: not extracted: %s\n", exhibit.label.c_str(), error.what());
      in.log("extract", {{"exhibit", exhibit.label}, {"step", "failed"}, {"reason", error.what()}});
      outcome.worst(code_of(error));
    }
  }
  return outcome;
}

void add_extract(App app) {
  CLI::App* command = app.cli.add_subcommand("extract", "Extract exhibits into sealed packs; goes on where it stopped");
  struct Options {
    std::string folder;
    std::vector<std::string> labels;
    CommonOptions common;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("EXHIBIT", options->labels, "Labels (default: all)");
  add_common(*command, options->common);
  add_scan_all(*command, options->common);
  add_lists(*command, options->common);
  command->callback([options, app] {
    const extract::Lists lists = checked_lists(options->common);
    extract::Case in = extract::Case::open(options->folder);
    for (const std::string& label : options->labels)
      if (!in.exhibit(label)) throw Error("no exhibit has this label", label);
    app.code = extract_all(in, options->labels, options->common, lists).code;
  });
}

void add_worker(App app) {
  CLI::App* command = app.cli.add_subcommand("worker", "Does the units of one exhibit (started by extract)");
  command->group("");  // not for people
  struct Options {
    std::string folder, label;
    int box = -1;
    CommonOptions common;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder)->required();
  command->add_option("EXHIBIT", options->label)->required();
  command->add_option("--box", options->box, "Descriptor of the shared memory")->required();
  add_common(*command, options->common);
  add_scan_all(*command, options->common);
  add_lists(*command, options->common);
  command->callback([options, app] {
    extract::BlackBox box = extract::BlackBox::map(Fd(options->box));
    extract::Case in = extract::Case::open(options->folder, true);
    std::optional<extract::Exhibit> exhibit = in.exhibit(options->label);
    if (!exhibit) throw Error("no exhibit has this label", options->label);
    const Limits limits = options->common.limits();
    const extract::Lists lists(options->common.lists);
    extract::WorkerOptions worker{exhibit->label,
                                  exhibit->path,
                                  exhibit->reading(),
                                  in.work(exhibit->label),
                                  in.key(),
                                  options->common.threads,
                                  limits,
                                  extract::settings_of(limits, lists),
                                  options->common.scan_all ? "" : in.seen(),
                                  lists};
    app.code = extract::run_worker(worker, box, stop) ? exit_ok : exit_interrupted;
  });
}

}  // namespace weft::app
