// The story of one exhibit, from evidence to sealed pack: a worker process reads it, and what that leaves is sealed by
// this one. The two steps are apart, so that one exhibit can be sealed while the next is read.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "extract/case.h"
#include "extract/engine.h"
#include "extract/lists.h"
#include "pack/database.h"
#include "pack/pack.h"

namespace weft::extract {

struct ExtractOptions {
  unsigned threads = 1;
  Limits limits;
  bool scan_all = false;  // equal contents of earlier exhibits too
  Lists lists;            // checked
};

// All that an exhibit's rows depend on besides the evidence, as text.
std::string settings_of(const Limits& limits, const Lists& lists);

// One exhibit's. The case and the options outlive it.
class Extraction {
 public:
  Extraction(Case& in, Exhibit exhibit, const ExtractOptions& options);

  enum class Read { all, stopped, sealed_before };
  // Makes the units of the exhibit's pack, going on where an earlier run stopped; what its contents gave is there for
  // the exhibits to come when it returns. Called by the main thread: a worker ends with the thread that started it.
  // Throws Error.
  Read read(const std::function<void(const Progress&)>& progress, const std::atomic<bool>& stop);

  // Makes the pack of what was read. In any thread, beside the reading of other exhibits and the sealing of others with
  // databases of theirs. `temporary` is a folder of its own; observer may be null, and is shown the rows; progress may
  // be empty. Throws Error.
  void seal(pack::Database& database, const std::string& temporary, pack::RowObserver* observer,
            const std::function<void(uint64_t done, uint64_t total)>& progress);

  const Exhibit& exhibit() const { return exhibit_; }
  // After read(), which logs it: evidence files whose size is the one they were taken in with and whose time of last
  // change is not, in words; empty when there are none, or no times in the record.
  const std::string& touched() const { return touched_; }
  double seconds() const;  // since this was made

 private:
  Case& in_;
  const Exhibit exhibit_;
  const ExtractOptions& options_;
  const std::string started_;
  std::string touched_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace weft::extract
