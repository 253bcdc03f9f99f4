// The background: for each selector, how many unrelated sources hold it. A file of keyed hashes with counts, so that it
// can be handed on: no value can be read out of it, and who does not have the key cannot try a guessed one. The key
// lies in the file's head, unless whoever made it holds the key apart. Opened read-only by mmap; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "link/value_hash.h"

namespace weft::link {

using BackgroundKey = std::vector<uint8_t>;  // background_key_size bytes
inline constexpr size_t background_key_size = 32;

// What a file says of itself.
struct BackgroundHead {
  std::string name;
  uint32_t sources = 0;            // looked at; exhibits that stem from one image are one
  uint32_t least = 1;              // values on fewer sources than this were dropped
  BackgroundKey key;               // empty: held apart
  std::string fingerprint;         // of the key, hex
  std::vector<uint64_t> exhibits;  // keyed hash of each different image, ascending: what went in already
};

struct BackgroundEntry {
  uint64_t hash = 0;
  uint32_t sources = 0;
};
using BackgroundEntries = std::map<std::string, std::vector<BackgroundEntry>>;  // by kind; ascending by hash

// A background file as it lies there: for info and merging, which need no key.
class BackgroundFile {
 public:
  // Error when the file is missing, damaged, or not a background of this version.
  explicit BackgroundFile(const std::string& path);

  struct Kind {
    std::string name;
    uint64_t first = 0, selectors = 0;
  };
  const BackgroundHead& head() const { return head_; }
  const std::vector<Kind>& kinds() const { return kinds_; }  // in order of name
  uint64_t size() const { return count_; }                   // selectors of all kinds
  const std::string& sha256() const { return sha256_; }      // of the file
  BackgroundEntry entry(uint64_t at) const;
  uint32_t find(std::string_view kind, uint64_t hash) const;  // how many sources hold it

 private:
  Mapping mapping_;
  BackgroundHead head_;
  std::vector<Kind> kinds_;
  std::string sha256_;
  uint64_t count_ = 0;
  size_t hashes_ = 0, counts_ = 0;  // where they begin
};

class Background {
 public:
  // Error, besides those of BackgroundFile, when the key is held apart and is none of those given.
  explicit Background(const std::string& path, std::span<const BackgroundKey> keys = {});

  const std::string& name() const { return file_.head().name; }
  uint32_t sources() const { return file_.head().sources; }  // how many were looked at
  uint64_t size() const { return file_.size(); }             // how many selectors it knows
  const std::string& sha256() const { return file_.sha256(); }
  // How many of the sources hold a value, in the canonical form that indexes keep.
  uint32_t holding(std::string_view kind, std::string_view value) const { return file_.find(kind, hash_(kind, value)); }
  // How many may hold a value that it does not know, because rare ones were dropped.
  uint32_t unlisted() const { return file_.head().least - 1; }

 private:
  BackgroundFile file_;
  ValueHash hash_;
};

// Whole or not there. The fingerprint follows from the key when there is one; entries of fewer than head.least sources
// are left out.
void write_background(const std::string& path, BackgroundHead head, const BackgroundEntries& entries);

std::string key_fingerprint(Bytes key);
// From a key file: the key as hex. Error when it is none.
BackgroundKey read_background_key(const std::string& path);
// A fresh one, readable by its owner only.
void write_background_key(const std::string& path);

}  // namespace weft::link
