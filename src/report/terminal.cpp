#include "report/terminal.h"

#include <algorithm>

#include "report/words.h"

namespace weft::report {

std::string table(const std::vector<std::string>& head, const std::vector<bool>& right,
                  const std::vector<std::vector<Cell>>& rows, const Paint& paint, size_t gives_way) {
  std::vector<size_t> wide;
  for (const std::string& name : head) wide.push_back(columns(name));
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) wide[i] = std::max(wide[i], columns(row[i].text));
  size_t rest = 2;
  for (size_t i = 0; i < wide.size(); ++i) rest += i == gives_way ? 0 : wide[i] + 2;
  wide[gives_way] = std::min(wide[gives_way], std::max<size_t>(8, rest < width ? width - rest : 0));

  std::string out;
  auto line = [&](const std::vector<Cell>& cells) {
    std::string one = "  ";
    for (size_t i = 0; i < cells.size(); ++i) {
      std::string text = fit(cells[i].text, wide[i]);
      std::string pad(wide[i] - columns(text), ' ');
      std::string shown = cells[i].paint ? paint(cells[i].paint, text) : text;
      one += right[i] ? pad + shown : i + 1 < cells.size() ? shown + pad : shown;
      if (i + 1 < cells.size()) one += "  ";
    }
    out += one + "\n";
  };
  std::vector<Cell> names;
  for (const std::string& name : head) names.push_back({name, "2"});
  line(names);
  for (const auto& row : rows) line(row);
  return out;
}

std::string wrapped(const std::string& text, size_t indent) {
  std::string out, line(indent, ' ');
  bool empty = true;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(' ', at), text.size());
    std::string word = fit(text.substr(at, end - at), width - indent);
    if (!empty && columns(line) + 1 + columns(word) > width) {
      out += line + "\n";
      line.assign(indent, ' ');
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
    at = end + 1;
  }
  return out + line + "\n";
}

}  // namespace weft::report
