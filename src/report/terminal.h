// Text for a terminal of `width` columns: paint, tables, paragraphs. Cells are shown as they are: evidence goes through
// terminal_text() first.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace weft::report {

inline constexpr size_t width = 100;

struct Paint {
  bool on;
  std::string operator()(const char* code, std::string_view text) const {
    return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  std::string bold(std::string_view text) const { return (*this)("1", text); }
  std::string faint(std::string_view text) const { return (*this)("2", text); }
  std::string alarm(std::string_view text) const { return (*this)("1;31", text); }
};

struct Cell {
  std::string text;
  const char* paint = nullptr;
};

// Rows of cells under a header; columns are as wide as their widest cell, and one of them gives way when a line gets
// too long. right: which columns are set to the right.
std::string table(const std::vector<std::string>& head, const std::vector<bool>& right,
                  const std::vector<std::vector<Cell>>& rows, const Paint& paint, size_t gives_way = 0);

// Words over lines of the given indent.
std::string wrapped(const std::string& text, size_t indent);

}  // namespace weft::report
