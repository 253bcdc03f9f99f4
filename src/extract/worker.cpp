#include "extract/worker.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "extract/image_faults.h"
#include "extract/job.h"

namespace weft::extract {

using nlohmann::json;

void Job::progress(Stage stage, uint64_t done, uint64_t total) const {
  Counters& counters = box.shared().counters;
  counters.stage.store(stage, std::memory_order_relaxed);
  counters.total.store(total, std::memory_order_relaxed);
  counters.done.store(done, std::memory_order_relaxed);
}

image::Image Job::open_image() const {
  return image::open(options.path,
                     {file("spool"), options.limits.spool, [this] { return stop.load(); }, options.reading});
}

void add_feature(const Job& job, scan::Found found, FeatureRow where, pack::UnitRows& rows, bool seen_before) {
  where.exhibit = job.options.exhibit;
  where.kind = found.kind, where.value = std::move(found.value);
  where.encoding = found.encoding, where.scanner = found.scanner, where.context = std::move(found.context);
  if (!found.secret.empty())
    rows.tokens.push_back({where.exhibit, where.kind, where.value, where.path,
                           seen_before ? found.secret : keyed_hash(job.options.key, found.secret)});
  rows.features.push_back(std::move(where));
}

void add_results(const Job& job, const Owners& owners, scan::Results& results, pack::UnitRows& rows, bool seen_before) {
  for (scan::Found& found : results.features) {
    FeatureRow where;
    where.offset = found.offset;
    where.path = std::to_string(found.offset);
    if (!found.layers.empty()) where.path.append(found.layers);
    if (const Owner* owner = owners.at(found.offset)) {
      where.file_id = owner->file_id;
      if (owner->slack == 0) where.file_offset = owner->file_offset + (found.offset - owner->offset);
    }
    add_feature(job, std::move(found), std::move(where), rows, seen_before);
  }
  for (scan::ScanProblem& problem : results.problems) {
    ProblemRow row;
    row.exhibit = job.options.exhibit, row.stage = "scan";
    row.offset = problem.offset, row.path = std::to_string(problem.offset) + problem.layers;
    if (const Owner* owner = owners.at(problem.offset)) row.file_id = owner->file_id;
    row.what_happened = std::move(problem.what);
    rows.problems.push_back(std::move(row));
  }
}

pack::UnitRows read_done(const std::string& path) {
  try {
    return pack::read_unit(path);
  } catch (const Error&) {
    std::filesystem::remove(path);
    throw Error("a unit file was damaged and is removed; run the same command again", path);
  }
}

void add_faults(const Job& job, std::vector<Fault>& faults, const std::string& stage, std::optional<uint64_t> file_id,
                const std::string& path, std::vector<ProblemRow>& problems) {
  std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.offset < b.offset; });
  for (size_t i = 0; i < faults.size();) {
    uint64_t begin = faults[i].offset, end = begin + faults[i].size;
    size_t next = i + 1;
    while (next < faults.size() && faults[next].offset <= end && faults[next].what == faults[i].what)
      end = std::max(end, faults[next].offset + faults[next].size), ++next;
    ProblemRow row;
    row.exhibit = job.options.exhibit, row.stage = stage, row.path = path, row.file_id = file_id;
    if (!file_id) row.offset = begin;
    row.what_happened = end > begin ? fmt::format("{} bytes at {} could not be read and count as zeros: {}",
                                                  end - begin, begin, faults[i].what)
                                    : faults[i].what;
    problems.push_back(std::move(row));
    i = next;
  }
}

namespace {

std::unordered_set<std::string> read_set_aside(const std::string& path) {
  std::unordered_set<std::string> out;
  if (!exists(path)) return out;
  std::string text = read_file(path);
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    json line = json::parse(text.substr(begin, end - begin), nullptr, false);
    if (line.is_object()) out.insert(line.value("item", ""));
    begin = end + 1;
  }
  return out;
}

void add_set_aside_problems(const Job& job, std::vector<ProblemRow>& problems) {
  std::string path = job.file("set_aside.jsonl");
  if (!exists(path)) return;
  std::string text = read_file(path);
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    json line = json::parse(text.substr(begin, end - begin), nullptr, false);
    begin = end + 1;
    if (!line.is_object()) continue;
    ProblemRow row;
    row.exhibit = job.options.exhibit, row.stage = "limit", row.path = line.value("item", "");
    row.what_happened = "set aside: " + line.value("reason", "it ended a worker");
    problems.push_back(std::move(row));
  }
}

}  // namespace

// The exhibit's own row at last: what the container said, and what the hashes of the whole image are.
void finish_exhibit(const Job& job, Seen& seen) {
  pack::UnitRows rows = read_done(job.file("image.unit"));
  ExhibitRow& row = rows.exhibits.at(0);
  std::string text = read_file(job.file("scanned.done"));
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find('\n', begin), space = text.find(' ', begin);
    check(end != std::string::npos && space < end, "scanned.done holds a name and a hash a line");
    std::string name = text.substr(begin, space - begin), value = text.substr(space + 1, end - space - 1);
    if (name == "sha256") row.sha256 = value;
    if (name == "md5") row.md5 = value;
    if (name == "sha1") row.sha1 = value;
    begin = end + 1;
  }
  row.hash_check = row.stored_md5 || row.stored_sha1 ? "verified" : "none stored";
  auto compare = [&](const char* name, const std::optional<std::string>& stored,
                     const std::optional<std::string>& computed) {
    if (!stored || stored == computed) return;
    row.hash_check = "MISMATCH";
    ProblemRow problem;
    problem.exhibit = row.exhibit, problem.stage = "image";
    problem.what_happened = fmt::format(
        "HASH MISMATCH: the container states {} {}, its content has {}: it was changed or damaged after "
        "it was made, or bytes could not be read (see the other problems), or the stored hash was never right",
        name, *stored, computed.value_or("none"));
    rows.problems.push_back(problem);
  };
  compare("MD5", row.stored_md5, row.md5);
  compare("SHA-1", row.stored_sha1, row.sha1);
  std::vector<Fault> unread = ImageFaultsFile::read(job.file("faults.jsonl"));
  add_faults(job, unread, "image", {}, "", rows.problems);
  add_set_aside_problems(job, rows.problems);
  seen.finish(job.file("contents.seen"));
  pack::write_unit(job.file("exhibit.unit"), rows);
}

namespace {

bool run_stages(const Job& job, SlotWatch& watch) {
  const std::atomic<bool>& stop = job.stop;
  job.progress(opening, 0, 0);
  if (!watch.enter("container"))
    throw Error("the container ends every program that reads it: it is damaged or hostile", job.options.path);
  image::Image image = job.open_image();
  open_exhibit(job, image);  // there is an image, and its bytes have offsets
  if (stop) return false;
  // What is looked for is compiled meanwhile.
  std::future<std::unique_ptr<const scan::Rules>> compiled =
      std::async(job.options.threads > 1 ? std::launch::async : std::launch::deferred,
                 [&] { return std::make_unique<const scan::Rules>(job.options.lists.searched()); });
  walk_volumes(job, image, watch);  // every file has an id, a path and its place on the image
  watch.idle();                     // many terms take their time, and there is nothing here to set aside
  if (stop) return false;
  const std::unique_ptr<const scan::Rules> rules_there = compiled.get();
  const scan::Rules& rules = *rules_there;
  Seen seen(job.options.seen, job.options.settings, job.file("contents.growing"));
  scan_image(job, image, rules, seen, watch);  // every byte was hashed and scanned, every hit knows its file
  if (stop) return false;
  read_contents(job, rules, seen);  // every file has its hashes and type, and its seams were scanned
  if (stop) return false;
  finish_exhibit(job, seen);  // the image's hashes are compared with what its container states
  job.progress(finished, 1, 1);
  return true;
}

}  // namespace

bool run_worker(const WorkerOptions& options, BlackBox& box, const std::atomic<bool>& stop) {
  if (finished_work(options.work)) return true;
  record_fatal_signals();
  Job job{options, box, stop, read_set_aside(options.work + "/set_aside.jsonl")};
  SlotWatch watch(box.shared().slots[0], job.set_aside, stop);
  try {
    return run_stages(job, watch);
  } catch (const std::bad_alloc&) {
    watch.ran_out_of_memory();
    std::_Exit(1);
  } catch (const Error& error) {
    box.say(error);
    throw;
  } catch (...) {
    watch.failed();
  }
}

bool finished_work(const std::string& work) {
  return exists(work + "/exhibit.unit");
}

std::vector<std::string> pack_units(const std::string& work) {
  std::vector<std::string> out;
  std::string mark = read_file(work + "/walked.done");
  unsigned long ids = 0, chunks = 0;
  if (std::sscanf(mark.c_str(), "%lu %lu", &ids, &chunks) != 2) throw Error("is damaged", work + "/walked.done");
  for (const char* name : {"exhibit.unit", "volumes.unit", "streams.unit"}) out.push_back(work + "/" + name);
  for (unsigned long chunk = 0; chunk < chunks; ++chunk)
    for (const char* stage : {"extents", "content"}) out.push_back(fmt::format("{}/{}-{:06}.unit", work, stage, chunk));
  std::vector<std::string> scans;
  for (const auto& entry : std::filesystem::directory_iterator(work)) {
    std::string name = entry.path().filename().string();
    if (name.rfind("scan-", 0) == 0 && name.size() > 5 && name.substr(name.size() - 5) == ".unit")
      scans.push_back(entry.path().string());
  }
  std::sort(scans.begin(), scans.end());
  out.insert(out.end(), scans.begin(), scans.end());
  return out;
}

}  // namespace weft::extract
