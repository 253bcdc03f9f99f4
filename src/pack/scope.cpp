#include "pack/scope.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "pack/database.h"

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

constexpr int64_t day_ns = int64_t(24) * 3600 * 1'000'000'000;

// Takes the third field apart. bad: makes the Error.
template <class Bad>
void read_what(ScopeRule& rule, const Bad& bad) {
  using Fits = ScopeRule::Fits;
  std::string_view what = rule.what;
  auto after = [&](std::string_view word) {
    if (!what.starts_with(word)) return false;
    what.remove_prefix(word.size());
    return true;
  };
  rule.fits = what == "-"        ? Fits::no_file
              : after("before:") ? Fits::before
              : after("after:")  ? Fits::after
              : after("party:")  ? Fits::party
                                 : Fits::path;
  rule.pattern = what;
  if (rule.fits == Fits::party && what.empty()) throw bad("party: is followed by an address or a domain");
  if (rule.fits != Fits::before && rule.fits != Fits::after) return;
  std::optional<Time> day = from_text(std::string(what) + "T00:00:00Z");
  if (!day) throw bad("a day is YYYY-MM-DD");
  rule.day = *day;
  if (rule.fits == Fits::after) rule.day.nanoseconds += day_ns;  // the day itself is not after it
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
  if (fields.size() < 3) throw bad("a rule has a verdict, an exhibit and a path (or day, or party), apart by tabs");
  if (fields.size() > 4) throw bad("a rule has no more than four fields");
  if (out.verdict != ScopeRule::Verdict::in && fields.size() < 4)
    throw bad("what is kept out has a reason, in the fourth field");
  if (!is_utf8(line)) throw bad("it is no UTF-8");
  out.exhibit = fields[1], out.what = fields[2];
  if (fields.size() == 4) out.reason = fields[3];
  read_what(out, bad);
  return out;
}

// A pattern as a regular expression; `any`: what its wildcards stand for.
std::string regex_of(std::string_view pattern, const std::string& any) {
  std::string regex;
  for (char c : pattern) {
    if (std::string_view("\\^$.|+()[]{}").find(c) != std::string_view::npos) regex += '\\';
    regex += c == '*' ? any + "*" : c == '?' ? any : std::string(1, c);
  }
  return regex;
}

// RE2 takes no longer for a hostile path than its length allows; LIKE does.
std::string fits_sql(const std::string& expression, std::string_view pattern) {
  return fmt::format("regexp_full_match({}, {}, 'is')", expression, Database::quote(regex_of(pattern, ".")));
}

// Finds an address among others and their names. A domain stands for every address at it and below it.
std::string party_regex(std::string_view pattern) {
  const std::string part = "[^\\s<>,;:\"]";
  bool domain = pattern.find('@') == std::string_view::npos;
  return "(?:^|[\\s<>,;:\"])" + (domain ? part + "+@(?:" + part + "+\\.)?" : std::string()) + regex_of(pattern, part) +
         "(?:$|[\\s<>,;:\"])";
}

// Whether a pattern may fit a label: exact for ASCII, and yes where in doubt.
bool fits(std::string_view pattern, std::string_view label) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  auto plain = [](char c) { return c >= 0; };
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; };
  if (!std::all_of(pattern.begin(), pattern.end(), plain) || !std::all_of(label.begin(), label.end(), plain))
    return true;
  while (t < label.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++, resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(label[t]))) {
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

std::string Scope::why(const ScopeThing& thing) const {
  if (rules_.empty()) return "NULL";
  auto fits = [&](const ScopeRule& rule) {
    switch (rule.fits) {
      case ScopeRule::Fits::path:
        return fits_sql(thing.path, rule.pattern);
      case ScopeRule::Fits::no_file:
        return thing.path + " = ''";
      case ScopeRule::Fits::before:
        return fmt::format("coalesce(epoch_ns({}) < {}, false)", thing.last, rule.day.nanoseconds);
      case ScopeRule::Fits::after:
        return fmt::format("coalesce(epoch_ns({}) >= {}, false)", thing.first, rule.day.nanoseconds);
      case ScopeRule::Fits::party:
        break;
    }
    return fmt::format("coalesce(regexp_matches({}, {}, 'i'), false)", thing.parties,
                       Database::quote(party_regex(rule.pattern)));
  };
  std::string out = "CASE";
  for (const ScopeRule& rule : rules_)
    out += fmt::format(" WHEN {} AND {} THEN {}", fits_sql(thing.exhibit, rule.exhibit), fits(rule),
                       rule.verdict == ScopeRule::Verdict::in ? "NULL" : Database::quote(rule.why()));
  return out + " END";
}

bool Scope::by_more_than_path() const {
  return std::any_of(rules_.begin(), rules_.end(), [](const ScopeRule& rule) {
    return rule.fits != ScopeRule::Fits::path && rule.fits != ScopeRule::Fits::no_file;
  });
}

Scope Scope::numbered() const {
  Scope out = *this;
  for (size_t i = 0; i < out.rules_.size(); ++i)
    out.rules_[i].verdict = ScopeRule::Verdict::out, out.rules_[i].reason = std::to_string(i);
  return out;
}

std::string Scope::rules_for(std::string_view exhibit) const {
  std::string out;
  for (const ScopeRule& rule : rules_)
    if (fits(rule.exhibit, exhibit))
      out += fmt::format("{}\t{}\t{}\n", verdicts[size_t(rule.verdict)], rule.what, rule.reason);
  return out;
}

}  // namespace weft::pack
