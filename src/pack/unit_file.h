// Unit files: rows of any tables, as one worker wrote them. A unit is done when its file is there: it is written under
// a temporary name, synced, renamed. The format is ours, private to one case and one version; a checksum closes it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "model/rows.h"

namespace weft::pack {

struct UnitRows {
  std::vector<ExhibitRow> exhibits;
  std::vector<VolumeRow> volumes;
  std::vector<FileRow> files;
  std::vector<ExtentRow> extents;
  std::vector<FeatureRow> features;
  RecordLists records;
  std::vector<ProblemRow> problems;
  std::vector<TokenRow> tokens;
};

// All tables of the rows, const or not, in file order: the one list of them.
template <class Rows, class Visit>
void each_table(Rows& rows, Visit visit) {
  visit(rows.exhibits), visit(rows.volumes), visit(rows.files), visit(rows.extents), visit(rows.features);
  std::apply([&](auto&... records) { (visit(records), ...); }, rows.records);
  visit(rows.problems), visit(rows.tokens);
}

// Writes a unit portion by portion, since its rows may be more than memory holds. Portions come from any thread,
// several at a time. Each portion's rows are stored in their table's order (pack/order.h), and text that a pack cannot
// hold as printable() shows it.
class UnitWriter {
 public:
  explicit UnitWriter(const std::string& path);
  ~UnitWriter();  // without finish(), nothing is left behind
  void add(const UnitRows& rows);
  void finish();  // the unit is there

 private:
  class File;
  std::unique_ptr<File> file_;
};
void write_unit(const std::string& path, const UnitRows& rows);

// Rows of one table that lie encoded in order, one after the other. Points into its UnitFile.
struct SortedRows {
  Bytes bytes;
  uint64_t rows = 0;
};

// A unit file mapped into memory, for who reads rows where they lie (pack/merge.h). Error as read_unit().
class UnitFile {
 public:
  explicit UnitFile(const std::string& path);
  UnitFile(UnitFile&&) noexcept;
  ~UnitFile();
  // The runs of one table, in file order; a table by its place in each_table().
  const std::vector<SortedRows>& runs(size_t table) const;
  // Memory of what was read so far; it is read again when needed.
  void give_back_pages() const;

 private:
  struct Map;
  std::unique_ptr<Map> map_;
};

// Error when the file is not whole or not of this version: the caller deletes it and does the unit again. In portions
// as it was written, the first only after the whole file was checked; or all at once.
void read_unit(const std::string& path, const std::function<void(UnitRows&)>& portion);
UnitRows read_unit(const std::string& path);

}  // namespace weft::pack
