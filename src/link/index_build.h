// Makes one index from rows, however they come. Only for who reads rows: index_from_pack.cpp, index_from_rows.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "link/index.h"
#include "link/kinds.h"
#include "link/messages.h"

namespace weft::link {

// Names what an index was made from: the pack's tables, as far as the scope covers them, and the tokens beside it.
std::string pack_digest(const Source& source);

// First all files and where they begin; then expect(), then the rest, in any order: what is written does not depend on
// it. What is known of messages must be there before write(). One thread at a time.
class IndexBuild {
 public:
  // What many builds, one after the other, need not have anew. It must outlive each.
  struct Memory;
  class Room {
   public:
    Room();
    ~Room();
    Memory& operator*() { return *memory_; }

   private:
    std::unique_ptr<Memory> memory_;
  };

  struct File {
    uint64_t id = 0, size = 0, volume = 0, inode = 0;
    std::string_view path, type, sha256, state;
  };
  struct Feature {
    const Kind* kind = nullptr;
    std::string_view value, shown;  // of a secret kind the token, and what may be seen; else the value, and ""
    std::string_view path, role;
    uint64_t offset = 0;
    std::optional<uint64_t> file_id, file_offset;
    bool stopped = false;
  };

  // Begins the file `path`.new. Error when the disk fails, here and later.
  IndexBuild(const std::string& path, Room& room);
  ~IndexBuild();  // without finish() no index is there

  void add_file(const File& row);  // those whose kind is "file"
  void add_beginning(uint64_t file_id, uint64_t offset);
  uint64_t files() const;  // the largest number, and one
  Messages& messages();
  // Rows: of features, wanted or not, and one for each file number.
  void expect(uint64_t most_rows);
  void add_volume(std::string_view serial, uint64_t offset);
  void add_feature(const Feature& row);
  // How many rows there were. False when they were so many more than expected that there is no room for them.
  bool write(uint64_t rows);
  // pack: digest of what it was made from; image: SHA-256. The index is there, whole, but perhaps not on the disk yet.
  void finish(const std::string& pack, const std::string& image);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::link
