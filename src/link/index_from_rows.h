// The index of an exhibit from its rows as they are sealed: the same bytes as from the pack (index.h), without reading
// that again, and beside the sealing.
#pragma once

#include <memory>
#include <string>

#include "link/index.h"
#include "pack/observer.h"

namespace weft::link {

// One exhibit's. Works in a thread of its own, or in the caller's.
class IndexFromRows : public pack::RowObserver {
 public:
  // The index goes to `path`.
  IndexFromRows(std::string path, bool own_thread);
  ~IndexFromRows() override;  // without finish() no index is there

  void begin(uint64_t most_files, uint64_t most_features) override;
  void see(pack::RowPortion<ExhibitRow> rows) override;
  void see(pack::RowPortion<VolumeRow> rows) override;
  void see(pack::RowPortion<FileRow> rows) override;
  void see(pack::RowPortion<ExtentRow> rows) override;
  void see(pack::RowPortion<FeatureRow> rows) override;
  void see(pack::RowPortion<TokenRow> rows) override;
  void end() override;

  // Once the pack is there: true when its index is, too; false when make_indexes() has to make it, since files bear
  // numbers far beyond how many there are. The source's path is the one given above, its scope leaves nothing out.
  // Throws what went wrong.
  bool finish(const Source& source);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::link
