// The engine: text in, features and problems out; a decoded layer is a text again.
//
// A text is scanned in blocks of 64 KiB which overlap by the longest match, so the hits a block can make are bounded.
// Hyperscan's callback only files each hit under its owner. Every so often (a batch) the hits are dispatched, one owner
// after the other, each owner's in order of where they end; an owner is announced to the watch once per batch.
// Decoders run in the same dispatch and hand their layers to a deeper Level with its own hit lists; Hyperscan's scratch
// is free at that point, so one is enough for all depths. Owners that look through whole texts do so before the hits.
//
// UTF-16 runs of a text are turned into one UTF-8 text with NULs between, matched in the same way, and each run is
// shown to scanners alone: what lies next to it in that text is far away in the source. So are values that
// touch what stands beside them, where a structure tells where they are (scan/fields.h): what the bytes say there as
// they stand is left out, but for structures.
//
// What was found waits in its Level until all secrets (card numbers) near it are known, since its context may show
// them; then it is settled: masked, put in order and handed over, some ten thousand at a time. So memory does not grow
// with what a page holds. UTF-16 comes first: the context of a UTF-8 feature may show bytes of UTF-16, never the other
// way round.
//
// What only begins like a stream costs its decoder some work, and a page may be full of it, in front of what is one. A
// decoder has a budget for work in vain on a page. When that is used up, hits that stand close to the one before are
// left off and told, the closer bound growing with each further budget; a hit that stands alone is still tried.
//
// The examiner's words are one more owner, whose patterns are in the same pass. His YARA rules see each text once,
// whole, when everything else has been looked for.
#include "scan/engine.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "scan/layers.h"
#include "scan/level.h"
#include "scan/rules.h"
#include "scan/utf16.h"

namespace weft::scan {
namespace {

constexpr size_t block_size = 64 * KiB;
constexpr size_t batch_blocks = 16;      // a batch ends after that many blocks …
constexpr size_t batch_hits = 64 * KiB;  // … or that many hits
constexpr size_t most_problems = 1000;   // of one page; the rest is counted
constexpr size_t context_size = 16;
constexpr size_t longest_in_context = 256;  // bytes of the feature itself
constexpr size_t longest_secret = 256;      // bytes
constexpr size_t shortest_found = 6;        // bytes: a@b.de
constexpr size_t utf16_beyond = 64 * KiB;   // how far behind the page proper a UTF-16 run is followed
// Bytes between a feature and the place up to which its text was matched: more than any scanner's reach and context.
constexpr size_t settled_behind = 64 * KiB;
constexpr size_t vain_attempt = 64;     // bytes that an attempt in vain counts for at least
constexpr size_t close_hits = 4 * KiB;  // of a decoder whose budget is used up; doubled with each further one
constexpr size_t most_waiting = 4096, portion = 16 * KiB;  // features: of a level before it settles; handed over

bool is_continuation(char c) {
  return (static_cast<uint8_t>(c) & 0xc0) == 0x80;
}

// All digits of a printable text, but for those of its escapes (\x0A).
void mask_digits(std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x')
      i += 3;
    else if (is_digit(text[i]))
      text[i] = '*';
  }
}

// The feature with up to 16 bytes on each side; whole characters where the text is UTF-8. A secret leaves no digits.
std::string context_of(std::string_view text, size_t begin, size_t end, bool secret) {
  size_t first = begin - std::min(begin, context_size), last = end + std::min(text.size() - end, context_size);
  while (first < begin && is_continuation(text[first])) ++first;
  while (last > end && last < text.size() && is_continuation(text[last])) --last;
  if (!secret && end - begin <= longest_in_context) return printable(text.substr(first, last - first));
  std::string raw(text.substr(first, last - first));
  if (end - begin > longest_in_context) raw.erase(begin - first + longest_in_context, end - begin - longest_in_context);
  if (secret)
    std::replace_if(
        raw.begin(), raw.end(), [](char c) { return is_digit(c); }, '*');
  return printable(raw);
}

bool all_same(std::string_view text) {
  return text.empty() || std::memcmp(text.data(), text.data() + 1, text.size() - 1) == 0;
}

}  // namespace

struct Scan::State {
  State(const Rules::State& r, const Limits& l)
      : rules(r), limits(l), scratch(r.make_scratch()), last_end(r.patterns.size()) {
    // A text that takes half of what an item may is left off by the rules, before the whole page is.
    if (rules.yara) yara = std::make_unique<YaraScan>(*rules.yara, limits.item_seconds / 2);
    for (size_t owner = 0; owner < rules.owners(); ++owner)
      announcements.push_back(
          fmt::format(" {} {}", is_scanner(owner) || is_words(owner) ? "scanner" : "decoder", name_of(owner)));
  }

  void scan(const Text& text);
  void match(const Text& text);
  void match_utf16(const Text& text);
  void look_through(const Text& text);
  void match_fields(const Text& text, size_t stop);
  void hits_of(std::string_view bytes, size_t block, size_t stop, Level& level, const Pieces* pieces = nullptr);
  void dispatch(const Text& text, Level& level);
  void dispatch_scanner(const Text& text, Level& level, size_t owner);
  // Hands over the decoder's hits, or the whole text.
  enum class Given { hits, text };
  void dispatch_decoder(const Text& text, Level& level, size_t owner, Given given);
  bool leaves_off(const Text& text, const Hit& hit, Vain& of) const;
  void dispatch_words(const Text& text, Level& level, size_t owner);
  void match_yara(const Text& text);
  void dispatch_pieces(const Text& text, Level& level, const Pieces& pieces, std::vector<size_t>& from);
  bool enter(const Text& text, Level& level, size_t owner);
  Document& document_of(size_t depth, size_t position);
  // With a full margin behind the page it does.
  bool source_goes_on(const Text& text) const {
    return text.is_page() && text.bytes.size() - text.end >= limits.margin_after;
  }
  // What an examiner looks for counts wherever it stands.
  bool leaves_out_said() const { return !yara && !rules.words; }
  bool layer(const Text& parent, Level& level, size_t owner, std::string_view name, size_t begin, size_t consumed,
             std::vector<uint8_t> bytes, bool& was_read);
  void problem(uint64_t offset, std::string layers, std::string what);
  void problem_once(const Text& text, size_t begin, std::string what);
  void settle(Level& level, size_t matched);
  void hand_over();
  void finish();

  bool is_scanner(size_t owner) const { return owner < rules.scanners.size(); }
  bool is_words(size_t owner) const { return owner == rules.scanners.size() + rules.decoders.size(); }
  std::string_view name_of(size_t owner) const {
    if (is_words(owner)) return words_name;
    return is_scanner(owner) ? rules.scanners[owner]->name : rules.decoders[owner - rules.scanners.size()]->name;
  }

  const Rules::State& rules;
  const Limits limits;
  Handle<hs_scratch_t, hs_free_scratch> scratch;
  std::unique_ptr<YaraScan> yara;              // null: no rules
  std::vector<std::unique_ptr<Level>> levels;  // by depth; kept, so that buffers are reused
  uint64_t behind = 2;                         // bytes so far, over all blocks of all texts
  std::vector<uint64_t> last_end;              // by pattern: of its last match, counted on from what was matched before
  std::vector<std::string> announcements;      // by owner: what enter() says of it behind the text's item
  std::string announced;                       // scratch of enter()

  // Of the page at hand:
  Watch* watch = nullptr;
  Results* results = nullptr;
  const Drain* drain = nullptr;
  std::string_view name;
  uint64_t decoded = 0;                    // bytes all layers produced
  std::function<bool(uint64_t)> reads_on;  // Page::reads_on
  uint64_t settled = 0;                    // features, of all texts
  std::vector<GoingOn> goes_on;            // Scan::goes_on()
  uint64_t texts = 0;                      // the page and its layers so far
  std::vector<Vain> vain;                  // by decoder
  bool told_room = false;                  // the limit on them was reported
  size_t untold = 0;                       // problems beyond most_problems
  std::vector<Item> items;                 // settled
  std::vector<ScanProblem> problems;
};

namespace {

// Gives a scanner's features their addresses.
class TextSink final : public Sink {
 public:
  TextSink(const Text& text, std::string_view scanner, Level& level) : text_(text), scanner_(scanner), level_(level) {}
  // From now on text is a piece, whose positions are its own.
  void of_piece(const Pieces& pieces, const Pieces::Piece& piece) { pieces_ = &pieces, piece_ = &piece, from = 0; }
  // What begins or ends in a stretch of fields is left out.
  void outside_of(const Fields& fields) { fields_ = &fields; }

  void feature(std::string_view kind, std::string value, size_t begin, size_t end, std::string_view secret) override {
    std::string_view shown = text_.bytes;
    size_t first = begin, last = end;
    if (piece_) {
      shown = pieces_->of(*piece_);
      check(begin < end && end <= shown.size(), "a feature lies in its text");
      first = pieces_->source(*piece_, piece_->begin + begin);
      last = pieces_->source(*piece_, piece_->begin + end);
    }
    check(begin < end && end <= shown.size(), "a feature lies in its text");
    if (fields_ && (fields_->hold(first) || fields_->hold(last - 1))) return;
    from = std::max(from, end);
    if (!secret.empty()) level_.secrets.push_back({first, last});
    if (first < text_.begin || first >= text_.end) return;
    Item& item = put(kind, std::move(value), first, last);
    item.found.encoding = !piece_ || piece_->coding == Coding::utf8 ? "utf-8"
                          : piece_->coding == Coding::utf16be       ? "utf-16be"
                                                                    : "utf-16le";
    item.found.secret = secret;
    // Of a column what the bytes around it are; UTF-16 there would show as such.
    item.found.context = piece_ && piece_->coding == Coding::utf8
                             ? context_of(text_.bytes, first, last, !secret.empty())
                             : context_of(shown, begin, end, !secret.empty());
  }

  void word(const Words::Found& word) {
    if (word.begin < text_.begin || word.begin >= text_.end) return;
    Item& item = put(word_kind, std::string(word.term), word.begin, word.end);
    item.found.encoding = word.encoding;
    item.found.context =
        word.shown.empty() ? context_of(text_.bytes, word.begin, word.end, false) : printable(word.shown);
  }
  // Bytes without a claim of what they say.
  void bytes(std::string_view kind, std::string value, size_t begin, size_t end) {
    put(kind, std::move(value), begin, end).found.context = context_of(text_.bytes, begin, end, false);
  }

  size_t from = 0;

 private:
  Item& put(std::string_view kind, std::string value, size_t first, size_t last) {
    Item& item = level_.waiting.emplace_back();
    item.begin = first, item.end = last, item.text = text_.number;
    item.found.kind = kind;
    item.found.scanner = scanner_;
    item.found.value = std::move(value);
    item.found.offset = text_.source(first);
    item.found.source_end = text_.is_page() ? text_.offset + last : text_.source_end;
    item.found.layers = text_.path(first);
    return item;
  }

  const Text& text_;
  std::string_view scanner_;
  Level& level_;
  const Pieces* pieces_ = nullptr;
  const Pieces::Piece* piece_ = nullptr;
  const Fields* fields_ = nullptr;
};

}  // namespace

void Scan::State::problem(uint64_t offset, std::string layers, std::string what) {
  if (problems.size() < most_problems)
    problems.push_back({offset, std::move(layers), std::move(what)});
  else
    ++untold;
}

// Unless the decoder has said of this stream what is wrong with it.
void Scan::State::problem_once(const Text& text, size_t begin, std::string what) {
  const uint64_t offset = text.source(begin);
  std::string layers = text.path(begin);
  for (size_t i = problems.size(), looked = 0; i-- > 0 && looked < 8; ++looked)
    if (problems[i].offset == offset && problems[i].layers == layers) return;
  problem(offset, std::move(layers), std::move(what));
}

// Announces an owner; what is set aside is told once per text.
bool Scan::State::enter(const Text& text, Level& level, size_t owner) {
  if (level.aside[owner]) return false;
  if (watch->enter(announced.assign(text.item).append(announcements[owner]))) return true;
  level.aside[owner] = true;
  problem(text.source(text.begin), text.path(0), fmt::format("{} was set aside here", announcements[owner].substr(1)));
  return false;
}

// Files the hits that end in (block, stop], of a text seen from a longest match before on and one byte behind. A match
// in pieces may end with the NUL between two, but not go on behind it.
void Scan::State::hits_of(std::string_view bytes, size_t block, size_t stop, Level& level, const Pieces* pieces) {
  const size_t first = block - std::min(block, rules.width + 1), last = std::min(bytes.size(), stop + 1);
  const std::string_view seen = bytes.substr(first, last - first);
  if (rules.quiet[static_cast<uint8_t>(seen.front())] && all_same(seen)) return;
  auto file = [&](unsigned number, size_t to) {
    const size_t end = first + to;
    // The overlap with the block before is long enough to know what went on there.
    const bool adjoins = std::exchange(last_end[number], behind + to) + 1 == behind + to;
    if (end <= block || end > stop) return;
    if (pieces && !pieces->holding(end, rules.least[number])) return;
    for (const Rules::State::Owned& owned : rules.patterns[number]) {
      if (owned.first_end && adjoins) continue;
      level.file(owned.owner, {end, owned.id});
    }
  };
  rules.match(seen, scratch.get(), file);
  behind += seen.size() + 2;  // so that no end of a later call adjoins one of this
}

void Scan::State::dispatch_scanner(const Text& text, Level& level, size_t owner) {
  TextSink sink(text, name_of(owner), level);
  sink.from = level.from[owner];
  const Scanner& scanner = *rules.scanners[owner];
  const bool everywhere = finds_structures(scanner);
  if (!everywhere) sink.outside_of(level.fields);
  for (const Hit& hit : level.hits[owner])
    // A pattern may look at the byte behind.
    if (everywhere || hit.end < 2 || !level.fields.hold(hit.end - 2)) scanner.on_hit(text.bytes, hit, sink.from, sink);
  level.from[owner] = sink.from;
}

void Scan::State::dispatch_words(const Text& text, Level& level, size_t owner) {
  TextSink sink(text, name_of(owner), level);
  const uint64_t origin = text.is_page() ? text.offset : 0;
  for (const Hit& hit : level.hits[owner]) {
    size_t begin = 0, end = text.bytes.size();
    if (level.fields.hold(hit.end - 1)) {
      const Fields::Field* field = level.fields.at(hit.end - 1);
      if (!field) continue;
      begin = field->begin, end = field->end();
    }
    auto word =
        rules.words->judge(text.bytes.substr(begin, end - begin), origin + begin, {hit.end - begin, hit.pattern});
    if (!word) continue;
    word->begin += begin, word->end += begin;
    sink.word(*word);
  }
}

// Whether the decoder has worked enough in vain to leave off a hit that stands so close to the one before.
bool Scan::State::leaves_off(const Text& text, const Hit& hit, Vain& of) const {
  const bool follows = std::exchange(of.text, text.number) == text.number;
  const size_t distance = hit.end - std::exchange(of.end, hit.end);
  if (of.bytes < limits.decoded_vain) return false;
  constexpr uint64_t most_doublings = 16;
  const uint64_t used = limits.decoded_vain > 0 ? of.bytes / limits.decoded_vain - 1 : most_doublings;
  if (!follows || distance >= close_hits << std::min(used, most_doublings)) return false;
  if (of.left_off++ > 0) return true;
  of.first_offset = text.source(hit.end);
  of.first_layers = text.path(hit.end);
  return true;
}

// The document that a place of the text at hand lies in, the innermost one. What lies in none is one, too.
Document& Scan::State::document_of(size_t depth, size_t position) {
  for (;; position = levels[--depth]->reading) {
    std::vector<Document>& all = levels[depth]->documents;
    auto at = std::upper_bound(all.begin(), all.end(), position,
                               [](size_t where, const Document& document) { return where < document.begin; });
    if (at != all.begin()) return *--at;
    if (depth == 0) return *all.insert(all.begin(), Document());
  }
}

void Scan::State::dispatch_decoder(const Text& text, Level& level, size_t owner, Given given) {
  const Decoder& decoder = *rules.decoders[owner - rules.scanners.size()];
  class Branch final : public Decoded {
   public:
    Branch(State& state, const Text& parent, Level& at, size_t decoder_owner)
        : state_(state), text_(parent), level_(at), owner_(decoder_owner) {}
    bool layer(std::string_view step, size_t begin, size_t consumed, std::vector<uint8_t> bytes) override {
      check(begin <= text_.bytes.size() && consumed <= text_.bytes.size() - begin, "a layer comes from its text");
      // In a broken one others may stand that go on as far, one in the other.
      size_t& reached = level_.reached[owner_];
      if (begin < reached) in_vain(begin, bytes.size());
      reached = std::max(reached, begin + consumed);
      from = std::max(from, begin + consumed);
      was_read_ = false;
      used_ += bytes.size();
      if (begin < text_.begin || begin >= text_.end) return room() > 0;
      // Nothing is left of the room: there may have been more.
      if (room() == 0)
        state_.problem_once(text_, begin, fmt::format("{} unpacks to more than the limit: left off", step));
      const bool more = state_.layer(text_, level_, owner_, step, begin, consumed, std::move(bytes), was_read_);
      return state_.enter(text_, level_, owner_) && more && room() > 0;
    }
    void broken(size_t at) override { from = at; }
    bool goes_on(std::string_view step, size_t begin, size_t consumed) override {
      if (!text_.is_page() || begin < text_.begin || begin >= text_.end) return false;
      const uint64_t at = text_.source(begin);
      state_.goes_on.push_back({std::string(step), at});
      if (!state_.reads_on || !state_.reads_on(at)) return false;
      from = std::max(from, begin + consumed);
      return true;
    }
    void says_all(size_t begin, size_t end) override {
      if (was_read_) level_.said.add(begin, end);
    }
    void says_all_if_found(size_t begin, size_t end) override {
      if (level_.layer_gave) says_all(begin, end);
    }
    bool is_said(size_t at) override {
      level_.hit_is_said |= level_.said.holds(at);
      return state_.leaves_out_said() && level_.hit_is_said;
    }
    void problem(size_t begin, std::string what) override {
      if (begin < text_.begin || begin >= text_.end) return;
      constexpr std::string_view cut = " is cut short after ";
      const size_t at = what.find(cut);
      if (at != std::string::npos && state_.source_goes_on(text_))
        what.replace(at, cut.size(),
                     fmt::format(" goes on more than {} behind its page, where it is left off after ",
                                 human_size(state_.limits.margin_after)));
      state_.problem(text_.source(begin), text_.path(begin), std::move(what));
    }
    void document(size_t begin) override { level_.documents.push_back({begin, false, {}}); }
    void document_read(size_t end) override {
      if (!was_read_ || level_.documents.empty()) return;
      level_.documents.back().is_read = true;
      document(end);  // what follows is another's
    }
    void problem_of_document(size_t begin, std::string what) override {
      if (begin < text_.begin || begin >= text_.end) return;
      Document& document = state_.document_of(text_.depth, begin);
      std::vector<std::string>& told = document.told;
      if (document.is_read || std::find(told.begin(), told.end(), what) != told.end()) return;
      told.push_back(what);
      problem(begin, std::move(what));
    }
    bool is_known(size_t) const override { return false; }
    size_t room() const override {
      const uint64_t branch = state_.limits.decoded_branch, page = state_.limits.decoded_page;
      return std::min(branch - std::min(branch, used_), page - std::min(page, state_.decoded));
    }
    void in_vain(size_t, size_t unpacked) override {
      state_.vain[owner_ - state_.rules.scanners.size()].bytes += vain_attempt + unpacked;
    }
    void next() { used_ = 0; }
    size_t from = 0;

   private:
    State& state_;
    const Text& text_;
    Level& level_;
    size_t owner_;
    uint64_t used_ = 0;
    bool was_read_ = false;  // the last layer, which may have been left off or set aside
  } branch(*this, text, level, owner);

  if (given == Given::text) {
    if (branch.room() > 0) decoder.on_text(as_bytes(text.bytes), text.begin, text.end, branch);
    return;
  }
  branch.from = level.from[owner];
  for (const Hit& hit : level.hits[owner]) {
    // A stream that starts in the page proper is hit no later than a longest match behind it, or than a decoder looks
    // back from what it hit (quoted-printable: to the begin of its line).
    if (hit.end <= text.begin || hit.end > text.end + rules.width + limits.margin_before) continue;
    branch.next();
    if (level.aside[owner] || watch->stopping()) break;
    if (branch.room() == 0) {
      if (!told_room)
        problem(text.source(text.begin), text.path(0),
                fmt::format("the limit of {} for what a page unpacks to is reached: not decoded further",
                            human_size(limits.decoded_page)));
      told_room = true;
      break;
    }
    level.hit_is_said = level.said.holds(hit.end - 1);
    if (leaves_out_said() && level.hit_is_said) continue;
    if (leaves_off(text, hit, vain[owner - rules.scanners.size()])) continue;
    decoder.on_hit(as_bytes(text.bytes), hit, branch.from, branch);
  }
  level.hit_is_said = false;
  level.from[owner] = branch.from;
}

void Scan::State::dispatch(const Text& text, Level& level) {
  if (level.filed == 0) return;
  level.each_with_hits([&](size_t owner) {
    std::vector<Hit>& hits = level.hits[owner];
    auto earlier = [](const Hit& a, const Hit& b) { return a.end != b.end ? a.end < b.end : a.pattern < b.pattern; };
    if (!std::is_sorted(hits.begin(), hits.end(), earlier)) std::sort(hits.begin(), hits.end(), earlier);
    if (enter(text, level, owner)) {
      if (is_scanner(owner))
        dispatch_scanner(text, level, owner);
      else if (is_words(owner))
        dispatch_words(text, level, owner);
      else
        dispatch_decoder(text, level, owner, Given::hits);
    }
    hits.clear();
  });
  level.filed = 0;
}

// Hits in pieces go to scanners with the piece they end in; decoders see raw bytes only, and words know UTF-16 and
// fields themselves. from: by owner, where its last feature ends.
void Scan::State::dispatch_pieces(const Text& text, Level& level, const Pieces& pieces, std::vector<size_t>& from) {
  if (level.filed == 0) return;
  const bool of_fields = &pieces == &level.shown;
  level.each_with_hits([&](size_t owner) {
    std::vector<Hit>& hits = level.hits[owner];
    if (is_scanner(owner) && !(of_fields && finds_structures(*rules.scanners[owner])) && enter(text, level, owner)) {
      auto earlier = [](const Hit& a, const Hit& b) { return a.end != b.end ? a.end < b.end : a.pattern < b.pattern; };
      std::sort(hits.begin(), hits.end(), earlier);
      TextSink sink(text, name_of(owner), level);
      const Pieces::Piece* last = nullptr;
      for (const Hit& hit : hits) {
        const Pieces::Piece* piece = pieces.holding(hit.end, 1);
        if (!piece) continue;
        if (piece != last) {
          sink.of_piece(pieces, *piece);
          if (last == nullptr && from[owner] > piece->begin) sink.from = from[owner] - piece->begin;
          last = piece;
        }
        rules.scanners[owner]->on_hit(pieces.of(*piece), {hit.end - piece->begin, hit.pattern}, sink.from, sink);
      }
      if (last) from[owner] = last->begin + sink.from;
    }
    hits.clear();
  });
  level.filed = 0;
}

void Scan::State::match(const Text& text) {
  Level& level = *levels[text.depth];
  // Features that start in the page proper are hit not much later than it ends.
  const size_t stop =
      std::min(text.bytes.size(), text.end + rules.width + std::max<size_t>(rules.reach, limits.margin_before));
  size_t blocks = 0;
  for (size_t block = 0; block < stop; block += block_size) {
    hits_of(text.bytes, block, std::min(stop, block + block_size), level);
    if (++blocks % batch_blocks != 0 && level.filed < batch_hits) continue;
    dispatch(text, level);
    match_fields(text, block + block_size);
    if (level.waiting.size() >= most_waiting) settle(level, block);
    if (watch->stopping()) return;
    watch->enter(text.item);
  }
  dispatch(text, level);
  match_fields(text, text.end);
  settle(level, text.bytes.size() + settled_behind);
}

// Fields that begin in front of `stop`.
void Scan::State::match_fields(const Text& text, size_t stop) {
  Level& level = *levels[text.depth];
  const std::vector<Fields::Field>& fields = level.fields.all();
  stop = std::min(stop, text.end);
  const auto is_left = [&] { return level.next_field < fields.size() && fields[level.next_field].begin < stop; };
  while (is_left() && !watch->stopping()) {
    level.shown.clear();
    for (; is_left() && level.shown.text().size() < block_size; ++level.next_field)
      if (const Fields::Field& field = fields[level.next_field];
          field.coding != Coding::none && field.size >= shortest_found && field.end() > text.begin)
        level.shown.add(as_bytes(text.bytes), field.begin, field.end(), field.coding);
    hits_of(level.shown.text(), 0, level.shown.text().size(), level, &level.shown);
    level.from_fields.assign(rules.owners(), 0);
    dispatch_pieces(text, level, level.shown, level.from_fields);
  }
}

void Scan::State::match_utf16(const Text& text) {
  Level& level = *levels[text.depth];
  const Bytes bytes = as_bytes(text.bytes.substr(0, std::min(text.bytes.size(), text.end + utf16_beyond)));
  for (const Utf16Run& run : find_utf16(bytes, text.is_page() ? text.offset : 0))
    level.fields.parts(run.begin, run.end, [&](size_t begin, size_t end) {
      begin += (begin - run.begin) % 2, end -= (run.end - end) % 2;
      if (begin < text.end && begin + 2 * fewest_characters <= end)
        level.utf16.add(bytes, begin, end, run.big_endian ? Coding::utf16be : Coding::utf16le);
    });
  if (level.utf16.pieces().empty()) return;
  watch->enter(text.item);
  const std::string_view joined = level.utf16.text();
  for (size_t block = 0; block < joined.size(); block += block_size) {
    hits_of(joined, block, std::min(joined.size(), block + block_size), level, &level.utf16);
    if (level.filed < batch_hits) continue;
    dispatch_pieces(text, level, level.utf16, level.from);
    const auto& pieces = level.utf16.pieces();
    const auto piece = std::partition_point(pieces.begin(), pieces.end(), [&](const auto& p) { return p.end < block; });
    if (level.waiting.size() >= most_waiting && piece != pieces.end())
      settle(level, level.utf16.source(*piece, std::max(block, piece->begin)));
    if (watch->stopping()) return;
  }
  dispatch_pieces(text, level, level.utf16, level.from);
  // What is found here settles with the bytes' own matches: decoders may say that a layer says all there.
  level.from.assign(level.from.size(), 0);
}

// Whoever wants to see the text as a whole. Before the hits, so that what is found settles with theirs.
void Scan::State::look_through(const Text& text) {
  Level& level = *levels[text.depth];
  for (size_t owner : rules.lookers) {
    if (watch->stopping()) return;
    if (!enter(text, level, owner)) continue;
    if (is_scanner(owner)) {
      TextSink sink(text, name_of(owner), level);
      rules.scanners[owner]->on_text(text.bytes, text.begin, text.end, sink);
    } else {
      dispatch_decoder(text, level, owner, Given::text);
    }
  }
  watch->enter(text.item);
}

// Rules see the text with its margins; strings that begin in them belong to the neighbours.
void Scan::State::match_yara(const Text& text) {
  if (watch->stopping()) return;
  if (!watch->enter(text.item + " yara")) {
    problem(text.source(text.begin), text.path(0), "YARA rules were set aside here");
    return;
  }
  Level& level = *levels[text.depth];
  TextSink sink(text, yara_kind, level);
  const auto found = [&](std::string value, size_t begin, size_t end) {
    const bool whole = begin == end;  // the rule holds of the text as such
    const size_t at = whole ? text.begin : begin;
    if (at < text.end) sink.bytes(yara_kind, std::move(value), at, whole ? at + 1 : end);
    if (level.waiting.size() >= most_waiting) settle(level, text.bytes.size() + settled_behind);
  };
  for (std::string& what : yara->scan(text.bytes, text.begin, text.end, found))
    problem(text.source(text.begin), text.path(0), std::move(what));
  settle(level, text.bytes.size() + settled_behind);
}

void Scan::State::scan(const Text& text) {
  if (text.bytes.empty()) return;
  while (levels.size() <= text.depth) levels.push_back(std::make_unique<Level>());
  levels[text.depth]->reset(rules.owners());
  levels[text.depth]->all_said = text.said;
  if (!rules.patterns.empty()) {
    levels[text.depth]->fields.find(text.bytes, text.end, text.is_page() ? text.offset : 0);
    match_utf16(text);
  }
  if (!rules.lookers.empty()) look_through(text);
  if (!rules.patterns.empty())
    match(text);
  else
    settle(*levels[text.depth], text.bytes.size() + settled_behind);
  if (yara) match_yara(text);
}

// False when decoding should stop.
bool Scan::State::layer(const Text& parent, Level& level, size_t owner, std::string_view layer_name, size_t begin,
                        size_t consumed, std::vector<uint8_t> bytes, bool& was_read) {
  level.layer_gave = false;
  if (bytes.empty() || !level.begins.insert(begin * rules.owners() + owner).second) return true;
  decoded += bytes.size();
  // The stream may go on, too. (Base64 leaves off before a cut line.)
  if (source_goes_on(parent) && begin + consumed + KiB >= parent.bytes.size())
    problem_once(parent, begin,
                 fmt::format("{} reaches {} behind its page: what follows is not decoded", layer_name,
                             human_size(limits.margin_after)));
  if (parent.depth >= limits.depth) {
    problem(parent.source(begin), parent.path(begin),
            fmt::format("layers nested deeper than {}: not decoded further", limits.depth));
    return false;
  }
  Text text;
  text.bytes = as_text(bytes);
  text.end = bytes.size();
  text.offset = parent.source(begin);
  text.source_end = parent.is_page() ? parent.offset + begin + consumed : parent.source_end;
  text.layers = parent.path(begin);
  text.layers.append("-").append(layer_name).append("-");
  text.item.append(name).append(std::to_string(text.offset)).append(text.layers).append("0");
  text.depth = parent.depth + 1;
  text.number = ++texts;
  text.said = parent.said || level.hit_is_said || level.said.holds(begin);
  level.reading = begin;
  if (!watch->enter(text.item)) {
    problem(text.offset, text.path(0), "layer was set aside");
    return true;
  }
  const uint64_t before = settled;
  scan(text);
  was_read = !watch->stopping();
  level.layer_gave = settled > before;
  return true;
}

namespace {

// A context shows what stands beside its feature: no digits, where that is a secret. (The feature's own value stays.)
void mask_contexts(Level& level) {
  constexpr size_t near = 4 * context_size;  // bytes; a character takes up to four
  auto less = [](const Secret& a, const Secret& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); };
  if (!std::is_sorted(level.secrets.begin(), level.secrets.end(), less))
    std::sort(level.secrets.begin(), level.secrets.end(), less);
  for (Item& item : level.waiting) {
    const Secret key{item.begin - std::min(item.begin, near + longest_secret), 0};
    for (auto s = std::lower_bound(level.secrets.begin(), level.secrets.end(), key, less);
         s != level.secrets.end() && s->begin < item.end + near; ++s)
      if (s->end + near > item.begin) mask_digits(item.found.context);
  }
}

bool is_said(const Level& level, const Item& item) {
  if (item.found.kind == word_kind || item.found.kind == yara_kind) return false;
  return level.all_said || level.said.holds(item.begin);
}

}  // namespace

// Everything up to there has been matched: what lies far enough in front of it knows its surroundings.
void Scan::State::settle(Level& level, size_t matched) {
  if (level.waiting.empty()) return;
  if (!level.secrets.empty()) mask_contexts(level);
  if (level.all_said || !level.said.empty())
    std::erase_if(level.waiting, [&](const Item& item) { return is_said(level, item); });
  size_t left = 0;
  for (Item& item : level.waiting) {
    if (item.end + settled_behind <= matched)
      items.push_back(std::move(item)), ++settled;
    else if (Item& to = level.waiting[left++]; &to != &item)
      to = std::move(item);
  }
  level.waiting.resize(left);
  if (drain && items.size() >= portion) hand_over();
}

// What is settled, in order, each feature once. The same feature is found twice close together, and settles at once.
void Scan::State::hand_over() {
  // Items are large: their numbers are sorted, and each is moved once.
  std::vector<size_t> order(items.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return before(items[a], items[b]); });
  order.erase(
      std::unique(order.begin(), order.end(), [&](size_t a, size_t b) { return same_place(items[a], items[b]); }),
      order.end());
  results->features.reserve(results->features.size() + order.size());
  for (size_t number : order) results->features.push_back(std::move(items[number].found));
  items.clear();
  if (!drain) return;
  (*drain)(*results);
  results->clear();
}

void Scan::State::finish() {
  for (size_t i = 0; i < vain.size(); ++i)
    if (vain[i].left_off > 0)
      problems.push_back(
          {vain[i].first_offset, std::move(vain[i].first_layers),
           fmt::format("{} likenesses of {} streams were left off, from here on: {} of such were unpacked "
                       "for nothing",
                       vain[i].left_off, rules.decoders[i]->name, human_size(vain[i].bytes))});
  if (untold > 0)
    problems.push_back({problems.back().offset, {}, fmt::format("{} further problems of this page", untold)});
  std::stable_sort(problems.begin(), problems.end(), [](const ScanProblem& a, const ScanProblem& b) {
    if (a.offset != b.offset) return a.offset < b.offset;
    if (int by_layers = compare_layers(a.layers, b.layers)) return by_layers < 0;
    return a.what < b.what;
  });
  for (ScanProblem& one : problems) results->problems.push_back(std::move(one));
  problems.clear();
  hand_over();
}

Scan::Scan(const Rules& rules, const Limits& limits) : state_(std::make_unique<State>(*rules.state_, limits)) {}
Scan::~Scan() = default;

uint64_t Scan::decoded() const {
  return state_->decoded;
}

bool reads_on_all(uint64_t) {
  return true;
}

const std::vector<GoingOn>& Scan::goes_on() const {
  return state_->goes_on;
}

void Scan::page(const Page& page, std::string_view name, Watch& watch, const Drain& drain) {
  Results portion_at_hand;
  state_->drain = &drain;
  scan(page, name, watch, portion_at_hand);
  state_->drain = nullptr;
}

void Scan::page(const Page& page, std::string_view name, Watch& watch, Results& results) {
  state_->drain = nullptr;
  scan(page, name, watch, results);
}

void Scan::scan(const Page& page, std::string_view name, Watch& watch, Results& results) {
  check(page.begin <= page.end && page.end <= page.bytes.size(), "a page lies within its bytes");
  State& state = *state_;
  state.watch = &watch;
  state.results = &results;
  state.name = name;
  state.decoded = 0;
  state.texts = 0;
  state.told_room = false;
  state.untold = 0;
  state.vain.assign(state.rules.decoders.size(), {});
  state.reads_on = page.reads_on;
  state.goes_on.clear();

  Text text;
  text.bytes = as_text(page.bytes);
  text.begin = page.begin;
  text.end = page.end;
  text.offset = page.offset;
  text.item = fmt::format("{}page {}", name, page.offset + page.begin);
  if (watch.enter(text.item))
    state.scan(text);
  else
    state.problem(page.offset + page.begin, {}, "page was set aside");
  state.finish();
  std::sort(state.goes_on.begin(), state.goes_on.end(), [](const GoingOn& a, const GoingOn& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.layer < b.layer;
  });
  state.goes_on.erase(std::unique(state.goes_on.begin(), state.goes_on.end(),
                                  [](const GoingOn& a, const GoingOn& b) { return a.offset == b.offset; }),
                      state.goes_on.end());
}

}  // namespace weft::scan
