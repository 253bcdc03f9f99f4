// OLE compound files ([MS-CFB]): a small file system in a file, which Word, Excel, PowerPoint and Outlook used before
// 2007 and still use for some. Streams by name, whole, with where their bytes lie. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::artefacts {

struct OleStream {
  std::string name;              // UTF-8; storages are not told apart
  uint64_t size = 0;             // as the directory states it
  std::vector<uint8_t> bytes;    // as much as could be read
  uint64_t piece = 0;            // bytes of a sector
  std::vector<uint64_t> places;  // offset in the file of each sector
  // Where a byte of the stream lies in the file.
  uint64_t offset_of(uint64_t position) const;
};

class OleFile {
 public:
  // Nothing when it is none. Looks at bytes for as long as it lives.
  static std::optional<OleFile> open(Bytes bytes);
  // The first stream of this name, of at most `most` bytes.
  std::optional<OleStream> stream(std::string_view name, size_t most) const;
  // Whether it lists more streams than are looked at.
  bool directory_cut() const { return directory_cut_; }

 private:
  struct Entry {
    std::string name;
    uint8_t type = 0;
    uint32_t start = 0;
    uint64_t size = 0;
  };
  explicit OleFile(Bytes bytes) : bytes_(bytes) {}
  std::vector<uint64_t> chain(uint32_t start, size_t most) const;
  uint64_t place(uint32_t sector) const { return (uint64_t(sector) + 1) << shift_; }
  uint32_t next(uint32_t sector) const;
  void read_tables(uint32_t difat, uint32_t mini_fat);
  void read_directory(uint32_t start);

  Bytes bytes_;
  unsigned shift_ = 9, mini_shift_ = 6;
  uint32_t mini_cutoff_ = 4096;
  bool directory_cut_ = false;
  std::vector<uint64_t> fat_, mini_fat_;  // offsets of the tables' sectors
  std::vector<uint64_t> mini_;            // of the sectors that hold the mini stream
  std::vector<Entry> entries_;
};

}  // namespace weft::artefacts
