// Telephone numbers as people write them at home: "Tel. (030) 227-0", "Fax 020 7946 0958"; kind phone, E.164.
//
// Such a number does not say which country it is of, and one in the wrong country's form would tie what has nothing to
// do with each other. So it counts only where a word such as Tel. or Fax stands right in front of it (phone_words.cpp),
// what stands around says one country (phone_country.cpp), and that country's numbering plan knows the number. (North
// American numbers have a form of their own: phone.cpp.)
#include <array>
#include <phonenumbers/phonenumberutil.h>
#include <string>
#include <utility>

#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/phone.h"
#include "scan/scanners/phone_country.h"
#include "scan/scanners/phone_words.h"
#include "scan/scanners/validate/memo.h"

namespace weft::scan {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// E.164 of a number as it is dialled in the region; "" when its plan does not know it.
std::string at_home(const std::string& digits, const std::string& region) {
  thread_local Memo<std::string> answers;
  return answers.of(region + digits, [&] {
    const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
    PhoneNumber parsed;
    std::string out;
    if (plans.Parse(digits, region, &parsed) == PhoneNumberUtil::NO_PARSING_ERROR && plans.IsValidNumber(parsed))
      plans.Format(parsed, PhoneNumberUtil::E164, &out);
    return out;
  });
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  size_t begin = hit.end - 1;
  if (begin < from) return;
  const Written number = read_number(text, begin);
  // "+49 …" and "0049 …" are written for abroad; a lone dot is one of a sum or a version.
  if (number.stops.empty() || number.digits.starts_with("00") || number.separators == ".") return;
  if (number.digits.size() < 7) return;
  const auto by_word = phone_word_before(text, begin);
  if (!by_word) return;
  const std::string region = region_around(text, begin, number.stops.back().end, *by_word);
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
// What a word and a number have between them: spaces that do not break and colons of full width, too.
#define WEFT_BETWEEN R"([.: \t'\xa0\xc2\xef\xbc\x9a]{0,5}(?:<[a-z]{1,6}>)?[(]?[0-9])"
// The ends of the words, of three bytes and more: pairs of bytes stand everywhere in programs.
constexpr std::array patterns{
    Pattern{
        R"((?:tel|fax|faks|fon[eou]?|phone|foon|mob|mobile?|mobiel|mobitel|handy|gsm|funk|port|portable|cel|cell|celular)"
        R"(|cellulare|call|tlf|tfno?|t(?:\xc3[\x89\xa9]|[\xc9\xe9])l|m(?:\xc3\xb3|\xf3)v[ie]l)"
        R"(|telef(?:\xc3\xb3|\xf3)n|fixe|cep|kom|rka|owy|puh|puhelin|natel|sz(?:\xc3\xa1|\xe1)m|whatsapp))"
        R"((?:[.]?[ -]?n[or]|nummer)?)" WEFT_BETWEEN,
        caseless},
    Pattern{"(?:ел|ЕЛ|он|кс|КС|об|ОБ|ый|ий|лен|ηλ|ΗΛ|νο|ιν|ΙΝ|τό|αξ|ΑΞ|טל|ון|יד|קס|تف|ال|كس|يل|ول|ون"
            "|电话|手机|传真|電話|手機|傳真|番号|携帯|전화|번호|휴대폰|핸드폰|팩스)" WEFT_BETWEEN},
    // Cyrillic (Windows-1251, KOI8-R, DOS, ISO 8859-5), Greek (1253), Hebrew (1255).
    Pattern{R"((?:[\xf2\xd2]\xe5\xeb|\xd2\xc5\xcb|\xf4\xee\xed|\xe0\xea\xf1|\xc0\xca\xd1|[\xec\xcc]\xee\xe1)"
            R"(|[\xd4\xf4]\xc5\xcc|\xf4\xe5\xec|\xc6\xcf\xce|\xc1\xcb\xd3|[\xcd\xed]\xcf\xc2)"
            R"(|[\xe2\x92]\xa5\xab|\xe4\xae\xad|\xa0\xaa\xe1|[\xac\x8c]\xae\xa1)"
            R"(|[\xe2\xc2]\xd5\xdb|\xe4\xde\xdd|\xd0\xda\xe1|[\xdc\xbc]\xde\xd1)"
            R"(|[\xd4\xf4]\xe7\xeb|[\xca\xea]\xe9\xed|\xf9\xed\xef|\xe7\xf4\xfc|[\xd6\xf6]\xe1\xee)"
            R"(|\xf4\xe5\xef|\xe9\xe9\xe3|\xf4\xf7\xf1))" WEFT_BETWEEN},
    // Chinese, Japanese, Korean: GBK, Big5, EUC-JP, Shift_JIS, EUC-KR.
    Pattern{R"((?:\xe7\xbb\xb0|\xd6\xbb\xfa|\xab\xd5\xe6|q\xb8\xdc|\xe2\xbe\xf7|\xc7\xafu|\xc5\xcf\xc3|\xd6\xb9\xe6)"
            R"(|\xc8\xc2\xd3|d\x98b|\xd4\x8d\x86|g\x91\xd1|\xfc\xc8\xad|\xf8\xc8\xa3|\xeb\xc6\xf9))" WEFT_BETWEEN},
};
#undef WEFT_BETWEEN

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
    // A provider's domain says nothing; a city does, and what does not agree.
    Example{"Tel. 0664 1234567, huber@gmx.de", "phone", ""},
    Example{"T\xc3\xa9l : 0522 27 41 63\nbenali@mail.yahoo.co.uk", "phone", ""},
    Example{"14 rue Ibn Batouta, Casablanca, Tel : 05 22 27 41 63, benali@yahoo.fr", "phone", "+212522274163"},
    Example{"Malerei Brunner, Bern, Mobile 079 311 22 33, brunner@gmx.de", "phone", "+41793112233"},
    Example{"Khan Traders, Lahore\nMobile: 0300 4123456 khan@yahoo.co.uk", "phone", "+923004123456"},
    Example{"Dakar, Portable : 77 512 34 56, diop@yahoo.fr", "phone", "+221775123456"},
    Example{"Beratung, Basel\nTel. 061 123 45 67\nwww.steuer-hilfe.de", "phone", ""},
    Example{"CH-8001 Z\xc3\xbcrich, Tel. 044 668 18 00", "phone", "+41446681800"},
    Example{"Wien, \xc3\x96sterreich, Tel. 01 5133914", "phone", "+4315133914"},
    Example{"Call me, Tel: 020 7946 0958\n> From: hans@firma.de\n", "phone", ""},
    Example{"a berlin of www.example.at, Tel. 01 5133914", "phone", "+4315133914"},
    // Words of many languages, and the country that some of them say (more in phone_test.cpp).
    Example{"Tel\xc3\xa9"
            "fono: 91 123 45 67, info@gestoria.es",
            "phone", "+34911234567"},
    Example{"Telefoon: 020-6241111, jan@devries.nl", "phone", "+31206241111"},
    Example{"Mobiel: 06-12345678, jan@devries.nl", "phone", "+31612345678"},
    Example{"Celular: (11) 98765-4321 contato@exemplo.com.br", "phone", "+5511987654321"},
    Example{"Fone: (11) 98765-4321 contato@exemplo.com.br", "phone", "+5511987654321"},
    Example{"Cel. 55 8765 4321 info@empresa.com.mx", "phone", "+525587654321"},
    Example{"kom. 501 234 567", "phone", "+48501234567"},
    Example{"Cep: 0532 123 45 67", "phone", "+905321234567"},
    Example{"Cep: 0532 123 45 67, info@firma.de", "phone", ""},
    Example{"Telem\xc3\xb3vel: 912 345 678 geral@empresa.pt", "phone", "+351912345678"},
    Example{"Mobiltelefon 0171-2345678 info@kanzlei-nord.de", "phone", "+491712345678"},
    Example{"Mobilfunk: 0171/2345678 info@kanzlei-nord.de", "phone", "+491712345678"},
    Example{"Port. : 06 12 34 56 78 contact@cabinet.fr", "phone", "+33612345678"},
    Example{"T\xc3\xa9l. fixe\xc2\xa0: 01 42 68 53 17 contact@cabinet.fr", "phone", "+33142685317"},
    Example{"Phone No. 042 3571 2345, Lahore", "phone", "+924235712345"},
    Example{"Puh. 040 123 4567", "phone", "+358401234567"},
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
