// From posting lists to scored pairs of exhibits, on plain structs: no database, no files, no strings but the values.
// Deterministic: everything is ordered by numbers that the caller gave out in order of name.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "link/kinds.h"
#include "link/large_array.h"
#include "link/owners.h"
#include "link/score.h"

namespace weft::link {

// What surrounds a value, as far as it bears on how private it is.
enum class Setting : uint8_t { record, mail, file, deleted, unallocated, fetched, cache };

// Where a selector lies on an exhibit.
struct Place {
  uint32_t container = 0;    // content of the file, or the message; equal content has equal numbers everywhere. 0: none
  uint32_t file = 0;         // number of the file, of its own on each exhibit; 0 in unallocated space
  uint32_t sender = 0;       // of the message it lies in, unless that is the exhibit's own account; 0: none
  uint32_t list = 0;         // list or mass mailing the message came through; 0: none
  uint32_t folder = 0;       // of a file that is the selector itself; 0 for others
  bool from_owner = false;   // the sender is the first account of an exhibit of the case
  bool of_document = false;  // signature of a text that is its file's only one: no mailbox, no message in one
  bool remnant = false;      // in no file, or in a deleted one
  Setting setting = Setting::file;
  uint64_t position = 0;  // in the file, or on the image
  uint64_t twin = 0;      // equal where the same content has the same path, or lies at the same offset of the image
};

// An exhibit that holds a selector.
struct Posting {
  uint32_t exhibit = 0;
  uint32_t first_place = 0, places = 0;  // in Case::places
  bool counts = true;                    // false: only in places that say nothing of this exhibit
  Standing standing = Standing::one_of_many;
};

struct Selector {
  const Kind* kind = nullptr;
  std::string value;                         // as shown
  uint64_t exhibits = 0;                     // that hold it anywhere, places that do not count included
  bool prominent_only = false;               // on so many that it counts only where it stands out
  uint64_t background = 0;                   // background sources that hold it
  double privacy = 1;                        // below 1: an address of a role, a picture; scales the kind's validity
  uint32_t first_posting = 0, postings = 0;  // in Case::postings, ascending by exhibit
};

// How much there is of each kind on an exhibit: by position in kinds().
using Amounts = std::vector<uint64_t>;

struct Case {
  std::vector<std::string> exhibits;  // in order of name
  std::vector<Amounts> amounts;       // by exhibit
  std::vector<Amounts> own_amounts;   // by exhibit: those outside caches and software
  std::vector<uint32_t> source;       // by exhibit: exhibits of one source stem from one image
  std::vector<uint32_t> party;        // by exhibit: of one source, or their contents turn around one account
  std::vector<uint32_t> holder;       // by exhibit: as party, but machines from one image apart by their accounts
  uint64_t background_sources = 0;
  std::vector<Selector> selectors;  // shared ones only, in order of kind and value
  LargeArray<Posting> postings;
  LargeArray<Place> places;
  std::vector<uint32_t> file_selectors;  // by Place::file: how many feature rows lie in it
  std::vector<uint32_t> folder_files;    // by Place::folder: how many files lie in it
};

// What linking may use. The folder is for what does not fit into the memory.
struct Room {
  unsigned threads = 1;
  uint64_t memory = 2 * GiB;
  std::string temporary;
};

// Parts of the method that can be left out, to measure what each is worth. All on in every statement.
struct Method {
  bool grouping = true, exposure = true, sources = true, validity = true, chance = true, calibration = true;
};

// A value on more exhibits than this is a hub: it is never expanded to pairs.
uint64_t hub_limit(uint64_t exhibits);
// Parties that a case offers to judge a pair by, those besides the two; and the background's sources.
uint64_t sources_looked_at(const Case& input);

struct Bundle {
  const Kind* kind = nullptr;  // that weighs most at the frequency of its commonest member
  uint64_t others = 0;         // parties besides the two that hold the commonest member
  Interval weight;             // after all corrections; the weights of a pair add up to its score
  bool exposed = false;        // from caches, fetched pages or one sender's letters, where chance brings most together
  bool same_content = false;   // a file or message with the same content holds a member on both sides
  std::vector<uint32_t> members;  // selectors, strongest first
};

struct Pair {
  uint32_t a = 0, b = 0;
  Interval score;
  bool one_source = false;      // clones, or of one lot
  uint32_t twins = 0;           // selectors left out because they lie in what the common image brought
  std::vector<Bundle> bundles;  // heaviest first; no more of them, and of the last one's members, than a table shows
  // Of all that there were: bundles, members, members that are files; texts in the heaviest; kinds, by number.
  uint64_t reasons = 0, selectors = 0, files = 0, first_texts = 0;
  std::bitset<128> kinds;
};

// Evidence rows kept of a link that may be stated or is among the first ranks, and of the leads behind them; --explain
// says of the rest that it is there.
inline constexpr size_t evidence_per_link = 200, evidence_per_lead = 25, ranks_in_full = 500;

// A pair whose score is below this shares no more than chance explains.
inline constexpr double least_score = 0.1;

// All pairs with a score of at least least_score, and all that stem from one source; strongest first. The same whatever
// the room. `used`: by selector, 1 where it is in a bundle of one of these pairs.
std::vector<Pair> score_pairs(const Case& input, const Method& method = {}, const Room& room = {},
                              std::vector<uint8_t>* used = nullptr);

}  // namespace weft::link
