// What the examiner gives besides the built-in scanners: files of terms and of YARA rules, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::scan {

inline constexpr std::string_view word_kind = "word", yara_kind = "yara";  // of the features they give

struct ListFile {
  std::string name;  // as messages call it; of rules, its last part without the ending is their namespace
  std::string text;
};

struct Lists {
  std::vector<ListFile> words, rules;
};

}  // namespace weft::scan
