// How 150 exhibits with hundreds of thousands of selectors each are brought together.
//
// 1. The indexes are merged by stretches of the hash's range, several stretches at a time: which hashes stand on two
//    exhibits or more. The first pass only counts: enough to see which exhibits stem from one image, and which accounts
//    stand out on each.
// 2. The second pass keeps what may make a link: values on not too many exhibits, in places that count. Of hubs and of
//    what says nothing only a ledger row is kept.
// Memory: a stretch at a time, what is shared, and its postings; pages of the indexes are given back now and then.
// Values are compared as well as hashes.
#include "link/gather.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "link/holders.h"
#include "model/text_signature.h"
#include "pack/pack.h"

namespace weft::link {
namespace {

constexpr double background_share = 0.01;  // of the background's sources that make a selector part of the background
constexpr size_t examples_shown = 5, accounts_looked_at = 40;
constexpr uint64_t few_files = 20;               // fewer in common may be chance even where they are all there is
constexpr uint64_t few_files_of_one_volume = 3;  // where both have a volume with one serial, that few have
constexpr double same_image = 0.5;               // of the smaller exhibit's own files, at the same path and inode

// How many background sources hold a selector, over all background files.
class Backgrounds {
 public:
  explicit Backgrounds(const std::vector<Background>& all) : all_(all) {
    for (const Background& one : all) sources_ += one.sources(), unlisted_ += one.unlisted();
  }
  uint64_t sources() const { return sources_; }
  uint64_t holding(const Kind& kind, std::string_view value) const {
    if (kind.secret || all_.empty()) return 0;
    uint64_t sum = 0;
    for (const Background& one : all_) {
      uint32_t known = one.holding(kind.name, value);
      sum += known ? known : one.unlisted();  // as many as may hold it
    }
    return sum;
  }
  bool is_common(uint64_t holding) const {
    return holding > unlisted_ && double(holding) >= background_share * double(sources_);
  }
  // By the file's SHA-256.
  bool knows_file(std::string_view sha256) const {
    return !all_.empty() && is_common(holding(*find_kind("file_sha256"), sha256));
  }

 private:
  const std::vector<Background>& all_;
  uint64_t sources_ = 0, unlisted_ = 0;
};

// ------------------------------------------------------------------------------------- first pass: images, accounts

struct Survey {
  std::vector<uint32_t> marks;                 // pairs of exhibits by a * n + b: own files at the same place
  std::vector<uint32_t> one_serial;            // the same: 1 where volumes of both bear one serial
  std::vector<uint32_t> own_files;             // by exhibit: files that few others have
  std::vector<std::vector<Account>> accounts;  // by exhibit
  // By exhibit, once there are many: what stands behind this one, by weight, exhibits and value, need not be looked at.
  struct Least {
    double weight = 0;
    uint64_t exhibits = 0;
    std::string value;
  };
  std::vector<Least> least;
  uint64_t shared = 0;
};

constexpr size_t most_compared = 4000;  // exhibits; beyond, the matrix of pairs would outgrow the memory

class Surveyor {
 public:
  Surveyor(const Merge& merge, size_t exhibits) : merge_(merge), exhibits_(exhibits), limit_(hub_limit(exhibits)) {}

  void step(Survey& state, Holders run) const {
    if (state.own_files.empty()) {
      state.own_files.resize(exhibits_);
      state.accounts.resize(exhibits_);
      state.least.resize(exhibits_);
      if (exhibits_ <= most_compared)
        state.marks.resize(exhibits_ * exhibits_), state.one_serial.resize(exhibits_ * exhibits_);
    }
    const Kind& kind = kinds()[run[0].entry->kind];
    state.shared += run.size() > 1;
    if (kind.name == "file_sha256" && run.size() <= limit_) compare_files(state, run);
    if (kind.name == "volume_serial" && run.size() <= limit_) compare_serials(state, run);
    if (kind.name == "email") propose(state, run, kind);
  }

  // Which exhibits stem from one image: numbers from 0, in order of first exhibit.
  std::vector<uint32_t> sources(const Survey& all, const std::vector<std::string_view>& images) const {
    std::vector<uint32_t> parent(exhibits_);
    std::iota(parent.begin(), parent.end(), 0u);
    auto root = [&](uint32_t i) {
      while (parent[i] != i) i = parent[i];
      return i;
    };
    for (uint32_t a = 0; a < exhibits_; ++a)
      for (uint32_t b = a + 1; b < exhibits_; ++b) {
        if (!images[a].empty() && images[a] == images[b]) parent[root(b)] = root(a);
        if (all.marks.empty()) continue;
        uint64_t same = all.marks[a * exhibits_ + b], smaller = std::min(all.own_files[a], all.own_files[b]);
        uint64_t least = all.one_serial[a * exhibits_ + b] ? few_files_of_one_volume : few_files;
        if (same >= least && double(same) >= same_image * double(smaller)) parent[root(b)] = root(a);
      }
    std::vector<uint32_t> number(exhibits_), out(exhibits_);
    uint32_t count = 0;
    for (uint32_t i = 0; i < exhibits_; ++i) out[i] = root(i) == i ? number[i] = count++ : number[root(i)];
    return out;
  }

  static void add(Survey& all, Survey& part) {
    if (part.own_files.empty()) return;
    if (all.own_files.empty()) {
      all = std::move(part);
      return;
    }
    auto sum = [](std::vector<uint32_t>& to, const std::vector<uint32_t>& from) {
      for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
    };
    sum(all.marks, part.marks);
    sum(all.one_serial, part.one_serial);
    sum(all.own_files, part.own_files);
    for (size_t e = 0; e < all.accounts.size(); ++e) {
      auto& to = all.accounts[e];
      to.insert(to.end(), part.accounts[e].begin(), part.accounts[e].end());
    }
    all.shared += part.shared;
  }

 private:
  void compare_files(Survey& state, Holders run) const {
    for (size_t i = 0; i < run.size(); ++i) ++state.own_files[run[i].index];
    if (state.marks.empty()) return;
    for (size_t i = 0; i < run.size(); ++i)
      for (size_t j = i + 1; j < run.size(); ++j)
        if (same_mark(run[i], run[j])) ++state.marks[run[i].index * exhibits_ + run[j].index];
  }
  bool same_mark(const Holder& x, const Holder& y) const {
    for (const IndexPlace& p : x.places())
      for (const IndexPlace& q : y.places()) {
        const IndexFile *f = merge_.file(x, p), *g = merge_.file(y, q);
        if (f && g && f->mark == g->mark) return true;
      }
    return false;
  }

  // A volume's serial that few have, on both: with it, a few files are enough to tell a clone.
  void compare_serials(Survey& state, Holders run) const {
    if (state.marks.empty()) return;
    for (size_t i = 0; i < run.size(); ++i)
      for (size_t j = i + 1; j < run.size(); ++j) state.one_serial[run[i].index * exhibits_ + run[j].index] = 1;
  }

  void propose(Survey& state, Holders run, const Kind& kind) const {
    bool judged = false;  // dear: done for those few only that everything else speaks for
    for (const Holder& holder : run) {
      const Survey::Least& least = state.least[holder.index];
      const uint64_t times = holder.entry->times;
      if (most_per_time * double(times) < least.weight) continue;
      std::string_view role = roles()[std::min<size_t>(holder.entry->role, roles().size() - 1)];
      double most = most_account_weight(times, role);
      if (most < least.weight || (most == least.weight && run.size() < least.exhibits)) continue;
      if (only_in_software_or_cache(holder)) continue;
      std::string_view value = holder.value();
      double weight = account_weight(times, holder.entry->remnants, run.size(), exhibits_, value, role);
      if (weight <= 0 || std::tuple(-weight, -double(run.size()), value) >
                             std::tuple(-least.weight, -double(least.exhibits), std::string_view(least.value)))
        continue;
      std::string_view reason = judged ? "" : example_reason(kind.name, value);
      if (!reason.empty() && reason != of_software_makers) return;
      judged = true;
      auto& list = state.accounts[holder.index];
      list.push_back({holder.index, holder.hash, std::string(kind.name), std::string(value), weight, 0, times,
                      holder.entry->remnants, run.size(), std::string(role)});
      if (list.size() > accounts_looked_at) {
        keep_heaviest(list);
        state.least[holder.index] = {list.back().weight, list.back().exhibits, list.back().value};
      }
    }
  }
  bool only_in_software_or_cache(const Holder& holder) const {
    auto places = holder.places();
    return std::all_of(places.begin(), places.end(), [&](const IndexPlace& place) {
      const IndexFile* file = merge_.file(holder, place);
      return file && (file->flags & (in_software | in_cache));
    });
  }
  const Merge& merge_;
  size_t exhibits_;
  uint64_t limit_;
};

// ------------------------------------------------------------------------------------------ second pass: posting lists

// What the second pass makes of one stretch; numbers of containers and files are global hashes until they are joined.
struct Found {
  struct RawPlace {
    uint64_t container = 0, folder = 0, sender = 0, list = 0;
    uint32_t exhibit = 0, file = no_file;  // of the exhibit's index
    bool from_owner = false, of_document = false, remnant = false;
    Setting setting = Setting::file;
    uint64_t position = 0, twin = 0;
  };
  struct RawSelector {
    Selector selector;
    uint64_t hash = 0;
  };
  std::vector<RawSelector> selectors;
  std::vector<Posting> postings;
  std::vector<RawPlace> places;
  std::vector<SetAsideRow> set_aside;
};

constexpr uint64_t most_filled = 4 * MiB;

std::string filled_hash(uint64_t size, uint8_t with) {
  std::vector<uint8_t> bytes(size, with);
  return sha256_hex(bytes);
}

class Collector {
 public:
  // Accounts by exhibit, heaviest first.
  Collector(const Merge& merge, const Backgrounds& backgrounds, const std::vector<std::string>& exhibits,
            const std::vector<Account>& accounts)
      : merge_(merge),
        backgrounds_(backgrounds),
        exhibits_(exhibits),
        owner_(exhibits.size()),
        limit_(hub_limit(exhibits.size())) {
    std::vector<Standing> all = standings(accounts);
    for (size_t i = accounts.size(); i-- > 0;) {
      owner_[accounts[i].exhibit] = accounts[i].hash;  // the first of each exhibit comes last
      if (all[i] != Standing::one_of_many) standing_[{accounts[i].exhibit, accounts[i].hash}] = all[i];
    }
    owners_.insert(owner_.begin(), owner_.end());
  }

  void step(Found& state, Holders run) const {
    const Kind& kind = kinds()[run[0].entry->kind];
    Selector selector;
    selector.kind = &kind;
    selector.exhibits = run.size();
    std::string_view value = run[0].value();
    std::string reason(example_reason(kind.name, kind.secret ? run[0].shown() : value));
    selector.background = backgrounds_.holding(kind, value);
    if (reason.empty() && backgrounds_.is_common(selector.background)) reason = "background";
    if (reason.empty() && run.size() > limit_) reason = "hub";
    std::string said_of_others;  // of exhibits where it is one of many
    if ((reason == "hub" || reason == of_software_makers) && kind.name == "email" && stands_out_on_few(run)) {
      selector.prominent_only = true;
      said_of_others = reason + ", but where it stands out";
      reason.clear();
    }
    if (reason.empty() && kind.name == "file_sha256") reason = program_reason(run);
    selector.value = std::string(run[0].shown());
    selector.first_posting = uint32_t(state.postings.size());
    size_t first_place = state.places.size();
    if (reason.empty()) {
      std::string why = "software folder";
      for (const Holder& holder : run) place(state, holder, why, selector.prominent_only);
      selector.postings = uint32_t(state.postings.size()) - selector.first_posting;
      if (counting(state, selector) < 2) reason = why;
    }
    if (!reason.empty()) {
      state.postings.resize(selector.first_posting);
      state.places.resize(first_place);
      state.set_aside.push_back(
          {std::string(kind.name), selector.value, reason, selector.exhibits, selector.background, examples(run)});
      return;
    }
    if (!said_of_others.empty())
      state.set_aside.push_back({std::string(kind.name), selector.value, said_of_others, selector.exhibits,
                                 selector.background, examples(run)});
    selector.privacy = privacy(kind, value, run);
    state.selectors.push_back({std::move(selector), run[0].hash});
  }

 private:
  // Nothing but one byte over and over: an empty disk, a cleared table.
  bool is_constant(Holders run) const {
    for (const Holder& holder : run)
      for (const IndexPlace& place : holder.places())
        if (const IndexFile* file = merge_.file(holder, place))
          return file->size <= most_filled &&
                 (run[0].value() == filled_hash(file->size, 0) || run[0].value() == filled_hash(file->size, 0xff));
    return false;
  }
  std::string program_reason(Holders run) const {
    if (is_constant(run)) return "constant content";
    for (const Holder& holder : run)
      for (const IndexPlace& place : holder.places())
        if (const IndexFile* file = merge_.file(holder, place); file && (file->flags & is_program))
          return "program file";
    return {};
  }
  std::string examples(Holders run) const {
    std::string out;
    for (size_t i = 0; i < std::min(run.size(), examples_shown); ++i) (out += i ? ", " : "") += exhibits_[run[i].index];
    return out;
  }
  Standing standing(const Holder& holder) const {
    auto it = standing_.find({holder.index, holder.hash});
    return it == standing_.end() ? Standing::one_of_many : it->second;
  }
  // A value on many exhibits, or one that programs are full of, may be somebody's account where it stands out.
  bool stands_out_on_few(Holders run) const {
    auto count = size_t(std::count_if(run.begin(), run.end(),
                                      [&](const Holder& holder) { return standing(holder) != Standing::one_of_many; }));
    return count >= 2 && count <= limit_;
  }
  double privacy(const Kind& kind, std::string_view value, Holders run) const {
    if (kind.name == "email") return role_address(value) ? 0.4 : 1;
    if (kind.name != "file_sha256") return 1;
    double out = 1;  // what was fetched or photographed for all to see is shared for that reason
    for (const Holder& holder : run)
      for (const IndexPlace& place : holder.places())
        if (const IndexFile* file = merge_.file(holder, place)) {
          if (file->flags & downloaded) out = std::min(out, 0.5);
          if ((file->flags & is_picture) || place.role == in_document_) out = std::min(out, 0.4);
        }
    return out;
  }

  static Setting setting(const IndexPlace& place, const IndexFile* file) {
    if (!file) return Setting::unallocated;
    if (file->flags & in_cache) return Setting::cache;
    std::string_view role = roles()[std::min<size_t>(place.role, roles().size() - 1)];
    if (role == "visit" || role == "kept") return Setting::fetched;
    if (!role.empty() && role != "row" && !(file->flags & downloaded)) return Setting::record;
    if (file->flags & downloaded) return Setting::fetched;
    if (file->flags & not_allocated) return Setting::deleted;
    return file->flags & is_mail ? Setting::mail : Setting::file;
  }

  static size_t counting(const Found& state, const Selector& selector) {
    auto all = std::span(state.postings).subspan(selector.first_posting, selector.postings);
    return size_t(std::count_if(all.begin(), all.end(), [](const Posting& posting) { return posting.counts; }));
  }
  // Adds a posting, with the places that count; where there are none, says why not.
  void place(Found& state, const Holder& holder, std::string& why, bool prominent_only) const {
    Posting posting;
    posting.exhibit = holder.index, posting.first_place = uint32_t(state.places.size());
    posting.standing = standing(holder);
    std::string_view kind = kinds()[holder.entry->kind].name;
    for (const IndexPlace& place : holder.places()) {
      const IndexFile* file = merge_.file(holder, place);
      if (place.stopped) {
        why = "stop list";
        continue;
      }
      if (file && (file->flags & in_software) && !tells_of_use(place.role)) continue;
      if (file && file->sha256 && backgrounds_.knows_file(merge_.index(holder).file_sha256(*file))) {
        why = "known file";
        continue;
      }
      Found::RawPlace raw;
      raw.exhibit = holder.index, raw.position = place.position;
      raw.remnant = (!file && kind != "volume_serial") || (file && (file->flags & not_allocated));
      raw.setting = kind == "volume_serial" ? Setting::record : setting(place, file);
      raw.twin = file ? file->twin : place.offset ^ 0x5bd1e995bd1e995b;
      if (file) {
        raw.file = place.file;
        if (kind == "file_sha256" && place.role == 0) raw.folder = file->folder;  // the file itself, not what is in it
        // A text, and the file that it is the text of, are one thing however large the file is.
        const bool of_text = kind == document_text;
        if (!(file->flags & collection) || of_text || raw.folder) raw.container = file->content;
        raw.of_document = of_text && place.role != in_message_ && !(file->flags & collection);
      }
      auto messages = merge_.index(holder).messages();
      if (place.message < messages.size()) {
        const IndexMessage& message = messages[place.message];
        if (message.id) raw.container = message.id;
        if (message.sender != owner_[holder.index]) {
          raw.sender = message.sender, raw.list = message.list;
          raw.from_owner = owners_.contains(message.sender);
        }
        if (raw.setting == Setting::file) raw.setting = Setting::mail;
      }
      state.places.push_back(raw);
    }
    posting.places = uint32_t(state.places.size()) - posting.first_place;
    posting.counts = posting.places > 0 && (!prominent_only || posting.standing != Standing::one_of_many);
    state.postings.push_back(posting);
  }

  const Merge& merge_;
  const Backgrounds& backgrounds_;
  const std::vector<std::string>& exhibits_;
  std::vector<uint64_t> owner_;                                 // by exhibit: hash of its heaviest account, or 0
  std::unordered_set<uint64_t> owners_;                         // all of these
  std::map<std::pair<uint32_t, uint64_t>, Standing> standing_;  // by exhibit and hash
  uint64_t limit_;
  uint32_t in_document_ = role_number("document");  // pictures, most of them of a template
  uint32_t in_message_ = role_number("message");    // a letter, one of many in its file
};

// Brings the stretches together, as they come, and gives out small numbers for hashes; in the end selectors are put in
// order of kind and value.
class Assembler {
 public:
  Assembler(Gathered& out, const std::vector<Index>& indexes) : out_(out), indexes_(indexes) {
    out_.input.file_selectors.assign(1, 0);
    out_.input.folder_files.assign(1, 0);
  }
  void take(Found&& found) {
    Case& to = out_.input;
    for (SetAsideRow& row : found.set_aside) out_.set_aside.push_back(std::move(row));
    const size_t first_posting = to.postings.size(), first_place = to.places.size();
    check(first_posting + found.postings.size() <= UINT32_MAX && first_place + found.places.size() <= UINT32_MAX,
          "what is shared can be numbered");
    for (const Found::RawPlace& raw : found.places) to.places.push_back(place(raw));
    for (Posting posting : found.postings) {
      posting.first_place += uint32_t(first_place);
      to.postings.push_back(posting);
    }
    for (Found::RawSelector& raw : found.selectors) {
      raw.selector.first_posting += uint32_t(first_posting);
      to.selectors.push_back(std::move(raw.selector));
      out_.hash.push_back(raw.hash);
    }
  }
  void finish() {
    std::vector<Selector>& selectors = out_.input.selectors;
    std::vector<uint32_t> order(selectors.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](uint32_t x, uint32_t y) {
      const Selector &a = selectors[x], &b = selectors[y];
      return std::tie(a.kind, a.value, out_.hash[x]) < std::tie(b.kind, b.value, out_.hash[y]);
    });
    std::vector<Selector> sorted;
    std::vector<uint64_t> hash;
    sorted.reserve(order.size()), hash.reserve(order.size());
    for (uint32_t i : order) sorted.push_back(std::move(selectors[i])), hash.push_back(out_.hash[i]);
    selectors = std::move(sorted), out_.hash = std::move(hash);
  }

 private:
  Place place(const Found::RawPlace& raw) {
    Place out;
    out.setting = raw.setting, out.position = raw.position, out.twin = raw.twin;
    out.from_owner = raw.from_owner, out.of_document = raw.of_document, out.remnant = raw.remnant;
    if (raw.container) out.container = number(containers_, {0, raw.container});
    if (raw.sender) out.sender = number(senders_, {0, raw.sender});
    if (raw.list) out.list = number(lists_, {0, raw.list});
    if (raw.file != no_file) {
      out.file = number(files_, {raw.exhibit, raw.file});
      if (out.file == out_.input.file_selectors.size())
        out_.input.file_selectors.push_back(indexes_[raw.exhibit].files()[raw.file].selectors);
    }
    if (raw.folder) {
      out.folder = number(folders_, {raw.exhibit, raw.folder});
      if (out.folder == out_.input.folder_files.size())
        out_.input.folder_files.push_back(files_in(raw.exhibit, raw.folder));
    }
    return out;
  }
  uint32_t files_in(uint32_t exhibit, uint64_t folder) {
    if (exhibit >= folder_sizes_.size()) folder_sizes_.resize(indexes_.size());
    auto& sizes = folder_sizes_[exhibit];
    if (sizes.empty())
      for (const IndexFile& file : indexes_[exhibit].files()) ++sizes[file.folder];
    return sizes[folder];
  }

  using Key = std::pair<uint64_t, uint64_t>;
  struct Hash {
    size_t operator()(const Key& key) const { return size_t(key.first * 0x9e3779b97f4a7c15 ^ key.second); }
  };
  using Numbers = std::unordered_map<Key, uint32_t, Hash>;
  static uint32_t number(Numbers& numbers, Key key) {
    return numbers.try_emplace(key, uint32_t(numbers.size() + 1)).first->second;
  }

  Gathered& out_;
  const std::vector<Index>& indexes_;
  Numbers containers_, senders_, lists_, files_, folders_;
  std::vector<std::unordered_map<uint64_t, uint32_t>> folder_sizes_;
};

}  // namespace

std::vector<Source> sources(const std::vector<std::string>& packs, const std::string& tokens,
                            const std::string& indexes, const pack::Scope& scope) {
  std::vector<Source> out;
  for (const std::string& folder : packs) {
    Source source{folder, pack::info(folder).exhibit, {}, {}, scope};
    std::string table = tokens + "/" + source.exhibit + ".parquet";
    if (!tokens.empty() && exists(table)) source.tokens = table;
    source.index = index_path(indexes, source.exhibit);
    out.push_back(std::move(source));
  }
  std::sort(out.begin(), out.end(), [](const Source& a, const Source& b) { return a.exhibit < b.exhibit; });
  for (size_t i = 1; i < out.size(); ++i)
    if (out[i].exhibit == out[i - 1].exhibit)
      throw Error("two packs carry the same label " + out[i].exhibit, out[i].folder);
  if (out.size() > UINT16_MAX) throw Error("more exhibits than one case can link");
  return out;
}

Gathered gather(const std::vector<Source>& sources, const std::vector<Index>& indexes,
                const std::vector<Background>& all, const Room& room) {
  Gathered out;
  out.input.postings = LargeArray<Posting>(room.temporary, room.memory / 8);
  out.input.places = LargeArray<Place>(room.temporary, room.memory / 8);
  Backgrounds backgrounds(all);
  out.input.background_sources = backgrounds.sources();
  for (size_t i = 0; i < sources.size(); ++i) {
    out.input.exhibits.push_back(sources[i].exhibit);
    out.input.amounts.emplace_back(indexes[i].amounts().begin(), indexes[i].amounts().end());
    out.input.own_amounts.emplace_back(indexes[i].own_amounts().begin(), indexes[i].own_amounts().end());
    for (std::string_view name : {"owner", "account"})  // one account, or a few, whatever the size
      for (Amounts* amounts : {&out.input.amounts.back(), &out.input.own_amounts.back()})
        (*amounts)[size_t(find_kind(name) - kinds().data())] = 1;
    out.selectors += indexes[i].size();
  }
  const unsigned threads = std::max(1u, room.threads);
  const Merge merge(indexes, room.memory / 4 / threads);
  Surveyor surveyor(merge, sources.size());
  std::vector<Survey> surveys(threads);
  merge.each_stretch(threads, [&](unsigned stretch, unsigned thread) {
    merge.each_of(stretch, [&](Holders run) { surveyor.step(surveys[thread], run); });
  });
  for (size_t i = 1; i < surveys.size(); ++i) Surveyor::add(surveys[0], surveys[i]);
  out.shared = surveys[0].shared;
  std::vector<std::string_view> images;
  for (const Index& index : indexes) images.push_back(index.image());
  out.input.source = surveyor.sources(surveys[0], images);
  for (size_t i = 0; i < surveys[0].accounts.size(); ++i) {
    auto& list = surveys[0].accounts[i];
    keep_heaviest(list);
    leave_out_uncertain(list, sources[i].addresses_kept_out);
    out.accounts.insert(out.accounts.end(), list.begin(), list.end());
  }
  surveys.clear();

  out.input.party = parties(out.accounts, out.input.source);
  out.input.holder = holders(out.accounts, out.input.source);
  Collector collector(merge, backgrounds, out.input.exhibits, out.accounts);
  Assembler assembler(out, indexes);
  std::mutex mutex;
  std::map<unsigned, Found> waiting;  // for those before them
  unsigned turn = 0;
  merge.each_stretch(threads, [&](unsigned stretch, unsigned) {
    Found found;
    merge.each_of(stretch, [&](Holders run) {
      if (run.size() >= 2) collector.step(found, run);
    });
    std::lock_guard lock(mutex);
    waiting.emplace(stretch, std::move(found));
    for (auto it = waiting.begin(); it != waiting.end() && it->first == turn; it = waiting.erase(it), ++turn)
      assembler.take(std::move(it->second));
  });
  assembler.finish();
  return out;
}

namespace {

// The first place, or where there is one the first of the entry's role.
Address address(const Index& index, uint64_t hash, bool of_role) {
  Address out;
  const Index::Segment* segment = nullptr;
  const IndexEntry* entry = index.find(hash, &segment);
  if (!entry || entry->places == 0 || entry->first_place >= segment->places.size()) return out;
  auto places = segment->places.subspan(entry->first_place);
  places = places.first(std::min<size_t>(places.size(), entry->places));
  auto at = places.begin();
  if (of_role) at = std::find_if(at, places.end(), [&](const IndexPlace& place) { return place.role == entry->role; });
  const IndexPlace& place = at == places.end() ? places.front() : *at;
  out.offset = place.offset;
  out.path = Index::path(*segment, place);
  if (place.file < index.files().size()) out.file = index.file_path(index.files()[place.file]);
  return out;
}

}  // namespace

Address address(const Index& index, uint64_t hash) {
  return address(index, hash, false);
}
Address address_of_role(const Index& index, uint64_t hash) {
  return address(index, hash, true);
}

}  // namespace weft::link
