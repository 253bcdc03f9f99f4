// Who is shown the rows of a pack while it is sealed: what is derived from a pack need not read it again.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pack/order.h"

namespace weft::pack {

// Some rows of a table, in its order.
template <class Row>
using RowPortion = std::shared_ptr<const std::vector<Cells<Row>>>;

// First begin() is called, then rows of each table in their order, some at a time, files and extents before features,
// features before tokens; then end(). The rows are those of the pack's tables, each once. Their texts can be read until
// end() returns. One call at a time, though not all by one thread. Nothing is to be thrown: sealing does not fail for
// who looks on.
class RowObserver {
 public:
  virtual ~RowObserver() = default;
  // No more rows than these will come.
  virtual void begin(uint64_t most_files, uint64_t most_features) = 0;
  virtual void see(RowPortion<ExhibitRow> rows) = 0;
  virtual void see(RowPortion<VolumeRow> rows) = 0;
  virtual void see(RowPortion<FileRow> rows) = 0;
  virtual void see(RowPortion<ExtentRow> rows) = 0;
  virtual void see(RowPortion<FeatureRow> rows) = 0;
  virtual void see(RowPortion<TokenRow> rows) = 0;
  virtual void end() = 0;
};

}  // namespace weft::pack
