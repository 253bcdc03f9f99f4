// weft stoplist: what a reference holds, as a stop list with context
#include <cerrno>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <optional>

#include "app/access.h"
#include "app/command.h"
#include "base/error.h"
#include "base/scratch.h"
#include "pack/database.h"
#include "pack/pack.h"
#include "pack/stop_list.h"

namespace weft::app {
namespace {

struct Options {
  std::string from, exhibit, out = "-";
};

std::vector<std::string> packs_of(const extract::Case& in, const std::string& exhibit) {
  if (exhibit.empty()) {
    if (in.sealed_packs().empty()) throw Error("no exhibit of the case has been extracted", in.folder());
    return in.sealed_packs();
  }
  if (!in.exhibit(exhibit)) throw Error("no exhibit has this label", exhibit);
  if (!in.sealed(exhibit)) throw Error("this exhibit has not been extracted", exhibit);
  return {in.pack(exhibit)};
}

// Line by line: a large exhibit's list is more than memory should hold.
class Output {
 public:
  explicit Output(const std::string& path)
      : path_(path == "-" ? "standard output" : path),
        file_(path == "-" ? stdout : std::fopen((path + ".tmp").c_str(), "we")) {
    if (!file_) throw Error("cannot write", path_, errno);
  }
  ~Output() {
    if (file_ && file_ != stdout) std::fclose(file_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  void line(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file_);
    std::fputc('\n', file_);
    ++lines_;
  }
  uint64_t finish() {
    if (std::fflush(file_) != 0 || std::ferror(file_)) throw Error("cannot write", path_, errno);
    if (file_ != stdout) publish(path_ + ".tmp", path_);
    return lines_;
  }

 private:
  std::string path_;
  std::FILE* file_;
  uint64_t lines_ = 0;
};

int run(const Options& options, Answer& answer) {
  std::vector<std::string> packs;
  std::optional<ScratchFolder> scratch;  // where there is no case
  std::optional<extract::Case> in;
  std::string temporary;
  if (extract::Case::is_case(options.from)) {
    in = extract::Case::open(options.from, true);
    packs = packs_of(*in, options.exhibit);
    temporary = in->temporary();
  } else {
    const std::string label = pack::info(options.from).exhibit;
    if (!options.exhibit.empty() && options.exhibit != label)
      throw Error(fmt::format("this is the pack of {}, not of {}", label, options.exhibit), options.from);
    packs = {options.from};
    temporary = scratch.emplace().path();
  }
  pack::Database database(temporary, 1 * GiB);
  database.attach_packs(packs);
  Output out(options.out);
  const uint64_t left_out = pack::write_stop_list(database, [&](std::string_view line) { out.line(line); });
  const uint64_t lines = out.finish();
  answer.counts["rows"] = lines;
  std::fprintf(stderr, "weft: %lu entries; %lu features without context were left out\n", (unsigned long)lines,
               (unsigned long)left_out);
  return exit_ok;
}

}  // namespace

void add_stoplist(App app) {
  CLI::App* command = app.cli.add_subcommand(
      "stoplist", "Write the features of a reference as a stop list: value, tab, context; for extract --stop");
  auto options = std::make_shared<Options>();
  command->add_option("PACK_OR_CASE", options->from, "Folder of a case, or of a sealed pack")->required();
  command->add_option("--exhibit", options->exhibit, "Label of the exhibit (default: all of the case)");
  command->add_option("-o,--output", options->out, "File to write (default: standard output)");
  add_question(app, *command, options->from, [options](Answer& answer) { return run(*options, answer); });
}

}  // namespace weft::app
