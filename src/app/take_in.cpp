// weft new, weft add
#include <cstdio>
#include <memory>

#include "app/command.h"
#include "base/error.h"

namespace weft::app {

Outcome take_in(extract::Case& in, const std::vector<std::string>& evidence, const CustodyOptions& custody) {
  Outcome outcome;
  if (evidence.size() > 1 && !custody.facts.label.empty()) throw Error("--label names one exhibit; several were given");
  for (const std::string& path : evidence) {
    try {
      size_t before = in.exhibits().size();
      extract::Exhibit exhibit = in.add(path, custody.facts);
      const bool fresh = in.exhibits().size() > before;
      const bool amended = !fresh && in.amend(exhibit.label, custody.facts);
      std::printf("%s %-24s %-10s %s\n",
                  fresh     ? "taken in  "
                  : amended ? "amended   "
                            : "known     ",
                  exhibit.label.c_str(), exhibit.format.c_str(), exhibit.path.c_str());
    } catch (const Error& error) {
      std::fprintf(stderr, "weft: not taken in: %s\n", error.what());
      in.log("refuse", {{"path", path}, {"reason", error.what()}});
      outcome.worst(exit_input);
    }
  }
  std::fflush(stdout);
  return outcome;
}

void add_new(App app) {
  CLI::App* command = app.cli.add_subcommand("new", "Make a case");
  auto folder = std::make_shared<std::string>(), name = std::make_shared<std::string>();
  command->add_option("CASE", *folder, "Folder of the case")->required();
  command->add_option("--name", *name, "Name of the case (default: the folder's)");
  command->callback([folder, name] {
    extract::Case made = extract::Case::create(*folder, *name);
    std::printf("case %s made in %s\n", made.name().c_str(), made.folder().c_str());
  });
}

void add_add(App app) {
  CLI::App* command = app.cli.add_subcommand("add", "Take exhibits in: recognise, label and record them");
  struct Options {
    std::string folder;
    std::vector<std::string> evidence;
    CustodyOptions custody;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("EVIDENCE", options->evidence, "Images (first segment), devices, folders, zip or tar files")
      ->required();
  add_custody(*command, options->custody);
  command->callback([options, app] {
    extract::Case in = extract::Case::open(options->folder);
    app.code = take_in(in, options->evidence, options->custody).code;
  });
}

}  // namespace weft::app
