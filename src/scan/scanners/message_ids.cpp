#include "scan/scanners/message_ids.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t field_reach = 2000;

bool is_id_field(std::string_view line) {
  size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon > 40) return false;
  std::string name = lower_ascii(line.substr(0, colon));
  while (!name.empty() && (name.front() == ' ' || name.front() == '>' || name.front() == '"')) name.erase(0, 1);
  return name.ends_with("message-id") || name.ends_with("references") || name.ends_with("in-reply-to") ||
         name.ends_with("content-id") || name == "supersedes" || name == "msgid" || name.ends_with("message id");
}

// Generators of ids write a time of many digits, or a long token with many digits in it. A "+" is a tag of an address
// ("30959007+joe@users.noreply.github.com"); Gmail's ids, which have it too, are told by their host.
bool looks_generated(std::string_view local) {
  if (local.find('$') != std::string_view::npos) return true;
  if (local.find('+') != std::string_view::npos) return false;
  size_t digits = 0, leading = 0;
  for (size_t i = 0; i < local.size(); ++i)
    if (is_digit(local[i])) {
      ++digits;
      leading += leading == i;
    }
  return leading >= 12 || (local.size() >= 16 && leading >= 8) || (local.size() >= 20 && digits * 3 >= local.size());
}

}  // namespace

bool in_id_field(std::string_view text, size_t position) {
  size_t stop = position > field_reach ? position - field_reach : 0;
  size_t line_end = position;
  for (size_t i = position;; --i) {
    if (i > stop && text[i - 1] != '\n') continue;
    std::string_view line = text.substr(i, line_end - i);
    if (!line.empty() && line[0] != ' ' && line[0] != '\t') return is_id_field(line);
    // One line can also hold the field after other words: "(Message-ID: <…>)".
    if (i == stop || line.find_first_not_of(" \t\r\n") == std::string_view::npos) return is_id_field(line);
    line_end = i;
  }
}

bool is_message_id(std::string_view text, size_t begin, size_t at, size_t, std::string_view host) {
  if (host == "mail.gmail.com") return true;
  if (looks_generated(text.substr(begin, at - begin))) return true;
  if (char_before(text, begin) != '<') {
    // The run in front may be cut at a sign no address has; an id goes on up to its "<".
    size_t open = begin;
    while (open > 0 && begin - open < 100 && uint8_t(text[open - 1]) > ' ' && text[open - 1] != '<' &&
           text[open - 1] != ':')
      --open;
    if (open == begin || char_before(text, open) != '<') return false;
  }
  return in_id_field(text, begin) || mentioned_before(text, begin, 24, {"message-id:", "msgid:", "in-reply-to:"});
}

}  // namespace weft::scan
