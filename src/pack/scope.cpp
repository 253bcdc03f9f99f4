#include "pack/scope.h"

#include <array>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::pack {
namespace {

constexpr std::string_view verdicts[] = {"in", "out", "privileged"};

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin <= line.size();) {
    size_t end = std::min(line.find('\t', begin), line.size());
    if (end > begin) out.emplace_back(line.substr(begin, end - begin));  // columns may be lined up by several tabs
    begin = end + 1;
  }
  return out;
}

ScopeRule rule_of(std::string_view line, size_t number, const std::string& name) {
  auto bad = [&](const std::string& why) { return Error(fmt::format("line {} of the scope: {}", number, why), name); };
  std::vector<std::string> fields = fields_of(line);
  ScopeRule out;
  size_t verdict = 0;
  while (verdict < std::size(verdicts) && fields[0] != verdicts[verdict]) ++verdict;
  if (verdict == std::size(verdicts))
    throw bad("it begins with in, out or privileged, and its fields are apart by tabs");
  out.verdict = ScopeRule::Verdict(verdict);
  if (fields.size() < 3) throw bad("a rule has a verdict, an exhibit and a path, apart by tabs");
  if (fields.size() > 4) throw bad("a rule has no more than four fields");
  if (out.verdict != ScopeRule::Verdict::in && fields.size() < 4)
    throw bad("what is kept out has a reason, in the fourth field");
  if (!is_utf8(line)) throw bad("it is no UTF-8");
  out.exhibit = fields[1], out.path = fields[2];
  if (fields.size() == 4) out.reason = fields[3];
  return out;
}

}  // namespace

std::string ScopeRule::why() const {
  return (verdict == Verdict::privileged ? "privileged: " : "out of scope: ") + reason;
}

Scope::Scope(std::string_view text, const std::string& name) : sha256_(sha256_hex(as_bytes(text))) {
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    begin = end + 1, ++number;
    if (line.find_first_not_of(" \t") == std::string_view::npos || line[0] == '#') continue;
    rules_.push_back(rule_of(line, number, name));
  }
  if (rules_.empty()) throw Error("the scope has no rule", name);
}

Scope Scope::read(const std::string& path) {
  return exists(path) ? Scope(read_file(path), path) : Scope();
}

const ScopeRule* Scope::gate(std::string_view exhibit, std::string_view path) const {
  for (const ScopeRule& rule : rules_)
    if (fits(rule.exhibit, exhibit) && (path.empty() ? rule.path == "-" || rule.path == "*" : fits(rule.path, path)))
      return rule.verdict == ScopeRule::Verdict::in ? nullptr : &rule;
  return nullptr;
}

bool fits(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; };
  auto same = [&](char a, char b) { return lower(a) == lower(b); };
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++, resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || same(pattern[p], text[t]))) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1, t = ++resume;  // the last star takes one more
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace weft::pack
