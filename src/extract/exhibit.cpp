#include "extract/exhibit.h"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
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

// What was written to since it was taken in, by its time, and has the size it had: copied anew perhaps, or replaced.
// Error where it is gone or has another size.
std::string check_evidence_unchanged(const Exhibit& exhibit) {
  std::string touched;
  for (const EvidencePart& then : exhibit.evidence) {
    std::error_code failed;
    if (!files::exists(then.path, failed))
      throw Error("evidence is gone since it was taken in; put it back or mount it", then.path);
    if (!files::is_regular_file(then.path, failed)) continue;
    const EvidencePart now = evidence_part(then.path);
    if (now.size != then.size)
      throw Error("evidence has another size than when it was taken in: it was changed or replaced", then.path);
    if (!then.modified || now.modified == then.modified) continue;
    if (!touched.empty()) touched += "; ";
    touched += fmt::format("{} (modified {}, when taken in {})", printable(then.path),
                           now.modified ? to_text(*now.modified) : "at no known time", to_text(*then.modified));
  }
  return touched;
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
  files::remove_all(in.work(label));
}

// For the exhibits to come, which need not wait for the pack.
void publish_seen(Case& in, const std::string& label) {
  const std::string seen = in.work(label) + "/contents.seen";
  files::create_directories(in.seen());
  if (exists(seen)) publish(seen, in.seen() + "/" + label + ".seen");
}

}  // namespace

// Units made under other settings are thrown away.
std::string settings_of(const Limits& limits, const Lists& lists) {
  nlohmann::json out = {{"version", WEFT_VERSION},
                        {"work folder", 11},  // what lies in it, how it is cut and read; counted up when that changes
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

Extraction::Extraction(Case& in, Exhibit exhibit, const ExtractOptions& options)
    : in_(in), exhibit_(std::move(exhibit)), options_(options), started_(to_text(now())) {}

double Extraction::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

Extraction::Read Extraction::read(const std::function<void(const Progress&)>& progress, const std::atomic<bool>& stop) {
  const std::string& label = exhibit_.label;
  const std::string work = in_.work(label);
  if (in_.sealed(label)) {
    if (exists(work)) close_work(in_, label);
    return Read::sealed_before;
  }
  touched_ = check_evidence_unchanged(exhibit_);
  const std::string settings = settings_of(options_.limits, options_.lists);
  prepare_work(work, settings);  // units found here fit what we are about to do

  WorkerOptions worker{label,
                       exhibit_.path,
                       exhibit_.reading(),
                       work,
                       in_.key(),
                       options_.threads,
                       options_.limits,
                       settings,
                       options_.scan_all ? "" : in_.seen(),
                       options_.lists.keep(in_)};
  std::map<std::string, std::string> begun = options_.lists.log_lines();
  begun["exhibit"] = label, begun["step"] = finished_work(work) ? "go on" : "start";
  if (!touched_.empty()) begun["modified since taken in"] = touched_;
  in_.log("extract", begun);
  if (!finished_work(work) && !run_local({in_.folder(), progress, stop}, worker)) {
    in_.log("extract", {{"exhibit", label}, {"step", "interrupted"}});
    return Read::stopped;
  }  // all units are there
  publish_seen(in_, label);
  return Read::all;
}

void Extraction::seal(pack::Database& database, const std::string& temporary, pack::RowObserver* observer,
                      const std::function<void(uint64_t done, uint64_t total)>& progress) {
  const std::string& label = exhibit_.label;
  pack::SealOptions seal;
  seal.exhibit = label, seal.units = pack_units(in_.work(label));
  seal.folder = in_.pack(label), seal.tokens = in_.tokens(label), seal.temporary = temporary;
  seal.limits = options_.limits, seal.threads = options_.threads, seal.version = WEFT_VERSION;
  seal.lists = options_.lists.used(), seal.stop = options_.lists.stop();
  seal.observer = observer, seal.progress = progress;
  seal.run = {started_, to_text(now()), "local", options_.threads, host_name()};
  pack::seal(seal, database);  // the pack is there, whole
  close_work(in_, label);
}

}  // namespace weft::extract
