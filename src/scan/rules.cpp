// Compiles the patterns. A match may be no longer than longest_match, so that a text can be scanned in blocks which
// overlap by that much: the hits of one block are then bounded, whatever the bytes are.
//
// What a pattern costs, measured one by one and together (all of them at 2.1 GHz: 640 MB/s on noise, 780 on text).
// Cheap, because Hyperscan finds them by literals and masks: a literal of two bytes or more; a sequence of classes of
// fixed length that starts with few signs ("3[0-9]{13}", "[2-6][0-9]{3}[ -]"); one class repeated 16 times or more.
// Dear, at 1 ns a byte or so each: what surrounds a match ("(?:^|[^0-9a-z])…$"), an optional sign early on, a repeated
// class of fewer than 16. So patterns match a selective core, and on_hit judges what stands around it. Patterns that
// cannot do without a wide class are written alike and shared.
#include "scan/rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "base/error.h"

namespace weft::scan {
namespace {

constexpr size_t longest_match = 16 * KiB;

struct Width {
  size_t least, most;
};
// Of the texts the pattern can match.
Width width_of(const Pattern& pattern, std::string_view owner) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* failure = nullptr;
  if (hs_expression_info(pattern.regex, hyperscan_flags(pattern), &info, &failure) != HS_SUCCESS) {
    std::string why = failure ? failure->message : "no reason given";
    hs_free_compile_error(failure);
    throw Error(fmt::format("pattern of {} does not compile: {}: {}", owner, pattern.regex, why));
  }
  const Width width{info->min_width, info->max_width};
  free(info);
  if (width.most > longest_match)
    throw Error(fmt::format("pattern of {} is not bounded to {} bytes: {}", owner, longest_match, pattern.regex));
  if (width.least == 0) throw Error(fmt::format("pattern of {} matches nothing at all: {}", owner, pattern.regex));
  return width;
}

struct Numbered {
  const Pattern* pattern;
  unsigned number;
};

Handle<hs_database_t, hs_free_database> compile(const std::vector<Numbered>& patterns) {
  std::vector<const char*> texts;
  std::vector<unsigned> flags, ids;
  for (const Numbered& one : patterns) {
    texts.push_back(one.pattern->regex);
    flags.push_back(hyperscan_flags(*one.pattern));
    ids.push_back(one.number);
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* failure = nullptr;
  if (hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                       nullptr, &database, &failure) != HS_SUCCESS) {
    const std::string why = failure ? failure->message : "no reason given";
    const std::string which = failure && failure->expression >= 0 ? texts[size_t(failure->expression)] : "all together";
    hs_free_compile_error(failure);
    throw Error(fmt::format("patterns do not compile: {}: {}", which, why));
  }
  return Handle<hs_database_t, hs_free_database>(database);
}

}  // namespace

Handle<hs_scratch_t, hs_free_scratch> Rules::State::make_scratch() const {
  hs_scratch_t* raw = nullptr;
  if (database.get() && hs_alloc_scratch(database.get(), &raw) != HS_SUCCESS)
    throw Error("no memory for pattern scratch");
  return Handle<hs_scratch_t, hs_free_scratch>(raw);
}

// Tried out, so it stays true.
void Rules::State::find_quiet_bytes() {
  const auto scratch = make_scratch();
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string text(width + 64, static_cast<char>(byte));
    size_t hits = 0;
    auto count = [&](unsigned, size_t) { ++hits; };
    match(text, scratch.get(), count);
    quiet[byte] = hits == 0;
  }
}

Rules::Rules(const Lists& lists) : Rules(scan::scanners(), scan::decoders(), lists) {}

Rules::Rules(std::span<const Scanner* const> scanners, std::span<const Decoder* const> decoders, const Lists& lists)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.scanners.assign(scanners.begin(), scanners.end());
  state.decoders.assign(decoders.begin(), decoders.end());
  if (!lists.words.empty()) state.words = std::make_unique<Words>(lists.words);
  if (!lists.rules.empty()) state.yara = std::make_unique<YaraRules>(lists.rules);

  std::vector<Numbered> patterns;                                   // for Hyperscan
  std::map<std::pair<std::string_view, unsigned>, size_t> numbers;  // equal patterns are matched once
  uint32_t owner = 0;
  auto add = [&](std::string_view name, std::span<const Pattern> all) {
    for (const Pattern& pattern : all) {
      const auto [at, is_new] = numbers.try_emplace({pattern.regex, pattern.flags}, state.patterns.size());
      const auto number = uint32_t(at->second);
      if (is_new) {
        const Width width = width_of(pattern, name);
        state.width = std::max(state.width, width.most);
        state.least.push_back(width.least);
        state.patterns.emplace_back();
        if (!state.runs.add(pattern, number)) patterns.push_back({&pattern, number});
      }
      state.patterns[number].push_back({owner, pattern.id, (pattern.flags & first_end) != 0});
    }
    ++owner;
  };
  for (const Scanner* scanner : scanners) {
    add(scanner->name, scanner->patterns);
    if (scanner->reach_before > Limits{}.margin_before || scanner->reach_behind > Limits{}.margin_after)
      throw Error(fmt::format("scanner {} looks farther than the margins of a page", scanner->name));
    state.reach = std::max(state.reach, scanner->reach_before);
  }
  for (const Decoder* decoder : decoders) add(decoder->name, decoder->patterns);
  if (state.words) add(words_name, state.words->patterns());
  for (size_t i = 0; i < scanners.size() + decoders.size(); ++i)
    if (i < scanners.size() ? scanners[i]->on_text != nullptr : decoders[i - scanners.size()]->on_text != nullptr)
      state.lookers.push_back(i);
  if (!patterns.empty()) state.database = compile(patterns);
  state.find_quiet_bytes();
}

Rules::~Rules() = default;
Rules::Rules(Rules&&) noexcept = default;

}  // namespace weft::scan
