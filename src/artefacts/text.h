// Text as files of settings hold it: lines, blanks, quotes. Views into the caller's bytes; offsets stay known.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::artefacts {

struct Line {
  std::string_view text;  // without its end, LF or CR LF
  uint64_t begin = 0;     // of its first byte, in the text
};

// The lines of a text, one by one: for (Line line : Lines(text)).
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  class Iterator {
   public:
    Iterator(std::string_view text, size_t begin) : text_(text), begin_(begin) { find_end(); }
    Line operator*() const {
      std::string_view line = text_.substr(begin_, end_ - begin_);
      if (line.ends_with('\r')) line.remove_suffix(1);
      return {line, begin_};
    }
    Iterator& operator++() {
      begin_ = std::min(end_ + 1, text_.size());
      find_end();
      return *this;
    }
    bool operator!=(const Iterator& other) const { return begin_ != other.begin_; }

   private:
    void find_end() { end_ = std::min(text_.find('\n', begin_), text_.size()); }
    std::string_view text_;
    size_t begin_, end_ = 0;
  };
  Iterator begin() const { return {text_, 0}; }
  Iterator end() const { return {text_, text_.size()}; }

 private:
  std::string_view text_;
};

// Without blanks and tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);
// Without one pair of " or ' around it.
std::string_view unquoted(std::string_view text);
// At most this many bytes, cut between two signs of UTF-8.
std::string beginning(std::string_view text, size_t most);
// Appends a line, or the first one.
void add_line(std::string& to, std::string_view line);

}  // namespace weft::artefacts
