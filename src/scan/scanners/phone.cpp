// Telephone numbers: ITU-T E.164 through libphonenumber (numbering plans of all countries); canonical form E.164.
//
// Five ways in: "+" and digits; "00" and digits behind a word such as Tel. or Fax; North American numbers written with
// separators, (303) 555-0123 or 303-555-0123; the same behind "+1" or "1-"; and the name that WhatsApp gives to who has
// a number, 4915112345678@s.whatsapp.net. A national number of another country does not say which country it is of:
// phone_national.cpp looks whether something beside it does.
//
// False positives: clause numbers, hash fragments, limits of integers, ISBNs, dates, decimal fractions, coordinates
// (ISO 6709: +4953-09709). What is in touch with letters, digits, or further digit groups is none; at most 15 digits;
// separators as people write them, not a lone dot; and the country's numbering plan must know the number.
// libphonenumber costs microseconds, so all the rest is asked first.
#include "scan/scanners/phone.h"

#include <array>
#include <phonenumbers/phonenumberutil.h>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/glued.h"
#include "scan/scanners/validate/memo.h"
#include "scan/scanners/validate/sqlite_row.h"

namespace weft::scan {
namespace {

bool is_separator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/';
}

}  // namespace

Written read_number(std::string_view text, size_t at) {
  Written out;
  size_t gap = 0, within = 0;
  for (; at < text.size() && out.digits.size() <= 16; ++at) {
    char c = text[at];
    if (is_digit(c)) {
      out.digits += c;
      gap = 0;
      within = out.separators.size();
      if (!is_digit(char_at(text, at + 1))) out.stops.push_back({at + 1, out.digits.size()});
    } else if (is_separator(c) && ++gap <= 3) {
      out.separators += c;
    } else {
      break;
    }
  }
  out.separators.resize(within);  // what stands behind it is none: a sentence ends
  return out;
}

bool ends_well(std::string_view text, size_t end) {
  char after = sign_behind(text, end), next = char_at(text, end + 1);
  if (after == 'x' || after == 'X') return is_digit(next) || next == ' ';  // an extension
  if (is_alnum(after) || after == '_' || after == '%' || after == '=') return false;
  if ((after == '-' || after == '/' || after == ':' || after == '+') && is_alnum(next)) return false;
  return !((after == '.' || after == ',') && is_digit(next));
}

bool starts_well(char before) {
  return !is_alnum(before) && before != '+' && before != '_' && before != '.' && before != '-' && before != '/' &&
         before != '=' && before != '%' && before != '$' && before != '#' && before != '*' && before != '\\' &&
         before != '^';
}

namespace {

enum : uint32_t { plus, zeros, american, jid };

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// E.164 of a number with its country code that the plans know; empty otherwise. The plans take 15 microseconds.
std::string e164(const std::string& number) {
  thread_local Memo<std::string> answers;
  return answers.of(number, [&] {
    const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
    PhoneNumber parsed;
    std::string out;
    if (plans.Parse(number, "ZZ", &parsed) == PhoneNumberUtil::NO_PARSING_ERROR && plans.IsValidNumber(parsed))
      plans.Format(parsed, PhoneNumberUtil::E164, &out);
    return out;
  });
}

// "phone=+49…": the name of the field says that it is no sum.
bool is_field_of_numbers(std::string_view text, size_t begin) {
  if (char_before(text, begin) != '=') return false;
  const size_t end = begin - 1;
  size_t name = end;
  while (name > 0 && end - name < 32 && (is_alnum(text[name - 1]) || text[name - 1] == '_' || text[name - 1] == '-'))
    --name;
  return mentioned_before(text, end, end - name,
                          {"phone", "tel", "mobil", "cell", "fax", "handy", "gsm", "msisdn", "num", "call", "sender",
                           "recipient", "contact", "whatsapp", "sms"});
}

// What a number between two signs of emphasis stands in: *+49…*, _+49…_. '\0' when in none.
char emphasis(std::string_view text, size_t begin) {
  const char mark = char_before(text, begin);
  return (mark == '*' || mark == '_') && !is_alnum(char_before(text, begin - 1)) ? mark : '\0';
}

// "+35236450.6", "+49 1512 345678.9": one dot, behind a number and in front of a digit or two.
bool is_fraction(std::string_view number) {
  constexpr size_t fewest_in_front = 4, most_behind = 2;
  const size_t dot = number.find('.');
  if (dot == std::string_view::npos || number.find('.', dot + 1) != std::string_view::npos) return false;
  size_t begin = dot, end = dot + 1;
  while (begin > 0 && is_digit(number[begin - 1])) --begin;
  while (end < number.size() && is_digit(number[end])) ++end;
  return dot - begin >= fewest_in_front && end - dot - 1 <= most_behind;
}

// "14.04.2014", and whatever stands behind it.
bool is_date(std::string_view number) {
  const size_t day = number.find('.');
  if (day == 0 || day > 2 || number.size() < day + 8 || number[day + 3] != '.') return false;
  const std::string_view month = number.substr(day + 1, 2), century = number.substr(day + 4, 2);
  return month >= "01" && month <= "12" && (century == "19" || century == "20") && is_digit(number[day + 6]) &&
         is_digit(number[day + 7]);
}

// Of degrees, with minutes and seconds where there are four and more digits behind them.
bool is_angle(std::string_view digits, size_t of_degrees, int most) {
  int degrees = 0;
  for (const char c : digits.substr(0, of_degrees)) degrees = 10 * degrees + c - '0';
  for (size_t i = of_degrees; i < digits.size(); i += 2)
    if (digits[i] > '5') return false;
  return degrees <= most;
}

// Where the latitude and longitude end that begin with this sign (ISO 6709); 0 when none do.
size_t coordinates_end(std::string_view text, size_t sign) {
  size_t at = sign, of_fractions = 0;
  std::array<std::string_view, 2> digits;
  for (std::string_view& part : digits) {
    if (char_at(text, at) != '+' && char_at(text, at) != '-') return 0;
    const size_t begin = ++at;
    while (at - begin < 8 && is_digit(char_at(text, at))) ++at;
    part = text.substr(begin, at - begin);
    if (char_at(text, at) != '.' || !is_digit(char_at(text, at + 1))) continue;
    ++of_fractions;
    const size_t dot = at++;
    while (at - dot < 16 && is_digit(char_at(text, at))) ++at;
  }
  const auto [latitude, longitude] = digits;
  const bool paired = longitude.size() == latitude.size() + 1 &&
                      (latitude.size() == 4 || latitude.size() == 6 || (latitude.size() == 2 && of_fractions == 2));
  return paired && is_angle(latitude, 2, 90) && is_angle(longitude, 3, 180) && !is_alnum(char_at(text, at)) ? at : 0;
}

// No subscriber's number begins with 0; where a longitude does not, more must say that it is one.
bool is_coordinates(std::string_view text, size_t begin) {
  constexpr size_t near = 96;
  const size_t end = coordinates_end(text, begin);
  if (end == 0) return false;
  if (text[text.find_first_of("+-", begin + 1) + 1] == '0' || char_at(text, end) == '/') return true;
  const size_t last = std::min(text.size(), end + near);
  for (size_t at = begin - std::min(begin, near); at < last; ++at)
    if ((text[at] == '+' || text[at] == '-') && (at < begin || at >= end) && coordinates_end(text, at) != 0)
      return true;
  return false;
}

void on_international(std::string_view text, size_t begin, size_t digits_begin, Sink& sink) {
  const char mark = emphasis(text, begin);
  Written number = read_number(text, digits_begin);
  if (number.stops.empty() || number.stops.back().digits != number.digits.size()) return;
  // Sums, offsets and version numbers have a lone dot or slash.
  size_t marks = 0;
  for (char c : number.separators) marks += c == '.' || c == '/';
  if (number.separators.size() == 1 && marks == 1) return;
  if (is_date(text.substr(digits_begin, 16)) || (text[begin] == '+' && is_coordinates(text, begin))) return;
  for (size_t i = number.stops.size(), tries = 0; i-- > 0 && tries < 4;) {
    auto [end, digits] = number.stops[i];
    if (digits < 8) break;
    if (digits > 15) continue;
    ++tries;
    bool rest = i + 1 < number.stops.size();
    const bool emphasized = mark != '\0' && char_at(text, end) == mark && !is_alnum(char_at(text, end + 1));
    if (mark != '\0' ? !emphasized : !rest && !ends_well(text, end)) continue;
    if (rest && text[end] != ' ') continue;  // what follows is another number, not a part of this one
    if (is_fraction(text.substr(digits_begin, end - digits_begin))) continue;
    std::string value = e164("+" + number.digits.substr(0, digits));
    if (!value.empty()) return sink.feature("phone", value, begin, end);
  }
}

// Written as (303) 555-0123, 303-555-0123, 303.555.0123 and 303 555 0123, the last only where a word says so.
void on_american(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  size_t end = hit.end;
  if (is_digit(char_at(text, end)) || end < 12) return;
  size_t begin = end;
  std::string digits, separators;
  while (begin > from && digits.size() < 10) {
    char c = text[--begin];
    if (is_digit(c))
      digits.insert(digits.begin(), c);
    else
      separators.insert(separators.begin(), c);
  }
  if (digits.size() != 10) return;
  bool brackets = separators[0] == ')';
  if (brackets && char_before(text, begin) == '(') --begin;
  if (!brackets && separators.size() == 2 && separators[0] != separators[1]) return;
  if (begin >= 2 &&
      (text.substr(begin - 2, 2) == "1-" || text.substr(begin - 2, 2) == "1 " || text.substr(begin - 2, 2) == "1.") &&
      starts_well(sign_before(text, begin - 2)))
    begin -= 2;
  char before = char_before(text, begin);
  if (!starts_well(sign_before(text, begin)) || !ends_well(text, end)) return;
  if (before == ' ' && begin >= 2 && is_digit(text[begin - 2])) return;
  if (separators == "  " && !brackets &&
      !mentioned_before(text, begin, 24, {"tel", "phone", "fax", "mobile", "cell", "call", "telephone", "voice"}))
    return;
  std::string value = e164("+1" + digits);
  if (!value.empty()) sink.feature("phone", value, begin, end);
}

// "4915112345678@s.whatsapp.net", "4915112345678:12@…" of one of somebody's devices. Names of groups have a hyphen.
void on_jid(std::string_view text, size_t at, Sink& sink) {
  constexpr size_t longest = 15, of_device = 7;
  const char behind = char_at(text, text.find('.', at) + (text[at + 1] == 's' ? 13 : 3));
  if (is_alnum(behind)) return;
  size_t end = at, begin = at;
  while (end > 0 && at - end < of_device && (is_digit(text[end - 1]) || text[end - 1] == ':' || text[end - 1] == '.'))
    --end;
  end = std::min(text.find_first_of(".:", end), at);
  begin = end;
  while (begin > 0 && end - begin <= longest && is_digit(text[begin - 1])) --begin;
  if (end - begin < 8) return;
  if (const TextColumn column = text_column(text, at); column.begin > begin && column.begin < end) begin = column.begin;
  if (end - begin > longest || (char_before(text, begin) == '-' && begin >= 2 && is_digit(text[begin - 2]))) return;
  std::string value = e164("+" + std::string(text.substr(begin, end - begin)));
  if (!value.empty()) sink.feature("phone", std::move(value), begin, end);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.end <= from) return;
  if (hit.pattern == jid) return on_jid(text, text.rfind('@', hit.end), sink);
  if (hit.pattern == american) return on_american(text, hit, from, sink);
  size_t begin = hit.end;
  if (hit.pattern == plus) {
    begin = hit.end - 9;
    const char first = text[begin + 1] == '(' ? char_at(text, begin + 2) : text[begin + 1];
    if (begin < from || !is_digit(first) || first == '0') return;
    if (starts_well(sign_before(text, begin)) || emphasis(text, begin) != '\0' || is_field_of_numbers(text, begin))
      return on_international(without_glued(text, begin, "+ -.()/"), begin, begin + 1, sink);
    const size_t counted = cbor_string_end(text, begin);
    if (counted > hit.end && is_digit(text[counted - 1]))
      on_international(text.substr(0, counted), begin, begin + 1, sink);
    return;
  }
  // Back over the eight digits behind "00".
  size_t digits = 0;
  while (begin > from && digits < 10) digits += is_digit(text[--begin]);
  if (text.substr(begin, 2) != "00" || !starts_well(sign_before(text, begin))) return;
  if (!mentioned_before(text, begin, 24,
                        {"tel", "phone", "fax", "mobile", "mobil", "cell", "telephone", "telefon", "handy", "telefax",
                         "t\xC3\xA9l", "gsm", "whatsapp", "call"}))
    return;
  on_international(text, begin, begin + 2, sink);
}

constexpr std::array<std::string_view, 1> kinds{"phone"};
constexpr std::array patterns{
    Pattern{R"(\+[1-9(][0-9 ()./-]{7})", 0, plus},
    Pattern{R"(00 ?[1-9](?:[ ()./-]{0,3}[0-9]){7})", 0, zeros},
    Pattern{R"([2-9][0-9]{2}[ .-][2-9][0-9]{2}[ .-][0-9]{4})", 0, american},
    Pattern{R"(\([2-9][0-9]{2}\)[ -]?[2-9][0-9]{2}[ .-][0-9]{4})", 0, american},
    Pattern{R"([0-9]@s\.whatsapp\.net)", 0, jid},
    Pattern{R"([0-9]@c\.us)", 0, jid},
};

constexpr std::array examples{
    Example{"+49 89 32168123", "phone", "+498932168123"},
    Example{"Tel.: +49 (0)30 2270, ", "phone", "+49302270"},
    Example{"T +44 20 7946 0958.", "phone", "+442079460958"},
    Example{"call +1 (303) 555-0123 now", "phone", "+13035550123"},
    Example{"\"+4915112345678\"", "phone", "+4915112345678"},
    Example{"tel:+1-201-555-0123", "phone", "+12015550123"},
    Example{"(303) 497-3000", "phone", "+13034973000"},
    Example{"303-497-3000,", "phone", "+13034973000"},
    Example{"1-800-356-9377", "phone", "+18003569377"},
    Example{"303.497.3000", "phone", "+13034973000"},
    Example{"phone 303 497 3000", "phone", "+13034973000"},
    Example{"Tel 0049 89 32168123", "phone", "+498932168123"},
    Example{"Fax: 0033 1 42 68 53 00", "phone", "+33142685300"},
    Example{"call +4915112345678.", "phone", "+4915112345678"},
    Example{"<p>+4915112345678.</p>", "phone", "+4915112345678"},
    Example{"write to *+4915112345678* today", "phone", "+4915112345678"},
    Example{"_+49 151 12345678_", "phone", "+4915112345678"},
    Example{"id=7&userPhone=+4915112345678&x", "phone", "+4915112345678"},
    Example{"offset=+4915112345678", "phone", ""},
    Example{"a*+4915112345678*b", "phone", ""},
    Example{"2*+4915112345678", "phone", ""},
    Example{"+49151.12345678", "phone", ""},
    Example{"303 497 3000", "phone", ""},
    Example{"+9223372036854775807", "phone", ""},
    Example{"9223372036854775807", "phone", ""},
    Example{"1e+12345678", "phone", ""},
    Example{"clause 303.497.3000.2", "phone", ""},
    Example{"sha1 303-497-3000d8cd98f00b204", "phone", ""},
    Example{"2012-11-05 10:00:00 +0100", "phone", ""},
    Example{"ISBN 978-3-16-148410-0", "phone", ""},
    Example{"a303-497-3000", "phone", ""},
    Example{"303-497-3000-1", "phone", ""},
    Example{"10.303.497.3000", "phone", ""},
    Example{"123-497-3000", "phone", ""},
    Example{"0049893216812", "phone", ""},
    Example{"4915112345678@s.whatsapp.net", "phone", "+4915112345678"},
    Example{"\"4915112345678@c.us\"", "phone", "+4915112345678"},
    Example{"4915112345678:12@s.whatsapp.net", "phone", "+4915112345678"},
    Example{"4915112345678.0:3@s.whatsapp.net", "phone", "+4915112345678"},
    Example{"call you.19195550123@s.whatsapp.net", "phone", "+19195550123"},
    Example{"4915112345678-1612345678@g.us", "phone", ""},
    Example{"4915112345678-1612345678@s.whatsapp.net", "phone", ""},
    Example{"123456789012345@lid", "phone", ""},
    Example{"491511234@s.whatsapp.net", "phone", ""},
    Example{"4915112345678@c.usa.example", "phone", ""},
    Example{"CA\t+4953-09709\tAmerica/Winnipeg", "phone", ""},
    Example{"CA\t+4906-11631\tAmerica/Creston\nCA\t+4916-12307\tAmerica/Vancouver", "phone", ""},
    Example{"GPS +492717-0023210/", "phone", ""},
    Example{"+4930-22732", "phone", "+493022732"},
    Example{"rescale +35236450.6 -2 -> NaN", "phone", ""},
    Example{",+49 1512 345678.9,", "phone", ""},
    Example{"+32.2 506 38 11", "phone", "+3225063811"},
    Example{"from +14.04.2014040", "phone", ""},
};

}  // namespace

extern const Scanner phone_scanner;
const Scanner phone_scanner{"phone",        "phone: telephone numbers in international form (E.164)",
                            kinds,          patterns,
                            on_hit,         examples,
                            row_reach + 64, 128};

}  // namespace weft::scan
