// Whether bytes are text in a code page that is not told: what an encoding as letters (base64, hex) may hold.
#pragma once

#include <string_view>

namespace weft::scan {

// Text of a code page of one byte or of two bytes a character (Windows, ISO 8859, KOI8, DOS; Shift_JIS, EUC, GBK, Big5,
// CP949) or in ISO 2022. Random bytes, keys and digests are taken for it less than once in a million times. All ASCII
// is none, and UTF-8 hardly any.
bool is_code_page_text(std::string_view bytes);

// Whether no more control codes are in it than text has.
bool lacks_controls(std::string_view bytes);

}  // namespace weft::scan
