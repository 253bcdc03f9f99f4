// UTF32: text of four bytes a character, in both orders: wide strings of programs on Linux and macOS (wchar_t), in
// memory, core dumps and what programs wrote as it stood there.
//
// Characters lie at multiples of four: of the page, and so of the image, or of the layer. Every run of eight holds one
// at a multiple of 32, so only these places are looked at, with a mask for the bytes that ASCII leaves zero in either
// order. From a letter there the run is extended both ways over what UTF-16 takes for text (utf16.cpp).
//
// False positives: tables of small numbers. Eight characters of ASCII must follow each other, two in three of them
// letters, digits or spaces, and few the number behind the one before, as sectors of a file have.
#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr size_t unit = 4, fewest = 8, step = fewest * unit;

struct Run {
  size_t begin = 0, end = 0;
};

uint32_t character_at(Bytes bytes, size_t at, bool big_endian) {
  uint32_t value = 0;
  for (size_t i = 0; i < unit; ++i) value |= uint32_t(bytes[at + i]) << 8 * (big_endian ? unit - 1 - i : i);
  return value;
}

constexpr bool is_text(uint32_t character) {
  if (character < 0x80)
    return (character >= 0x20 && character < 0x7f) || character == '\t' || character == '\n' || character == '\r';
  return (character >= 0xa0 && character <= 0x6ff) || (character >= 0x1e00 && character <= 0x206f);
}

// Around `at`, not reaching below floor. Empty when there is no text at `at`.
Run extend(Bytes bytes, size_t at, size_t floor, bool big_endian) {
  Run run{at, at};
  while (run.end + unit <= bytes.size() && is_text(character_at(bytes, run.end, big_endian))) run.end += unit;
  while (run.end > at && run.begin >= floor + unit && is_text(character_at(bytes, run.begin - unit, big_endian)))
    run.begin -= unit;
  return run;
}

// What tells a run of ASCII from a table.
struct Stretch {
  size_t characters = 0, letters = 0, climbs = 0;
  uint32_t before = 0;

  void add(uint32_t character) {
    if (character >= 0x80) {
      *this = {};
      return;
    }
    ++characters;
    letters += character == ' ' || is_alnum(uint8_t(character));
    climbs += character == before + 1;
    before = character;
  }
  bool is_text() const {
    return characters >= fewest && letters >= characters - characters / 3 && climbs <= characters / 4;
  }
};

// Its text; none where it is a table of numbers.
std::vector<uint8_t> text_of(Bytes bytes, const Run& run, bool big_endian) {
  std::string text;
  Stretch stretch;
  bool sure = false;
  for (size_t at = run.begin; at < run.end; at += unit) {
    const uint32_t character = character_at(bytes, at, big_endian);
    const Stretch before = stretch;
    stretch.add(character);
    sure = sure || (character >= 0x80 && before.is_text());
    append_utf8(text, character);
  }
  if (!sure && !stretch.is_text()) return {};
  return {text.begin(), text.end()};
}

uint32_t word_at(const uint8_t* at) {
  uint32_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Whether a character of ASCII may stand there, or zeros.
bool may_be(const uint8_t* at) {
  return (word_at(at) & 0x00ffff00) == 0;
}

// The next place that is to be looked at, or one behind last.
size_t next_place(Bytes bytes, size_t at, size_t last) {
  constexpr size_t together = 8;
  while (at + unit <= last) {
    // This is what it costs on everything else.
    for (const uint8_t* here; at + together * step <= last; at += together * step)
      if (here = bytes.data() + at; may_be(here) || may_be(here + step) || may_be(here + 2 * step) ||
                                    may_be(here + 3 * step) || may_be(here + 4 * step) || may_be(here + 5 * step) ||
                                    may_be(here + 6 * step) || may_be(here + 7 * step))
        break;
    for (size_t i = 0; i < together && at + unit <= last; ++i, at += step)
      if (may_be(bytes.data() + at) && word_at(bytes.data() + at) != 0) return at;
  }
  return at;
}

void on_text(Bytes bytes, size_t begin, size_t end, Decoded& out) {
  size_t floor = 0;
  const size_t last = std::min(bytes.size(), end + fewest * unit);
  // The first place may be the run that a path leads to, which was seen by other characters.
  for (size_t at = (begin + unit - 1) / unit * unit; at + unit <= last; at = next_place(bytes, at, last)) {
    const bool big_endian = bytes[at] == 0 && bytes[at + 1] == 0;
    const Run run = extend(bytes, at, floor, big_endian);
    if (run.end < run.begin + fewest * unit) {
      at += step;
      continue;
    }
    at = floor = run.end;
    if (run.begin < begin || run.begin >= end || run.end - run.begin > out.room()) continue;
    std::vector<uint8_t> text = text_of(bytes, run, big_endian);
    if (!text.empty() && !out.layer("UTF32", run.begin, run.end - run.begin, std::move(text))) return;
  }
}

}  // namespace

extern const Decoder utf32_decoder;
const Decoder utf32_decoder{"UTF32", "UTF-32 text, as wchar_t has it on Linux", {}, nullptr, on_text};

}  // namespace weft::scan
