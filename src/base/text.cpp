#include "base/text.h"

#include <cstring>
#include <fmt/format.h>

namespace weft {
namespace {

std::string from_utf16(Bytes bytes, int high, int low) {
  std::string out;
  auto unit = [&](size_t i) { return char32_t(bytes[i + high] << 8 | bytes[i + low]); };
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xDC00 && i + 3 < bytes.size()) {
      char32_t d = unit(i + 2);
      if (d >= 0xDC00 && d < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (d - 0xDC00);
        i += 2;
      }
    }
    append_utf8(out, c);
  }
  return out;
}

}  // namespace

// Unicode 15, table 3-7.
size_t utf8_length(std::string_view text) {
  auto at = [&](size_t i) { return i < text.size() ? uint8_t(text[i]) : 0; };
  auto tail = [&](size_t i) { return (at(i) & 0xC0) == 0x80; };
  uint8_t a = uint8_t(at(0)), b = uint8_t(at(1));
  if (a < 0x80) return 1;
  if (a >= 0xC2 && a <= 0xDF) return tail(1) ? 2 : 0;
  if (a >= 0xE0 && a <= 0xEF) {
    bool second = a == 0xE0 ? b >= 0xA0 && b <= 0xBF : a == 0xED ? b >= 0x80 && b <= 0x9F : tail(1);
    return second && tail(2) ? 3 : 0;
  }
  if (a >= 0xF0 && a <= 0xF4) {
    bool second = a == 0xF0 ? b >= 0x90 && b <= 0xBF : a == 0xF4 ? b >= 0x80 && b <= 0x8F : tail(1);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

char32_t code_point(std::string_view sequence) {
  if (sequence.empty()) return 0;
  const auto first = uint8_t(sequence[0]);
  char32_t out = sequence.size() == 1 ? first : first & (0x7F >> sequence.size());
  for (char c : sequence.substr(1)) out = out << 6 | (uint8_t(c) & 0x3F);
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (uint64_t word; text.size() >= sizeof word) {  // most text is ASCII
      std::memcpy(&word, text.data(), sizeof word);
      if (!(word & 0x8080808080808080)) {
        text.remove_prefix(sizeof word);
        continue;
      }
    }
    size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && text[plain] >= ' ' && text[plain] < 0x7F) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    size_t length = utf8_length(text);
    uint8_t first = uint8_t(text[0]);
    bool control = first < 0x20 || first == 0x7F || (first == 0xC2 && length == 2 && uint8_t(text[1]) < 0xA0);
    if (length == 0 || control) {
      size_t count = length == 0 ? 1 : length;
      constexpr std::string_view digits = "0123456789ABCDEF";
      for (size_t i = 0; i < count; ++i) out += {'\\', 'x', digits[uint8_t(text[i]) >> 4], digits[text[i] & 15]};
      text.remove_prefix(count);
      continue;
    }
    out.append(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

std::string from_utf16le(Bytes bytes) {
  return from_utf16(bytes, 1, 0);
}
std::string from_utf16be(Bytes bytes) {
  return from_utf16(bytes, 0, 1);
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
  auto put = [&](char32_t byte) { out += char(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 63));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  }
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = char(c + 32);
  return out;
}

bool is_hex(std::string_view text) {
  for (char c : text)
    if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) return false;
  return !text.empty();
}

std::string_view without_urn(std::string_view id) {
  constexpr std::string_view urn = "urn:uuid:";
  return lower_ascii(id.substr(0, urn.size())) == urn ? id.substr(urn.size()) : id;
}

std::string human_size(uint64_t bytes) {
  static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = double(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit < 6; ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string html(std::string_view text) {
  std::string out;
  for (char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  return out;
}

}  // namespace weft
