// What a scanner and a decoder are. Each is one const value in one file of scanners/ or decoders/, listed by one line
// in scanners/list.inc or decoders/list.inc: no base class, no state, no phases.
//
// The engine runs all patterns in one Hyperscan pass over a page and collects hits; afterwards it calls on_hit for
// each, in order of where the match ends. Hyperscan reports only where a match *ends* (it reports several ends for one
// repeat), so a scanner's on_hit finds the start itself, extends, validates, and gives what it found to the sink.
// What no pattern can tell (a relation between bytes, a place in a grid) is looked for by on_text, in the whole text.
// A scanner sees UTF-8/ASCII text only: UTF-16 runs are turned into UTF-8 by the engine, which maps positions back.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/watch.h"
#include "model/limits.h"

namespace weft::scan {

struct Pattern {
  const char* regex;   // Hyperscan syntax; bounded repeats only
  unsigned flags = 0;  // of the ones below
  uint32_t id = 0;     // the scanner's own number, given back in Hit
};
inline constexpr unsigned caseless = 1;   // HS_FLAG_CASELESS
inline constexpr unsigned dotall = 2;     // HS_FLAG_DOTALL
inline constexpr unsigned first_end = 4;  // ours: of matches whose ends follow each other byte by byte, only the first

struct Hit {
  size_t end = 0;        // just behind the last byte of the match, in text
  uint32_t pattern = 0;  // Pattern::id
};

// Where a scanner puts what it found.
class Sink {
 public:
  virtual ~Sink() = default;
  // text[begin, end) is the feature as it stands; value is its canonical form, in UTF-8. A secret value (a card number)
  // passes the masked form as value and the full one as secret. The engine drops features that do not start in the page
  // proper, and the same (kind, begin, end) twice.
  virtual void feature(std::string_view kind, std::string value, size_t begin, size_t end,
                       std::string_view secret = {}) = 0;
};

struct Example {
  std::string_view text;   // bytes a scanner is shown, alone in a page
  std::string_view kind;   // the one feature that must come out …
  std::string_view value;  // … or, when value is empty, none of that kind may
};

struct Scanner {
  std::string_view name;
  std::string_view finds;  // one line for docs: kinds and what they are
  std::span<const std::string_view> kinds;
  std::span<const Pattern> patterns;
  // text is the page with its margins. Anything may be looked at; nothing may be kept. hit.end >= previous hit.end.
  // `from` is the end of this scanner's last feature in this text: hits inside it can be skipped cheaply.
  void (*on_hit)(std::string_view text, const Hit& hit, size_t from, Sink& sink);
  std::span<const Example> examples;
  // How far before and behind the end of the match on_hit may look, at most; not more than the margins of Limits.
  size_t reach_before = 1024, reach_behind = 1024;
  // For what no pattern can tell: called once for each text (a page, a layer), before its hits. Features start in
  // [begin, end). It must cost next to nothing on ordinary bytes: all of them pass by here.
  void (*on_text)(std::string_view text, size_t begin, size_t end, Sink& sink) = nullptr;
};

// Whether it finds structures of bytes, which may hold fields themselves (scan/fields.h): they are looked for in the
// text as it stands. Such kinds begin alike (docs/decisions/0006).
inline bool finds_structures(const Scanner& scanner) {
  return scanner.kinds.front().starts_with("carved_");
}

// What a decoder produced.
class Decoded {
 public:
  virtual ~Decoded() = default;
  // Bytes of the layer, to be scanned in turn. consumed: how many input bytes from `begin` on they came from. Several
  // calls are several layers (a zip member each). Returns false when a limit is reached: stop decoding.
  virtual bool layer(std::string_view name, size_t begin, size_t consumed, std::vector<uint8_t> bytes) = 0;
  // The layer just given broke, and it is seen late where a stream breaks: what begins from there on is tried, too.
  virtual void broken(size_t from) = 0;
  // The layer just given says all that [begin, end) says: what scanners and decoders find there themselves are pieces
  // of it, and left out, if the layer was read.
  virtual void says_all(size_t begin, size_t end) = 0;
  // The same of a layer that may be no more than a likeness: if something was found in it.
  virtual void says_all_if_found(size_t begin, size_t end) = 0;
  // For a decoder whose hit does not lie in its stream: whether another layer says all of that, which stands there. If
  // so, no layer of it is wanted.
  virtual bool is_said(size_t at) = 0;
  // The stream that begins here goes on behind the bytes at hand, or unpacks to more than there is room for; `name` is
  // its layer's. True: it is read on as a whole, by the caller of the scan, and no layer of it is wanted.
  virtual bool goes_on(std::string_view name, size_t begin, size_t consumed) = 0;
  // Something is there but cannot be decoded (encrypted member, unsupported method, checksum wrong, cut short).
  virtual void problem(size_t begin, std::string what) = 0;
  // A document begins here. What is wrong with a document as a whole is told once of each, however often it is met in
  // it and in its layers: where it is met first. (A document longer than a page: once a page.)
  virtual void document(size_t begin) = 0;
  // It ends there, and the layer just given is what it says: what other decoders cannot read of it is no loss.
  virtual void document_read(size_t end) = 0;
  virtual void problem_of_document(size_t begin, std::string what) = 0;
  // What begins here came to nothing, and so many bytes of it were unpacked to see that. A page may be full of such
  // beginnings: when a decoder has had Limits::decoded_vain of them, those that stand close together are left off.
  virtual void in_vain(size_t begin, size_t unpacked) = 0;
  // Whether an address says that a layer begins there: then it need not be told again by what stood in front.
  virtual bool is_known(size_t begin) const = 0;
  // How many bytes may still be produced.
  virtual size_t room() const = 0;
};

struct Decoder {
  std::string_view name;     // as in the path, upper case: GZIP
  std::string_view decodes;  // one line for docs
  std::span<const Pattern> patterns;
  void (*on_hit)(Bytes bytes, const Hit& hit, size_t from, Decoded& out);
  // As of a scanner: streams that begin in [begin, end).
  void (*on_text)(Bytes bytes, size_t begin, size_t end, Decoded& out) = nullptr;
};

std::span<const Scanner* const> scanners();
std::span<const Decoder* const> decoders();

}  // namespace weft::scan
