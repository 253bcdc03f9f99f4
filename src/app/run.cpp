// weft run: the main job in one command
#include <cstdio>
#include <memory>

#include "app/command.h"
#include "base/error.h"

namespace weft::app {

void add_run(App app) {
  CLI::App* command =
      app.cli.add_subcommand("run", "Take exhibits in, extract, link and report; the same command again goes on");
  struct Options {
    std::string folder;
    std::vector<std::string> evidence;
    BackgroundFiles backgrounds;
    CommonOptions common;
    CustodyOptions custody;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case; made when it is not there")->required();
  command->add_option("EVIDENCE", options->evidence, "Images (first segment), devices, folders, zip or tar files");
  add_background_files(*command, options->backgrounds);
  add_common(*command, options->common);
  add_scan_all(*command, options->common);
  add_lists(*command, options->common);
  add_custody(*command, options->custody);
  command->callback([options, app] {
    const extract::Lists lists = checked_lists(options->common);
    extract::Case in = extract::Case::is_case(options->folder) ? extract::Case::open(options->folder)
                                                               : extract::Case::create(options->folder, "");
    Outcome outcome = take_in(in, options->evidence, options->custody);
    if (in.exhibits().empty()) {
      std::fprintf(stderr, "weft: the case holds no exhibit, so there is nothing to do\n");
      outcome.worst(exit_input);
      app.code = outcome.code;
      return;
    }
    outcome.worst(extract_all(in, {}, options->common, lists).code);
    if (outcome.code != exit_interrupted && outcome.code != exit_world && !in.sealed_packs().empty()) {
      outcome.worst(link_all(in, options->backgrounds, options->common).code);
      report_all(in, options->common, true);
    }
    app.code = outcome.code;
  });
}

}  // namespace weft::app
