// What is believed about each kind of selector before any case is seen, and which values say nothing by themselves.
// Pure functions over text; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weft::link {

struct Kind {
  std::string_view name;      // as in the feature table, or file_sha256, volume_serial, sid_machine
  double validity;            // share of the hits that are what they look like
  double recurring;           // how often a hit that is not recurs on an unrelated exhibit (constants, format words)
  std::string_view innocent;  // how two exhibits come to share one without a direct path between them
  bool alone = true;          // false: corroborates a bundle that holds something stronger, never makes a link itself
  bool fold_case = false;     // two spellings that differ in case only are one value
  bool secret = false;        // shown masked: equality is on the token, and backgrounds cannot hold it
  bool thing = false;  // names one thing that was attached: a genuine one is on two exhibits because it was there
};

// In order of name. A kind that is not here is not a selector.
std::span<const Kind> kinds();
const Kind* find_kind(std::string_view name);

// What many people write to, not one: info@, sales@, newsletter@ … Shared, it says less than a person's address. mail@
// names no office: people with a domain of their own like it.
bool role_address(std::string_view email);

// A person at a maker of software may be somebody's own account all the same.
inline constexpr std::string_view of_software_makers = "address of software makers";

// Why a value says nothing on whichever exhibit it stands: "example value", "well-known value", …; empty when it may
// say something.
std::string_view example_reason(std::string_view kind, std::string_view value);

// software_path() of base/places.h as an SQL expression over a column.
std::string software_path_sql(std::string_view column);
// True for MIME types of programs, libraries, fonts and the like: made by a vendor, not by a user.
bool software_type(std::string_view type);

}  // namespace weft::link
