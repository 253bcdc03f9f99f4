#include "scan/scanners/content_line.h"

#include <algorithm>

namespace weft::scan {

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
