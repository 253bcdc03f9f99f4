// Stop lists: values that the examiner knows and that shall tie nothing together, in some contexts or in all. What is
// on one stays in the pack, with a mark. A list is UTF-8 text, one entry a line:
//
//   value                the value, wherever it stands
//   value<TAB>context    where the feature's context is that, or holds it
//
// Both in the form in which Weft exports them. Every line that is not empty is an entry: values may begin with any
// sign.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pack/database.h"

namespace weft::pack {

class StopList {
 public:
  // Adds the entries of a list and returns how many they are. name: as messages call it; Error with name and line when
  // it is no such list.
  uint64_t add(const std::string& name, std::string_view text);
  bool empty() const { return entries_.empty(); }
  bool holds(std::string_view value, std::string_view context) const;

 private:
  struct Entry {
    bool everywhere = false;
    std::set<size_t> sizes;  // of contexts
    std::set<std::string, std::less<>> contexts;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
};

// Writes the features of the attached packs as a stop list, line by line, each entry once and in order. Features
// without context are left out, since their entry would hold everywhere; how many is returned.
uint64_t write_stop_list(Database& database, const std::function<void(std::string_view)>& line);

}  // namespace weft::pack
