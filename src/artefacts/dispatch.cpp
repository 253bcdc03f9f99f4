#include "artefacts/dispatch.h"

#include <algorithm>

#include "base/text.h"

namespace weft::artefacts {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c;
}

// The usual two-pointer match: after a mismatch the last '*' swallows one sign more. No recursion, so a hostile name
// costs its length times the pattern's.
bool name_matches(std::string_view name, std::string_view pattern) {
  size_t n = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++, resume = n;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(name[n])) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1, n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view take_last_name(std::string_view& path) {
  size_t slash = path.rfind('/');
  std::string_view name = path.substr(slash + 1);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  return name;
}

}  // namespace

bool path_matches(std::string_view path, std::string_view pattern) {
  // Nearly every path ends otherwise.
  if (!path.empty() && !pattern.empty() && pattern.back() != '*' && lower(path.back()) != lower(pattern.back()))
    return false;
  while (!pattern.empty()) {
    if (path.empty() || !name_matches(take_last_name(path), take_last_name(pattern))) return false;
  }
  return true;
}

std::vector<const Parser*> parsers_for(std::string_view path, std::string_view type, uint64_t size, Bytes head) {
  std::vector<const Parser*> out;
  std::string_view text = as_text(head);
  for (const Parser* parser : parsers()) {
    auto any = [](std::span<const std::string_view> list, auto test) {
      return std::any_of(list.begin(), list.end(), test);
    };
    if (parser->wants && !parser->wants(path, size)) continue;
    if (any(parser->paths, [&](std::string_view pattern) { return path_matches(path, pattern); }) ||
        any(parser->types, [&](std::string_view one) { return one == type; }) ||
        any(parser->magics, [&](std::string_view magic) { return text.starts_with(magic); }))
      out.push_back(parser);
  }
  return out;
}

std::vector<std::string_view> sibling_suffixes() {
  std::vector<std::string_view> out;
  for (const Parser* parser : parsers()) out.insert(out.end(), parser->siblings.begin(), parser->siblings.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace weft::artefacts
