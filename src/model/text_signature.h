// What a selector of kind document_text is made of: numbers that the side which makes it (artefacts/signature.cpp,
// where the reasons stand) and the side which weighs it (link) must know alike.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft {

inline constexpr std::string_view document_text = "document_text";
inline constexpr size_t text_signatures = 8;      // of one text
inline constexpr size_t groups_in_signature = 5;  // word groups that must be the same for one to be equal
inline constexpr size_t words_in_group = 6;

}  // namespace weft
