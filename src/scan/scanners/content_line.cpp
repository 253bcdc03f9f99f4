#include "scan/scanners/content_line.h"

#include <algorithm>

#include "base/text.h"

namespace weft::scan {
namespace {

std::string from_quoted_printable(std::string_view text) {
  const auto digit = [](char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '=' && text.size() - i > 2 && is_hex(text.substr(i + 1, 2)))
      out += char(digit(text[i + 1]) << 4 | digit(text[i + 2])), i += 2;
    else
      out += text[i];
  return out;
}

}  // namespace

std::string property(std::string_view text, std::string_view name, size_t longest) {
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(name) || line.size() <= name.size()) continue;
    const char next = line[name.size()];
    const size_t colon = line.find(':');
    if ((next != ':' && next != ';') || colon == std::string_view::npos) continue;
    std::string value(line.substr(colon + 1));
    constexpr size_t of_a_byte = 3;
    if (lower_ascii(line.substr(0, colon)).find("quoted-printable") != std::string::npos) {
      const auto has_soft_end = [&] {
        if (value.ends_with('\r')) value.pop_back();
        return value.ends_with('=');
      };
      while (has_soft_end() && at < text.size() && value.size() < of_a_byte * longest) {
        value.pop_back();
        end = std::min(text.find('\n', at), text.size());
        value += text.substr(at, end - at);
        at = end + 1;
      }
      std::string decoded = from_quoted_printable(std::string_view(value).substr(0, of_a_byte * longest));
      if (is_utf8(decoded)) value = std::move(decoded);
    }
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t') && value.size() < longest) {
      if (value.ends_with('\r')) value.pop_back();
      end = std::min(text.find('\n', at), text.size());
      value += text.substr(at + 1, end - at - 1);
      at = end + 1;
    }
    std::string out;
    for (size_t i = 0; i < value.size() && out.size() < longest; ++i) {
      if (value[i] == '\\' && i + 1 < value.size()) ++i;
      if (value[i] != '\r') out += value[i];
    }
    return out;
  }
  return {};
}

}  // namespace weft::scan
