// What of the evidence the authority covers, and what in it is privileged: an examiner's rules by exhibit and by path,
// by date, or by the parties of a message. Extraction collects everything; what a rule gates does not count when
// exhibits are linked, nor as background.
//
// A line is a rule, its fields apart by tabs: verdict, exhibit, what it fits, and (but for `in`) the reason. The first
// rule that fits decides; what none fits is covered. Lines that begin with '#' and empty ones say nothing. The third
// field is one of
//
//     PATTERN        a path; `*` stands for any number of characters, '/' included, `?` for one; ASCII letters fit in
//                    either case
//     -              what lies in no file
//     before:DAY     what was last made, changed or sent before this day (YYYY-MM-DD, UTC)
//     after:DAY      what was first made, changed or sent after it
//     party:PATTERN  a message from or to an address that fits; a domain stands for all addresses at it and below it
//
//     privileged<TAB>*<TAB>*/Counsel/*<TAB>correspondence with counsel
//     privileged<TAB>*<TAB>party:velten-law.example<TAB>correspondence with counsel
//     out<TAB>*<TAB>before:2023-01-01<TAB>the order covers 2023
//     in<TAB>phone-*<TAB>*DCIM/*
//     out<TAB>phone-*<TAB>*<TAB>pictures only
//
// What a message or a day rule says of a row depends on more than the row; scope_tables.h makes it known.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace weft::pack {

struct ScopeRule {
  enum class Verdict { in, out, privileged };
  enum class Fits { path, no_file, before, after, party };
  Verdict verdict = Verdict::in;
  std::string exhibit, what, reason;  // what: the third field as it stands
  Fits fits = Fits::path;
  std::string pattern;  // of the path or address
  Time day;             // before, after: what is earlier than it; what is not
  // "out of scope: pictures only"; "privileged: correspondence with counsel".
  std::string why() const;
};

// A thing that is covered or not, as SQL expressions.
struct ScopeThing {
  std::string exhibit;  // its label
  std::string path;     // as in the file table; '' for what lies in no file
  std::string first = "NULL::TIMESTAMP_NS",
              last = "NULL::TIMESTAMP_NS";  // TIMESTAMP_NS: when it was first and last made, changed or sent
  std::string parties = "NULL::VARCHAR";    // of the message that it is part of, as text; NULL for what is none
};

class Scope {
 public:
  Scope() = default;  // covers everything
  // Error naming the line, when one is no rule. name: for the message.
  Scope(std::string_view text, const std::string& name);
  // No rules when the file is not there.
  static Scope read(const std::string& path);

  // SQL: why the thing is kept out, NULL when it is covered.
  std::string why(const ScopeThing& thing) const;
  // Whether a label and a path do not tell it all.
  bool by_more_than_path() const;
  // The rules that may fit files of this exhibit, as text; equal texts gate equal things.
  std::string rules_for(std::string_view exhibit) const;
  // The same rules, each of which keeps out what it fits, with its place among them as the reason.
  Scope numbered() const;
  const std::vector<ScopeRule>& rules() const { return rules_; }
  bool empty() const { return rules_.empty(); }
  const std::string& sha256() const { return sha256_; }  // of the text; "" without one

 private:
  std::vector<ScopeRule> rules_;
  std::string sha256_;
};

}  // namespace weft::pack
