// What a parser is: one const value in one file of parsers/, listed by one line in parsers/list.inc. No base class, no
// state, no phases. A parser sees one file's bytes and gives rows: records (the nouns of model/rows.h), and selectors,
// which are the values in them that can tie exhibits together.
//
// A parser is given whatever lies where such a file usually lies, deleted and half overwritten files included. So it
// never throws over bytes, never trusts a count from the file, gives no more rows than the file has bytes, and says
// with problem() what it could not read; what it could read stands.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "model/rows.h"

namespace weft::artefacts {

// Where a row begins: an offset in the file, and the layers from there on ("-ZIP-0": what the zip member whose header
// lies there unpacks to), as in a decoding path.
struct At {
  uint64_t offset = 0;
  std::string layers = {};
};

// One file, as a parser sees it. Looks at memory of the caller, for as long as the call lasts.
struct File {
  std::string_view path;  // from the volume's root, '/' between names
  std::string_view type;  // MIME type by content
  Bytes content;          // the whole of it, or its first Limits::parsed_file bytes
  uint64_t size = 0;      // of the whole
  // The content of the file beside it whose name is this one's and a suffix ("-wal"): only suffixes that the parser
  // lists in `siblings`; nothing when there is none.
  std::function<std::optional<std::vector<uint8_t>>(std::string_view suffix)> sibling;

  std::string_view text() const { return as_text(content); }
  std::string_view name() const { return path.substr(path.rfind('/') + 1); }  // npos + 1 is 0
  std::string_view folder() const { return path.substr(0, path.size() - std::min(path.size(), name().size() + 1)); }
};

// What a parser gives. exhibit, file, file_id, parser, and what stands in front of `offset` and `path`, are filled in
// by whoever asked.
class Rows {
 public:
  struct Problem {
    At at;
    std::string what;
  };

  // Takes as many records and selectors together as the file has bytes, and of text in them what such a file gives at
  // the most; what follows is dropped, and a problem says so.
  explicit Rows(uint64_t file_size);

  template <class Row>
  void record(const At& at, Row row) {
    if (!room(at, text_in(row))) return;
    row.offset = at.offset, row.path = at.layers;
    std::get<std::vector<Row>>(records_).push_back(std::move(row));
  }
  // kind and role are names of kinds.h; value is in the kind's canonical form, and an empty one is no selector.
  // context: what the record calls it (the name beside an address); its first 400 bytes are kept, the record has it
  // all.
  void selector(At at, std::string_view kind, std::string value, std::string_view role, std::string_view context = {});
  void problem(At at, std::string what) { problems_.push_back({std::move(at), std::move(what)}); }
  // What is there and is not kept whole, for its size or number: one problem for all that is cut in the same way, where
  // the first is. what: a literal.
  void cut(const At& at, std::string_view what);

  RecordLists& records() { return records_; }
  std::vector<FeatureRow>& selectors() { return selectors_; }
  std::vector<Problem>& problems();  // with what was cut
  // Nothing more is taken: whoever has much left to read may stop.
  bool full() const { return rows_left_ == 0; }

 private:
  template <class Row>
  static uint64_t text_in(const Row& row) {
    uint64_t out = 0;
    const auto add = [&](const auto& value) {
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) out += value.size();
    };
    std::apply([&](const auto&... column) { (add(row.*column.member), ...); }, columns_of<Row>);
    return out;
  }
  bool room(const At& at, uint64_t text);

  uint64_t rows_left_, text_left_;
  RecordLists records_;
  std::vector<FeatureRow> selectors_;
  std::vector<Problem> problems_;
  struct Cut {
    At first;
    std::string_view what;
    uint64_t count;
  };
  std::vector<Cut> cuts_;
};

// A file that a parser is shown by the generic test, and what must come out of it.
struct Sample {
  std::string_view path;
  std::string_view content;
  std::string_view kind, value, role;  // one of the selectors; kind empty: no row at all may come out
};

struct Parser {
  std::string_view name;
  std::string_view reads;      // one line for docs: which files, which nouns
  std::string_view reference;  // where the format is written down, and which versions of it are known
  // The files it takes: any of these is enough. Paths are matched from their end, name by name, any case of ASCII;
  // '*' is any run of signs inside a name: "etc/passwd", "*.eml", "Mail/*/cur/*".
  std::span<const std::string_view> paths;
  std::span<const std::string_view> types;   // MIME types
  std::span<const std::string_view> magics;  // bytes at the very beginning
  void (*parse)(const File& file, Rows& rows);
  std::span<const std::string_view> kinds;  // of the selectors it gives
  std::span<const Sample> samples;
  std::span<const std::string_view> evidence = {};  // real files to test it on, below WEFT_EVIDENCE
  std::span<const std::string_view> siblings = {};  // suffixes of files it asks for
  // Of these files, those it wants to see; nullptr: all. Who reads every text looks here, before any is read.
  bool (*wants)(std::string_view path, uint64_t size) = nullptr;
};

std::span<const Parser* const> parsers();

}  // namespace weft::artefacts
