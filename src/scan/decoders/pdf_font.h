// Whether the codes of a PDF font are characters, or numbers of the font's own making.
#pragma once

#include <string_view>

namespace weft::scan {

// A problem of a document that has such a font.
inline constexpr std::string_view unread_fonts =
    "PDF with a font whose codes are no characters: text set in it is not read";

// The font dictionary in which `at` lies.
bool font_has_own_codes(std::string_view text, size_t at);

// The inside of a /Differences array, which begins here: code, name, name …, code, name …
bool differ_from_latin1(std::string_view array);

}  // namespace weft::scan
