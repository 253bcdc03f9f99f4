// Seen contents: what the scan of a content file gave, by the SHA-256 of its content. One file of them an exhibit,
// inside the case; made while the exhibit is scanned, read for the contents that come again on it and when the next
// ones are scanned. It saves work and is no result: rows derived from it are those a scan would give, and where it is
// damaged, missing, or of another version, the content is scanned. Contents with secrets (card numbers) hold their
// tokens.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "extract/content_files.h"
#include "scan/engine.h"

namespace weft::extract {

struct SeenContent {
  ContentFacts facts;
  // Offsets count from the content's begin; kind, scanner and encoding point into body; secrets are tokens.
  scan::Results results;
  std::string body;
  SeenContent() = default;
  SeenContent(SeenContent&&) = default;  // a long body stays where it is
};

// What one content gives, while it is scanned.
class Remembered {
 public:
  // Its results' offsets count from there; key: of the tokens.
  Remembered(uint64_t origin, Bytes key) : origin_(origin), key_(key) {}
  void add(const scan::Results& results);
  // Encoded; empty when it is not to be kept: something was set aside, or it is too much.
  std::string encoded(const ContentFacts& facts) const;

 private:
  uint64_t origin_;
  Bytes key_;
  bool keep_ = true;
  uint32_t feature_count_ = 0, problem_count_ = 0;
  std::string features_, problems_;
};

// The name for what the streams of a content gave that are too long for the page it was scanned with.
std::string name_of_streams(const std::string& sha256_hex);

// What was seen: on earlier exhibits, and so far on the one that is scanned. Any thread.
class Seen {
 public:
  // folder: the files of earlier exhibits, of which those made under other settings are passed over; it need not exist.
  // Empty: everything is scanned. growing: the file for this exhibit's contents; what a stopped run left in it counts.
  Seen(const std::string& folder, const std::string& settings, const std::string& growing);
  // Whether no earlier exhibit gave anything.
  bool empty() const { return places_.empty(); }
  std::optional<SeenContent> find(const std::string& sha256_hex) const;
  std::optional<ContentFacts> facts(const std::string& sha256_hex) const;

  // encoded: of Remembered; empty is nothing to add. Error when it cannot be written.
  void add(const std::string& encoded);
  // Gives the growing file its index and the name it is found by; nothing is added after it.
  void finish(const std::string& path);

  // Of a file's index.
  struct Entry {
    std::array<uint8_t, 32> sha256;
    uint64_t at;
  };

 private:
  // 24 bytes a content: all that memory holds of it.
  struct Place {
    uint64_t prefix, at, file;
  };
  // Where a content begins in the growing file; a later one may take its place.
  struct Slot {
    uint64_t prefix = 0, at = 0;
  };
  static constexpr size_t slot_count = 512 * KiB;  // 8 MiB, whatever the exhibit

  template <class Read>
  std::invoke_result_t<Read, const Fd&, uint64_t, const std::string&> first(const std::string& sha256_hex,
                                                                            Read read) const;
  void append(std::string_view bytes);
  void keep(const Entry& entry);

  Fd growing_;
  bool reused_;
  std::vector<Fd> files_;
  std::vector<Place> places_;
  std::string growing_path_;
  mutable std::mutex mutex_;  // of what follows
  uint64_t size_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace weft::extract
