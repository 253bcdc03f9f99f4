// Addresses that run over the end of a line of a page, in one piece. Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// Where the links of a page lead to; asked for once, where a line ends in what may be an address.
using PdfLinks = std::function<std::vector<std::string>()>;

// The text without the line feeds that an address runs over. `ends`: where its lines end, in order.
std::string pdf_joined_lines(std::string_view text, const std::vector<size_t>& ends, const PdfLinks& links);

}  // namespace weft
