// Which country a telephone number in national form is of, by what stands around it. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::scan {

constexpr size_t country_reach = 400;        // bytes in which it is looked for, on each side of a number
constexpr size_t longest_phone_number = 96;  // bytes: 17 digits, and up to three signs behind each

// Its two letters (ISO 3166-1), of the number text[begin, end); "" when nothing says one, or several are said.
// `by_word` is the country that the word in front of the number says by its language, or "".
std::string region_around(std::string_view text, size_t begin, size_t end, std::string_view by_word);

}  // namespace weft::scan
