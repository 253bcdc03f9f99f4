// The examiner's terms: features of kind `word`. Each term is looked for in UTF-8, UTF-16 and the legacy code pages of
// its script, in any case of letters, with the patterns of the scanners in one pass. Immutable; any thread.
//
// A list is UTF-8, one term a line; blank lines and lines that begin with # do not count. A term is found as a whole
// word; with a * at an end it may go on there.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scan/code_page.h"
#include "scan/lists.h"
#include "scan/scanner.h"

namespace weft::scan {

inline constexpr std::string_view words_name = "words";  // as if it were a scanner's

class Words {
 public:
  // Error with file and line when a list is not one.
  explicit Words(std::span<const ListFile> files);
  size_t terms() const { return terms_.size(); }
  // Each term once for each of its different forms in bytes; Pattern::id is the number of the form.
  std::span<const Pattern> patterns() const { return patterns_; }

  struct Found {
    std::string_view term, encoding;  // as in the list; live as long as the Words
    size_t begin = 0, end = 0;        // in the text
    std::string shown;                // it and what stands around it, as text; empty where the bytes are that already
  };
  // What the match is; nothing when it is part of a longer word. origin: where text[0] lies in the source, which tells
  // UTF-16 that reads both ways.
  std::optional<Found> judge(std::string_view text, uint64_t origin, const Hit& hit) const;

 private:
  struct Term {
    std::string line, core;           // with and without the marks at its ends
    bool whole_before, whole_behind;  // no letter may stand there
  };
  enum class Coding { utf8, utf16le, utf16be, page };
  using Signs = std::vector<std::vector<std::string>>;  // of a term, in order: the bytes that each may be
  struct Form {
    size_t term = 0;
    Coding coding = Coding::utf8;
    const CodePage* page = nullptr;
    Signs signs;
  };

  void add(const std::string& line, const std::string& where);
  void add_forms(size_t term, std::u32string_view core);
  void add_form(Form form);
  static std::optional<size_t> begin_of(std::string_view text, size_t end, const Form& form);
  bool stands_alone(std::string_view text, size_t begin, size_t end, const Form& form) const;
  bool reads_better_the_other_way(std::string_view text, uint64_t origin, size_t begin, size_t end, size_t form) const;
  std::string shown(std::string_view text, size_t begin, size_t end, const Form& form) const;

  const std::vector<CodePage> pages_ = code_pages();
  std::deque<Term> terms_;
  std::vector<Form> forms_;
  std::deque<std::string> regexes_;
  std::vector<Pattern> patterns_;
};

}  // namespace weft::scan
