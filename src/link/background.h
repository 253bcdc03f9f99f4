// The background: for each selector, how many unrelated sources hold it. A file of sorted 64-bit hashes with counts: no
// value can be read out of it (though a guessed value can be tried: docs/linking.md). Opened read-only by mmap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace weft::link {

// First eight bytes, big-endian, of SHA-256 over kind, a zero byte, value.
uint64_t selector_hash(std::string_view kind, std::string_view value);

struct BackgroundEntry {
  uint64_t hash = 0;
  uint32_t sources = 0;
};

class Background {
 public:
  // Error when the file is missing or not a background of this version.
  explicit Background(const std::string& path);

  const std::string& name() const { return name_; }
  uint32_t sources() const { return sources_; }          // how many were looked at
  uint64_t size() const { return count_; }               // how many selectors it knows
  const std::string& sha256() const { return sha256_; }  // of the file
  uint32_t holding(uint64_t hash) const;                 // how many of the sources hold it

 private:
  Mapping mapping_;
  std::string name_, sha256_;
  uint32_t sources_ = 0;
  uint64_t count_ = 0;
  size_t hashes_ = 0, counts_ = 0;  // where they begin
};

// Writes entries in the order given, which must be strictly ascending by hash.
class BackgroundWriter {
 public:
  BackgroundWriter(std::string name, uint32_t sources) : name_(std::move(name)), sources_(sources) {}
  void add(BackgroundEntry entry);
  void write(const std::string& path) const;  // whole or not there

 private:
  std::string name_;
  uint32_t sources_;
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> counts_;
};

}  // namespace weft::link
