#include "pack/scope.h"

#include <algorithm>
#include <fmt/format.h>

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

// RE2 takes no longer for a hostile path than its length allows; LIKE does.
std::string fits_sql(const std::string& expression, std::string_view pattern) {
  std::string regex;
  for (char c : pattern) {
    if (std::string_view("\\^$.|+()[]{}").find(c) != std::string_view::npos) regex += '\\';
    regex += c == '*' ? ".*" : c == '?' ? "." : std::string(1, c);
  }
  return fmt::format("regexp_full_match({}, {}, 'is')", expression, Database::quote(regex));
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

std::string Scope::why(const std::string& exhibit, const std::string& path) const {
  if (rules_.empty()) return "NULL";
  std::string out = "CASE";
  for (const ScopeRule& rule : rules_)
    out += fmt::format(" WHEN {} AND {} THEN {}", fits_sql(exhibit, rule.exhibit),
                       rule.path == "-" ? path + " = ''" : fits_sql(path, rule.path),
                       rule.verdict == ScopeRule::Verdict::in ? "NULL" : Database::quote(rule.why()));
  return out + " END";
}

std::string Scope::rules_for(std::string_view exhibit) const {
  std::string out;
  for (const ScopeRule& rule : rules_)
    if (fits(rule.exhibit, exhibit))
      out += fmt::format("{}\t{}\t{}\n", verdicts[size_t(rule.verdict)], rule.path, rule.reason);
  return out;
}

std::vector<KeptOut> kept_out(Database& database, const Scope& scope) {
  std::string sql = fmt::format(
      R"(SELECT exhibit, why, sum(files), sum(features) FROM (
           SELECT exhibit, {} AS why, count(*) AS files, 0 AS features FROM file WHERE kind = 'file' GROUP BY ALL
           UNION ALL SELECT exhibit, {} AS why, 0, count(*) FROM feature GROUP BY ALL)
         WHERE why IS NOT NULL GROUP BY exhibit, why ORDER BY exhibit, why)",
      scope.why("exhibit", "path"), scope.why("exhibit", "coalesce(file, '')"));
  std::vector<KeptOut> out;
  for (Database::Row& row : database.rows(sql))
    out.push_back({*row[0], *row[1], std::stoull(*row[2]), std::stoull(*row[3])});
  return out;
}

}  // namespace weft::pack
