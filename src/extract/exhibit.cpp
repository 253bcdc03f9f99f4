#include "extract/exhibit.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "base/time.h"
#include "pack/pack.h"

namespace weft::extract {
namespace {

namespace files = std::filesystem;

void prepare_work(const std::string& work, const std::string& settings) {
  std::string path = work + "/settings.json";
  if (exists(work) && (!exists(path) || read_file(path) != settings)) files::remove_all(work);
  files::create_directories(work);
  if (!exists(path)) write_file(path, settings);
}

void check_evidence_unchanged(const Exhibit& exhibit) {
  for (const auto& [part, size] : exhibit.evidence) {
    std::error_code failed;
    if (!files::exists(part, failed))
      throw Error("evidence is gone since it was taken in; put it back or mount it", part);
    if (files::is_regular_file(part, failed) && files::file_size(part, failed) != size)
      throw Error("evidence has another size than when it was taken in: it was changed or replaced", part);
  }
}

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

// The pack is there: says so in the custody log, then clears the work folder. Done again when it was cut short.
void close_work(Case& in, const std::string& label) {
  std::map<std::string, std::string> detail = {{"exhibit", label}, {"step", "sealed"}};
  for (const auto& [table, hash] : pack::info(in.pack(label)).sha256) detail["sha256 of " + table] = hash;
  in.log("extract", detail);
  const std::string seen = in.work(label) + "/contents.seen";
  files::create_directories(in.seen());
  if (exists(seen)) publish(seen, in.seen() + "/" + label + ".seen");
  files::remove_all(in.work(label));
}

}  // namespace

// Units made under other settings are thrown away.
std::string settings_of(const Limits& limits, const Lists& lists) {
  nlohmann::json out = {{"version", WEFT_VERSION},
                        {"work folder", 5},  // what lies in it and how it is cut; counted up when that changes
                        {"page", limits.page},
                        {"unit", limits.unit},
                        {"margin_before", limits.margin_before},
                        {"margin_after", limits.margin_after},
                        {"document", limits.document},
                        {"depth", limits.depth},
                        {"decoded_branch", limits.decoded_branch},
                        {"decoded_page", limits.decoded_page},
                        {"decoded_vain", limits.decoded_vain},
                        {"parsed_file", limits.parsed_file},
                        {"content_unit_files", limits.content_unit_files},
                        {"content_unit_bytes", limits.content_unit_bytes},
                        {"walk_entries", limits.walk_entries},
                        {"walk_depth", limits.walk_depth},
                        {"lists", lists.what_rows_depend_on()}};
  return out.dump(2) + "\n";
}

Extracted extract(Case& in, const Exhibit& exhibit, const ExtractOptions& options, const std::atomic<bool>& stop) {
  std::string work = in.work(exhibit.label), started = to_text(now());
  if (in.sealed(exhibit.label)) {
    if (exists(work)) close_work(in, exhibit.label);
    return Extracted::already;
  }
  check_evidence_unchanged(exhibit);
  const std::string settings = settings_of(options.limits, options.lists);
  prepare_work(work, settings);  // units found here fit what we are about to do

  WorkerOptions worker{exhibit.label,
                       exhibit.path,
                       exhibit.reading(),
                       work,
                       in.key(),
                       options.threads,
                       options.limits,
                       settings,
                       options.scan_all ? "" : in.seen(),
                       options.lists.keep(in)};
  std::map<std::string, std::string> begun = options.lists.log_lines();
  begun["exhibit"] = exhibit.label, begun["step"] = finished_work(work) ? "go on" : "start";
  in.log("extract", begun);
  if (!finished_work(work) && !run_local({in.folder(), options.progress, stop}, worker)) {
    in.log("extract", {{"exhibit", exhibit.label}, {"step", "interrupted"}});
    return Extracted::stopped;
  }  // all units are there

  pack::SealOptions seal;
  seal.exhibit = exhibit.label, seal.units = pack_units(work);
  seal.folder = in.pack(exhibit.label), seal.tokens = in.tokens(exhibit.label), seal.temporary = in.temporary();
  seal.limits = options.limits, seal.threads = options.threads, seal.version = WEFT_VERSION;
  seal.lists = options.lists.used(), seal.stop = options.lists.stop();
  seal.observer = options.observer;
  seal.run = {started, to_text(now()), "local", options.threads, host_name()};
  pack::seal(seal, options.database);  // the pack is there, whole
  close_work(in, exhibit.label);
  return Extracted::sealed;
}

}  // namespace weft::extract
