// weft link
#include "link/link.h"

#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/command.h"
#include "app/logged.h"
#include "base/error.h"

namespace weft::app {

void add_background_files(CLI::App& command, BackgroundFiles& options) {
  command.add_option("--background", options.files, "Background file (weft background); may be given several times")
      ->allow_extra_args(false);
  command.add_option("--background-key", options.keys, "Key file of a background whose key is held apart")
      ->allow_extra_args(false);
}

Outcome link_all(extract::Case& in, const BackgroundFiles& backgrounds, const CommonOptions& options) {
  link::LinkOptions how;
  how.packs = in.sealed_packs();
  how.tokens = in.folder() + "/tokens";
  how.indexes = in.indexes();
  how.folder = in.links();
  how.temporary = in.temporary();
  how.backgrounds = backgrounds.files;
  how.background_keys = backgrounds.keys;
  how.limits = options.limits();
  how.threads = options.thread_count();
  how.scope = in.scope();
  how.version = WEFT_VERSION;
  link::LinkSummary summary = link::link(how);
  std::string files;
  for (const std::string& one : backgrounds.files) files += (files.empty() ? "" : ", ") + one;
  std::map<std::string, std::string> detail = {{"exhibits", std::to_string(summary.exhibits)},
                                               {"links", std::to_string(summary.links)},
                                               {"supported", std::to_string(summary.supported)},
                                               {"background", files},
                                               {"scope", how.scope.sha256()}};
  for (const auto& [name, hash] : hashes_of_links(in)) detail["sha256 of " + name] = hash;
  in.log("link", detail);
  std::printf("linked     %lu exhibits: %lu shared selectors, %lu links (%lu supported), %lu selectors set aside\n",
              summary.exhibits, summary.shared, summary.links, summary.supported, summary.set_aside);
  std::fflush(stdout);
  return {};
}

void add_link(App app) {
  CLI::App* command = app.cli.add_subcommand("link", "Find which exhibits share what, and how rare it is");
  struct Options {
    std::string folder;
    BackgroundFiles backgrounds;
    CommonOptions common;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  add_background_files(*command, options->backgrounds);
  add_common(*command, options->common);
  command->callback([options, app] {
    extract::Case in = extract::Case::open(options->folder);
    app.code = link_all(in, options->backgrounds, options->common).code;
  });
}

}  // namespace weft::app
