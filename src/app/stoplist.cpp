// weft stoplist: what a reference holds, as a stop list with context
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <optional>

#include "app/access.h"
#include "app/command.h"
#include "app/output.h"
#include "base/error.h"
#include "base/file.h"
#include "base/scratch.h"
#include "pack/database.h"
#include "pack/pack.h"
#include "pack/stop_list.h"

namespace weft::app {
namespace {

struct Options {
  std::string from, exhibit, out = "-";
  std::string folder;  // of the case: from, or the one whose pack that is
};

// A pack that lies in a case is asked about as the case is: logged, and without what the scope keeps out.
std::string case_of(const std::string& from) {
  std::error_code failed;
  const std::filesystem::path pack = std::filesystem::canonical(from, failed);
  if (failed || pack.parent_path().filename() != "packs") return from;
  const std::string folder = pack.parent_path().parent_path().string();
  return extract::Case::is_case(folder) ? folder : from;
}

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
class Lines {
 public:
  explicit Lines(const std::string& path)
      : path_(path == "-" ? "standard output" : path), file_(path == "-" ? stdout : std::fopen(path.c_str(), "we")) {
    if (!file_) throw Error("cannot write", path_, errno);
  }
  ~Lines() {
    if (file_ && file_ != stdout) std::fclose(file_);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  void line(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file_);
    std::fputc('\n', file_);
    ++lines_;
  }
  uint64_t finish() {
    if (std::fflush(file_) != 0 || std::ferror(file_)) throw Error("cannot write", path_, errno);
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
  std::string temporary;
  pack::Scope scope;
  const bool of_pack = exists(options.from + "/manifest.json");
  std::string exhibit = of_pack ? pack::info(options.from).exhibit : options.exhibit;
  if (of_pack && !options.exhibit.empty() && options.exhibit != exhibit)
    throw Error(fmt::format("this is the pack of {}, not of {}", exhibit, options.exhibit), options.from);
  Output file(options.out, {options.folder});
  if (extract::Case::is_case(options.folder)) {
    const extract::Case in = extract::Case::open(options.folder, true);
    packs = packs_of(in, exhibit);
    temporary = in.temporary();
    scope = in.scope();
  } else {
    pack::info(options.from);  // Error when it is no pack
    packs = {options.from};
    temporary = scratch.emplace().path();
  }
  pack::Database database(temporary, 1 * GiB);
  database.attach_packs(packs, scope);
  Lines out(file.path());
  const uint64_t left_out = pack::write_stop_list(database, [&](std::string_view line) { out.line(line); });
  const uint64_t lines = out.finish();
  file.publish();
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
  command->add_option("PACK_OR_CASE", options->from, "Folder of a case, or of a sealed pack")
      ->required()
      ->each([options](const std::string& from) { options->folder = case_of(from); });
  command->add_option("--exhibit", options->exhibit, "Label of the exhibit (default: all of the case)");
  command->add_option("-o,--output", options->out, "File to write (default: standard output)");
  add_question(app, *command, options->folder, [options](Answer& answer) { return run(*options, answer); });
}

}  // namespace weft::app
