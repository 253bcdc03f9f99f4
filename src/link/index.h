// The selector index of an exhibit: every different selector it holds, how often, and the places that tell most about
// it; in order of a 64-bit hash. Linking merges the indexes of a case, and a question for one value is a binary search
// in each. An index is derived from the pack (and its tokens) alone, lies in the case beside the links, and is made
// again when it is missing, damaged, of another pack or of another version: so an added exhibit costs its own index,
// and no other's. Read by mmap; not evidence, but checked for damage all the same.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "link/kinds.h"
#include "model/limits.h"
#include "pack/scope.h"

namespace weft::pack {
class Database;
}

namespace weft::link {

// A pack and its label, where its tokens are (empty: it has none), and where its index goes.
struct Source {
  std::string folder, exhibit, tokens, index;
  pack::Scope scope = {};           // what it does not cover is not in the index
  uint64_t addresses_kept_out = 0;  // by the scope: how often an e-mail address stands in what it does not cover
};

inline constexpr uint32_t no_file = UINT32_MAX, no_message = UINT32_MAX;
inline constexpr size_t places_kept = 8;  // per selector; those that tell most come first

// What is known of a file beyond its name.
enum FileFlag : uint32_t {
  in_software = 1,     // where operating systems and packages put their files
  in_cache = 2,        // what a browser or system keeps of what it was shown
  collection = 4,      // holds many things that came at different times: a database, a mailbox, a very large file
  is_mail = 8,         // a message or a mailbox
  not_allocated = 16,  // deleted or orphan
  is_picture = 32,
  is_program = 64,   // by content
  downloaded = 128,  // lies where browsers put what they fetch, or is a page of the web
};

// The structs below lie in the file as they are: no pointers, no padding, little-endian.
struct IndexFile {
  uint64_t id = 0;       // file_id
  uint64_t content = 0;  // hash of its SHA-256, the selector of kind file_sha256; 0 when it has none
  uint64_t twin = 0;     // hash of path and content
  uint64_t mark = 0;     // hash of path, content and inode: equal where one image was written to both
  uint64_t sha256 = 0;   // text
  uint64_t folder = 0;   // hash of volume and folder
  uint64_t size = 0;
  uint64_t path = 0;       // text
  uint32_t selectors = 0;  // feature rows that lie in it, signatures of its text left out
  uint32_t flags = 0;
};
// A message that a place lies in, known by the lines of its head.
struct IndexMessage {
  uint64_t id = 0;      // hash of its Message-ID, the selector of that kind; 0 when it has none
  uint64_t sender = 0;  // hash of the sender's address, the selector of kind email
  uint64_t list = 0;    // hash of the list or mass mailing it came through; 0 when it is none
};
struct IndexPlace {
  uint64_t offset = 0;    // on the image
  uint64_t position = 0;  // in the file's content; on the image in unallocated space
  uint64_t path = 0;      // text of the decoding path; 0 when it is the offset itself
  uint32_t file = no_file;
  uint32_t message = no_message;
  uint32_t role = 0;     // index in roles()
  uint32_t stopped = 0;  // 1: the examiner's stop list sets it aside; such places come last
};
struct IndexEntry {
  uint64_t hash = 0, text = 0;
  uint32_t first_place = 0, occurrences = 0;
  // Occasions: messages and neighbourhoods that hold it; of these, of one file, twenty at most. What a stop list sets
  // aside is among them: it counts for no link, and is there all the same.
  uint32_t times = 0;
  uint32_t remnants = 0;  // of the occasions, those in no file or in a deleted one
  uint16_t places = 0;
  uint16_t kind = 0;  // position in kinds()
  uint16_t role = 0;  // the strongest that a record gives it outside caches and software; 0: none
  uint16_t unused = 0;
};

// What a value was in the record it comes from; "" for a hit of a scanner. The others in order of how much they say of
// whose it is: an exhibit's own accounts first, then who writes and is written to.
std::span<const std::string_view> roles();
uint32_t role_number(std::string_view role);
// True for what a record tells of this exhibit's own use (a device attached, a network joined, a party of a message),
// which counts even where the record lies among the files of the system: a registry, /etc.
bool tells_of_use(uint32_t role);

uint64_t index_hash(std::string_view kind, std::string_view value);

class Index {
 public:
  // Error when it is not whole, or not of this version.
  explicit Index(const std::string& path);

  // Entries ascending by hash in each segment, and segments ascending: a power of two of them, equal stretches of the
  // hash's range.
  struct Segment {
    std::span<const IndexEntry> entries;
    std::span<const IndexPlace> places;
    std::span<const char> texts;
  };
  // A copy of what a segment holds of one stretch of hashes. For who goes through all of it: mapped pages count as this
  // process's memory, and a system that maps them by 2 MiB fills it with a thousand exhibits.
  struct Portion {
    std::vector<IndexEntry> entries;
    std::vector<IndexPlace> places;
    std::vector<char> texts;
    Segment segment() const { return {entries, places, texts}; }
  };
  // Of all segments, what lies between two hashes, both included; empty portions are left out. Any thread.
  std::vector<Portion> read(uint64_t low, uint64_t high) const;
  std::span<const Segment> segments() const { return segments_; }
  std::span<const IndexFile> files() const { return files_; }
  std::span<const IndexMessage> messages() const { return messages_; }
  // By kind: different selectors; and those outside caches and software.
  std::span<const uint64_t> amounts() const { return amounts_; }
  std::span<const uint64_t> own_amounts() const { return own_amounts_; }
  // Whether the exhibit holds values of a kind, by position in kinds(); a stop list's count.
  bool holds_kind(size_t kind) const { return kind < entries_of_kind_.size() && entries_of_kind_[kind] > 0; }
  // Reads the whole file, and says whether it is what was written.
  bool intact() const;
  // Pages that were read are dropped from memory; they come back from the file when they are needed. Any thread.
  void give_back_pages() const { mapping_.give_back(); }
  uint64_t size() const { return size_; }              // different selectors
  const std::string& pack() const { return pack_; }    // digest of what it was made from
  const std::string& image() const { return image_; }  // SHA-256 of the image

  // nullptr when the exhibit does not hold it.
  const IndexEntry* find(uint64_t hash, const Segment** segment) const;
  static std::string_view text(const Segment& segment, uint64_t at);
  std::string_view file_path(const IndexFile& file) const;
  std::string_view file_sha256(const IndexFile& file) const;
  // Of a secret kind the token; shown() is what may be seen.
  static std::string_view value(const Segment& segment, const IndexEntry& entry);
  static std::string_view shown(const Segment& segment, const IndexEntry& entry);
  static std::string path(const Segment& segment, const IndexPlace& place);

 private:
  // Where the entries of a hash's cell begin and end.
  std::pair<size_t, size_t> cell(size_t segment, uint64_t hash) const;
  void read_portion(const Fd& fd, size_t segment, uint64_t low, uint64_t high, Portion& to) const;

  std::string path_;
  Mapping mapping_;
  std::vector<Segment> segments_;
  std::vector<std::vector<uint32_t>> directories_;  // by segment
  std::span<const IndexFile> files_;
  std::span<const IndexMessage> messages_;
  std::span<const char> file_texts_;
  std::vector<uint64_t> amounts_, own_amounts_, entries_of_kind_;
  uint64_t size_ = 0;
  std::string pack_, image_;
};

// Where an exhibit's index lies in a folder of them.
inline std::string index_path(const std::string& folder, const std::string& exhibit) {
  return folder + "/" + exhibit + ".index";
}

// Makes the index of every source that has none, a damaged one, or one of another pack; several at a time, as memory
// allows. The same pack gives the same bytes, whenever its index is made. An index appears whole, and its checksum
// tells what a power cut left; whoever relies on it afterwards without looking at that syncs it first. Returns the
// paths of those that were made. `temporary` for DuckDB's spill.
std::vector<std::string> make_indexes(const std::vector<Source>& sources, const std::string& temporary,
                                      const Limits& limits, unsigned threads);
// The same in this thread, with a database that is open already.
std::vector<std::string> make_indexes(const std::vector<Source>& sources, pack::Database& database);
// Returns when the files are on the disk.
void sync_indexes(const std::vector<std::string>& paths);

// Of sources whose indexes are made; in their order.
std::vector<Index> open_indexes(const std::vector<Source>& sources);

}  // namespace weft::link
