// The lists that an examiner gives to an extraction: terms and YARA rules to look for, stop lists to set aside. Read
// once; what is used is copied into the case, CASE/lists/SHA256/NAME, so that workers, later runs and `verify` read the
// same bytes whatever becomes of the file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "extract/case.h"
#include "pack/pack.h"
#include "scan/lists.h"

namespace weft::extract {

class Lists {
 public:
  struct Paths {
    std::vector<std::string> words, rules, stop;
  };

  Lists() = default;
  // Reads the files; Error when one cannot be read. The same file given twice counts once.
  explicit Lists(const Paths& paths);
  // Those that the case keeps of what a pack was made with; Error when one is gone or changed.
  static Lists kept(const Case& in, const std::vector<pack::UsedList>& used);

  // Error with file and line when one is not what it should be. Counts what they hold and makes the stop list.
  void check();
  // What is looked for.
  scan::Lists searched() const;
  // Null when none is given; made by check().
  const pack::StopList* stop() const { return stop_.empty() ? nullptr : &stop_; }

  // Copies them into the case; returns the copies.
  Lists keep(const Case& in) const;
  Paths paths() const;
  bool empty() const { return all_.empty(); }
  std::vector<pack::UsedList> used() const;              // for the manifest
  std::map<std::string, std::string> log_lines() const;  // for the custody log
  std::vector<std::string> what_rows_depend_on() const;  // of what is looked for: names and hashes
  // True when the pack was made with these very lists.
  bool are(const std::vector<pack::UsedList>& of_pack) const;

 private:
  struct One {
    std::string kind, path, text, sha256;
    uint64_t terms = 0;
    std::string name() const;
  };
  void add(const std::string& kind, const std::string& path);

  std::vector<One> all_;
  pack::StopList stop_;
};

}  // namespace weft::extract
