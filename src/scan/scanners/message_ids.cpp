#include "scan/scanners/message_ids.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "base/text.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t field_reach = 2000;

// In lower case; empty when the line starts no field.
std::string field_name(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon > 40) return {};
  std::string name = lower_ascii(line.substr(0, colon));
  name.erase(0, std::min(name.size(), size_t(std::find_if(name.begin(), name.end(), is_alpha) - name.begin())));
  return name;
}

bool is_id_field(std::string_view name) {
  // The name of a field is one word; what follows "see the references:" is prose.
  if (name.find(' ') != std::string_view::npos) return name.ends_with("message id");
  return name.ends_with("message-id") || name.ends_with("references") || name.ends_with("in-reply-to") ||
         name.ends_with("content-id") || name == "supersedes" || name == "msgid";
}

bool is_address_field(std::string_view name) {
  static constexpr std::array<std::string_view, 11> names{"from",      "to",          "cc",          "bcc",
                                                          "sender",    "reply-to",    "return-path", "delivered-to",
                                                          "errors-to", "resent-from", "resent-to"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

struct Field {
  std::string name;
  std::string_view before;  // what stands in it in front of the position
};

Field field_in(std::string_view text, size_t begin, size_t first_line_end, size_t position) {
  const std::string_view line = text.substr(begin, first_line_end - begin);
  const size_t value = std::min(line.find(':'), line.size());
  return {field_name(line), text.substr(begin + value, position - begin - value)};
}

// The field that position lies in, which may be folded.
Field field_of(std::string_view text, size_t position) {
  const size_t stop = position > field_reach ? position - field_reach : 0;
  for (size_t line_end = position, searched = position;;) {
    // As a page may have no line breaks at all, by the one function that is quick at it.
    const void* newline = memrchr(text.data() + stop, '\n', searched - stop);
    const size_t begin = newline ? size_t(static_cast<const char*>(newline) - text.data()) + 1 : stop;
    const std::string_view line = text.substr(begin, line_end - begin);
    // One line can also hold the field after other words: "(Message-ID: <…>)".
    if (begin == stop || line.find_first_not_of(" \t\r\n") == std::string_view::npos ||
        (line[0] != ' ' && line[0] != '\t'))
      return field_in(text, begin, line_end, position);
    line_end = begin;
    searched = begin - 1;
  }
}

// "Message-Id: MSG961029151201#15@example.com": the field's value begins at `begin`, without angle brackets.
bool follows_id_name(std::string_view text, size_t begin) {
  while (char_before(text, begin) == ' ') --begin;
  const std::string before = lower_ascii(text.substr(begin - std::min<size_t>(begin, 11), std::min<size_t>(begin, 11)));
  return before.ends_with("message-id:") || before.ends_with("msgid:");
}

// Exchange's own mailbox, from which it writes reports.
bool is_exchange(std::string_view local) {
  constexpr std::string_view name = "MicrosoftExchange";
  return local.size() == name.size() + 32 && local.starts_with(name) && is_hex(local.substr(name.size()));
}

// Mozilla and Thunderbird: the time in hex, and a number whose every second digit is zero: 530D9CAC.5080901.
bool is_mozilla(std::string_view local) {
  constexpr size_t time = 8;
  if (local.size() < time + 6 || local.size() > time + 10 || local[time] != '.' || !is_hex(local.substr(0, time)) ||
      local.find_first_of("0123456789") > time)
    return false;
  for (size_t i = time + 1; i < local.size(); ++i)
    if (!is_digit(local[i]) || ((i - time) % 2 == 0 && local[i] != '0')) return false;
  return true;
}

// Generators of ids write a time of many digits, or a long token with many digits in it. A "+" is a tag of an address
// ("30959007+joe@users.noreply.github.com"); Gmail's ids, which have it too, are told by their host.
bool looks_generated(std::string_view local) {
  if (local.find('$') != std::string_view::npos) return true;
  if (is_mozilla(local)) return true;
  if (local.ends_with(".fsf") && local.find_first_of("0123456789") != std::string_view::npos) return true;  // Gnus
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
  const Field field = field_of(text, position);
  // "References:" is a heading as well: links and names stand below that.
  return is_id_field(field.name) &&
         !(field.name.ends_with("references") && field.before.find("//") != std::string_view::npos);
}

bool is_session_id(std::string_view text, size_t begin) {
  return char_before(text, begin) == '<' &&
         mentioned_before(text, begin, 12,
                          {"smtp id", "smtps id", "esmtp id", "esmtps id", "esmtpa id", "esmtpsa id", "lmtp id"});
}

bool is_message_id(std::string_view text, size_t begin, size_t at, size_t, std::string_view host) {
  if (host == "mail.gmail.com") return true;
  const std::string_view local = text.substr(begin, at - begin);
  if (host == "s.whatsapp.net" || is_exchange(local)) return false;
  if (looks_generated(local)) return !is_address_field(field_of(text, begin).name);
  if (char_before(text, begin) != '<') {
    // The run in front may be cut at a sign no address has; an id goes on up to its "<".
    size_t open = begin;
    while (open > 0 && begin - open < 100 && uint8_t(text[open - 1]) > ' ' && text[open - 1] != '<' &&
           text[open - 1] != ':')
      --open;
    if (follows_id_name(text, open)) return true;
    if (open == begin || char_before(text, open) != '<') return false;
  }
  return in_id_field(text, begin) || mentioned_before(text, begin, 24, {"message-id:", "msgid:", "in-reply-to:"});
}

}  // namespace weft::scan
