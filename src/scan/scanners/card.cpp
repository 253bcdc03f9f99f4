// Payment card numbers: ISO/IEC 7812-1 (Luhn), issuer ranges and lengths as the networks publish them.
//
// One in ten digit runs passes Luhn, so almost all rules here are against false positives: the issuer's own lengths;
// separators only where the card prints them, and all alike; nothing alphanumeric, "_", "#", "=", "/" or a decimal
// point in touch (object ids, hex, URLs, floats), unless the key in front of "=" speaks of cards or the number is that
// of a magnetic stripe's first track (ISO/IEC 7813: %B, number, ^, name, ^, date); no digit repeated through. Test
// numbers that the networks publish are cards as far as bytes can tell: linking sets them aside. Maestro's 12 to 15
// digits are not looked for: nothing but Luhn would tell them. In a column of numbers of which hardly any is a card's,
// those that pass are the one in ten that must; and what is written in the digits 1 to 5 alone, beside more of the
// kind, counts strokes, notes or answers.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/glued.h"
#include "scan/scanners/validate/luhn.h"

namespace weft::scan {
namespace {

struct Issuer {
  unsigned first, last;  // of the first six digits
  unsigned lengths;      // bit n: n digits
};
constexpr unsigned length(unsigned n) {
  return 1u << n;
}

constexpr std::array issuers{
    Issuer{400000, 499999, length(13) | length(16) | length(19)},  // Visa
    Issuer{510000, 559999, length(16)},                            // Mastercard
    Issuer{222100, 272099, length(16)},                            // Mastercard, since 2017
    Issuer{340000, 349999, length(15)},
    Issuer{370000, 379999, length(15)},  // American Express
    Issuer{300000, 305999, length(14)},
    Issuer{309500, 309599, length(14)},  // Diners Club
    Issuer{360000, 369999, length(14)},
    Issuer{380000, 399999, length(14)},  // Diners Club
    Issuer{601100, 601199, length(16)},
    Issuer{644000, 659999, length(16)},                                         // Discover
    Issuer{352800, 358999, length(16)},                                         // JCB
    Issuer{620000, 628999, length(16) | length(17) | length(18) | length(19)},  // UnionPay
    Issuer{501800, 501899, length(16)},
    Issuer{501900, 501999, length(16)},  // Maestro; Dankort
    Issuer{502000, 502099, length(16)},
    Issuer{503800, 503899, length(16)},  // Maestro
    Issuer{561000, 561099, length(16)},  // Bankcard (Australia, until 2006)
    Issuer{589300, 589399, length(16)},
    Issuer{630400, 630499, length(16)},  // Maestro
    Issuer{633100, 633199, length(16)},
    Issuer{676100, 676399, length(16) | length(18) | length(19)},  // Switch, Maestro
    Issuer{675900, 675999, length(16) | length(18) | length(19)},
    Issuer{220000, 220499, length(16) | length(19)},  // Mir
};

bool issued(std::string_view digits) {
  unsigned six = 0;
  for (char c : digits.substr(0, 6)) six = six * 10 + unsigned(c - '0');
  return std::any_of(issuers.begin(), issuers.end(), [&](const Issuer& issuer) {
    return six >= issuer.first && six <= issuer.last && (issuer.lengths & length(unsigned(digits.size())));
  });
}

// Filler, not a number somebody holds: one digit throughout, nothing but zeros in the middle, or counting up and down.
bool is_filler(std::string_view digits) {
  size_t run = 1, zeros = 0, counting = 0;
  for (size_t i = 1; i < digits.size(); ++i) {
    run = digits[i] == digits[i - 1] ? run + 1 : 1;
    if (digits[i] == '0') zeros = std::max(zeros, run);
    const int step = (digits[i] - digits[i - 1] + 10) % 10;
    counting += step == 1 || step == 9;
  }
  bool one_digit = digits.find_first_not_of(digits[0]) >= digits.size() - 1;
  return one_digit || zeros >= 10 || counting + 3 >= digits.size();
}

bool speaks_of_cards(std::string_view text, size_t begin) {
  return mentioned_before(text, begin, 32,
                          {"card", "cc", "ccn", "ccnum", "pan", "visa", "mastercard", "amex", "kreditkarte", "carte",
                           "number", "acct", "account"});
}

bool stands_alone(std::string_view text, size_t begin, size_t end) {
  char before = sign_before(text, begin), after = sign_behind(text, end);
  if (is_alnum(before) || before == '_' || before == '#' || before == '.' || before == '+' || before == '$')
    return false;
  if (before == '-' || before == '/' || before == '%' || before == '~' || before == '\\') return false;
  if (char_before(text, begin) == ' ' && begin >= 2 && is_digit(text[begin - 2])) return false;
  // A row of hex numbers of four digits.
  if (char_before(text, begin) == ' ' && begin >= 5 && is_hex(text.substr(begin - 5, 4)) &&
      text.substr(begin - 5, 4).find_first_of("0123456789") < 4)
    return false;
  if (is_alnum(after) || after == '_' || after == '/' || after == '%') return false;
  after = char_at(text, end);
  if ((after == '.' || after == '-' || after == ',' || after == ' ') && is_digit(char_at(text, end + 1))) return false;
  if (after == '.' && is_alpha(char_at(text, end + 1))) return false;
  if (before == '=' || before == '&' || (before == ',' && is_digit(char_before(text, begin - 1))))
    return speaks_of_cards(text, begin);
  return true;
}

// "B4111111111111111^DOE/JOHN^2912…": the number of a first track, its letter in front, name and date (YYMM) behind.
bool is_on_track(std::string_view text, size_t begin, size_t end) {
  constexpr size_t longest_name = 26;
  const char format = char_before(text, begin), before = begin >= 2 ? text[begin - 2] : '\0';
  if ((format != 'B' && format != 'b') || is_alnum(before) || char_at(text, end) != '^') return false;
  const size_t name = end + 1;
  size_t mark = name;
  while (mark < text.size() && mark - name <= longest_name && text[mark] >= ' ' && text[mark] <= '~' &&
         text[mark] != '^')
    ++mark;
  if (char_at(text, mark) != '^' || mark - name < 2) return false;
  for (size_t i = mark + 1; i <= mark + 4; ++i)
    if (!is_digit(char_at(text, i))) return false;
  const int month = 10 * (text[mark + 3] - '0') + text[mark + 4] - '0';
  return month >= 1 && month <= 12;
}

bool is_written_in_one_to_five(std::string_view digits) {
  return digits.find_first_not_of("12345") == std::string_view::npos;
}

// The numbers above and below one that stand between the same signs, on lines of their own.
class Column {
 public:
  static constexpr size_t reach = 256;  // bytes, on each side

  Column(std::string_view text, size_t begin, size_t end) : text_(text), end_(end) {
    size_t front = begin;
    while (front > 0 && begin - front < 2 && !is_alnum(text[front - 1])) --front;
    front_ = text.substr(front, begin - front);
    const size_t first = begin - std::min(begin, reach), last = std::min(text.size(), end + reach);
    size_t numbers = 0;
    bool line = false;
    for (size_t at = begin; at > first && numbers < most && !settled();) {
      line = line || text[at - 1] == '\n';
      if (!is_digit(text[--at])) continue;
      const size_t stop = at + 1;
      while (at > first && is_digit(text[at - 1])) --at;
      if (at > first && line) look(at, stop);
      ++numbers;
    }
    line = false;
    for (size_t at = end; at < last && numbers < 2 * most && !settled();) {
      line = line || text[at] == '\n';
      if (!is_digit(text[at++])) continue;
      const size_t start = at - 1;
      while (at < last && is_digit(text[at])) ++at;
      if (at < last && line) look(start, at);
      ++numbers;
    }
  }
  // By far more than the one in ten that pass for cards by chance must be some.
  bool is_of_others(std::string_view digits) const {
    return others_ >= fewest &&
           (4 * cards_ < others_ || (one_to_five_ == others_ && is_written_in_one_to_five(digits)));
  }

 private:
  static constexpr size_t fewest = 4, most = 12, fewest_digits = 8;

  bool settled() const { return cards_ > most / 2; }
  void look(size_t begin, size_t end) {
    const std::string_view number = text_.substr(begin, end - begin);
    if (number.size() < fewest_digits || !text_.substr(0, begin).ends_with(front_) ||
        text_[end] != char_at(text_, end_))
      return;
    ++others_;
    cards_ += number.size() <= 19 && issued(number) && luhn(number);
    one_to_five_ += is_written_in_one_to_five(number);
  }

  std::string_view text_, front_;
  size_t end_, others_ = 0, cards_ = 0, one_to_five_ = 0;
};

enum : uint32_t { run, fours, amex };

// Bytes of a pattern's match.
constexpr size_t width(uint32_t pattern) {
  constexpr std::array<size_t, 3> widths{13, 19, 16};
  return widths[pattern];
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t begin = behind_escape(text, hit.end - width(hit.pattern));
  const char before = sign_before(text, begin);
  if (begin < from || (is_alnum(before) && before != 'B' && before != 'b')) return;
  text = without_glued(text, begin, " -");
  size_t end = begin;
  char separator = 0;
  std::string digits, shape;  // shape: how many digits stand in front of each separator, as letters
  for (; end < text.size() && digits.size() < 20; ++end) {
    const char c = text[end];
    if (is_digit(c)) {
      digits += c;
    } else if ((c == ' ' || c == '-') && is_digit(char_at(text, end + 1)) && (separator == 0 || separator == c)) {
      separator = c;
      shape += char('a' + digits.size());
    } else {
      break;
    }
  }
  // 4-4-4-4, 4-6-5 and 4-6-4 as printed; UnionPay also 4-4-4-4-3.
  const bool printed = shape.empty() || (digits.size() == 16 && shape == "eim") ||
                       (digits.size() == 15 && shape == "ek") || (digits.size() == 14 && shape == "ek") ||
                       (digits.size() == 19 && shape == "eimq");
  if (!printed || digits.size() < 13 || digits.size() > 19) return;
  if (!issued(digits) || !luhn(digits) || is_filler(digits)) return;
  if (!stands_alone(text, begin, end) && !is_on_track(text, begin, end)) return;
  // A withdrawn length, as milliseconds and article numbers have it; and the length of numbers of 64 bits.
  if ((digits.size() == 13 || (digits.size() > 16 && shape.empty())) && !speaks_of_cards(text, begin)) return;
  if (shape.empty() && !speaks_of_cards(text, begin) && Column(text, begin, end).is_of_others(digits)) return;
  std::string masked = digits.substr(0, 6) + std::string(digits.size() - 10, '*') + digits.substr(digits.size() - 4);
  sink.feature("card", masked, begin, end, digits);
}

constexpr std::array<std::string_view, 1> kinds{"card"};
constexpr std::array patterns{
    Pattern{R"([0-9]{13})", first_end, run},
    Pattern{R"([2-6][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4})", 0, fours},
    Pattern{R"(3[0-9]{3}[ -][0-9]{6}[ -][0-9]{4})", 0, amex},
};

constexpr std::array examples{
    Example{"Visa - 4111111111111111", "card", "411111******1111"},
    Example{"4012 8888 8888 1881,", "card", "401288******1881"},
    Example{"5555-5555-5555-4444\n", "card", "555555******4444"},
    Example{"American Express 3782 822463 10005", "card", "378282*****0005"},
    Example{"Diners 30569309025904.", "card", "305693****5904"},
    Example{"\"6011000990139424\"", "card", "601100******9424"},
    Example{"JCB 3530111333300000", "card", "353011******0000"},
    Example{"card_number=4012888888881881&x", "card", "401288******1881"},
    Example{"Visa 4222222222222", "card", "422222***2222"},
    Example{"%B4012888888881881^DOE/JOHN^29121010000000000000?", "card", "401288******1881"},
    Example{"B378282246310005^MUELLER/ANNA MARIA.DR^2501101", "card", "378282*****0005"},
    Example{";4012888888881881=29121011000012300?", "card", "401288******1881"},
    Example{"B4012888888881881^x", "card", ""},
    Example{"B4012888888881881^DOE/JOHN^2913101", "card", ""},
    Example{"aB4012888888881881^DOE/JOHN^2912101", "card", ""},
    Example{"4111111111111112", "card", ""},
    Example{"id=4111111111111111", "card", ""},
    Example{"ObjectId(\"4012888888881881fac90002\")", "card", ""},
    Example{"4111 1111-1111 1111", "card", ""},
    Example{"41111111111111110000", "card", ""},
    Example{"84AF 527D 5282 5281 5290 5293", "card", ""},
    Example{"0.4111111111111111", "card", ""},
    Example{"4111111111111111ab", "card", ""},
    Example{"ab4111111111111111", "card", ""},
    Example{"4444444444444448", "card", ""},
    Example{"1234567890123452", "card", ""},
    Example{"6543210123456788", "card", ""},
    Example{"/4111111111111111/", "card", ""},
    Example{"4012 8888 8888 1881 0000", "card", ""},
    Example{"<U4E41>;IGNORE # 41431354415\n<U4E85>;IGNORE # 414313544151511\n<U4E8C>;IGNORE # 4143135441532144\n"
            "<U5196>;IGNORE # 41431354415151114\n<U5197>;IGNORE # 414313544151513\n",
            "card", ""},
    Example{"order;sum\n4012888888881880;1\n4012888888881881;2\n4012888888881882;3\n4012888888881883;4\n"
            "4012888888881884;5\n",
            "card", ""},
    Example{"id;sum\n7012888888881880;1\n4012888888881881;2\n", "card", "401288******1881"},
};

}  // namespace

extern const Scanner card_scanner;
const Scanner card_scanner{
    "card", "card: payment card numbers, masked; the full number is secret", kinds, patterns, on_hit, examples, 320,
    320};

}  // namespace weft::scan
