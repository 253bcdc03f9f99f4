// Search: one term over everything that packs hold as text, and who holds a given value. Reads packs only; asks DuckDB,
// which reads the columns it needs and no more. One thread at a time; Error when a pack cannot be read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pack/database.h"

namespace weft::review {

// What was recorded of an exhibit when it was taken in (custodian, note, …); searched beside its pack.
struct Recorded {
  std::string exhibit, name, value;
};

struct SearchOptions {
  std::string term;       // found anywhere in a text, whatever the case of letters; numbers also as values hold them
  bool exact = false;     // instead: the whole text equals the term, letter by letter
  std::string kind;       // features of this kind only, and nothing but features; empty: everything
  std::string exhibit;    // this exhibit only; empty: all
  uint64_t limit = 1000;  // hits to return
  std::vector<Recorded> recorded;
};

struct SearchHit {
  std::string exhibit;
  std::string table;  // recorded, exhibit, volume, file, feature, problem
  std::string kind;   // of the feature or file; for others which of their columns it was
  std::string text;   // the text it was found in
  std::optional<uint64_t> offset;
  std::string path;      // decoding path, where there is one
  std::string file;      // file it lies in
  bool stopped = false;  // a feature that a stop list sets aside
};

struct SearchResult {
  std::vector<SearchHit> hits;  // by table in the order above, then by exhibit, offset, path, text: always the same
  bool more = false;            // there are more than limit
};

// The packs are attached to the database. An empty term finds nothing.
SearchResult search(pack::Database& database, const SearchOptions& options);

// An exhibit that holds a value, how often, and where first.
struct Holder {
  std::string exhibit, kind;
  uint64_t count = 0;
  std::optional<uint64_t> offset;
  std::string path, file;
};
// Exhibits with a feature of exactly this value, or with a file whose SHA-256 or MD5 it is. kind may be empty. Most
// first, then by exhibit and kind.
std::vector<Holder> who_has(pack::Database& database, std::string_view value, std::string_view kind = {});

}  // namespace weft::review
