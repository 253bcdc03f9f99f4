#include "scan_target.h"

#include <fmt/format.h>

#include "base/error.h"
#include "patience.h"
#include "scan/engine.h"
#include "scan/scanner.h"
#include "scan/words.h"

namespace weft::scan {
namespace {

// An examiner's list: scripts of one, two and three bytes, code pages, marks at both ends, a sign of a regular
// expression, and terms that overlap.
constexpr std::string_view terms =
    "aaa\n*aab*\nab-\nkestrel\nm\u00fcller*\nstra\u00dfe\n*\u043f\u0430\u0440\u043e\u043b\u044c\n\u0434\u0430\n"
    "\u03bf\u03b4\u03c5\u03c3\u03c3\u03b5\u03cd\u03c2\n\u6771\u4eac\n\u0142\u00f3d\u017a\nc.d+(e)\n\u4e2d\u6587*\n";

// Small, so that what a limit guards is reached by small inputs.
Limits small_limits() {
  Limits limits;
  limits.depth = 4;
  limits.decoded_branch = 256 * KiB;
  limits.decoded_page = MiB;
  return limits;
}

// Between a decoder and the engine: holds the decoder to its promises.
class Checking final : public Decoded {
 public:
  Checking(Bytes bytes, Decoded& out) : bytes_(bytes), out_(out) {}
  bool layer(std::string_view name, size_t begin, size_t consumed, std::vector<uint8_t> bytes) override {
    check(begin <= bytes_.size() && consumed <= bytes_.size() - begin, "a layer comes from its text");
    check(bytes.size() <= out_.room(), "a layer holds no more than there is room for");
    return out_.layer(name, begin, consumed, std::move(bytes));
  }
  void broken(size_t from) override {
    check(from <= bytes_.size(), "what is broken lies in its text");
    out_.broken(from);
  }
  bool goes_on(std::string_view name, size_t begin, size_t consumed) override {
    check(begin <= bytes_.size() && consumed <= bytes_.size() - begin, "what goes on lies in its text");
    return out_.goes_on(name, begin, consumed);
  }
  void says_all_if_found(size_t begin, size_t end) override {
    check(begin <= end && end <= bytes_.size(), "what is said lies in its text");
    out_.says_all_if_found(begin, end);
  }
  bool is_said(size_t at) override { return out_.is_said(at); }
  void says_all(size_t begin, size_t end) override {
    check(begin <= end && end <= bytes_.size(), "what is said lies in its text");
    out_.says_all(begin, end);
  }
  void problem(size_t begin, std::string what) override {
    check(begin <= bytes_.size(), "a problem lies in its text");
    check(!what.empty() && what.size() < 64 * KiB, "a problem says what, and is short");
    out_.problem(begin, std::move(what));
  }
  void document(size_t begin) override {
    check(begin <= bytes_.size(), "a document lies in its text");
    out_.document(begin);
  }
  void document_read(size_t end) override {
    check(end <= bytes_.size(), "a document ends in its text");
    out_.document_read(end);
  }
  void problem_of_document(size_t begin, std::string what) override {
    check(begin <= bytes_.size(), "a problem lies in its text");
    out_.problem_of_document(begin, std::move(what));
  }
  void in_vain(size_t begin, size_t unpacked) override {
    check(begin <= bytes_.size(), "what is in vain lies in its text");
    out_.in_vain(begin, unpacked);
  }
  bool is_known(size_t begin) const override { return out_.is_known(begin); }
  size_t room() const override { return out_.room(); }

 private:
  Bytes bytes_;
  Decoded& out_;
};

// A Decoder is a plain function, so each one's checked twin is made at compile time from its number in the list.
using OnHit = void (*)(Bytes, const Hit&, size_t, Decoded&);
template <size_t number>
void checked(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  Checking checking(bytes, out);
  decoders()[number]->on_hit(bytes, hit, from, checking);
}
using OnText = void (*)(Bytes, size_t, size_t, Decoded&);
template <size_t number>
void checked_text(Bytes bytes, size_t begin, size_t end, Decoded& out) {
  Checking checking(bytes, out);
  decoders()[number]->on_text(bytes, begin, end, checking);
}
constexpr size_t most_decoders = 64;
template <size_t... numbers>
Decoder checked_twin(size_t number, std::index_sequence<numbers...>) {
  static constexpr OnHit on_hits[] = {checked<numbers>...};
  static constexpr OnText on_texts[] = {checked_text<numbers>...};
  check(number < sizeof...(numbers), "the table of twins is long enough");
  Decoder twin = *decoders()[number];
  if (twin.on_hit) twin.on_hit = on_hits[number];
  if (twin.on_text) twin.on_text = on_texts[number];
  return twin;
}

}  // namespace

struct ScanTarget::State {
  std::vector<Decoder> twins;
  std::unique_ptr<Rules> rules;
  std::unique_ptr<Scan> scan;
  bool has_decoder = false;
  size_t runs = 0;

  Results page(Bytes bytes, size_t begin, size_t end) {
    NoWatch watch;
    Results results;
    scan->page({bytes, begin, end, 0}, {}, watch, results);
    for (const Found& found : results.features) {
      check(found.offset >= begin && found.offset < end, "a feature begins in its page");
      const std::string where = fmt::format("a feature ends in its text: {}{} {} {}", found.offset, found.layers,
                                            found.source_end, found.value);
      check(found.source_end > found.offset && found.source_end <= bytes.size(), where.c_str());
      check(!found.value.empty(), "a feature has a value");
    }
    for (const ScanProblem& problem : results.problems)
      check(problem.offset >= begin && problem.offset <= end, "a problem lies in its page");
    return results;
  }
};

ScanTarget::ScanTarget(std::string_view name) : state_(std::make_unique<State>()) {
  State& state = *state_;
  std::vector<const Scanner*> chosen;
  for (const Scanner* scanner : scanners())
    if (name == "all" || scanner->name == name) chosen.push_back(scanner);
  for (size_t i = 0; i < decoders().size(); ++i)
    if (name == "all" || decoders()[i]->name == name)
      state.twins.push_back(checked_twin(i, std::make_index_sequence<most_decoders>()));
  Lists lists;
  if (name == "all" || name == words_name) lists.words.push_back({"terms", std::string(terms)});
  if (chosen.empty() && state.twins.empty() && lists.words.empty())
    throw Error("no scanner and no decoder has this name", std::string(name));
  std::vector<const Decoder*> twins;
  for (const Decoder& twin : state.twins) twins.push_back(&twin);
  // A decoder's layers are to be looked at: with nothing to find in them, no path would ever be followed.
  if (chosen.empty() && lists.words.empty())
    for (const Scanner* scanner : scanners())
      if (scanner->name == "email") chosen.push_back(scanner);
  state.has_decoder = !twins.empty();
  state.rules = std::make_unique<Rules>(chosen, twins, lists);
  state.scan = std::make_unique<Scan>(*state.rules, small_limits());
}

ScanTarget::~ScanTarget() = default;

void ScanTarget::run(Bytes bytes) {
  if (bytes.empty()) return;
  const double start = fuzz::cpu_seconds();
  const Results whole = state_->page(bytes, 0, bytes.size());
  const size_t cut = bytes.size() / 2;
  state_->page(bytes, 0, cut);
  state_->page(bytes, cut, bytes.size());
  const double seconds = fuzz::cpu_seconds() - start;
  // What limits allow to come out is scanned too: three pages of 1 MiB, at 20 MB/s.
  check(seconds < fuzz::patience * (0.3 + double(bytes.size()) / 1e6), "time is bounded by size");
  // Following a path compiles its patterns each time: now and then.
  if (!state_->has_decoder || state_->runs++ % 4 != 0) return;
  for (const Found& found : whole.features) {
    if (found.layers.empty()) continue;
    const Layer layer = unpack(bytes.subspan(found.offset), found.layers, small_limits());
    check(layer.offset < layer.bytes.size(), "a path leads to a byte");
    break;
  }
}

std::vector<std::string> scan_targets() {
  std::vector<std::string> names;
  for (const Scanner* scanner : scanners()) names.emplace_back(scanner->name);
  for (const Decoder* decoder : decoders()) names.emplace_back(decoder->name);
  names.emplace_back(words_name);
  names.emplace_back("all");
  return names;
}

}  // namespace weft::scan
