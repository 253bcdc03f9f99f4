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

// A setting of an INI-like file: [section] and key = value.
struct Setting {
  std::string_view section, key, value;  // trimmed, the value without quotes around it
  uint64_t begin = 0;                    // of the line, in the text
};
// Calls each(setting) for one after the other; comments (# and ;) and lines that are none are skipped.
template <class Each>
void each_setting(std::string_view text, Each each);

// Without blanks and tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);
// Without one pair of " or ' around it.
std::string_view unquoted(std::string_view text);
// At most this many bytes, cut between two signs of UTF-8.
std::string beginning(std::string_view text, size_t most);
// Appends a line, or the first one.
void add_line(std::string& to, std::string_view line);
// An XML name without its namespace: "w:author", "author".
std::string_view local_name(std::string_view name);

template <class Each>
void each_setting(std::string_view text, Each each) {
  std::string_view section;
  for (Line line : Lines(text)) {
    std::string_view all = trim(line.text);
    if (all.empty() || all[0] == '#' || all[0] == ';') continue;
    size_t equals = all.find('=');
    if (all[0] == '[')
      section = trim(all.substr(1, all.rfind(']') - 1));  // npos: to the end
    else if (equals != std::string_view::npos)
      each(Setting{section, trim(all.substr(0, equals)), unquoted(trim(all.substr(equals + 1))), line.begin});
  }
}

}  // namespace weft::artefacts
