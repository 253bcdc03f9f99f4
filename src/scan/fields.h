// Where in a text values lie that touch what stands beside them: columns of SQLite rows and of ESE records, values in
// records of event logs, cells of registry hives, items of heaps in mail stores, names in NTFS, strings of shortcuts
// and of property lists, members of zips that are stored as they are. What one holds is not found, or is found with
// what the next one begins with; where a structure says where they are, scanners are shown each of them by itself.
// Private to the engine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "scan/pieces.h"

namespace weft::scan {

class Fields {
 public:
  struct Field {
    size_t end() const { return size_t(begin) + size; }
    uint32_t begin = 0, size = 0;  // in the text
    Coding coding = Coding::utf8;
  };
  // What is told field by field.
  struct Stretch {
    uint32_t begin = 0, end = 0;
  };
  // In order, not overlapping.
  struct Lists {
    std::vector<Stretch> stretches;
    std::vector<Field> fields;

    void stretch(size_t begin, size_t end);                              // touching ones become one
    void field(size_t begin, size_t end, Coding coding = Coding::utf8);  // what is shorter than any word is left out
    void clear();
  };

  // Of all structures in the text that begin in front of `end`. origin: where text[0] lies in the source, which tells
  // where pages of databases may begin.
  void find(std::string_view text, size_t end, uint64_t origin);
  void clear() { of_.clear(); }
  // Whether the byte lies in a stretch.
  bool hold(size_t at) const {
    if (of_.stretches.empty()) return false;
    const auto behind = std::partition_point(of_.stretches.begin(), of_.stretches.end(),
                                             [&](const Stretch& one) { return one.end <= at; });
    return behind != of_.stretches.end() && behind->begin <= at;
  }
  // In order.
  const std::vector<Field>& all() const { return of_.fields; }
  // The field that holds the byte, or null.
  const Field* at(size_t at) const {
    const auto field = first_behind(at);
    return field != of_.fields.end() && field->begin <= at ? &*field : nullptr;
  }
  // Calls each(begin, end) for the parts of a run that lie in no stretch, and those in fields that are UTF-8 or bytes.
  template <class Each>
  void parts(size_t begin, size_t end, Each each) const;

 private:
  std::vector<Field>::const_iterator first_behind(size_t at) const {
    return std::partition_point(of_.fields.begin(), of_.fields.end(), [&](const Field& f) { return f.end() <= at; });
  }

  Lists of_;
};

template <class Each>
void Fields::parts(size_t begin, size_t end, Each each) const {
  auto stretch = std::partition_point(of_.stretches.begin(), of_.stretches.end(),
                                      [&](const Stretch& one) { return one.end <= begin; });
  auto field = first_behind(begin);
  for (; stretch != of_.stretches.end() && stretch->begin < end; ++stretch) {
    if (begin < stretch->begin) each(begin, size_t(stretch->begin));
    for (; field != of_.fields.end() && field->begin < std::min<size_t>(stretch->end, end); ++field)
      if (field->coding == Coding::utf8) each(std::max<size_t>(begin, field->begin), std::min(field->end(), end));
    begin = stretch->end;
  }
  if (begin < end) each(begin, end);
}

}  // namespace weft::scan
