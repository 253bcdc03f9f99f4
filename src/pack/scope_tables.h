// What a scope says of rows. A path rule needs no more than the row; a rule by day or by party needs the file's times
// and the message that the row lies in, and so reads the packs' file, message and feature tables once.
//
// A message reaches from its head to the next message's in the same file, with all that lies between: enclosed
// messages, attachments, and what is unpacked from them. What stands up to 128 bytes in front of its head (the "From "
// line of a mailbox) is taken for a part of it, too. Where a file holds a single message, the file is the message.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pack/database.h"
#include "pack/schema.h"
#include "pack/scope.h"

namespace weft::pack {

// What stands for a table of the packs in SQL, as it is without a scope.
using ScopeSource = std::function<std::string(std::string_view table)>;

class ScopeTables {
 public:
  // Makes temporary tables (scope_…) in the database where the rules need them; nothing is made, nor read, otherwise.
  // tables: which will be asked about; all of them when there are none. The scope outlives this object.
  ScopeTables(Database& database, const Scope& scope, ScopeSource source, std::span<const std::string_view> tables);
  // SQL: SELECT * of the rows of the table that are covered.
  std::string covered(const TableInfo& table) const;
  // SQL: SELECT exhibit, why, kind of every row of it, a table that has a kind; why is NULL when it is covered.
  std::string why_each(const TableInfo& table) const;

 private:
  struct Joined {
    std::string from, why;
  };
  Joined joined(const TableInfo& table) const;
  Joined joined_problems() const;

  const Scope& scope_;
  ScopeSource source_;
};

struct KeptOut {
  std::string exhibit, why;
  uint64_t files = 0, features = 0;
  uint64_t addresses = 0;  // of these features, those of e-mail addresses
};
// What the scope keeps out of the attached packs (tables file, message and feature, attached without a scope), by
// exhibit.
std::vector<KeptOut> kept_out(Database& database, const Scope& scope);

// Rules that decide nothing in the attached packs, as kept_out reads them: places in scope.rules(). A path may be spelt
// otherwise than the evidence has it, or an earlier rule decides it all.
std::vector<size_t> idle_rules(Database& database, const Scope& scope);

// A stretch of an exhibit's bytes.
struct ScopeStretch {
  std::string exhibit, path;        // of the file; "" for what lies in none
  std::optional<uint64_t> file_id;  // nothing for what lies in no file
  uint64_t begin = 0, end = 0;      // in the file
};
// Why some of it is kept out, nothing when all of it is covered. The exhibit's pack is attached without a scope.
std::optional<std::string> kept_out_of(Database& database, const Scope& scope, const ScopeStretch& stretch);

}  // namespace weft::pack
