#include "app/find_again.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "base/error.h"
#include "extract/lists.h"
#include "pack/pack.h"

namespace weft::app {

const scan::Rules& RulesOfPacks::of(const extract::Case& in, const std::string& label) {
  scan::Lists lists = extract::Lists::kept(in, pack::info(in.pack(label)).lists).searched();
  lists.rules.clear();
  std::string key;
  for (const scan::ListFile& list : lists.words) key += list.name + "\n";
  auto& rules = rules_[key];
  if (!rules) rules = std::make_unique<scan::Rules>(lists);
  return *rules;
}

FindAgain::FindAgain(const extract::Case& in, const extract::Exhibit& exhibit, const scan::Rules& rules)
    : addresses_(in, exhibit), scan_(rules, Limits{}) {}

bool FindAgain::operator()(const FeatureRow& feature) {
  const Limits limits;
  const size_t dash = feature.path.find('-');
  const std::string layers = dash == std::string::npos ? "" : feature.path.substr(dash);
  std::vector<std::string> roots = {feature.path.substr(0, dash)};
  if (feature.file_id && feature.file_offset)
    roots.insert(roots.begin(), fmt::format("#{}+{}", *feature.file_id, *feature.file_offset));
  // What is shorter than this is found again at little cost; a carved file or a stream may be longer.
  constexpr size_t near = 256 * KiB;
  const size_t far = std::max<size_t>(limits.page, limits.document) + limits.margin_after;
  bool found = false;
  // What lies at `address`, as one of the given layers.
  const auto look = [&](const std::string& address, size_t size, const std::string& as) {
    NoWatch watch;
    try {
      const extract::Place place = addresses_.read(address, limits.margin_before, size);
      if (place.at >= place.bytes.size()) return;
      scan_.page({place.bytes, place.at, place.at + 1, place.first}, "", watch, [&](scan::Results& results) {
        found = found || std::any_of(results.features.begin(), results.features.end(), [&](const scan::Found& one) {
                  return one.kind == feature.kind && one.value == feature.value && one.layers == as &&
                         one.encoding == feature.encoding;
                });
      });
    } catch (const Error&) {  // a deleted file's content may be gone while its bytes are there
    }
  };
  for (const size_t size : {near, far})
    for (const std::string& root : roots)
      if (!found && (size == far || layers.empty())) look(root, size, layers);
  // A stream that is hit far behind its begin, that goes on where another was cut, or that is longer than a page is
  // asked for by its path.
  for (const std::string& root : roots)
    if (!found && !layers.empty()) look(root + layers, far, "");
  return found;
}

}  // namespace weft::app
