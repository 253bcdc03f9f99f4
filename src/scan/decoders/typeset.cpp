// TYPESET: numbers written as a typesetter does, with no-break spaces and hyphens that are no "-": telephone numbers,
// IBANs and card numbers in letters, on web pages and in address books. In the layer they have plain ones. Such
// a sign is written in UTF-8, as an entity of HTML (&nbsp; &#160; &ndash;), or is a no-break space of Windows-1252.
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
constexpr Pattern patterns[] = {{R"([0-9)](?:\xc2\xa0|\xe2\x80[\x87\x89\x90-\x93\xaf]|\xa0)[0-9(])", dotall},
                                {R"([0-9)]&(?:nbsp|ndash|#(?:160|8239|8209|8211|x[aA]0|x201[13]));[0-9(])", dotall}};

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

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end <= from) return;
  const std::string_view text = as_text(bytes);
  const size_t floor = std::max(from, hit.end - std::min(hit.end, longest_before));
  size_t begin = hit.end - 1;
  while (begin > floor) {
    if (const Sign* sign = sign_before(text, floor, begin))
      begin -= sign->text.size();
    else if (is_number_sign(text[begin - 1]))
      --begin;
    else
      break;
  }
  // It may have begun farther in front: from behind what is no part of that on.
  if (begin == floor && begin > 0)
    while (begin < hit.end - 1 && is_alnum(uint8_t(text[begin]))) ++begin;
  std::string plain;
  size_t digits = 0, end = begin;
  for (size_t run = 0; end < text.size() && end - begin < longest && run < longest_before; ++run) {
    if (const Sign* sign = sign_at(text, end)) {
      plain += sign->plain;
      end += sign->text.size();
      run = 0;
    } else if (is_number_sign(text[end])) {
      digits += is_digit(uint8_t(text[end]));
      plain += text[end++];
    } else {
      break;
    }
  }
  if (digits < least_digits || plain.size() > out.room()) plain.clear();
  // Also where it is no number: a run is looked at once.
  out.layer("TYPESET", begin, std::max(end, hit.end) - begin, {plain.begin(), plain.end()});
}

}  // namespace

extern const Decoder typeset_decoder;
const Decoder typeset_decoder{"TYPESET", "numbers with no-break spaces and typographic hyphens", patterns, on_hit};

}  // namespace weft::scan
