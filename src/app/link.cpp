// weft link, weft background
#include "link/link.h"

#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/command.h"
#include "base/error.h"

namespace weft::app {

Outcome link_all(extract::Case& in, const std::vector<std::string>& backgrounds, const CommonOptions& options) {
  link::LinkOptions how;
  how.packs = in.sealed_packs();
  how.tokens = in.folder() + "/tokens";
  how.indexes = in.folder() + "/indexes";
  how.folder = in.links();
  how.temporary = in.temporary();
  how.backgrounds = backgrounds;
  how.limits = options.limits();
  how.threads = options.thread_count();
  how.version = WEFT_VERSION;
  link::LinkSummary summary = link::link(how);
  std::string files;
  for (const std::string& one : backgrounds) files += (files.empty() ? "" : ", ") + one;
  in.log("link", {{"exhibits", std::to_string(summary.exhibits)},
                  {"links", std::to_string(summary.links)},
                  {"supported", std::to_string(summary.supported)},
                  {"background", files}});
  std::printf("linked     %lu exhibits: %lu shared selectors, %lu links (%lu supported), %lu selectors set aside\n",
              summary.exhibits, summary.shared, summary.links, summary.supported, summary.set_aside);
  std::fflush(stdout);
  return {};
}

void add_link(App app) {
  CLI::App* command = app.cli.add_subcommand("link", "Find which exhibits share what, and how rare it is");
  struct Options {
    std::string folder;
    std::vector<std::string> backgrounds;
    CommonOptions common;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("--background", options->backgrounds, "Background file (weft background build); may be given several times")
      ->allow_extra_args(false);
  add_common(*command, options->common);
  command->callback([options, app] {
    extract::Case in = extract::Case::open(options->folder);
    app.code = link_all(in, options->backgrounds, options->common).code;
  });
}

void add_background(App app) {
  CLI::App* command = app.cli.add_subcommand("background", "What is common everywhere, and so says nothing");
  command->require_subcommand(1);
  CLI::App* build =
      command->add_subcommand("build", "Make a background file from cases of reference exhibits, one source each");
  struct Options {
    std::string out;
    std::vector<std::string> cases;
    CommonOptions common;
  };
  auto options = std::make_shared<Options>();
  build->add_option("FILE", options->out, "Background file to write")->required();
  build->add_option("CASE", options->cases, "Cases whose exhibits are the sources")->required();
  add_common(*build, options->common);
  build->callback([options] {
    std::vector<std::string> packs;
    std::vector<extract::Case> open;
    for (const std::string& folder : options->cases) {
      open.push_back(extract::Case::open(folder));
      for (const std::string& pack : open.back().sealed_packs()) packs.push_back(pack);
    }
    if (packs.empty()) throw Error("these cases hold no sealed exhibit; extract them first");
    link::build_background(packs, open.front().temporary(), options->out, options->common.limits());
    std::printf("background of %zu sources written to %s\n", packs.size(), options->out.c_str());
  });
}

}  // namespace weft::app
