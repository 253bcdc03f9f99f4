#include "scan/scanners/validate/base64.h"

#include "base/text.h"

namespace weft::scan {
namespace {

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

}  // namespace

Base64 from_base64(std::string_view text, size_t limit, bool breaks) {
  Base64 out;
  uint32_t pool = 0;
  unsigned bits = 0;
  size_t at = 0;
  for (; at < text.size() && out.bytes.size() < limit; ++at) {
    if (breaks && (text[at] == '\r' || text[at] == '\n')) continue;
    int value = value_of(text[at]);
    if (value < 0) break;
    pool = (pool << 6 | uint32_t(value)) & 0xFFFFFF;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.bytes.push_back(uint8_t(pool >> bits));
    }
  }
  for (int padding = 0; padding < 2 && at < text.size() && text[at] == '='; ++padding) ++at;
  out.length = at;
  return out;
}

std::string to_base64(Bytes bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t pool = 0;
  unsigned bits = 0;
  for (uint8_t byte : bytes) {
    pool = (pool << 8 | byte) & 0xFFFFFF;
    for (bits += 8; bits >= 6; bits -= 6) out += digits[pool >> (bits - 6) & 63];
  }
  if (bits > 0) out += digits[pool << (6 - bits) & 63];
  return out;
}

std::vector<uint8_t> from_hex(std::string_view hex) {
  auto nibble = [](char c) { return is_digit(c) ? c - '0' : (c | 32) - 'a' + 10; };
  std::vector<uint8_t> out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) out.push_back(uint8_t(nibble(hex[i]) << 4 | nibble(hex[i + 1])));
  return out;
}

}  // namespace weft::scan
