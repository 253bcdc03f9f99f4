// Words are whole ones ("hotel 0307 …" has none), in UTF-8 and in the code pages of one byte that were in use for the
// language; in scripts without spaces they end what stands there, in UTF-8 and in the national encodings.
#include "scan/scanners/phone_words.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

struct Language {
  std::string_view region, words;  // with "|" between them
};
// ASCII in lower case; in other alphabets as words are written in front of numbers.
constexpr auto languages = std::to_array<Language>({
    {"",
     "call|cell|cel|celular|cellulare|cellphone|faks|fax|fixe|fone|gsm|handy|mob|mobiel|mobil|mobile|mobilephone|"
     "mobilfunk|mobiltelefon|mobitel|móvil|phone|port|portable|tel|telefaks|telefax|telefon|telefone|telefono|"
     "telefonu|telefoon|telefón|telemóvel|telephone|teléfono|tfn|tfno|tlf|tél|téléphone|whatsapp|TÉL"},
    {"", "тел|Тел|ТЕЛ|телефон|Телефон|факс|Факс|ФАКС|моб|Моб|мобильный|Мобильный|мобільний|Мобільний|мобилен|Мобилен"},
    {"", "هاتف|الهاتف|تلفون|تليفون|جوال|الجوال|موبايل|محمول|فاكس"},
    {"CH", "natel"},
    {"FI", "matkapuhelin|puh|puhelin"},
    {"GR", "τηλ|Τηλ|ΤΗΛ|τηλέφωνο|Τηλέφωνο|κιν|Κιν|ΚΙΝ|κινητό|Κινητό|φαξ|Φαξ|ΦΑΞ"},
    {"HU", "telefonszám"},
    {"IL", "טל|טלפון|נייד|פקס"},
    {"PL", "kom|komórka|komórkowy"},
    {"TR", "cep"},
});
// Without spaces around them. In Big5, EUC-JP, Shift_JIS, GBK and EUC-KR, too.
constexpr auto unspaced = std::to_array<Language>({
    {"JP", "電話番号|携帯|携帯電話|\xc8\xd6\xb9\xe6|\xb7\xc8\xc2\xd3|\x94\xd4\x8d\x86|\x8cg\x91\xd1"},
    {"",
     "電話|手機|傳真|\xb9q\xb8\xdc|\xa4\xe2\xbe\xf7|\xb6\xc7\xafu|\xc5\xc5\xcf\xc3|\x93"
     "d\x98"
     "b"},
    {"CN", "电话|手机|传真|\xb5\xe7\xbb\xb0|\xca\xd6\xbb\xfa|\xb4\xab\xd5\xe6"},
    {"KR", "전화|전화번호|휴대폰|핸드폰|팩스|\xc0\xfc\xc8\xad|\xb9\xf8\xc8\xa3|\xc8\xde\xb4\xeb\xc6\xf9"},
});

struct Word {
  std::string_view word, region;
};
template <class Each>
constexpr void each_word(const Language& language, Each each) {
  for (size_t at = 0; at < language.words.size();) {
    const size_t end = std::min(language.words.find('|', at), language.words.size());
    each(Word{language.words.substr(at, end - at), language.region});
    at = end + 1;
  }
}
constexpr size_t count_of_words = [] {
  size_t out = 0;
  for (const Language& language : languages) each_word(language, [&](const Word&) { ++out; });
  return out;
}();
constexpr std::array<Word, count_of_words> words = [] {
  std::array<Word, count_of_words> out{};
  size_t count = 0;
  for (const Language& language : languages) each_word(language, [&](const Word& word) { out[count++] = word; });
  std::sort(out.begin(), out.end(), [](const Word& a, const Word& b) { return a.word < b.word; });
  return out;
}();

std::optional<std::string_view> region_of_word(std::string_view word) {
  const auto by_word = [](const Word& one, std::string_view wanted) { return one.word < wanted; };
  const auto found = std::lower_bound(words.begin(), words.end(), word, by_word);
  if (found == words.end() || found->word != word) return std::nullopt;
  return found->region;
}

std::optional<std::string_view> region_of_unspaced(std::string_view word) {
  std::optional<std::string_view> out;
  for (const Language& language : unspaced)
    each_word(language, [&](const Word& one) {
      if (!out && word.ends_with(one.word)) out = one.region;
    });
  return out;
}

// The letter of a byte from 0x80 on; 0 for what is none. The code pages that were in use for the languages above.
using CodePage = char32_t (*)(uint8_t);
constexpr std::array<CodePage, 7> code_pages{
    // Windows-1252; 1250 and ISO 8859-2 in the letters of these words
    [](uint8_t c) -> char32_t { return c >= 0xC0 ? char32_t(c) : 0; },
    // Windows-1251
    [](uint8_t c) -> char32_t { return c >= 0xC0   ? char32_t(0x410 + c - 0xC0)
                                       : c == 0xB3 ? U'і'
                                                   : 0; },
    // KOI8-R
    [](uint8_t c) -> char32_t {
      return c >= 0xC0 ? U"юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ"[c - 0xC0] : U'\0';
    },
    // DOS, 866
    [](uint8_t c) -> char32_t {
      return c < 0xB0 ? char32_t(0x410 + c - 0x80) : c >= 0xE0 && c < 0xF0 ? char32_t(0x440 + c - 0xE0) : 0;
    },
    // ISO 8859-5
    [](uint8_t c) -> char32_t { return c >= 0xB0 && c < 0xF0 ? char32_t(0x410 + c - 0xB0) : 0; },
    // Windows-1253 and ISO 8859-7
    [](uint8_t c) -> char32_t { return c > 0xC0 ? char32_t(0x391 + c - 0xC1) : 0; },
    // Windows-1255 and ISO 8859-8
    [](uint8_t c) -> char32_t { return c >= 0xE0 && c <= 0xFA ? char32_t(0x5D0 + c - 0xE0) : 0; },
};

std::optional<std::string_view> region_of_encoded(std::string_view word) {
  for (const CodePage page : code_pages) {
    std::string decoded;
    bool letters = true;
    for (const char c : word) {
      const char32_t letter = uint8_t(c) < 0x80 ? char32_t(c) : page(uint8_t(c));
      letters = letters && letter != 0;
      append_utf8(decoded, letter);
    }
    if (auto region = letters ? region_of_word(decoded) : std::nullopt; region) return region;
  }
  return std::nullopt;
}

// The word that ends right before `end`, in lower case where it is ASCII.
std::string word_before(std::string_view text, size_t end) {
  constexpr size_t longest_word = 24;
  size_t first = end;
  while (first > 0 && end - first < longest_word && (is_alnum(text[first - 1]) || uint8_t(text[first - 1]) >= 0x80))
    --first;
  return lower_ascii(text.substr(first, end - first));
}

// Where what stands between a word and its number begins, which ends at `end`; spaces that do not break and colons of
// full width included.
size_t before_signs(std::string_view text, size_t end, std::string_view signs) {
  constexpr size_t most = 8;
  size_t begin = end;
  while (begin > 0 && end - begin < most) {
    const std::string_view before = text.substr(0, begin);
    if (signs.find(before.back()) != std::string_view::npos)
      begin -= 1;
    else if (before.ends_with("\xc2\xa0"))
      begin -= 2;
    else if (before.ends_with("："))
      begin -= 3;
    else if (before.back() == '\xa0' && (before.size() == 1 || uint8_t(before[before.size() - 2]) < 0x80))
      begin -= 1;
    else
      break;
  }
  return begin;
}

}  // namespace

std::optional<std::string_view> phone_word_before(std::string_view text, size_t begin) {
  constexpr std::string_view between = "(.: \t'";
  constexpr size_t longest_tag = 8;
  size_t end = before_signs(text, begin, between);
  if (char_before(text, end) == '>')  // "Tel: <b>030 …"
    if (const size_t tag = text.rfind('<', end); tag != std::string_view::npos && end - tag <= longest_tag)
      end = before_signs(text, tag, between);
  std::string word = word_before(text, end);
  if (word == "nr" || word == "no" || word == "number")  // "Tel.-Nr.:", "Phone No."
    word = word_before(text, before_signs(text, end - word.size(), ".- "));
  if (word.ends_with("nummer")) word.resize(word.size() - std::string_view("nummer").size());
  if (word.empty()) return std::nullopt;
  if (auto region = region_of_word(word); region) return region;
  if (std::all_of(word.begin(), word.end(), is_alnum)) return std::nullopt;
  if (auto region = region_of_unspaced(word); region) return region;
  return is_utf8(word) ? std::nullopt : region_of_encoded(word);
}

}  // namespace weft::scan
