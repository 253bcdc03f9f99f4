// Seen contents: what the scan of a content file gave, by the SHA-256 of its content. One file of them an exhibit,
// inside the case; made while the exhibit is scanned, read when the next ones are. It saves work and is no result: rows
// derived from it are those a scan would give, and where it is damaged, missing, or of another version, the content is
// scanned. Contents with secrets (card numbers) are not kept.
#pragma once

#include <optional>
#include <string>
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

// Encoded contents that are held until they are written, at most; what is beyond is scanned again.
inline constexpr size_t most_remembered = 64 * MiB;

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

// Puts the parts (each a chain of encoded contents) together into one file, each content once.
void write_seen(const std::vector<std::string>& parts, const std::string& settings, const std::string& to);

// The files of all earlier exhibits. Immutable; any thread.
class Seen {
 public:
  // All files of the folder; those made under other settings are passed over. No folder is no file.
  Seen(const std::string& folder, const std::string& settings);
  bool empty() const { return places_.empty(); }
  std::optional<SeenContent> find(const std::string& sha256_hex) const;
  std::optional<ContentFacts> facts(const std::string& sha256_hex) const;

 private:
  // 24 bytes a content: all that memory holds of it.
  struct Place {
    uint64_t prefix, at, file;
  };
  std::vector<Fd> files_;
  std::vector<Place> places_;
};

}  // namespace weft::extract
