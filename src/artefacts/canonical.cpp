#include "artefacts/canonical.h"

#include <algorithm>
#include <glib.h>

#include "artefacts/text.h"
#include "base/file.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

std::string digits_of_hex(std::string_view text, std::string_view separators) {
  std::string out;
  for (char c : text)
    if (separators.find(c) == std::string_view::npos) out += c;
  out = lower_ascii(out);
  return is_hex(out) ? out : std::string();
}

bool is_host(std::string_view host) {
  if (host.size() < 3 || host.size() > 253 || host.find('.') == std::string_view::npos) return false;
  if (host.front() == '.' || host.back() == '.' || host.find("..") != std::string_view::npos) return false;
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_' || uint8_t(c) >= 0x80; });
}

}  // namespace

std::string email(std::string_view text) {
  text = trim(text);
  size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || text.size() > 320 || !is_utf8(text)) return {};
  std::string local = lower_ascii(text.substr(0, at)), host = lower_ascii(text.substr(at + 1));
  if (local.size() > 2 && local.front() == '"' && local.back() == '"' && local.find(' ') == std::string::npos)
    local = local.substr(1, local.size() - 2);
  bool quoted = local.front() == '"' && local.back() == '"' && local.size() > 2;
  for (char c : local)
    if (uint8_t(c) <= ' ' && !(quoted && c == ' ')) return {};
  if ((!quoted && local.find('"') != std::string::npos) || local.find_first_of("<>(),:;@") != std::string::npos ||
      !is_host(host))
    return {};
  if (host.find("xn--") != std::string::npos) {
    Handle<char, g_free> shown(g_hostname_to_unicode(host.c_str()));
    if (shown) host = shown.get();
  }
  return local + "@" + host;
}

std::string message_id(std::string_view text) {
  text = trim(text);
  if (text.starts_with('<')) text.remove_prefix(1);
  if (text.ends_with('>')) text.remove_suffix(1);
  if (text.size() > 500) return {};
  size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return {};
  for (char c : text)
    if (uint8_t(c) <= ' ' || c == '<' || c == '>' || uint8_t(c) == 0x7F) return {};
  return std::string(text.substr(0, at)) + "@" + lower_ascii(text.substr(at + 1));
}

std::string phone(std::string_view text) {
  text = trim(text);
  if (text.size() > 40) return {};
  std::string digits;
  for (char c : text) {
    if (is_digit(c))
      digits += c;
    else if (std::string_view("+ ()-./").find(c) == std::string_view::npos)
      return {};
  }
  if (text.starts_with("00"))
    digits.erase(0, 2);
  else if (!text.starts_with('+'))
    return {};
  // "+49 (0) 30 …": the trunk zero is not dialled from abroad.
  if (size_t zero = text.find("(0)"); zero != std::string_view::npos) {
    size_t before =
        size_t(std::count_if(text.begin(), text.begin() + ptrdiff_t(zero), [](char c) { return is_digit(c); }));
    before -= text.starts_with("00") ? 2 : 0;
    digits.erase(before, 1);
  }
  if (digits.size() < 7 || digits.size() > 15 || digits[0] == '0') return {};
  return "+" + digits;
}

std::string mac(std::string_view text) {
  std::string digits = digits_of_hex(trim(text), ":-.");
  if (digits.size() != 12 || digits.find_first_not_of(digits[0]) == std::string::npos) return {};
  if (std::string_view("13579bdf").find(digits[1]) != std::string_view::npos) return {};
  std::string out;
  for (size_t i = 0; i < 12; i += 2) out += (i ? ":" : "") + digits.substr(i, 2);
  return out;
}

std::string uuid(std::string_view text) {
  text = trim(text);
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return {};
  std::string digits = digits_of_hex(text, "-");
  if (digits.size() != 32 || digits.find_first_not_of('0') == std::string::npos) return {};
  return lower_ascii(text);
}

}  // namespace weft::artefacts
