// What of the evidence the authority covers, and what in it is privileged: an examiner's rules by exhibit and path.
// Extraction collects everything; what a rule gates does not count when exhibits are linked, nor as background.
//
// A line is a rule, its fields apart by tabs: verdict, exhibit, path, and (but for `in`) the reason. The first rule
// that fits a file decides; what none fits is covered. `*` stands for any number of characters, '/' included, `?` for
// one; ASCII letters fit in either case. A path of `-` fits what lies in no file. Lines that begin with '#' and empty
// ones say nothing.
//
//     privileged<TAB>*<TAB>*/Counsel/*<TAB>correspondence with counsel
//     in<TAB>phone-*<TAB>*DCIM/*
//     out<TAB>phone-*<TAB>*<TAB>pictures only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::pack {

class Database;

struct ScopeRule {
  enum class Verdict { in, out, privileged };
  Verdict verdict = Verdict::in;
  std::string exhibit, path, reason;
  // "out of scope: pictures only"; "privileged: correspondence with counsel".
  std::string why() const;
};

class Scope {
 public:
  Scope() = default;  // covers everything
  // Error naming the line, when one is no rule. name: for the message.
  Scope(std::string_view text, const std::string& name);
  // No rules when the file is not there.
  static Scope read(const std::string& path);

  // SQL: why the file is kept out, NULL when it is covered. Both are SQL expressions: the exhibit's label, and the path
  // as in the file table, '' for what lies in no file.
  std::string why(const std::string& exhibit, const std::string& path) const;
  // The rules that may fit files of this exhibit, as text; equal texts gate equal things.
  std::string rules_for(std::string_view exhibit) const;
  const std::vector<ScopeRule>& rules() const { return rules_; }
  bool empty() const { return rules_.empty(); }
  const std::string& sha256() const { return sha256_; }  // of the text; "" without one

 private:
  std::vector<ScopeRule> rules_;
  std::string sha256_;
};

struct KeptOut {
  std::string exhibit, why;
  uint64_t files = 0, features = 0;
};
// What the scope keeps out of the attached packs (tables file and feature, attached without a scope), by exhibit.
std::vector<KeptOut> kept_out(Database& database, const Scope& scope);

}  // namespace weft::pack
