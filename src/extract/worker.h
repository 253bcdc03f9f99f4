// A worker: the process that touches hostile bytes. It does every unit of one exhibit that is not done yet, in this
// order, and may be killed at any moment:
//
//   open    the container                       -> image.unit
//   walk    volumes and file systems            -> volumes.unit, walk-N.unit (files), extents-N.unit, walked-V.done,
//                                                  owners, whole-files
//   scan    the image's bytes in order, hashing -> scan-N.unit, hash.state, facts
//   content the content of files                -> content-N.unit
//                                                  (both: what contents gave -> contents.growing)
//   finish                                      -> contents.seen, exhibit.unit
//
// Unit files hold rows; what a unit holds depends on the evidence, the limits and the items set aside, never on threads
// or order. Errors of the world end the worker; the watcher (engine.h) sees why.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "extract/black_box.h"
#include "extract/lists.h"
#include "image/image.h"
#include "model/limits.h"

namespace weft::extract {

struct WorkerOptions {
  std::string exhibit;  // label
  std::string path;     // the evidence
  image::Reading reading = image::Reading::by_content;
  std::string work;          // work folder, inside the case
  std::vector<uint8_t> key;  // of the keyed hashes
  unsigned threads = 1;
  Limits limits;
  std::string settings;  // all that rows depend on besides the evidence
  std::string seen;      // folder of what contents gave on earlier exhibits; empty: everything is scanned, always
  Lists lists;           // as the case keeps them
};

// True when all units are done, false when it was stopped. Throws Error, which is in the box by then.
bool run_worker(const WorkerOptions& options, BlackBox& box, const std::atomic<bool>& stop);

// Unit files of the work folder that make up the pack; only when the worker has finished.
std::vector<std::string> pack_units(const std::string& work);
bool finished_work(const std::string& work);

}  // namespace weft::extract
