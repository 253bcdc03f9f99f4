// What the engine holds of a text it scans, and of each depth of texts in texts. Private to the engine.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "scan/engine.h"
#include "scan/fields.h"
#include "scan/layers.h"
#include "scan/pieces.h"
#include "scan/stretches.h"

namespace weft::scan {

// What is being scanned: a page, or a layer.
struct Text {
  std::string_view bytes;
  size_t begin = 0, end = 0;  // features and layers start in here
  uint64_t offset = 0;        // page: of bytes[0] in the source; layer: start of the outermost layer
  uint64_t source_end = 0;    // layer: end of the outermost layer
  std::string layers;         // layer: "-GZIP-0-ZIP-"; page: ""
  std::string item;           // how the watch knows it
  bool said = false;          // by another layer
  uint32_t depth = 0;
  uint64_t number = 0;  // of the texts of a page

  bool is_page() const { return depth == 0; }
  uint64_t source(size_t position) const { return is_page() ? offset + position : offset; }
  std::string path(size_t position) const { return is_page() ? std::string() : layers + std::to_string(position); }
};

struct Item {
  Found found;
  size_t begin = 0, end = 0;  // in the text
  uint64_t text = 0;          // its number in the page: of one text, those that begin earlier come earlier
};

// A document that begins in a text, and reaches to the next.
struct Document {
  size_t begin = 0;
  bool is_read = false;           // as a whole
  std::vector<std::string> told;  // problems of it
};

// Where a secret stands in its text. Also one that belongs to a neighbouring page.
struct Secret {
  size_t begin, end;
};

// What one depth of the recursion holds: hits by owner, and where each owner stands in the text.
struct Level {
  std::vector<std::vector<Hit>> hits;  // by owner
  std::vector<uint64_t> with_hits;     // owners that have some, a bit each: most small layers hit few
  std::vector<size_t> from;            // by owner: end of its last feature or layer
  std::vector<size_t> reached;         // by owner: how far its layers came, broken ones, too
  std::vector<bool> aside;             // by owner: set aside for this text
  std::unordered_set<size_t> begins;   // of layers found in this text, by decoder: a stream is decoded once
  Pieces utf16;
  Fields fields;                    // values that touch what stands beside them
  Pieces shown;                     // of them, some at a time:
  size_t next_field = 0;            // the first that was not matched yet
  std::vector<size_t> from_fields;  // by owner: end of its last feature in those
  size_t filed = 0;                 // hits in the lists
  std::vector<Item> waiting;        // not settled yet
  std::vector<Secret> secrets;      // of the whole text
  Stretches said;                   // where a layer says all
  bool all_said = false;            // the text itself lies in such a place
  std::vector<Document> documents;  // in order
  size_t reading = 0;               // where the layer at hand begins
  bool layer_gave = false;          // something was found in the layer given last, or in layers of it
  bool hit_is_said = false;         // the hit at hand lies where a layer says all: so do layers it leads to

  void reset(size_t owners) {
    hits.resize(owners);
    with_hits.resize((owners + 63) / 64);
    each_with_hits([&](size_t owner) { hits[owner].clear(); });
    from.assign(owners, 0);
    reached.assign(owners, 0);
    aside.assign(owners, false);
    // To clear a table costs its size, not what is in it; and a large text may be followed by a million small ones.
    constexpr size_t small_table = 64;
    if (begins.bucket_count() > small_table)
      begins = {};
    else if (!begins.empty())
      begins.clear();
    utf16.clear(), fields.clear();
    filed = 0, reading = 0, next_field = 0;
    all_said = hit_is_said = layer_gave = false;
    documents.clear(), waiting.clear(), secrets.clear(), said.clear();
  }
  void file(size_t owner, const Hit& hit) {
    hits[owner].push_back(hit);
    with_hits[owner / 64] |= uint64_t(1) << owner % 64;
    ++filed;
  }
  // In order. None has hits afterwards: each(owner) clears them.
  template <class Each>
  void each_with_hits(Each each) {
    for (size_t i = 0; i < with_hits.size(); ++i)
      for (uint64_t& left = with_hits[i]; left != 0; left &= left - 1) each(i * 64 + size_t(std::countr_zero(left)));
  }
};

// What a decoder did in vain on the page at hand.
struct Vain {
  uint64_t bytes = 0;
  uint64_t text = UINT64_MAX;  // of its last hit, which ended at:
  size_t end = 0;
  uint64_t left_off = 0, first_offset = 0;  // hits, and where the first of them was
  std::string first_layers;
};

inline bool before(const Item& a, const Item& b) {
  if (a.found.offset != b.found.offset) return a.found.offset < b.found.offset;
  // The paths of one text differ in their last number alone.
  if (a.text == b.text) {
    if (a.begin != b.begin) return a.begin < b.begin;
  } else if (int order = compare_layers(a.found.layers, b.found.layers)) {
    return order < 0;
  }
  if (int order = a.found.kind.compare(b.found.kind)) return order < 0;
  if (int order = a.found.value.compare(b.found.value)) return order < 0;
  if (a.end != b.end) return a.end > b.end;
  if (int order = a.found.encoding.compare(b.found.encoding)) return order < 0;
  if (int order = a.found.scanner.compare(b.found.scanner)) return order < 0;
  return a.found.secret < b.found.secret;
}

// Of the examiner's terms and rules several may stand at one place.
inline bool same_place(const Item& a, const Item& b) {
  return a.found.offset == b.found.offset && a.begin == b.begin && a.end == b.end && a.found.kind == b.found.kind &&
         (a.text == b.text || a.found.layers == b.found.layers) &&
         (a.found.value == b.found.value || (a.found.kind != word_kind && a.found.kind != yara_kind));
}

}  // namespace weft::scan
