// The story of one exhibit, from evidence to sealed pack.
#pragma once

#include "extract/case.h"
#include "extract/engine.h"
#include "extract/lists.h"
#include "pack/database.h"
#include "pack/observer.h"

namespace weft::extract {

struct ExtractOptions {
  unsigned threads = 1;
  Limits limits;
  std::function<void(const Progress&)> progress;
  bool scan_all = false;                  // equal contents of earlier exhibits too
  Lists lists;                            // checked
  pack::Database& database;               // to seal with
  pack::RowObserver* observer = nullptr;  // is shown the pack's rows
};

enum class Extracted { sealed, already, stopped };

// All that an exhibit's rows depend on besides the evidence, as text.
std::string settings_of(const Limits& limits, const Lists& lists);

// Makes the exhibit's pack, going on where an earlier run stopped. Throws Error.
Extracted extract(Case& in, const Exhibit& exhibit, const ExtractOptions& options, const std::atomic<bool>& stop);

}  // namespace weft::extract
