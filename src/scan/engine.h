// The page engine: one Hyperscan pass for all patterns, UTF-16 runs turned into text, layers decoded and scanned in
// turn.
//
// Rules is immutable and shared by all threads; a Scan belongs to one thread and owns its scratch and buffers.
// A feature belongs to the page in which it starts. Same bytes, same result, whatever the thread or the order of pages.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/watch.h"
#include "model/limits.h"
#include "scan/lists.h"
#include "scan/scanner.h"

namespace weft::scan {

// The compiled patterns of all scanners and decoders, and what the examiner's lists add. Compiling takes some 100 ms,
// and for a thousand terms some seconds. Throws Error.
class Rules {
 public:
  explicit Rules(const Lists& lists = {});  // with all scanners and decoders
  Rules(std::span<const Scanner* const> scanners, std::span<const Decoder* const> decoders, const Lists& lists = {});
  ~Rules();
  Rules(Rules&&) noexcept;

 private:
  friend class Scan;
  friend class PatternPass;  // of unpack()
  struct State;
  std::unique_ptr<State> state_;
};

// A page of a source (the image, or one file's content).
struct Page {
  Bytes bytes;                // page with margins
  size_t begin = 0, end = 0;  // the page proper within bytes
  uint64_t offset = 0;        // where bytes[0] is in the source
  // Whether the caller reads on a stream that begins there in the source, in the page proper; none: reads none on.
  std::function<bool(uint64_t)> reads_on = {};
};

struct Found {
  std::string_view kind;  // points into the scanner: lives for ever
  std::string_view scanner;
  std::string_view encoding;  // utf-8, utf-16le, utf-16be; of a word also a code page; of a YARA string none
  std::string value, secret, context;
  uint64_t offset = 0;      // in the source: first byte, or start of the outermost layer
  uint64_t source_end = 0;  // in the source: just behind the last byte (of the outermost layer, if decoded)
  std::string layers;       // "" for plain bytes, else "-GZIP-512", "-ZIP-0-BASE64-17", …
};

struct ScanProblem {
  uint64_t offset = 0;
  std::string layers, what;
};

struct Results {
  std::vector<Found> features;  // ordered by (offset, layers by value of the numbers, kind, value)
  std::vector<ScanProblem> problems;
  void clear() { features.clear(), problems.clear(); }
};

// A stream that can be read on (scan/long_stream.h).
struct GoingOn {
  std::string layer;    // its name
  uint64_t offset = 0;  // in the source
};
bool reads_on_all(uint64_t offset);  // for Page::reads_on

// Takes what was found so far, when it is much and at the end of the page; it is gone afterwards. A page may hold more
// than memory does: a small archive of addresses unpacks to millions.
using Drain = std::function<void(Results&)>;

class Scan {
 public:
  Scan(const Rules& rules, const Limits& limits);
  ~Scan();
  // Appends what the page holds to results. Announces "page OFFSET", "OFFSET-GZIP…", "page OFFSET scanner NAME" to
  // watch before touching them; what is set aside becomes a problem and everything else goes on. name is put in front
  // of those items ("file 12 " for a file's content) so that they are unique in the exhibit.
  void page(const Page& page, std::string_view name, Watch& watch, Results& results);
  // The same, handed over in portions, each ordered in itself.
  void page(const Page& page, std::string_view name, Watch& watch, const Drain& drain);
  // How many bytes the layers of the last page held: what it cost stands to these, too.
  uint64_t decoded() const;
  // Streams that begin in the last page proper and go on behind what was shown, or unpack to more than the limit, in
  // order. Nothing of them was scanned where the caller reads on, else as much as there was.
  const std::vector<GoingOn>& goes_on() const;

 private:
  void scan(const Page& page, std::string_view name, Watch& watch, Results& results);
  struct State;
  std::unique_ptr<State> state_;
};

// Unpacks the layers of a path ("73400320-GZIP-512-ZIP-0") again, for `weft show`: the bytes of the innermost layer.
// root is a stretch of the source that starts at the first number of the path. Throws Error when it does not lead
// there.
struct Layer {
  std::vector<uint8_t> bytes;
  uint64_t offset = 0;  // the last number of the path: where in bytes the address points
};
Layer unpack(Bytes root, std::string_view layers, const Limits& limits);

}  // namespace weft::scan
