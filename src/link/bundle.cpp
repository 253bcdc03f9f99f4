// Two shared selectors are in one bundle when
//   1. one content holds both on both sides: the same document, the same message;
//   2. they stand side by side on both sides: one contact card, one row of a table, one remnant in unallocated space;
//   3. two files hold both and have most of what is in the smaller one in common, or their texts are alike: two states
//      of one document;
//   4. both are files, and their folders have most of the smaller one's files in common: one unpacked archive;
//   5. both came in messages of one sender, or through one list or mass mailing: one third party wrote to both;
//   6. both are ids or pictures that one document carries on each side: a template's, or an ancestor's;
//   7. exactly the same five or more exhibits hold both: a roll-out, a lot, a mass mail;
// or when a chain of such selectors leads from one to the other. Two mailboxes that share ten correspondents are ten
// reasons; two copies of one list of ten are one.
#include "link/bundle.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "model/text_signature.h"

namespace weft::link {
namespace {

constexpr uint64_t beside = 512;               // bytes between neighbours in a file
constexpr uint64_t beside_unallocated = 4096;  // and where no file says what belongs together
constexpr size_t few = 3;                      // shared by two files before they can be states of one document
constexpr double most = 0.5;

// Union-find over positions; the root is the smallest member.
class Sets {
 public:
  explicit Sets(size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0u); }
  uint32_t root(uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(uint32_t a, uint32_t b) {
    a = root(a), b = root(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<uint32_t> parent_;
};

bool near(const Place& x, const Place& y) {
  if (x.file != y.file || x.folder || y.folder) return false;
  uint64_t distance = x.position > y.position ? x.position - y.position : y.position - x.position;
  return distance <= (x.file ? beside : beside_unallocated);
}
bool near_somewhere(std::span<const Place> x, std::span<const Place> y) {
  for (const Place& p : x)
    for (const Place& q : y)
      if (near(p, q)) return true;
  return false;
}

// Joins selectors that have a number in common which means the same on both sides.
template <class Number>
void join_common(std::span<const Shared> shared, Sets& sets, Number number) {
  std::unordered_map<uint32_t, uint32_t> first;
  for (uint32_t i = 0; i < shared.size(); ++i)
    for (const Place& a : shared[i].a)
      for (const Place& b : shared[i].b) {
        if (!number(a) || number(a) != number(b)) continue;
        auto [it, fresh] = first.try_emplace(number(a), i);
        if (!fresh) sets.join(it->second, i);
      }
}

// Neighbours on side a are looked at in order of place; only those that are near there can be near on both.
void join_neighbours(std::span<const Shared> shared, Sets& sets) {
  struct Spot {
    uint32_t file;
    uint64_t position;
    uint32_t member;
    auto operator<=>(const Spot&) const = default;
  };
  std::vector<Spot> spots;
  for (uint32_t i = 0; i < shared.size(); ++i)
    for (const Place& a : shared[i].a)
      if (!a.folder) spots.push_back({a.file, a.position, i});
  std::sort(spots.begin(), spots.end());
  constexpr size_t looked_back = 16;  // denser than this, a chain of nearer neighbours joins them
  for (size_t i = 1; i < spots.size(); ++i)
    for (size_t back = 1; back <= std::min(i, looked_back); ++back) {
      const Spot &x = spots[i - back], &y = spots[i];
      if (x.file != y.file || y.position - x.position > (x.file ? beside : beside_unallocated)) break;
      if (x.member != y.member && sets.root(x.member) != sets.root(y.member) &&
          near_somewhere(shared[x.member].b, shared[y.member].b))
        sets.join(x.member, y.member);
    }
}

// Groups selectors by a pair of numbers, one of each side, and joins groups that make up most of the smaller side.
template <class Number, class Amount>
void join_most(std::span<const Shared> shared, Sets& sets, Number number, Amount amount) {
  std::map<std::pair<uint32_t, uint32_t>, std::vector<uint32_t>> groups;
  for (uint32_t i = 0; i < shared.size(); ++i)
    for (const Place& a : shared[i].a)
      for (const Place& b : shared[i].b) {
        const uint32_t on_a = number(i, a), on_b = number(i, b);
        if (!on_a || !on_b) continue;
        std::vector<uint32_t>& group = groups[{on_a, on_b}];
        if (group.empty() || group.back() != i) group.push_back(i);
      }
  for (const auto& [key, group] : groups) {
    double smaller = double(std::min(amount(key.first), amount(key.second)));
    if (group.size() < few || double(group.size()) < most * smaller) continue;
    for (uint32_t member : group) sets.join(group[0], member);
  }
}

// Two files whose texts are alike are two states of one document, whatever became of the rest: what both hold came with
// it. Of a mailbox, in which many texts lie, that is not so; there a text and what stands beside it are neighbours.
void join_states(std::span<const Shared> shared, Sets& sets) {
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> alike;  // file on each side: the first signature they share
  for (uint32_t i = 0; i < shared.size(); ++i)
    for (const Place& a : shared[i].a)
      for (const Place& b : shared[i].b)
        if (a.of_document && b.of_document) alike.try_emplace({a.file, b.file}, i);
  if (alike.empty()) return;
  for (uint32_t i = 0; i < shared.size(); ++i)
    for (const Place& a : shared[i].a)
      for (const Place& b : shared[i].b)
        if (auto it = alike.find({a.file, b.file}); it != alike.end()) sets.join(it->second, i);
}

// What a document has from its template or its ancestor, whatever was written into it since.
void join_of_documents(std::span<const Shared> shared, Sets& sets, const Case& input) {
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> first;  // file on each side
  for (uint32_t i = 0; i < shared.size(); ++i) {
    std::string_view kind = input.selectors[shared[i].selector].kind->name;
    if (kind != "document_guid" && kind != "file_sha256" && kind != "uuid") continue;
    for (const Place& a : shared[i].a)
      for (const Place& b : shared[i].b) {
        if (!a.file || !b.file || a.folder || b.folder) continue;
        auto [it, fresh] = first.try_emplace({a.file, b.file}, i);
        if (!fresh) sets.join(it->second, i);
      }
  }
}

void join_same_set(std::span<const Shared> shared, Sets& sets) {
  std::unordered_map<uint32_t, uint32_t> first;
  for (uint32_t i = 0; i < shared.size(); ++i)
    if (shared[i].set) {
      auto [it, fresh] = first.try_emplace(shared[i].set, i);
      if (!fresh) sets.join(it->second, i);
    }
}

}  // namespace

std::vector<uint32_t> bundle(std::span<const Shared> shared, const Case& input) {
  Sets sets(shared.size());
  join_common(shared, sets, [](const Place& place) { return place.container; });
  join_common(shared, sets, [](const Place& place) { return place.sender; });
  join_common(shared, sets, [](const Place& place) { return place.list; });
  join_neighbours(shared, sets);
  join_most(
      shared, sets,
      [&](uint32_t i, const Place& place) {  // what a text is like is no value in it, and is not among the amount
        const bool of_text = input.selectors[shared[i].selector].kind->name == document_text;
        return place.folder || of_text ? 0 : place.file;
      },
      [&](uint32_t file) { return input.file_selectors[file]; });
  join_most(
      shared, sets, [](uint32_t, const Place& place) { return place.folder; },
      [&](uint32_t folder) { return input.folder_files[folder]; });
  join_states(shared, sets);
  join_of_documents(shared, sets, input);
  join_same_set(shared, sets);
  std::map<uint32_t, uint32_t> number;
  std::vector<uint32_t> out(shared.size());
  for (uint32_t i = 0; i < shared.size(); ++i)
    out[i] = number.try_emplace(sets.root(i), uint32_t(number.size())).first->second;
  return out;
}

}  // namespace weft::link
