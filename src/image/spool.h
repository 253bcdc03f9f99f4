// The index of an unpacked archive: what lies where in the spool file. Written whole beside it when it is complete.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/image.h"

namespace weft::image {

struct Spool {
  std::vector<LogicalEntry> entries;  // in the archive's order
  std::vector<uint64_t> starts;       // where the content of each begins in the spool
  std::vector<Fault> faults;
  uint64_t size = 0;  // of the spool file
};

// mark says what was unpacked and how; an index with another mark, or beside a spool of another size, is no use.
std::optional<Spool> load_spool(const std::string& path, const std::string& mark);
void save_spool(const std::string& path, const std::string& mark, const Spool& spool);
// Removes the index, so that the spool counts as incomplete until save_spool().
void discard_spool(const std::string& path);

}  // namespace weft::image
