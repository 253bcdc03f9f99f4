// The examiner's YARA rules: features of kind `yara`, one for each place where a string of a rule that holds stands.
//
// A rule is decided over each text by itself: a content file, a page of what lies between files, a decoded layer.
// YaraRules is immutable and shared by all threads; a YaraScan belongs to one thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scan/lists.h"

namespace weft::scan {

class YaraRules {
 public:
  // Error with file and line when one does not compile, includes a file, or imports a module that depends on more than
  // the bytes scanned.
  explicit YaraRules(std::span<const ListFile> files);
  ~YaraRules();
  size_t rules() const;

 private:
  friend class YaraScan;
  struct State;
  std::unique_ptr<State> state_;
};

class YaraScan {
 public:
  // The rules outlive it. seconds: of one text; then it is left off.
  YaraScan(const YaraRules& rules, uint64_t seconds);
  ~YaraScan();

  // "namespace:rule $string" and where it stands in the text. A rule that holds without showing a string is found once,
  // as "namespace:rule", at begin == end == 0.
  using Found = std::function<void(std::string value, size_t begin, size_t end)>;
  // Matches that begin in [begin, end) of the text. Returns what went wrong, in words.
  std::vector<std::string> scan(std::string_view text, size_t begin, size_t end, const Found& found);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weft::scan
