// TYPESET: numbers written as a typesetter does, with no-break spaces and hyphens that are no "-": telephone numbers,
// IBANs and card numbers in letters, on web pages and in address books. In the layer they have plain ones. Such
// a sign is written in UTF-8, in UTF-16, as an entity of HTML (&nbsp; &#160; &ndash;), or is a no-break space of
// Windows-1252. A no-break space between two digits looks alike in both orders of UTF-16: the longer reading wins.
//
// One layer is one run of what numbers are written with, letters too: an IBAN has some, and "Tel." says what follows.
#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

struct Sign {
  std::string_view text;
  char plain;
};
constexpr std::array signs{
    Sign{"\xc2\xa0", ' '},     Sign{"\xe2\x80\xaf", ' '}, Sign{"\xe2\x80\x87", ' '}, Sign{"\xe2\x80\x89", ' '},
    Sign{"\xe2\x80\x90", '-'}, Sign{"\xe2\x80\x91", '-'}, Sign{"\xe2\x80\x92", '-'}, Sign{"\xe2\x80\x93", '-'},
    Sign{"&nbsp;", ' '},       Sign{"&#160;", ' '},       Sign{"&#xA0;", ' '},       Sign{"&#xa0;", ' '},
    Sign{"&#8239;", ' '},      Sign{"&#8209;", '-'},      Sign{"&#8211;", '-'},      Sign{"&ndash;", '-'},
    Sign{"&#x2011;", '-'},     Sign{"&#x2013;", '-'},     Sign{"\xa0", ' '},
};
// Of UTF-16 the signs that are used: patterns want three bytes that are always the same.
enum : uint32_t { narrow, little_endian, big_endian, either };
constexpr Pattern patterns[] = {
    {R"([0-9)](?:\xc2\xa0|\xe2\x80[\x87\x89\x90-\x93\xaf]|\xa0)[0-9(])", dotall, narrow},
    {R"([0-9)]&(?:nbsp|ndash|#(?:160|8239|8209|8211|x[aA]0|x201[13]));[0-9(])", dotall, narrow},
    {R"([0-9)](?:\x00\x11\x20|\x00\x13\x20|\x00\x2f\x20)[0-9(]\x00)", dotall, little_endian},
    {R"(\x00[0-9)](?:\x20\x11\x00|\x20\x13\x00|\x20\x2f\x00)[0-9(])", dotall, big_endian},
    {R"([0-9)]\x00\xa0\x00[0-9(])", dotall, either}};

constexpr size_t longest_before = 64, longest = 1024, least_digits = 7;

constexpr bool is_number_sign(char c) {
  return is_alnum(uint8_t(c)) || c == ' ' || c == '+' || c == '-' || c == '(' || c == ')' || c == '.' || c == '/' ||
         c == ':';
}

const Sign* sign_at(std::string_view text, size_t at) {
  if (uint8_t(text[at]) < 0x80 && text[at] != '&') return nullptr;
  for (const Sign& sign : signs)
    if (text.substr(at, sign.text.size()) == sign.text) return &sign;
  return nullptr;
}

// What ends right before `at`, if it is one that stands for a plain sign.
const Sign* sign_before(std::string_view text, size_t floor, size_t at) {
  const char last = text[at - 1];
  if (uint8_t(last) < 0x80 && last != ';') return nullptr;
  for (const Sign& sign : signs)
    if (at - floor >= sign.text.size() && text.substr(0, at).ends_with(sign.text)) return &sign;
  return nullptr;
}

// A sign as it is written: the plain one, how many bytes that takes, and whether a typesetter did it. None: no bytes.
struct Written {
  char plain = 0;
  size_t size = 0;
  bool typeset = false;
};

struct Narrow {
  static constexpr size_t unit = 1;
  std::string_view text;
  Written at(size_t position) const {
    if (const Sign* sign = sign_at(text, position)) return {sign->plain, sign->text.size(), true};
    return is_number_sign(text[position]) ? Written{text[position], 1} : Written{};
  }
  Written before(size_t floor, size_t position) const {
    if (const Sign* sign = sign_before(text, floor, position)) return {sign->plain, sign->text.size(), true};
    return is_number_sign(text[position - 1]) ? Written{text[position - 1], 1} : Written{};
  }
};

struct Wide {
  static constexpr size_t unit = 2;
  std::string_view text;
  bool big;
  Written at(size_t position) const {
    if (position + unit > text.size()) return {};
    const auto first = uint8_t(text[position]), second = uint8_t(text[position + 1]);
    const unsigned code = big ? unsigned(first) << 8 | second : unsigned(second) << 8 | first;
    if (code < 0x80 && is_number_sign(char(code))) return {char(code), unit};
    if (code == 0xa0 || code == 0x2007 || code == 0x2009 || code == 0x202f) return {' ', unit, true};
    return code >= 0x2010 && code <= 0x2013 ? Written{'-', unit, true} : Written{};
  }
  Written before(size_t floor, size_t position) const {
    return position < floor + unit ? Written{} : at(position - unit);
  }
};

struct Run {
  size_t begin = 0, end = 0, digits = 0;
  std::string plain;
};

// Around the sign at `at`.
template <class Text>
Run run_around(const Text& text, size_t at, size_t from) {
  const size_t reach = at - std::min(at, longest_before * Text::unit), floor = std::max(from, reach);
  Run run;
  run.begin = at;
  while (run.begin > floor) {
    const Written written = text.before(floor, run.begin);
    if (written.size == 0) break;
    run.begin -= written.size;
  }
  // It may have begun farther in front: from behind what is no part of that on.
  if (run.begin == reach && reach > 0)
    while (run.begin < at && is_alnum(uint8_t(text.at(run.begin).plain))) run.begin += Text::unit;
  run.end = run.begin;
  for (size_t since = 0; run.end < text.text.size() && run.plain.size() < longest && since < longest_before; ++since) {
    const Written written = text.at(run.end);
    if (written.size == 0) break;
    if (written.typeset) since = 0;
    run.digits += is_digit(uint8_t(written.plain));
    run.plain += written.plain;
    run.end += written.size;
  }
  return run;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end <= from) return;
  const std::string_view text = as_text(bytes);
  Run run;
  if (hit.pattern == narrow) {
    run = run_around(Narrow{text}, hit.end - 1, from);
  } else {
    if (hit.pattern != big_endian) run = run_around(Wide{text, false}, hit.end - (hit.pattern == either ? 1 : 2), from);
    if (hit.pattern != little_endian) {
      Run big = run_around(Wide{text, true}, hit.end - 2, from);
      if (big.plain.size() > run.plain.size()) run = std::move(big);
    }
  }
  if (run.digits < least_digits || run.plain.size() > out.room()) run.plain.clear();
  // Also where it is no number: a run is looked at once.
  out.layer("TYPESET", run.begin, std::max(run.end, hit.end) - run.begin, {run.plain.begin(), run.plain.end()});
}

}  // namespace

extern const Decoder typeset_decoder;
const Decoder typeset_decoder{"TYPESET", "numbers with no-break spaces and typographic hyphens", patterns, on_hit};

}  // namespace weft::scan
