// weft background: what is common everywhere, and so says nothing
#include "link/background.h"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <memory>

#include "app/command.h"
#include "app/output.h"
#include "base/error.h"
#include "link/background_build.h"
#include "report/words.h"

namespace weft::app {
namespace {

std::string name_of(const std::string& given, const std::string& file) {
  return given.empty() ? std::filesystem::path(file).stem().string() : given;
}

void print_file(const std::string& path) {
  link::BackgroundFile file(path);
  const link::BackgroundHead& head = file.head();
  fmt::print("background  {}\n", report::terminal_text(head.name));
  fmt::print("sources     {}, from {}\n", head.sources,
             report::counted(head.exhibits.size(), "different image", "different images"));
  fmt::print("selectors   {}\n", report::grouped(file.size(), ","));
  for (const auto& kind : file.kinds())
    fmt::print("            {:<24} {:>12}\n", report::kind_name(kind.name), report::grouped(kind.selectors, ","));
  if (head.least > 1) fmt::print("dropped     what fewer than {} sources hold\n", head.least);
  fmt::print("key         {}, {}\n", head.fingerprint.substr(0, 16),
             head.key.empty() ? "held apart" : "in the file: whoever has it can try guessed values");
  fmt::print("size        {} bytes\n", std::filesystem::file_size(path));
  fmt::print("sha256      {}\n", file.sha256());
}

struct Build {
  std::string out, key, same_key_as, name, sources_of = "exhibit";
  std::vector<std::string> cases;
  uint32_t least = 1;
  CommonOptions common;
};

// A key that is held apart; made when it is not there yet.
link::BackgroundKey key_apart(const std::string& path, const std::vector<std::string>& cases) {
  if (!exists(path)) {
    Output key(path, cases);
    link::write_background_key(key.path());
    key.publish();
    fmt::print("key made in {}: keep it, and hand it only to those who may try values\n", path);
  }
  return link::read_background_key(path);
}

void build(const Build& options) {
  link::BackgroundOptions how;
  Output out(options.out, options.cases);
  std::vector<extract::Case> open;
  for (const std::string& folder : options.cases) {
    open.push_back(extract::Case::open(folder));
    for (const extract::Exhibit& exhibit : open.back().exhibits()) {
      if (!open.back().sealed(exhibit.label)) continue;
      bool grouped = options.sources_of == "custodian" && !exhibit.custodian.empty();
      how.references.push_back({open.back().pack(exhibit.label),
                                grouped ? fmt::format("{} {}", open.size(), exhibit.custodian) : std::string(),
                                open.back().scope()});
    }
  }
  if (how.references.empty()) throw Error("these cases hold no sealed exhibit; extract them first");
  how.name = name_of(options.name, options.out), how.least = options.least;
  how.temporary = open.front().temporary();
  how.limits = options.common.limits(), how.threads = options.common.thread_count();
  if (!options.key.empty()) how.key = key_apart(options.key, options.cases), how.key_apart = true;
  if (!options.same_key_as.empty()) {
    how.key = link::BackgroundFile(options.same_key_as).head().key;
    if (how.key->empty())
      throw Error("the key of this background is held apart; name it with --key", options.same_key_as);
  }
  link::build_background(how, out.path());
  out.publish();
  std::string sha256 = link::BackgroundFile(options.out).sha256();
  for (extract::Case& in : open) in.log("background", {{"file", options.out}, {"sha256", sha256}});
  print_file(options.out);
}

void add_build(CLI::App& background) {
  CLI::App* command =
      background.add_subcommand("build", "Make a background file from the exhibits of cases, one source each");
  auto options = std::make_shared<Build>();
  command->add_option("FILE", options->out, "Background file to write")->required();
  command->add_option("CASE", options->cases, "Cases whose exhibits are the sources")->required();
  command->add_option("--name", options->name, "Its name (default: the file's)");
  command
      ->add_option("--sources-of", options->sources_of,
                   "What is a source: each exhibit (those of one image together), or all exhibits of a custodian")
      ->capture_default_str()
      ->check(CLI::IsMember({"exhibit", "custodian"}));
  command->add_option("--least", options->least, "Drop values that fewer sources hold, to hand the file on")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  CLI::Option* key = command->add_option(
      "--key", options->key, "Hold the key apart, in this file; made when it is not there (default: key in FILE)");
  command
      ->add_option("--same-key-as", options->same_key_as, "Take the key of this background, so that both can be merged")
      ->excludes(key);
  add_common(*command, options->common);
  command->callback([options] { build(*options); });
}

void add_merge(CLI::App& background) {
  CLI::App* command = background.add_subcommand("merge", "Make one background of several that have the same key");
  struct Merge {
    std::string out, name;
    std::vector<std::string> files;
    uint32_t least = 1;
  };
  auto options = std::make_shared<Merge>();
  command->add_option("OUT", options->out, "Background file to write")->required();
  command->add_option("FILE", options->files, "Background files")->required();
  command->add_option("--name", options->name, "Its name (default: the file's)");
  command->add_option("--least", options->least, "Drop values that fewer sources hold, to hand the file on")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  command->callback([options] {
    Output out(options->out, {});
    link::merge_backgrounds(options->files, name_of(options->name, options->out), options->least, out.path());
    out.publish();
    print_file(options->out);
  });
}

void add_info(CLI::App& background) {
  CLI::App* command = background.add_subcommand("info", "Show what a background file says of itself; needs no key");
  auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "Background file")->required();
  command->callback([file] { print_file(*file); });
}

}  // namespace

void add_background(App app) {
  CLI::App* command = app.cli.add_subcommand("background", "What is common everywhere, and so says nothing");
  command->require_subcommand(1);
  add_build(*command), add_merge(*command), add_info(*command);
}

}  // namespace weft::app
