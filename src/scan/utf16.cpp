// Finding UTF-16 in raw bytes.
//
// An anchor is two code units of printable ASCII in an aligned word of four bytes: letter, zero, letter, zero or zero,
// letter, zero, letter. Any run of four ASCII characters has one, at whatever offset it lies. A word is tested with two
// additions and masks, which compilers turn into vector code; text without zeros passes at several GB/s.
//
// From an anchor the run is extended both ways over plausible code units (is_text), once read as little endian and once
// as big endian. "A 0 B 0 C 0" is both "ABC" little endian and "BC" big endian, shifted by one byte: the longer reading
// wins. When both are equally long, because zeros surround the run, code units are taken to begin at even offsets of
// the source. A long run may have been cut by the page, which must not change the reading from page to page: there a
// difference of one character counts as none. Nor does it behind two zeros, where the one sign that big endian has more
// is the last: "0 0 A 0 B 0 x" is "AB" and a byte of something else far more often than "ABx".
//
// Letters beyond U+06FF end a run on purpose: no identifier continues through them without doubt, while any two bytes
// of a binary are a CJK character more often than not. What is text are whole rows of 256 signs: one that broke the
// right reading might join the wrong one ("€a" is bytes AC 20 61 00, and U+2061 is in the row of U+20AC).
// Where no NUL ends the text, the bytes beside it are a sign of it once in thirty times: a single sign of another
// script at the edge of a run, or one that no word begins or ends with, is left off.
#include "scan/utf16.h"

#include <algorithm>
#include <cstring>

namespace weft::scan {
namespace {

constexpr size_t long_run = 4 * KiB;  // not more than the margin before a page

constexpr bool is_text(unsigned unit) {
  if (unit < 0x80) return (unit >= 0x20 && unit < 0x7f) || unit == '\t' || unit == '\n' || unit == '\r';
  return (unit >= 0xa0 && unit <= 0x6ff) || (unit >= 0x1e00 && unit <= 0x20ff);
}

// Signs that stand beside each other in words.
enum class Script { common, latin, mark, greek, cyrillic, armenian, hebrew, arabic, none };
constexpr Script script_of(unsigned unit) {
  if (unit < 0x100) return Script::common;
  if (unit % 0x100 == 0) return Script::none;  // "0 1" is a number rather than U+0100
  if (unit < 0x250 || (unit >= 0x1ea0 && unit <= 0x1ef9)) return Script::latin;
  if (unit < 0x300) return Script::none;
  if (unit < 0x370) return Script::mark;
  if (unit < 0x400 || (unit >= 0x1f00 && unit < 0x2000)) return Script::greek;
  if (unit < 0x530) return Script::cyrillic;
  if (unit < 0x590) return Script::armenian;
  if (unit < 0x600) return Script::hebrew;
  if (unit < 0x700) return Script::arabic;
  const bool around = (unit > 0x2000 && unit < 0x2030) || (unit > 0x2065 && unit < 0x206a) || unit == 0x20ac;
  return around ? Script::common : Script::none;  // spaces, quotation marks, dashes, what isolates directions
}

constexpr bool is_letter(unsigned unit) {
  return (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z') || (unit >= 0xc0 && unit < 0x250);
}

constexpr bool is_letter_or_digit(unsigned unit) {
  return is_letter(unit) || (unit >= '0' && unit <= '9');
}

// Whether the sign at the edge of a run belongs to what stands next to it there.
constexpr bool belongs(unsigned edge, unsigned inner, bool behind) {
  const Script script = script_of(edge);
  if (script == Script::common) return true;
  if (script == Script::latin) return is_letter(inner) || script_of(inner) >= Script::latin;
  if (script == Script::mark)
    return behind && inner >= 0x80 ? script_of(inner) != Script::none : behind && is_letter(inner);
  return script != Script::none && (script == script_of(inner) || script_of(inner) == Script::mark);
}

uint32_t word_at(const uint8_t* at) {
  uint32_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Two printable ASCII characters with zeros between them (little-endian load; 0x20..0x7f + 0x60 sets the top bit).
constexpr bool is_anchor(uint32_t word) {
  const uint32_t low = word + 0x00600060u, high = word + 0x60006000u;
  return ((((low & 0xff80ff80u) ^ 0x00800080u) | (word & 0xff80ff80u)) == 0) |
         ((((high & 0x80ff80ffu) ^ 0x80008000u) | (word & 0x80ff80ffu)) == 0);
}
static_assert(is_anchor(0x00420041) && is_anchor(0x42004100) && !is_anchor(0) && !is_anchor(0x42424242));
static_assert(!is_anchor(0x00010041) && !is_anchor(0x00c10041));

bool any_anchor(const uint8_t* line) {
  uint32_t any = 0;
  for (size_t i = 0; i < 64; i += 4) any |= uint32_t(is_anchor(word_at(line + i)));
  return any != 0;
}

// The next anchor at or behind position (a multiple of 4), or bytes.size().
size_t next_anchor(Bytes bytes, size_t position) {
  while (position + 64 <= bytes.size() && !any_anchor(bytes.data() + position)) position += 64;
  for (; position + 4 <= bytes.size(); position += 4)
    if (is_anchor(word_at(bytes.data() + position))) return position;
  return bytes.size();
}

unsigned unit_at(Bytes bytes, size_t at, bool big_endian) {
  return big_endian ? unsigned(bytes[at]) << 8 | bytes[at + 1] : unsigned(bytes[at + 1]) << 8 | bytes[at];
}

// The longest run of text units around `at`, not reaching below floor. Empty when there is none at `at`.
Utf16Run extend(Bytes bytes, size_t at, size_t floor, bool big_endian) {
  size_t begin = at, end = at;
  while (end + 2 <= bytes.size() && is_text(unit_at(bytes, end, big_endian))) end += 2;
  while (end > at && begin >= floor + 2 && is_text(unit_at(bytes, begin - 2, big_endian))) begin -= 2;
  return {begin, end, big_endian};
}

// Without what is at its edges by chance.
Utf16Run without_strays(Bytes bytes, Utf16Run run) {
  const auto unit = [&](size_t at) { return unit_at(bytes, at, run.big_endian); };
  while (run.begin + 4 <= run.end && !belongs(unit(run.begin), unit(run.begin + 2), false)) run.begin += 2;
  while (run.begin + 4 <= run.end && !belongs(unit(run.end - 2), unit(run.end - 4), true)) run.end -= 2;
  return run;
}

size_t size_of(const Utf16Run& run) {
  return run.end - run.begin;
}

// Bytes of what is hardly there by chance: at its edges a run may have caught a stray byte, which is a sign by itself
// or, between two of ASCII, a letter of another script.
size_t sure_size(Bytes bytes, Utf16Run run) {
  run = without_strays(bytes, run);
  const auto unit = [&](size_t at) { return unit_at(bytes, at, run.big_endian); };
  const auto alone = [&](size_t edge, size_t inner) {
    return unit(edge) >= 0x80 && (run.end - run.begin < 4 || unit(inner) < 0x80);
  };
  while (run.begin < run.end && alone(run.begin, run.begin + 2)) run.begin += 2;
  if (run.begin + 6 <= run.end && script_of(unit(run.begin + 2)) > Script::latin &&
      is_letter_or_digit(unit(run.begin + 4)))
    run.begin += 4;
  while (run.begin < run.end && alone(run.end - 2, run.end - 4)) run.end -= 2;
  return size_of(run);
}

Utf16Run better(Bytes bytes, const Utf16Run& little, const Utf16Run& big, size_t letter, uint64_t offset) {
  const size_t little_size = sure_size(bytes, little), big_size = sure_size(bytes, big);
  const size_t longer = std::max(little_size, big_size), shorter = std::min(little_size, big_size);
  const size_t slack = shorter >= long_run ? 2 : 0;
  const bool zeros_before = little.begin >= 2 && bytes[little.begin - 1] == 0 && bytes[little.begin - 2] == 0;
  if (big_size == little_size + 2 && big.end == little.end + 1 && big.end < bytes.size() && zeros_before) return little;
  if (longer - shorter > slack) return little_size > big_size ? little : big;
  return (offset + letter) % 2 == 0 ? little : big;
}

// IndexedDB writes a type and a length, a byte each, in front of texts in its keys (Chromium, indexed_db/docs/leveldb
// coding scheme): to a big-endian reader a letter, "\1\x19" is U+0119. Where the length says that the text is what is
// behind it, up to the end or to the next such letter, that is the run.
Utf16Run behind_length(Bytes bytes, Utf16Run run) {
  constexpr size_t most_before = 4;  // such letters
  constexpr unsigned first = 0x100;
  if (!run.big_endian) return run;
  for (size_t text = run.begin + 2, n = 0; n < most_before && text < run.end; ++n, text += 2) {
    if (unit_at(bytes, text - 2, true) < first) break;
    const size_t end = text + 2 * size_t(bytes[text - 1]);
    if (end == run.end || (end > text && end < run.end && unit_at(bytes, end, true) >= first)) return {text, end, true};
  }
  return run;
}

}  // namespace

std::vector<Utf16Run> find_utf16(Bytes bytes, uint64_t offset) {
  std::vector<Utf16Run> runs;
  size_t floor = 0;
  // Anchors lie at multiples of 4 of the source, so that pages cut anywhere find the same ones.
  size_t position = (4 - offset % 4) % 4;
  while ((position = next_anchor(bytes, position)) < bytes.size()) {
    const size_t letter = position + (bytes[position] == 0);
    // The little-endian unit of the letter begins at it, the big-endian one a byte before.
    const Utf16Run little = extend(bytes, letter, floor, false);
    const Utf16Run big =
        letter > floor ? extend(bytes, letter - 1, floor, true) : extend(bytes, letter + 1, floor, true);
    const Utf16Run run = without_strays(bytes, behind_length(bytes, better(bytes, little, big, letter, offset)));
    position += 4;
    if (size_of(run) < 2 * fewest_characters) continue;
    runs.push_back(run);
    floor = run.end;
    if (run.end > position) position += (run.end - position) / 4 * 4;
  }
  return runs;
}

}  // namespace weft::scan
