// The words that stand in front of telephone numbers: Tel., Fax, Cep, тел., Τηλ., 手机. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace weft::scan {

// Whether such a word stands right in front of the number that begins at `begin`: the country that it says by its
// language ("Cep" Turkey), "" when it says none; nothing when there is no such word.
std::optional<std::string_view> phone_word_before(std::string_view text, size_t begin);

}  // namespace weft::scan
