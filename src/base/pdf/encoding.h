// Which character a code of a simple PDF font is (ISO 32000-1 §9.6.6, Annex D), and what the names of glyphs mean.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace weft {

using PdfEncoding = std::array<std::u32string, 256>;  // empty: no character

// "WinAnsiEncoding", "MacRomanEncoding", "StandardEncoding"; any other name: Latin-1 with TeX's ligatures, which is
// what fonts that bring their own encoding nearly always have. Lives for ever.
const PdfEncoding& pdf_encoding(std::string_view name);

// By the Adobe Glyph List (github.com/adobe-type-tools/agl-specification): "at", "uni0040", "f_f_i", "A.alt". Empty
// for what it does not know.
std::u32string glyph_text(std::string_view name);
// Whether a name says which glyph it is, not which character: "g12", "cid17".
bool numbers_a_glyph(std::string_view name);
// Whether a font is a part of the one it is named after: "ABCDEF+Name". Its glyphs may be numbered by who wrote it.
bool is_subset(std::string_view base_font);

// Appends as UTF-8: ligatures as the letters they are, spaces that do not break as spaces, what is set for a hyphen or
// a tilde as what one types.
void append_glyph(std::string& out, char32_t c);
void append_glyphs(std::string& out, std::u16string_view utf16);

}  // namespace weft
