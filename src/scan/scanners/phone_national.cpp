// Telephone numbers as people write them at home: "Tel. (030) 227-0", "Fax 020 7946 0958"; kind phone, E.164.
//
// Such a number does not say which country it is of, and one in the wrong country's form would tie what has nothing to
// do with each other. So it counts only where a word such as Tel. or Fax stands right in front of it, and something
// beside it says the country: an international number ("+49 170 …"), the address of a host or a mailbox under a
// country's domain, or the country's name, within some 400 bytes. All that is there must agree on one country, and that
// country's numbering plan must know the number. (North American numbers have a form of their own: phone.cpp.)
//
// False positives: the words are whole words ("hotel 0307 …" is none); domains that are sold to the world (.io, .tv,
// .me …) say nothing of a country.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <phonenumbers/phonenumberutil.h>
#include <string>
#include <utility>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/phone.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/memo.h"
#include "scan/vectors.h"

namespace weft::scan {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr size_t around = 400;         // bytes in which a country is looked for, on each side
constexpr size_t longest_number = 96;  // bytes: 17 digits, and up to three signs behind each

struct Country {
  std::string_view name, region;
};
// Domains of countries that are used for them, and by them.
constexpr auto domains = std::to_array<Country>({
    {"ar", "AR"}, {"at", "AT"}, {"au", "AU"}, {"be", "BE"}, {"bg", "BG"}, {"br", "BR"}, {"ch", "CH"}, {"cl", "CL"},
    {"cn", "CN"}, {"cz", "CZ"}, {"de", "DE"}, {"dk", "DK"}, {"ee", "EE"}, {"es", "ES"}, {"fi", "FI"}, {"fr", "FR"},
    {"gr", "GR"}, {"hr", "HR"}, {"hu", "HU"}, {"ie", "IE"}, {"il", "IL"}, {"in", "IN"}, {"it", "IT"}, {"jp", "JP"},
    {"kr", "KR"}, {"lt", "LT"}, {"lu", "LU"}, {"lv", "LV"}, {"mx", "MX"}, {"nl", "NL"}, {"no", "NO"}, {"nz", "NZ"},
    {"pl", "PL"}, {"pt", "PT"}, {"ro", "RO"}, {"rs", "RS"}, {"ru", "RU"}, {"se", "SE"}, {"si", "SI"}, {"sk", "SK"},
    {"tr", "TR"}, {"ua", "UA"}, {"uk", "GB"}, {"za", "ZA"},
});
// By its two letters: the country's place in the list, from 1.
constexpr std::array<uint8_t, 26 * 26> places_of_domains = [] {
  std::array<uint8_t, 26 * 26> out{};
  for (size_t i = 0; i < domains.size(); ++i)
    out[size_t(domains[i].name[0] - 'a') * 26 + size_t(domains[i].name[1] - 'a')] = uint8_t(i + 1);
  return out;
}();
// In lower case, and as they stand in addresses.
constexpr auto names = std::to_array<Country>({
    {"australia", "AU"},
    {"belgique", "BE"},
    {"belgium", "BE"},
    {"deutschland", "DE"},
    {"danmark", "DK"},
    {"england", "GB"},
    {"espa\xc3\xb1"
     "a",
     "ES"},
    {"france", "FR"},
    {"germany", "DE"},
    {"ireland", "IE"},
    {"italia", "IT"},
    {"italy", "IT"},
    {"nederland", "NL"},
    {"netherlands", "NL"},
    {"polska", "PL"},
    {"schweiz", "CH"},
    {"spain", "ES"},
    {"sverige", "SE"},
    {"switzerland", "CH"},
    {"united kingdom", "GB"},
    {"\xc3\xb6sterreich", "AT"},
});

// The region of an international number that the plans know; "" of any other.
std::string region_of(const std::string& number) {
  thread_local Memo<std::string> answers;
  return answers.of(number, [&] {
    const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
    PhoneNumber parsed;
    std::string region;
    if (plans.Parse(number, "ZZ", &parsed) == PhoneNumberUtil::NO_PARSING_ERROR && plans.IsValidNumber(parsed))
      plans.GetRegionCodeForNumber(parsed, &region);
    return region;
  });
}

// E.164 of a number as it is dialled in the region; "" when its plan does not know it.
std::string at_home(const std::string& digits, const std::string& region) {
  thread_local Memo<std::string> answers;
  return answers.of(region + digits, [&] {
    const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
    PhoneNumber parsed;
    std::string out;
    if (plans.Parse(digits, region, &parsed) == PhoneNumberUtil::NO_PARSING_ERROR &&
        plans.IsValidNumberForRegion(parsed, region))
      plans.Format(parsed, PhoneNumberUtil::E164, &out);
    return out;
  });
}

// Keeps the one region that all agree on.
class Agreed {
 public:
  void add(std::string_view region) {
    if (region.empty() || region == region_) return;
    split_ = !region_.empty();
    if (region_.empty()) region_ = region;
  }
  bool split() const { return split_; }
  std::string region() const { return split_ ? std::string() : region_; }

 private:
  std::string region_;
  bool split_ = false;
};

bool is_of_address(char c) {
  return is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '@' || c == ':' || c == '/';
}

// The country's domain that ends at a dot and two letters, when a host or a mailbox stands in front of it.
std::string_view region_of_domain(std::string_view text, size_t dot) {
  constexpr size_t longest = 80;
  const char first = char_at(text, dot + 1), second = char_at(text, dot + 2), after = char_at(text, dot + 3);
  if (!is_alpha(first) || !is_alpha(second) || is_alnum(after) || after == '-' || after == '@' ||
      (after == '.' && is_alnum(char_at(text, dot + 4))))
    return {};
  const size_t place = places_of_domains[size_t(lower(first) - 'a') * 26 + size_t(lower(second) - 'a')];
  if (place == 0) return {};
  size_t begin = dot;
  bool is_address = false;
  while (!is_address && begin > 0 && dot - begin < longest && is_of_address(text[begin - 1])) {
    --begin;
    is_address = text[begin] == '@' || (text[begin] == ':' && text.substr(begin, 3) == "://");
  }
  return is_address || has_word(text, begin, "www.") ? domains[place - 1].region : std::string_view();
}

// Of the international number that begins with this "+".
std::string region_of_number(std::string_view text, size_t plus) {
  if (!is_digit(char_at(text, plus + 1)) || !starts_well(sign_before(text, plus))) return {};
  const Written number = read_number(text, plus + 1);
  for (size_t i = number.stops.size(), tries = 0; i-- > 0 && tries < 3; ++tries)
    if (std::string region = region_of("+" + number.digits.substr(0, number.stops[i].digits)); !region.empty())
      return region;
  return {};
}

// By first sign, a bit for each of the names.
constexpr std::array<uint32_t, 256> names_of = [] {
  std::array<uint32_t, 256> out{};
  static_assert(names.size() <= 32);
  for (size_t i = 0; i < names.size(); ++i) out[uint8_t(names[i].name[0])] |= uint32_t(1) << i;
  return out;
}();
// Of the country whose name stands there, as a word.
std::string_view region_of_name(std::string_view text, size_t at) {
  for (uint32_t left = names_of[uint8_t(lower(text[at]))]; left != 0; left &= left - 1)
    if (const auto& [name, region] = names[size_t(std::countr_zero(left))];
        !is_alnum(char_at(text, at + name.size())) && has_word(text, at, name))
      return region;
  return {};
}

// What each byte may begin: the domain behind a dot, a number, a country's name.
constexpr std::array<bool, 256> make_beginnings() {
  std::array<bool, 256> out{};
  out['.'] = out['+'] = out[0xc3] = true;
  for (const Country& country : names)
    if (is_alpha(country.name[0])) out[uint8_t(country.name[0])] = out[uint8_t(country.name[0] ^ 0x20)] = true;
  return out;
}
constexpr std::array<bool, 256> beginnings = make_beginnings();

// Calls each(at) for what may begin something there, until it says false. Sixteen bytes at a time, since each number of
// a page that is full of them looks at all that stands around it.
template <class Each>
void each_beginning(std::string_view near, Each each) {
  constexpr size_t block = 16;
  // With nothing in front of it, and behind.
  std::array<char, block + 2 * around + longest_number + block> bytes;
  near = near.substr(0, bytes.size() - 2 * block);
  std::memset(bytes.data(), 0, block);
  std::memcpy(bytes.data() + block, near.data(), near.size());
  std::memset(bytes.data() + block + near.size(), 0, block);
  const auto load = [&](size_t at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + at)); };
  const auto is = [](__m128i c, uint8_t sign) { return _mm_cmpeq_epi8(c, _mm_set1_epi8(char(sign))); };
  const auto letter = [&](__m128i c) { return below(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 26); };
  for (size_t at = 0; at < near.size(); at += block) {
    const __m128i c = load(block + at), before = load(block + at - 1);
    const __m128i in_word = _mm_or_si128(letter(before), below(before, '0', 10));
    const __m128i signs = _mm_or_si128(is(c, '.'), _mm_or_si128(is(c, '+'), is(c, 0xc3)));
    const __m128i may = _mm_or_si128(_mm_andnot_si128(in_word, letter(c)), signs);
    for (auto left = unsigned(_mm_movemask_epi8(may)); left != 0; left &= left - 1) {
      const size_t place = at + size_t(std::countr_zero(left));
      if (beginnings[uint8_t(near[place])] && !each(place)) return;
    }
  }
}

// Country of what stands on both sides; "" when nothing says one, or several are said.
std::string region_around(std::string_view text, size_t begin, size_t end) {
  const size_t first = begin - std::min(begin, around), last = std::min(text.size(), end + around);
  const std::string_view near = text.substr(first, last - first);
  Agreed agreed;
  each_beginning(near, [&](size_t at) {
    if (near[at] == '.')
      agreed.add(region_of_domain(near, at));
    else if (near[at] == '+')
      agreed.add(region_of_number(near, at));
    else if (!is_alnum(char_before(near, at)))
      agreed.add(region_of_name(near, at));
    return !agreed.split();
  });
  return agreed.region();
}

// The word that ends right before `end`, in lower case where it is ASCII.
std::string word_before(std::string_view text, size_t end) {
  constexpr size_t longest_word = 20;
  size_t first = end;
  while (first > 0 && end - first < longest_word && (is_alnum(text[first - 1]) || uint8_t(text[first - 1]) >= 0x80))
    --first;
  return lower_ascii(text.substr(first, end - first));
}

// Where what stands between a word and its number begins, which ends at `end`.
size_t before_signs(std::string_view text, size_t end, std::string_view signs) {
  constexpr size_t most = 8;
  size_t begin = end;
  while (begin > 0 && end - begin < most && signs.find(text[begin - 1]) != std::string_view::npos) --begin;
  return begin;
}

// The word in front is one of the pattern's, and not the end of another. (In Windows-1252, too.)
bool is_marked(std::string_view text, size_t begin) {
  constexpr auto words = std::to_array<std::string_view>({"tel",        "telefon",
                                                          "telefono",   "telephone",
                                                          "t\xc3\xa9l", "t\xc3\xa9l\xc3\xa9phone",
                                                          "t\xe9l",     "t\xe9l\xe9phone",
                                                          "fax",        "telefax",
                                                          "phone",      "mobil",
                                                          "mobile",     "m\xc3\xb3vil",
                                                          "m\xf3vil",   "handy",
                                                          "gsm",        "portable",
                                                          "cell",       "call",
                                                          "tlf",        "тел",
                                                          "Тел",        "телефон",
                                                          "Телефон",    "факс",
                                                          "Факс"});
  constexpr std::string_view between = "(.: \t";
  constexpr size_t longest_tag = 8;
  size_t end = before_signs(text, begin, between);
  if (char_before(text, end) == '>')  // "Tel: <b>030 …"
    if (const size_t tag = text.rfind('<', end); tag != std::string_view::npos && end - tag <= longest_tag)
      end = before_signs(text, tag, between);
  std::string word = word_before(text, end);
  if (word == "nr") word = word_before(text, before_signs(text, end - word.size(), ".-"));  // "Tel.-Nr.:"
  if (word.ends_with("nummer")) word.resize(word.size() - std::string_view("nummer").size());
  return std::find(words.begin(), words.end(), word) != words.end();
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  size_t begin = hit.end - 1;
  if (begin < from || !is_marked(text, begin)) return;
  const Written number = read_number(text, begin);
  // "+49 …" and "0049 …" are written for abroad; a lone dot is one of a sum or a version.
  if (number.stops.empty() || number.digits.starts_with("00") || number.separators == ".") return;
  if (number.digits.size() < 7) return;
  const std::string region = region_around(text, begin, number.stops.back().end);
  if (region.empty()) return;
  if (char_before(text, begin) == '(') --begin;
  for (size_t i = number.stops.size(), tries = 0; i-- > 0 && tries < 4;) {
    const auto [end, digits] = number.stops[i];
    if (digits < 7) break;
    if (digits > 13) continue;
    ++tries;
    const bool rest = i + 1 < number.stops.size();
    if (rest ? text[end] != ' ' : !ends_well(text, end)) continue;
    std::string value = at_home(number.digits.substr(0, digits), region);
    if (!value.empty()) return sink.feature("phone", std::move(value), begin, end);
  }
}

constexpr std::array<std::string_view, 1> kinds{"phone"};
constexpr std::array patterns{
    // The last in Cyrillic: тел, телефон, факс.
    Pattern{
        R"((?:tel|fax|fon|phone|mobile?|handy|gsm|t(?:\xc3\xa9|\xe9)l|m(?:\xc3\xb3|\xf3)vil|telefono|portable|cell|call|)"
        R"(tlf|\xd0\xb5\xd0\xbb|\xd1\x84\xd0\xbe\xd0\xbd|\xd0\xba\xd1\x81))"
        R"((?:[.]?-?nr|nummer)?[.: \t]{0,5}(?:<[a-z]{1,6}>)?[(]?[0-9])",
        caseless},
};

constexpr std::array examples{
    Example{"Tel. (030) 227-0, www.bundestag.de", "phone", "+49302270"},
    Example{"Acme Ltd, London, United Kingdom. Phone: 020 7946 0958", "phone", "+442079460958"},
    Example{"T\xc3\xa9l. : 01 42 68 53 00 \xe2\x80\x93 contact@example.fr", "phone", "+33142685300"},
    Example{"Mobil 0170 1234567, B\xc3\xbcro +49 89 32168123", "phone", "+491701234567"},
    Example{"Fax: 044 668 18 00 (info@example.ch)", "phone", "+41446681800"},
    Example{"T\xe9l. : 01 42 68 53 00 - contact@example.fr", "phone", "+33142685300"},
    Example{"m\xf3vil: 612 345 678, hola@example.es", "phone", "+34612345678"},
    Example{"Tel.-Nr.: 030 2270, info@bundestag.de", "phone", "+49302270"},
    Example{"Telefonnummer: (030) 227-0, info@bundestag.de", "phone", "+49302270"},
    Example{"Tel: <b>020 7946 0958</b>, info@example.co.uk", "phone", "+442079460958"},
    Example{"model.-nr.: 030 2270, info@bundestag.de", "phone", ""},
    Example{"Telefono 06 6710 1234, http://www.example.it/", "phone", "+390667101234"},
    // Nothing says the country; two do; its plan does not know the number; no word, or the end of another one.
    Example{"www.bundestag.de, Tel. 0302270.", "phone", "+49302270"},
    Example{"Tel. (030) 227-0, and no more", "phone", ""},
    Example{"Tel. (030) 227-0, www.bundestag.de or www.parlament.at", "phone", ""},
    Example{"Tel. 0307, 1234567890123 www.bundestag.de", "phone", ""},
    Example{"(030) 227-0, www.bundestag.de", "phone", ""},
    Example{"hotel 030 2270123, www.bundestag.de", "phone", ""},
    Example{"Tel 030 2270, see module.de and parse.fr", "phone", ""},
    Example{"fax 1.2345678 of www.bundestag.de", "phone", ""},
};

}  // namespace

extern const Scanner phone_national_scanner;
const Scanner phone_national_scanner{
    "phone_national",
    "phone: telephone numbers in national form, where a word marks them and what stands beside says the country",
    kinds,
    patterns,
    on_hit,
    examples,
    512,
    512};

}  // namespace weft::scan
