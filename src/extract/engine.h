// Engine "local": runs a worker process for an exhibit and watches it. A worker that crashes, hangs or eats memory
// costs the item it was at: that is set aside, and the worker starts again where its units left off.
#pragma once

#include <functional>
#include <string>

#include "extract/worker.h"

namespace weft::extract {

struct Progress {
  std::string exhibit, stage;
  uint64_t done = 0, total = 0;  // bytes; entries while walking, rows while sealing (total 0: not known)
  uint64_t features = 0, problems = 0;
  double seconds = 0;  // since the exhibit's work began in this run
};

struct LocalEngine {
  std::string case_folder;                        // the worker is started as: PROGRAM worker CASE LABEL
  std::function<void(const Progress&)> progress;  // called several times a second; may be empty
  const std::atomic<bool>& stop;                  // set by Ctrl-C: the worker is asked to stop
};

// True when all units of the exhibit are done; false when stopped. Throws Error with the worker's own words when the
// evidence cannot be taken in or the world failed.
bool run_local(const LocalEngine& engine, const WorkerOptions& options);

}  // namespace weft::extract
