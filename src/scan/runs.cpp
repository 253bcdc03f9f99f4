#include "scan/runs.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace weft::scan {
namespace {

struct Repeat {
  std::array<bool, 256> sign{};
  size_t times = 0;
};

// "[A-Z0-9+]{16}"; nothing for whatever is more than that.
std::optional<Repeat> read_repeat(std::string_view regex) {
  const size_t close = regex.find("]{");
  if (!regex.starts_with('[') || close == std::string_view::npos || !regex.ends_with('}')) return std::nullopt;
  const std::string_view signs = regex.substr(1, close - 1);
  const std::string_view times = regex.substr(close + 2, regex.size() - close - 3);
  if (signs.find_first_of("\\^[]:") != std::string_view::npos) return std::nullopt;
  Repeat out;
  const auto [end, error] = std::from_chars(times.data(), times.data() + times.size(), out.times);
  if (error != std::errc() || end != times.data() + times.size()) return std::nullopt;
  for (size_t i = 0; i < signs.size(); ++i) {
    const bool is_range = i + 2 < signs.size() && signs[i + 1] == '-';
    const char last = is_range ? signs[i + 2] : signs[i];
    for (int c = uint8_t(signs[i]); c <= uint8_t(last); ++c) out.sign[size_t(c)] = true;
    if (is_range) i += 2;
  }
  return out;
}

}  // namespace

bool Runs::add(const Pattern& pattern, uint32_t number) {
  if (pattern.flags != first_end) return false;
  const std::optional<Repeat> repeat = read_repeat(pattern.regex);
  if (!repeat) return false;
  auto all_are = [&](bool (*kind)(uint8_t)) {
    for (unsigned c = 0; c < 256; ++c)
      if (repeat->sign[c] && !kind(uint8_t(c))) return false;
    return true;
  };
  std::vector<Run>* sort = nullptr;
  if (repeat->times >= 2 * quarter - 1 && all_are(is_number))
    sort = &number_;
  else if (repeat->times >= 2 * half - 1 && all_are(is_narrow))
    sort = &narrow_;
  else if (repeat->times >= 2 * block_size - 1 && all_are(is_wide))
    sort = &wide_;
  if (!sort || sort->size() == most) return false;
  sort->push_back({repeat->sign, repeat->times, number});
  width_ = std::max(width_, repeat->times);
  for (unsigned c = 0; c < 256; ++c) in_any_[c] = in_any_[c] || repeat->sign[c];
  return true;
}

}  // namespace weft::scan
