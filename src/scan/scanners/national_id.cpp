// Numbers that states give to persons, and makers and networks to telephones, SIM cards and vehicles: by their check
// digits (validate/national_id.h) and a word that says what they are.
//
// One in ten to one in a hundred numbers of the right length has right check digits, so without the word (PESEL, CPF,
// IMEI …) directly in front, with nothing but a few signs and short words between, a number is none. Three need no
// word: the Italian codice fiscale and the Chinese resident number, which hold a date, fixed letters or regions, and a
// check sign; and the Swiss AHV number, written with its dots. States whose numbers have no check digit (US, UK, DK
// since 2007) are left out.
#include "scan/scanners/validate/national_id.h"

#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/luhn.h"

namespace weft::scan {
namespace {

constexpr size_t longest_gap = 32, longest_written = 32;

bool is_imei(std::string_view text) {
  return text.size() == 15 && luhn(text) && text.find_first_not_of(text[0]) != std::string_view::npos;
}
bool is_iccid(std::string_view text) {
  return (text.size() == 19 || text.size() == 20) && text.starts_with("89") && luhn(text);
}

struct Id {
  std::string_view kind;
  std::string_view prefix;  // of the value: the country
  size_t shortest, longest;
  bool (*is)(std::string_view);
  size_t word;  // letters of the word when it is short: a longer one that ends alike is another word
};

enum : uint32_t { bsn, dni, cpf, pesel, swedish, norwegian, nir, belgian, german, cnp, aadhaar, kimlik, imei, iccid };
constexpr std::array ids{
    Id{"national_id", "NL ", 9, 9, is_bsn, 0},
    Id{"national_id", "ES ", 9, 9, is_dni, 3},
    Id{"national_id", "BR ", 11, 11, is_cpf, 3},
    Id{"national_id", "PL ", 11, 11, is_pesel, 5},
    Id{"national_id", "SE ", 10, 12, is_personnummer, 0},
    Id{"national_id", "NO ", 11, 11, is_fodselsnummer, 0},
    Id{"national_id", "FR ", 15, 15, is_nir, 0},
    Id{"national_id", "BE ", 11, 11, is_national_number, 0},
    Id{"national_id", "DE ", 11, 11, is_steuer_id, 0},
    Id{"national_id", "RO ", 13, 13, is_cnp, 3},
    Id{"national_id", "IN ", 12, 12, is_aadhaar, 0},
    Id{"national_id", "TR ", 11, 11, is_kimlik, 0},
    Id{"imei", "", 15, 15, is_imei, 4},
    Id{"iccid", "", 19, 20, is_iccid, 5},
};
enum : uint32_t { run = 100, swiss };

// Between the word and the number: signs, spaces, and words such as "number", "nr", "is"; never a second line.
size_t number_begin(std::string_view text, size_t at) {
  const size_t limit = std::min(text.size(), at + longest_gap);
  size_t letters = 0, breaks = 0;
  for (; at < limit && !is_digit(text[at]); ++at) {
    if (text[at] >= 'X' && text[at] <= 'Z' && is_digit(char_at(text, at + (char_at(text, at + 1) == '-' ? 2 : 1))))
      return at;
    if (is_alpha(text[at]) && ++letters > 16) return text.size();
    if (text[at] == '\n' && ++breaks > 1) return text.size();
    if (text[at] == ';' && letters > 0 && text[at - 1] != 't') return text.size();  // "&quot;" is none
  }
  return at < limit ? at : text.size();
}

void on_word(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const Id& id = ids[hit.pattern];
  if (id.word > 0) {
    if (hit.end < id.word || is_alpha(char_before(text, hit.end - id.word)) || is_alnum(char_at(text, hit.end))) return;
  }
  const size_t begin = number_begin(text, hit.end);
  if (begin >= text.size() || begin < from) return;
  std::string value;
  for (size_t at = begin; at < text.size() && at - begin < longest_written && value.size() <= id.longest; ++at) {
    const char c = text[at];
    if (is_digit(c) || (c >= 'A' && c <= 'Z')) {
      value += c;
      if (value.size() >= id.shortest && value.size() <= id.longest && !is_alnum(char_at(text, at + 1)) && id.is(value))
        return sink.feature(id.kind, std::string(id.prefix) + value, begin, at + 1);
    } else if ((c != ' ' && c != '.' && c != '-' && c != '/' && c != '+') || !is_alnum(char_at(text, at + 1))) {
      return;
    }
  }
}

// A run of capitals and digits.
void on_run(std::string_view text, size_t begin, size_t from, Sink& sink) {
  begin = behind_escape(text, begin);
  if (begin < from || is_alnum(sign_before(text, begin)) || char_before(text, begin) == '_') return;
  size_t end = begin;
  while (end - begin < 20 && (is_digit(char_at(text, end)) || (char_at(text, end) >= 'A' && char_at(text, end) <= 'Z')))
    ++end;
  const char after = char_at(text, end);
  if (is_alnum(after) || after == '_' || after == '+' || after == '/' || after == '=') return;
  const std::string_view value = text.substr(begin, end - begin);
  if (value.size() == 16 && is_codice_fiscale(value))
    sink.feature("national_id", "IT " + std::string(value), begin, end);
  if (value.size() == 18 && is_resident_id(value)) sink.feature("national_id", "CN " + std::string(value), begin, end);
  if (value.size() == 17 && is_vin(value) &&
      mentioned_before(text, begin, 40, {"vin", "chassis", "vehicle", "fahrgestell", "fin", "frame no", "bastidor"}))
    sink.feature("vin", std::string(value), begin, end);
}

// "756." and its groups, with or without the word.
void on_swiss(std::string_view text, size_t begin, size_t from, Sink& sink) {
  const size_t end = begin + 16;
  if (begin < from || is_alnum(sign_before(text, begin)) || char_before(text, begin) == '.') return;
  if (is_alnum(char_at(text, end)) || (char_at(text, end) == '.' && is_digit(char_at(text, end + 1)))) return;
  std::string value;
  for (size_t i = 0; i < 16; ++i) {
    const char c = char_at(text, begin + i);
    const bool dot = i == 3 || i == 8 || i == 13;
    if (dot ? c != '.' : !is_digit(c)) return;
    if (!dot) value += c;
  }
  if (is_ahv(value)) sink.feature("national_id", "CH " + value, begin, end);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.pattern == run) return on_run(text, hit.end - 16, from, sink);
  if (hit.pattern == swiss) return on_swiss(text, hit.end - 4, from, sink);
  on_word(text, hit, from, sink);
}

constexpr std::array<std::string_view, 4> kinds{"national_id", "imei", "iccid", "vin"};
constexpr std::array patterns{
    Pattern{R"(burgerservicenummer|\bBSN\b)", 0, bsn},
    Pattern{R"(DNI|NIE|NIF)", 0, dni},
    Pattern{R"(CPF)", caseless, cpf},
    Pattern{R"(PESEL)", caseless, pesel},
    Pattern{R"(personnummer|personnr)", caseless, swedish},
    Pattern{R"(dselsnummer|personnummer)", caseless, norwegian},
    Pattern{R"(curit(?:e|.{1,2}) sociale|num.{1,2}ro INSEE|N\. ?S\. ?S\.)", caseless, nir},
    Pattern{R"(rijksregister|registre national)", caseless, belgian},
    Pattern{R"(steuer-id|steueridentifikationsnummer|identifikationsnummer)", caseless, german},
    Pattern{R"(CNP)", 0, cnp},
    Pattern{R"(aadhaar|aadhar)", caseless, aadhaar},
    Pattern{R"(kimlik n)", caseless, kimlik},
    Pattern{R"(IMEI)", caseless, imei},
    Pattern{R"(ICCID)", caseless, iccid},
    Pattern{R"([A-Z0-9]{16})", first_end, run},
    Pattern{R"(756\.)", 0, swiss},
};

constexpr std::array examples{
    Example{"BSN: 111222333", "national_id", "NL 111222333"},
    Example{"burgerservicenummer 1112.22.333", "national_id", "NL 111222333"},
    Example{"DNI 12345678Z", "national_id", "ES 12345678Z"},
    Example{"NIE: X-1234567-L", "national_id", "ES X1234567L"},
    Example{"\"cpf\":\"529.982.247-25\"", "national_id", "BR 52998224725"},
    Example{"PESEL 44051401359", "national_id", "PL 44051401359"},
    Example{"personnummer: 19811218-9876", "national_id", "SE 198112189876"},
    Example{"n\xC2\xB0 de s\xC3\xA9"
            "curit\xC3\xA9 sociale : 2 55 08 14 168 025 38",
            "national_id", "FR 255081416802538"},
    Example{"Rijksregisternummer 85.07.30-033 28", "national_id", "BE 85073003328"},
    Example{"Steuer-ID: 86 095 742 719", "national_id", "DE 86095742719"},
    Example{"AHV 756.9217.0769.85", "national_id", "CH 7569217076985"},
    Example{"CNP 1800101221144", "national_id", "RO 1800101221144"},
    Example{"C.F. RSSMRA85T10A562S", "national_id", "IT RSSMRA85T10A562S"},
    Example{"11010519491231002X", "national_id", "CN 11010519491231002X"},
    Example{"IMEI: 490154203237518", "imei", "490154203237518"},
    Example{"<key>ICCID</key>\n<string>8944110065500000004</string>", "iccid", ""},
    Example{"ICCID=89148000000745809013", "iccid", "89148000000745809013"},
    Example{"VIN 1M8GDM9AXKP042788", "vin", "1M8GDM9AXKP042788"},
    Example{"1M8GDM9AXKP042788", "vin", ""},
    Example{"VIN 1M8GDM9A1KP042788", "vin", ""},
    Example{"BSN: 111222334", "national_id", ""},
    Example{"ABSN: 111222333", "national_id", ""},
    Example{"number 111222333", "national_id", ""},
    Example{"DNI 12345678A", "national_id", ""},
    Example{"cpf 52998224726", "national_id", ""},
    Example{"PESEL in the year 2012, 44051401359", "national_id", ""},
    Example{"490154203237518", "imei", ""},
    Example{"IMEI 490154203237519", "imei", ""},
    Example{"RSSMRA85T10A562T", "national_id", ""},
    Example{"110105194912310021", "national_id", ""},
    Example{"756.9217.0769.84", "national_id", ""},
    Example{"DNIS 12345678Z", "national_id", ""},
};

}  // namespace

extern const Scanner national_id_scanner;
const Scanner national_id_scanner{
    "national_id",
    "national_id, imei, iccid, vin: numbers of persons, telephones, SIM cards and vehicles, by their check digits",
    kinds,
    patterns,
    on_hit,
    examples,
    128,
    128};

}  // namespace weft::scan
