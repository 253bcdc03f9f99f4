#include "artefacts/content_lines.h"

#include <algorithm>

#include "artefacts/text.h"
#include "base/bytes.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t value_most = 1 * MiB;  // of one property: beyond it are photos and sounds

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = char(c - ('a' - 'A'));
  return out;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  size_t at = std::string_view("ABCDEFabcdef").find(c);
  return at == std::string_view::npos ? -1 : int(10 + at % 6);
}

std::string from_quoted_printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += char(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The line at `at` without its end; `at` moves behind it.
std::string_view next_line(std::string_view text, size_t& at) {
  size_t end = std::min(text.find('\n', at), text.size());
  std::string_view line = text.substr(at, end - at);
  at = std::min(end + 1, text.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Where the value begins: behind the first ':' that stands in no quotes.
size_t colon_of(std::string_view line) {
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    quoted ^= line[i] == '"';
    if (line[i] == ':' && !quoted) return i;
  }
  return std::string_view::npos;
}

}  // namespace

Property next_property(std::string_view text, size_t& at) {
  Property out;
  out.begin = at;
  std::string line(next_line(text, at));
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) {
    std::string_view more = next_line(text, at);
    if (line.size() < value_most) line += more.substr(1);
  }
  size_t colon = colon_of(line);
  if (colon == std::string::npos) return out;
  std::string head = upper(std::string_view(line).substr(0, colon));
  size_t name_end = std::min(head.find(';'), head.size());
  std::string_view name = std::string_view(head).substr(0, name_end);
  name = name.substr(name.rfind('.') + 1);  // npos + 1 is 0
  if (name.empty() || !std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '-'; }))
    return out;
  out.name = name, out.params = line.substr(name_end, colon - name_end), out.value = line.substr(colon + 1);
  if (head.find("QUOTED-PRINTABLE", name_end) != std::string::npos) {
    // Soft line breaks: the line ends with "=", and the next one goes on without a blank in front.
    while (out.value.ends_with('=') && at < text.size() && out.value.size() < value_most) {
      out.value.pop_back();
      out.value += next_line(text, at);
    }
    out.value = from_quoted_printable(out.value);
  }
  return out;
}

std::string unescaped(std::string_view value) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      char c = value[++i];
      out += c == 'n' || c == 'N' ? ' ' : c;
    } else {
      out += value[i];
    }
  }
  return std::string(trim(out));
}

std::vector<std::string> parts_of(std::string_view value) {
  std::vector<std::string> out;
  size_t begin = 0;
  for (size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && value[i] == '\\') {
      ++i;
    } else if (i == value.size() || value[i] == ';') {
      out.push_back(unescaped(value.substr(begin, i - begin)));
      begin = i + 1;
      if (out.size() >= 100) break;
    }
  }
  return out;
}

std::string param(const Property& property, std::string_view name) {
  std::string wanted = ";" + std::string(name) + "=";
  size_t at = upper(property.params).find(wanted);
  if (at == std::string::npos) return {};
  size_t begin = at + wanted.size();
  return std::string(
      unquoted(std::string_view(property.params).substr(begin, property.params.find(';', begin) - begin)));
}

}  // namespace weft::artefacts
