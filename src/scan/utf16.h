// UTF-16 text in raw bytes, found and turned into UTF-8. Private to the engine.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace weft::scan {

// A stretch of UTF-16 text.
struct Utf16Run {
  size_t begin = 0, end = 0;  // in the source bytes
  bool big_endian = false;
};

// All runs of at least 5 characters, in order, not overlapping. offset is where bytes[0] is in the source: with nothing
// else to go by, code units are taken to lie at even offsets of the source.
std::vector<Utf16Run> find_utf16(Bytes bytes, uint64_t offset);

// Runs as one UTF-8 text with a NUL byte before and behind each, and the way back to the source.
class Utf16Text {
 public:
  struct Piece {
    size_t begin = 0, end = 0;  // in text()
    Utf16Run run;
    size_t first_mark = 0;  // its first entry in marks_
  };

  void add(Bytes bytes, const Utf16Run& run);
  void clear();
  std::string_view text() const { return text_; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  // The piece with the NUL behind it: patterns that look at what follows a match take it in.
  std::string_view of(const Piece& piece) const { return text().substr(piece.begin, piece.end + 1 - piece.begin); }
  // Where in the source the character at position (of text(), inside or just behind the piece) begins.
  size_t source(const Piece& piece, size_t position) const;

 private:
  struct Mark {
    size_t text, source;
  };
  std::string text_ = std::string(1, '\0');
  std::vector<Piece> pieces_;
  std::vector<Mark> marks_;  // one for each stretch of text, so that source() walks a short way only
};

}  // namespace weft::scan
