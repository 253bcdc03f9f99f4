// What the stages of one worker share. Private to src/extract.
#pragma once

#include <atomic>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "extract/black_box.h"
#include "extract/owners.h"
#include "extract/seen.h"
#include "extract/worker.h"
#include "image/image.h"
#include "model/rows.h"
#include "pack/unit_file.h"
#include "scan/engine.h"

namespace weft::extract {

struct Job {
  const WorkerOptions& options;
  BlackBox& box;
  const std::atomic<bool>& stop;
  std::unordered_set<std::string> set_aside;

  std::string file(const std::string& name) const { return options.work + "/" + name; }
  std::string unit(const char* stage, uint64_t number) const {
    return file(fmt::format("{}-{:06}.unit", stage, number));
  }
  bool done(const std::string& path) const { return exists(path); }
  void progress(Stage stage, uint64_t done, uint64_t total) const;
  // Every thread opens the evidence for itself.
  image::Image open_image() const;
};

// The stages; each returns early when the job is stopped, with its finished units in place.
void open_exhibit(const Job& job, const image::Image& image);          // walk.cpp
void walk_volumes(const Job& job, image::Image& image, Watch& watch);  // walk.cpp
void scan_image(const Job& job, image::Image& image, const scan::Rules& rules, Seen& seen,
                SlotWatch& watch);                                         // scan_image.cpp
void read_contents(const Job& job, const scan::Rules& rules, Seen& seen);  // contents.cpp
void finish_exhibit(const Job& job, Seen& seen);                           // worker.cpp

uint64_t walk_chunks(const Job& job);  // how many walk-N.unit there are; walking must be over

// Turns a page's findings into rows. `make` fills where they are: offset, path, file.
// seen_before: it comes out of Seen, and its secret is the token already.
void add_feature(const Job& job, scan::Found found, FeatureRow where, pack::UnitRows& rows, bool seen_before = false);

// What the scan found in a source that is the image, as rows whose addresses begin there; and whose files they lie in.
void add_results(const Job& job, const Owners& owners, scan::Results& results, pack::UnitRows& rows,
                 bool seen_before = false);

// Reads a unit that must be there; one that is not whole is deleted and reported as Error to be done again.
pack::UnitRows read_done(const std::string& path);

// Stretches that could not be read, as problem rows; neighbours with the same reason become one.
void add_faults(const Job& job, std::vector<Fault>& faults, const std::string& stage, std::optional<uint64_t> file_id,
                const std::string& path, std::vector<ProblemRow>& problems);

}  // namespace weft::extract
