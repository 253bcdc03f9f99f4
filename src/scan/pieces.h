// Pieces of a text that are each shown to scanners alone: runs of UTF-16, columns of database rows. Private to the
// engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::scan {

enum class Coding : uint8_t { utf8, utf16le, utf16be, none };  // none: scanners are to see nothing in it

// As one UTF-8 text with a NUL byte before and behind each, and the way back to the source.
class Pieces {
 public:
  struct Piece {
    size_t begin = 0, end = 0;  // in text()
    size_t source = 0;          // where it begins in the source bytes
    Coding coding = Coding::utf8;
    size_t first_mark = 0;  // of UTF-16: its first entry in marks_
  };

  // In order, not overlapping.
  void add(Bytes bytes, size_t begin, size_t end, Coding coding);
  void clear();
  std::string_view text() const { return text_; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  // The piece with the NUL behind it: patterns that look at what follows a match take it in.
  std::string_view of(const Piece& piece) const { return text().substr(piece.begin, piece.end + 1 - piece.begin); }
  // The piece that holds text()[end - size, end), where the last of these bytes may be the NUL behind it; or null.
  const Piece* holding(size_t end, size_t size) const;
  // Where in the source the character at position (of text(), inside or just behind the piece) begins.
  size_t source(const Piece& piece, size_t position) const;

 private:
  struct Mark {
    size_t text, source;
  };
  std::string text_ = std::string(1, '\0');
  std::vector<Piece> pieces_;
  std::vector<Mark> marks_;  // of UTF-16: one for each stretch of text, so that source() walks a short way only
};

}  // namespace weft::scan
