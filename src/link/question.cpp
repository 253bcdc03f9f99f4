#include "link/question.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "link/holders.h"
#include "link/tables.h"

namespace weft::link {
namespace {

using Key = std::pair<std::string, std::string>;  // kind and value as shown

std::string upper_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
  return out;
}

std::set<std::string> spellings(std::string_view value) {
  std::string bare(value);
  std::erase_if(bare, [](char c) { return c == ' ' || c == '-'; });
  std::set<std::string> out;
  for (std::string_view text : {value, std::string_view(bare)})
    for (std::string spelling : {std::string(text), lower_ascii(text), upper_ascii(text)})
      if (!spelling.empty()) out.insert(std::move(spelling));
  return out;
}

bool only_in_software(const Merge& merge, const Holder& holder) {
  auto all = holder.places();
  return !all.empty() && std::all_of(all.begin(), all.end(), [&](const IndexPlace& place) {
    const IndexFile* file = merge.file(holder, place);
    return file && (file->flags & in_software);
  });
}

// The first place is one that tells most; what a stop list sets aside comes last.
bool only_stopped(const Holder& holder) {
  auto all = holder.places();
  return !all.empty() && all[0].stopped != 0;
}

// Why something that may count between others does not between these two; the ledger has what counts for nobody.
std::string reason_between(const Merge& merge, const Holder& on_a, const Holder& on_b, const Kind& kind, bool cut) {
  if (only_stopped(on_a) || only_stopped(on_b)) return "stop list";
  bool software_a = only_in_software(merge, on_a), software_b = only_in_software(merge, on_b);
  if (software_a && software_b) return "software folder on both";
  if (software_a || software_b) return "software folder on one of the two";
  if (!kind.alone) return "weak kind with nothing stronger beside it";
  if (cut) return "counts, but beyond the rows that are kept of a link's evidence; or chance";
  return "no more than chance or a common image explains";
}

}  // namespace

std::vector<Asked> asked(std::string_view value, std::string_view kind, Bytes key) {
  if (!kind.empty() && !find_kind(kind)) {
    std::string names;
    for (const Kind& one : kinds()) (names += names.empty() ? "" : ", ") += one.name;
    throw Error(fmt::format("'{}' is no kind of selector; there are {}", kind, names));
  }
  std::vector<Asked> out;
  for (const Kind& one : kinds()) {
    if (!kind.empty() && one.name != kind) continue;
    std::set<std::string> values;
    for (const std::string& spelling : spellings(value)) {
      if (one.secret && key.empty()) continue;
      values.insert(one.secret ? keyed_hash(key, spelling) : one.fold_case ? lower_ascii(spelling) : spelling);
    }
    for (const std::string& text : values) out.push_back({&one, text});
  }
  return out;
}

std::vector<Held> held(const Index& index, const std::vector<Asked>& asked) {
  std::vector<Held> out;
  for (const Asked& one : asked) {
    if (!index.holds_kind(size_t(one.kind - kinds().data()))) continue;
    const Index::Segment* segment = nullptr;
    const IndexEntry* entry = index.find(index_hash(one.kind->name, one.value), &segment);
    if (!entry) continue;
    // Several values may have one hash: they stand side by side.
    const IndexEntry* end = segment->entries.data() + segment->entries.size();
    for (const IndexEntry* at = entry; at != end && at->hash == entry->hash; ++at) {
      bool same = at->kind < kinds().size() && &kinds()[at->kind] == one.kind;
      if (!same || Index::value(*segment, *at) != one.value) continue;
      Held held{
          std::string(one.kind->name),     std::string(Index::shown(*segment, *at)), {}, at->occurrences, at->times,
          address_of_role(index, at->hash)};
      if (at->role < roles().size()) held.role = roles()[at->role];
      out.push_back(std::move(held));
    }
  }
  return out;
}

std::vector<NotCounted> not_counted(pack::Database& database, const Index& a, const Index& b,
                                    const std::vector<EvidenceRow>& counted, uint64_t in_bundles) {
  std::set<Key> in_evidence;
  for (const EvidenceRow& row : counted) in_evidence.insert({row.kind, row.value});
  std::vector<NotCounted> out;
  std::multimap<Key, size_t> at;
  bool cut = in_bundles > counted.size();
  const Merge merge(std::vector<const Index*>{&a, &b});
  merge.each([&](Holders holders) {
    if (holders.size() != 2) return;
    const Kind& kind = kinds()[holders[0].entry->kind];
    Key key(kind.name, holders[0].shown());
    if (in_evidence.count(key)) return;
    NotCounted one{key.first,
                   key.second,
                   reason_between(merge, holders[0], holders[1], kind, cut),
                   {},
                   {},
                   address(a, holders[0].hash),
                   address(b, holders[1].hash)};
    at.emplace(std::move(key), out.size());
    out.push_back(std::move(one));
  });
  database.scan("SELECT kind, value, reason, exhibits, background FROM set_aside", [&](const auto& batch) {
    for (size_t r = 0; r < batch.rows(); ++r) {
      auto [from, to] = at.equal_range(Key(batch.text(0, r), batch.text(1, r)));
      for (auto it = from; it != to; ++it) {
        NotCounted& one = out[it->second];
        one.reason = batch.text(2, r), one.exhibits = batch.number(3, r), one.background = batch.number(4, r);
      }
    }
  });
  std::sort(out.begin(), out.end(), [](const NotCounted& x, const NotCounted& y) {
    return std::tie(x.reason, x.kind, x.value, x.a.path, x.b.path) <
           std::tie(y.reason, y.kind, y.value, y.a.path, y.b.path);
  });
  return out;
}

}  // namespace weft::link
