// Follows a decoding path again. Each step runs the one decoder that made it over the bytes at hand and takes the layer
// that begins where the path says; so the page engine and this agree by construction.
#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "scan/engine.h"
#include "scan/rules.h"

namespace weft::scan {
namespace {

struct Step {
  std::string_view name;
  uint64_t offset = 0;  // in what the step unpacks to
};

// "-GZIP-512-ZIP-0" or the same with a number in front, which is where root starts.
std::vector<Step> steps_of(std::string_view layers) {
  std::vector<Step> steps;
  const std::string path(layers);
  size_t at = 0;
  while (at < layers.size() && is_digit(layers[at])) ++at;
  while (at < layers.size()) {
    const size_t name = at + 1, dash = layers.find('-', name);
    if (layers[at] != '-' || dash == std::string_view::npos) throw Error("not a decoding path: " + path);
    Step step{layers.substr(name, dash - name), 0};
    const char* number = layers.data() + dash + 1;
    const auto [end, failure] = std::from_chars(number, layers.data() + layers.size(), step.offset);
    if (failure != std::errc()) throw Error("not a decoding path: " + path);
    at = size_t(end - layers.data());
    steps.push_back(step);
  }
  return steps;
}

const Decoder& decoder_of(std::string_view name) {
  for (const Decoder* decoder : decoders())
    if (decoder->name == name) return *decoder;
  throw Error(fmt::format("no decoder is named {}", name));
}

class Taken final : public Decoded {
 public:
  Taken(size_t begin, size_t room) : begin_(begin), room_(room) {}
  bool layer(std::string_view, size_t begin, size_t consumed, std::vector<uint8_t> bytes) override {
    from = std::max(from, begin + consumed);
    if (begin != begin_ || bytes.empty()) return true;  // nothing is read of one that holds nothing
    found = true;
    taken = std::move(bytes);
    return false;
  }
  void broken(size_t) override {}
  bool goes_on(std::string_view, size_t, size_t) override { return false; }
  void says_all(size_t, size_t) override {}
  void says_all_if_found(size_t, size_t) override {}
  bool is_said(size_t) override { return false; }
  void problem(size_t, std::string) override {}
  void document(size_t) override {}
  void document_read(size_t) override {}
  void problem_of_document(size_t, std::string) override {}
  void in_vain(size_t, size_t) override {}
  bool is_known(size_t begin) const override { return begin == begin_; }
  size_t room() const override { return room_; }

  size_t from = 0;
  bool found = false;
  std::vector<uint8_t> taken;

 private:
  size_t begin_, room_;
};

}  // namespace

class PatternPass {
 public:
  explicit PatternPass(const Rules& rules) : rules_(*rules.state_), scratch_(rules_.make_scratch()) {}
  // Hits in bytes, in order; not more than enough for the stream that begins at 0.
  std::vector<Hit> hits(Bytes bytes) {
    std::vector<Hit> hits;
    auto file = [&](unsigned number, size_t end) {
      for (const Rules::State::Owned& owned : rules_.patterns[number]) hits.push_back({end, owned.id});
    };
    rules_.match(as_text(bytes), scratch_.get(), file);
    std::sort(hits.begin(), hits.end(),
              [](const Hit& a, const Hit& b) { return a.end != b.end ? a.end < b.end : a.pattern < b.pattern; });
    return hits;
  }

 private:
  const Rules::State& rules_;
  Handle<hs_scratch_t, hs_free_scratch> scratch_;
};

Layer unpack(Bytes root, std::string_view layers, const Limits& limits) {
  constexpr size_t near = 64 * KiB;  // most streams are hit near their start, tables by their end
  const std::vector<Step> steps = steps_of(layers);
  if (steps.size() > limits.depth) throw Error("a decoding path deeper than the limit: " + std::string(layers));
  Layer layer;
  layer.bytes.assign(root.begin(), root.end());
  for (const Step& step : steps) {
    const Decoder* decoder = &decoder_of(step.name);
    const Bytes bytes(layer.bytes);
    Taken taken(layer.offset, limits.decoded_branch);
    if (layer.offset < bytes.size() && decoder->on_text) decoder->on_text(bytes, layer.offset, layer.offset + 1, taken);
    if (layer.offset < bytes.size() && !taken.found && !decoder->patterns.empty()) {
      const Rules rules({}, std::span(&decoder, 1));
      PatternPass pass(rules);
      const Bytes rest = bytes.subspan(layer.offset);
      for (const Bytes searched : {rest.first(std::min(near, rest.size())), rest}) {
        if (taken.found) break;
        for (Hit hit : pass.hits(searched)) {
          hit.end += layer.offset;
          decoder->on_hit(bytes, hit, std::max(taken.from, layer.offset), taken);
          if (taken.found) break;
        }
      }
    }
    if (!taken.found) throw Error(fmt::format("no {} stream at {} of the layer before", step.name, layer.offset));
    layer.bytes = std::move(taken.taken);
    layer.offset = step.offset;
  }
  if (layer.offset > layer.bytes.size())
    throw Error("the path leads behind the end of its layer: " + std::string(layers));
  return layer;
}

}  // namespace weft::scan
