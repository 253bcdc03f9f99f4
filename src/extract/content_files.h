// Content files: allocated files whose bytes on the image are theirs alone. Each is scanned as a text of its own, so
// what it gives depends on its content alone, wherever it lies; and the same content need not be scanned again on any
// exhibit of the case (seen.h). One that lies in one piece within a page is scanned with the page; any other through
// its content, and the scan of the image leaves its pieces out. Kept as sorted files that are mapped; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "extract/owners.h"
#include "model/limits.h"

namespace weft::extract {

// A piece of a content file on the image. Pieces do not overlap.
struct Piece {
  uint64_t offset, size, file_id;
  uint64_t file_offset, file_size;  // where it lies in the file, and how long that is
  uint64_t whole;                   // 1 when it is the whole file, to be scanned with the page it begins in
  uint64_t end() const { return offset + size; }
};

class ContentFiles {
 public:
  // A larger one is scanned where it lies: its pieces are work for many threads.
  static constexpr uint64_t largest = 1 * GiB;

  // Asked for each file with its extents, while owners is there; then written.
  class Builder {
   public:
    Builder(const Owners& owners, const Limits& limits) : owners_(owners), limits_(limits) {}
    void add(const FileRow& file, std::span<const ExtentRow> extents);
    void write(const std::string& path);

   private:
    const Owners& owners_;
    const Limits& limits_;
    std::vector<Piece> pieces_;
  };

  explicit ContentFiles(const std::string& path) : file_(path) {}
  std::span<const Piece> all() const;
  // Those that have a byte in [begin, end).
  std::span<const Piece> within(uint64_t begin, uint64_t end) const;
  // The number in all() of the piece that begins there.
  std::optional<size_t> find(uint64_t offset) const;

 private:
  Mapping file_;
};

// What the scan learnt of files, by the number of their first piece: written in any order while units are done, read
// when all are. A fact that is missing or damaged is nothing: the file is read again.
struct ContentFacts {
  std::string sha256, md5, type;
  bool goes_on = false;  // a stream in it is too long for its page, and is read on by itself
};
class FactsFile {
 public:
  // Made when it is not there.
  explicit FactsFile(const std::string& path);
  void put(size_t number, const ContentFacts& facts);
  void sync();
  std::optional<ContentFacts> get(size_t number) const;

 private:
  std::string path_;
  Fd fd_;
};

}  // namespace weft::extract
