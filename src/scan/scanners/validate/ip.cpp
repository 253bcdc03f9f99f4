#include "scan/scanners/validate/ip.h"

#include <fmt/format.h>
#include <vector>

#include "base/text.h"

namespace weft::scan {

std::optional<std::array<uint8_t, 4>> ipv4(std::string_view text) {
  std::array<uint8_t, 4> out{};
  size_t at = 0;
  for (size_t i = 0; i < 4; ++i) {
    if (i > 0 && (at >= text.size() || text[at++] != '.')) return std::nullopt;
    size_t start = at;
    unsigned value = 0;
    while (at < text.size() && is_digit(text[at]) && at - start < 3) value = value * 10 + unsigned(text[at++] - '0');
    if (at == start || value > 255 || (at - start > 1 && text[start] == '0')) return std::nullopt;
    out[i] = uint8_t(value);
  }
  if (at != text.size()) return std::nullopt;
  return out;
}

std::optional<std::array<uint16_t, 8>> ipv6(std::string_view text) {
  std::vector<uint16_t> groups;
  std::optional<size_t> gap;
  size_t at = 0;
  if (text.starts_with("::")) gap = 0, at = 2;
  while (at < text.size() && groups.size() < 8) {
    size_t colon = text.find(':', at);
    std::string_view part = text.substr(at, colon == std::string_view::npos ? colon : colon - at);
    if (part.find('.') != std::string_view::npos) {
      auto tail = ipv4(part);
      if (!tail || colon != std::string_view::npos || groups.size() > 6) return std::nullopt;
      groups.push_back(uint16_t((*tail)[0] << 8 | (*tail)[1]));
      groups.push_back(uint16_t((*tail)[2] << 8 | (*tail)[3]));
      at = text.size();
      break;
    }
    if (part.empty() || part.size() > 4 || !is_hex(part)) return std::nullopt;
    groups.push_back(uint16_t(std::strtoul(std::string(part).c_str(), nullptr, 16)));
    if (colon == std::string_view::npos) {
      at = text.size();
      break;
    }
    at = colon + 1;
    if (at < text.size() && text[at] == ':') {
      if (gap) return std::nullopt;
      gap = groups.size();
      ++at;
    } else if (at == text.size()) {
      return std::nullopt;  // ends in a single colon
    }
  }
  if (at != text.size()) return std::nullopt;
  if (gap ? groups.size() > 7 : groups.size() != 8) return std::nullopt;
  std::array<uint16_t, 8> out{};
  size_t zeros = 8 - groups.size();
  for (size_t i = 0; i < groups.size(); ++i) out[gap && i >= *gap ? i + zeros : i] = groups[i];
  return out;
}

std::string to_text(const std::array<uint16_t, 8>& g) {
  if (g[0] == 0 && g[1] == 0 && g[2] == 0 && g[3] == 0 && g[4] == 0 && g[5] == 0xFFFF)
    return fmt::format("::ffff:{}.{}.{}.{}", g[6] >> 8, g[6] & 255, g[7] >> 8, g[7] & 255);
  size_t best = 8, best_length = 1;
  for (size_t i = 0; i < 8; ++i) {
    size_t length = 0;
    while (i + length < 8 && g[i + length] == 0) ++length;
    if (length > best_length) best = i, best_length = length;
  }
  std::string out;
  for (size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    out += fmt::format("{:x}", g[i]);
  }
  return out;
}

}  // namespace weft::scan
