// Hostile text. A file name or a value comes from whoever made the evidence, and it may try to be read as something
// else: as markup (escaped here), as terminal commands (control characters are shown as \xHH), or as a different name:
// U+202E turns "gpj.exe" around, zero-width characters make two addresses look equal. Isolation alone (<bdi>) keeps
// such a value from disturbing its neighbours but still shows it wrong, so each of these characters is also made
// visible as its number. The set is Unicode's Bidi_Control, the zero-width and invisible operators, variation tags,
// line and paragraph separators, and the byte order mark.
#include "report/words.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

#include "base/text.h"

namespace weft::report {
namespace {

constexpr auto kind_words = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"bitcoin", "bitcoin address"},
    {"bssid", "BSSID"},
    {"card", "payment card number"},
    {"document_text", "signature of a text"},
    {"email", "e-mail address"},
    {"ethereum", "ethereum address"},
    {"file_md5", "same file content"},
    {"file_sha256", "same file content"},
    {"iban", "IBAN"},
    {"ipv4", "IPv4 address"},
    {"ipv6", "IPv6 address"},
    {"mac", "MAC address"},
    {"message_id", "Message-ID"},
    {"pgp_key", "PGP key"},
    {"phone", "phone number"},
    {"sid", "Windows SID"},
    {"sid_machine", "Windows machine SID"},
    {"ssh_key", "SSH key"},
    {"url", "URL"},
    {"uuid", "UUID"},
    {"volume_serial", "volume serial number"},
    {"word", "word of a list"},
    {"yara", "YARA string"},
});

// One code point of valid UTF-8.
char32_t next(std::string_view& text) {
  uint8_t a = uint8_t(text[0]);
  size_t length = a < 0x80 ? 1 : a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
  length = std::min(length, text.size());
  char32_t c = length == 1 ? a : a & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) c = c << 6 | (uint8_t(text[i]) & 0x3F);
  text.remove_prefix(length);
  return c;
}

bool is_disguise(char32_t c) {
  return c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

size_t columns(char32_t c) {
  if ((c >= 0x300 && c <= 0x36F) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
  bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
              (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
              (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

}  // namespace

std::string kind_name(std::string_view kind) {
  for (auto [name, words] : kind_words)
    if (name == kind) return std::string(words);
  std::string out(kind);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string kind_names(std::string_view kinds) {
  std::string out;
  while (!kinds.empty()) {
    size_t comma = std::min(kinds.find(','), kinds.size());
    std::string_view one = kinds.substr(0, comma);
    kinds.remove_prefix(std::min(comma + 1, kinds.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    if (!one.empty()) out += (out.empty() ? "" : ", ") + kind_name(one);
  }
  return out;
}

std::string grouped(uint64_t number, std::string_view separator) {
  std::string digits = std::to_string(number), out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += separator;
    out += digits[i];
  }
  return out;
}

std::string counted(uint64_t number, std::string_view one, std::string_view many) {
  std::string word = number == 1 ? std::string(one) : many.empty() ? std::string(one) + "s" : std::string(many);
  return grouped(number, ",") + " " + word;
}

size_t columns(std::string_view text) {
  size_t out = 0;
  while (!text.empty()) out += columns(next(text));
  return out;
}

std::string fit(std::string_view text, size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::string out;
  size_t used = 0;
  while (!text.empty()) {
    char32_t c = next(text);
    if (used + columns(c) + 1 > width) break;
    used += columns(c);
    append_utf8(out, c);
  }
  return out + "…";
}

std::string fit_label(std::string_view label, size_t width) {
  if (columns(label) <= width) return std::string(label);
  std::vector<char32_t> letters;
  while (!label.empty()) letters.push_back(next(label));
  const size_t head = width / 4;
  size_t first = 0, last = letters.size(), used = 1;
  for (size_t wide = 0; first < letters.size() && (wide = columns(letters[first])) + used <= head + 1; ++first)
    used += wide;
  for (size_t wide = 0; last > first && (wide = columns(letters[last - 1])) + used <= width; --last) used += wide;
  std::string out;
  for (size_t i = 0; i < first; ++i) append_utf8(out, letters[i]);
  out += "…";
  for (size_t i = last; i < letters.size(); ++i) append_utf8(out, letters[i]);
  return out;
}

std::string terminal_text(std::string_view text) {
  std::string clean = printable(text), out;
  for (std::string_view rest = clean; !rest.empty();) {
    char32_t c = next(rest);
    if (is_disguise(c)) {
      out += fmt::format("<U+{:04X}>", uint32_t(c));
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

std::string evidence_text(std::string_view text, size_t bytes) {
  std::string_view shown = text;
  if (text.size() > bytes) {
    size_t cut = bytes;
    while (cut > 0 && (uint8_t(text[cut]) & 0xC0) == 0x80) --cut;
    shown = text.substr(0, cut);
  }
  std::string clean = printable(shown), out = "<bdi>", run;
  for (std::string_view rest = clean; !rest.empty();) {
    char32_t c = next(rest);
    if (!is_disguise(c)) {
      append_utf8(run, c);
      continue;
    }
    out += html(run);
    run.clear();
    out += fmt::format("<span class=\"char\">U+{:04X}</span>", uint32_t(c));
  }
  out += html(run) + "</bdi>";
  if (shown.size() < text.size())
    out += fmt::format(" <span class=\"more\">… {} bytes in all</span>", grouped(text.size(), ","));
  return out;
}

}  // namespace weft::report
