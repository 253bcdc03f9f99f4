// Single code points of text that may be anything: forwards and backwards, 0 length where there is no valid UTF-8.
#pragma once

#include <cstdint>
#include <string_view>

namespace weft::scan {

struct CodePoint {
  char32_t value = 0;
  size_t length = 0;  // 0: not valid UTF-8 here
};

CodePoint code_point_at(std::string_view text, size_t position);
CodePoint code_point_before(std::string_view text, size_t position);  // the one that ends at position

// Letters as they occur in names and addresses outside ASCII; no punctuation, spaces, symbols, private use.
bool is_foreign_letter(char32_t c);
// Scripts written without spaces between words: a name does not end where an address begins.
bool is_unspaced_script(char32_t c);

}  // namespace weft::scan
