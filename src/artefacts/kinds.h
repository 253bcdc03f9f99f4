// The kinds of selectors that parsers give, and the roles a selector plays in its record. Kinds that scanners find too
// (email, phone, message_id, uuid, …) are in the scanner's canonical form, so that both are one. What a kind is worth
// as a tie is said in link/kinds.cpp.
#pragma once

#include <span>
#include <string_view>

namespace weft::artefacts {

struct Word {
  std::string_view name, means;
};

std::span<const Word> kinds();  // in order of name
std::span<const Word> roles();
bool is_kind(std::string_view name);
bool is_role(std::string_view name);

}  // namespace weft::artefacts
