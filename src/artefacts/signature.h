// Signatures of a text: a few values that are equal where two texts are nearly the same, so that versions of a
// document, and the same text in another format, meet in the index of selectors like anything else. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/parser.h"

namespace weft::artefacts {

struct TextSignature {
  std::vector<std::string> values;  // text_signatures of them: "3/8 9f3c2a1b00c4d5e6"
  size_t words = 0;
  std::string beginning;  // the first words, folded
};

// Nothing for what is too short, is no running text (logs, tables, lists, code), says the same over and over, or
// carries the words of a public licence. text is in any of UTF-8, UTF-16 with its mark, Windows-1252.
std::optional<TextSignature> text_signature(std::string_view text);

// Whether a file of text there may be a user's: not what operating systems, packages and caches bring, nor what every
// source tree has (README, CHANGELOG and the like), whose versions are alike on any two machines.
bool is_users_text(std::string_view path, uint64_t size);

// The selectors, if there are any. at: where the text begins; role: document or message.
void add_text(Rows& rows, const At& at, std::string_view text, std::string_view role);

}  // namespace weft::artefacts
