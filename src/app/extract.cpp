// weft extract, and the hidden weft worker that does its work
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "app/command.h"
#include "app/progress.h"
#include "app/sealing.h"
#include "base/error.h"
#include "extract/exhibit.h"
#include "pack/pack.h"

namespace weft::app {

Outcome extract_all(extract::Case& in, const std::vector<std::string>& labels, const CommonOptions& options,
                    const extract::Lists& lists) {
  Outcome outcome;
  ProgressLine line;
  const extract::ExtractOptions how{options.thread_count(), options.limits(), options.scan_all, lists};
  Sealing sealing(in, options, line, outcome);
  const auto show = [&](const extract::Progress& now) { sealing.print_ended(), line.show(now); };
  bool stopped = false;
  std::vector<extract::Exhibit> wanted = in.exhibits();
  std::erase_if(wanted, [&](const extract::Exhibit& exhibit) {
    return !labels.empty() && std::find(labels.begin(), labels.end(), exhibit.label) == labels.end();
  });
  size_t number = 0;
  for (const extract::Exhibit& exhibit : wanted) {
    line.count(++number, wanted.size());
    try {
      auto extraction = std::make_unique<extract::Extraction>(in, exhibit, how);
      const extract::Extraction::Read read = extraction->read(show, stop);
      if (!extraction->touched().empty()) {
        line.clear();
        std::fprintf(
            stderr,
            "weft: %s: EVIDENCE WAS MODIFIED since it was taken in: %s. Its size is the same: it may have been "
            "copied anew, changed or replaced. What lies there now was read, and the custody log says so; "
            "compare its hash with the one made when it was seized\n",
            exhibit.label.c_str(), extraction->touched().c_str());
        outcome.worst(exit_attention);
      }
      if ((stopped = read == extract::Extraction::Read::stopped)) break;
      if (read == extract::Extraction::Read::all) {
        sealing.begin(std::move(extraction));
        continue;
      }
      sealing.print_sealed_before(exhibit.label);
      if (!lists.empty() && !lists.are(pack::info(in.pack(exhibit.label)).lists)) {
        std::fprintf(
            stderr,
            "weft: %s was sealed before, with other lists: it was NOT searched with these; extract it in a new "
            "case to do so\n",
            exhibit.label.c_str());
        outcome.worst(exit_attention);
      }
    } catch (const Error& error) {
      sealing.print_failed(exhibit.label, error);
    }
  }
  sealing.finish();
  if (stopped) {
    std::fprintf(stderr, "weft: interrupted; the same command goes on where it stopped\n");
    outcome.worst(exit_interrupted);
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
