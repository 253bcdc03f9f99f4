#include "scan/entity.h"

#include <charconv>

namespace weft::scan {

Entity numbered_entity(std::string_view text) {
  constexpr size_t longest = 10;
  text = text.substr(0, longest);
  if (!text.starts_with("&#")) return {};
  const bool hex = text.substr(2).starts_with('x') || text.substr(2).starts_with('X');
  const char* const end = text.data() + text.size();
  uint32_t value = 0;
  const auto [behind, failure] = std::from_chars(text.data() + 2 + hex, end, value, hex ? 16 : 10);
  if (failure != std::errc() || behind == end || *behind != ';') return {};
  return {size_t(behind - text.data()) + 1, value};
}

}  // namespace weft::scan
