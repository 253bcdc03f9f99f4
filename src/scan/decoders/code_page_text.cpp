// What tells text from other bytes, when any byte from 0x80 on may be a letter:
// * it has no control codes, which random bytes have one of ten;
// * Latin text is mostly ASCII, and its other letters stand beside letters;
// * in other alphabets words are runs of them, which hardly ever touch letters or digits of ASCII;
// * in scripts of two bytes a character the pairs are valid, and most are of the rows in daily use.
#include "scan/decoders/code_page_text.h"

#include <algorithm>
#include <bitset>

#include "base/text.h"
#include "scan/double_byte.h"

namespace weft::scan {
namespace {

constexpr size_t fewest_bytes = 24;
// Digests and keys are this short: here nothing may be odd.
constexpr size_t short_bytes = 48;
// Different bytes that are not ASCII; "AAAA" is hexadecimal, too. Latin text may have one alone.
constexpr size_t fewest_letters = 7;

bool is_control(uint8_t c) {
  return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
}

// ISO 2022: what a letter set is called by. Size of the sequence at `at`, or 0.
size_t designator_at(std::string_view text, size_t at) {
  for (const std::string_view one : {"\x1b$B", "\x1b$@", "\x1b(B", "\x1b(J", "\x1b(I", "\x1b$(C", "\x1b$(D", "\x1b$)C"})
    if (text.substr(at, one.size()) == one) return one.size();
  return 0;
}

bool is_iso_2022(std::string_view text) {
  size_t designators = 0, odd = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = uint8_t(text[i]);
    if (c >= 0x80) return false;
    if (const size_t size = c == 0x1b ? designator_at(text, i) : 0; size > 0)
      ++designators, i += size - 1;
    else
      odd += is_control(c) && c != 0x0e && c != 0x0f;  // Korean text shifts by those
  }
  return designators > 0 && odd <= text.size() / 32;
}

bool is_latin(std::string_view text, size_t high) {
  const bool is_short = text.size() < short_bytes;
  const size_t most = text.size() / (is_short ? 6 : 4);
  if (high == 0 || high > most) return false;
  size_t odd = 0, words = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = uint8_t(text[i]);
    const uint8_t before = i > 0 ? uint8_t(text[i - 1]) : uint8_t(' ');
    const uint8_t behind = i + 1 < text.size() ? uint8_t(text[i + 1]) : uint8_t(' ');
    words += is_alnum(c) || c == ' ';
    if (c < 0xc0) continue;
    const auto is_letter = [](uint8_t one) { return is_alpha(one) || one >= 0x80; };
    const bool alone = !is_letter(before) && !is_letter(behind) && (is_digit(before) || is_digit(behind));
    const bool capital = is_short && c < 0xdf && before >= 'a' && before <= 'z';
    odd += alone || capital;
  }
  return odd <= (is_short ? 0 : high / 8) && words + high >= text.size() / 4 * 3;
}

// Cyrillic, Greek, Hebrew, Arabic, Thai, …
bool is_of_another_alphabet(std::string_view text, size_t high) {
  constexpr size_t fewest = 12;
  if (high < fewest) return false;
  size_t runs = 0, touching = 0, low = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = uint8_t(text[i]);
    low += c >= 0x80 && c < 0xa0;
    if (i == 0) {
      runs += c >= 0x80;
      continue;
    }
    const auto before = uint8_t(text[i - 1]);
    if ((c >= 0x80) == (before >= 0x80)) continue;
    runs += c >= 0x80;
    touching += is_alnum(c) || is_alnum(before);
  }
  if (text.size() < short_bytes && (touching > 0 || low > high / 8)) return false;
  return high >= runs * 5 / 2 && touching <= high / 16;
}

bool is_of_pairs(std::string_view text, PairCount::Page page) {
  constexpr size_t fewest = 4;
  const PairCount count(text, page, text.size() / 64, text.size());
  if (text.size() < short_bytes && (count.daily < count.pairs || count.odd + count.singles > 0)) return false;
  return count.pairs >= fewest && count.reads();
}

}  // namespace

bool lacks_controls(std::string_view bytes) {
  size_t controls = 0;
  for (const char c : bytes) controls += is_control(uint8_t(c)) && c != '\x1b';
  return controls <= bytes.size() / 256;
}

bool is_code_page_text(std::string_view bytes) {
  if (bytes.size() < fewest_bytes) return false;
  if (bytes.find('\x1b') != std::string_view::npos) return is_iso_2022(bytes);
  if (!lacks_controls(bytes)) return false;
  size_t high = 0;
  std::bitset<256> letters;
  for (const char c : bytes)
    if (uint8_t(c) >= 0x80) ++high, letters.set(uint8_t(c));
  if (is_latin(bytes, high)) return true;
  if (letters.count() < fewest_letters) return false;
  if (is_of_another_alphabet(bytes, high)) return true;
  return std::any_of(std::begin(PairCount::pages), std::end(PairCount::pages),
                     [&](PairCount::Page page) { return is_of_pairs(bytes, page); });
}

}  // namespace weft::scan
