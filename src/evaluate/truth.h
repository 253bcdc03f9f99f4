// What is true about a made case: the file that tools/scenario writes beside its images.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weft::evaluate {

using PairOf = std::pair<std::string, std::string>;  // labels, the smaller first
PairOf pair_of(std::string a, std::string b);

struct TruePair {
  uint64_t strength = 0;        // independent reasons
  uint64_t planted = 0;         // how many were meant, for planted ones; 0 for others
  std::set<std::string> links;  // planted, same owner, messages, stick, owner known there
};

// Where a planted thing is. `offset` is exact for what lies plainly on the image, and that of the outermost layer for
// what does not.
struct PlantedPlace {
  std::string exhibit, file, layer;
  std::optional<uint64_t> offset;
};

struct Item {
  std::string reason, kind, value, layer;
  std::vector<PlantedPlace> places;
};

struct Truth {
  std::vector<std::string> exhibits;         // in order
  std::map<std::string, std::string> owner;  // exhibit -> primary account, where there is one
  std::map<std::string, std::set<std::string>>
      addresses;                     // owner -> all e-mail addresses of that person, small letters
  std::map<PairOf, TruePair> pairs;  // those linked
  std::set<PairOf> acquainted;       // not linked, but the owner of one wrote to or of the other's
  std::vector<Item> items;
  std::map<std::string, std::set<PairOf>> decoys;   // class -> pairs that share an innocent thing, and nothing else
  std::vector<std::vector<std::string>> groups;     // people who deal with each other, as planned
  std::set<std::string> noise_files, noise_values;  // SHA-256 and values (lower case) of what was put there as noise
};

// Error when it cannot be read or is no truth file.
Truth read_truth(const std::string& path);

}  // namespace weft::evaluate
