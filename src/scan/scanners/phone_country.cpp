// A number in the wrong country's form ties what has nothing to do with each other, so all that stands around it must
// agree on one country, or there is none. What says one:
//
// * an international number ("+49 170 …"), a country's name, a postal code with its country ("CH-8001 Zürich");
// * the name of a large city that is hardly anything else, near the number, where addresses have it;
// * a host or a mailbox under a country's domain. Those of providers and shops that people of other countries use as
// well
//   (yahoo.fr in Morocco, gmx.de in Austria) say nothing, nor do domains that are sold to the world (.io, .tv, .me …);
// * the word for telephone in a language of one country (Cep, Puh., 휴대폰).
//
// What stands in quoted lines of a mail ("> …") was written by somebody else.
#include "scan/scanners/phone_country.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <phonenumbers/phonenumberutil.h>

#include "base/text.h"
#include "scan/scanners/context.h"
#include "scan/scanners/phone.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/memo.h"
#include "scan/vectors.h"

namespace weft::scan {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr size_t city_reach = 200;  // bytes on each side of a number in which a city says its country

struct Country {
  std::string_view region, names;  // with "|" between them
};
template <class Each>
constexpr void each_name(std::string_view names, Each each) {
  for (size_t at = 0; at < names.size();) {
    const size_t end = std::min(names.find('|', at), names.size());
    each(names.substr(at, end - at));
    at = end + 1;
  }
}
// Countries whose domains are used for them, and by them. (The United Kingdom's is "uk".)
constexpr std::string_view domains =
    "AE AL AM AR AT AU AZ BA BD BE BG BO BR BY CH CI CL CM CN CR CY CZ DE DK DZ EC EE EG ES FI FR GB GE GH GR GT HK HR "
    "HU ID IE IL IN IR IS IT JO JP KE KR KZ LB LK LT LU LV MA MD MK MT MX MY NG NL NO NP NZ PA PE PH PK PL PT PY RO RS "
    "RU SA SE SG SI SK SN TH TN TR TW TZ UA UG UY UZ VE VN ZA";
// By a domain's two letters: where its country stands in the list, from 1.
constexpr std::array<uint8_t, 26 * 26> places_of_domains = [] {
  std::array<uint8_t, 26 * 26> out{};
  for (size_t i = 0; i < domains.size(); i += 3) {
    const std::string_view domain = domains.substr(i, 2) == "GB" ? "UK" : domains.substr(i, 2);
    out[size_t(domain[0] - 'A') * 26 + size_t(domain[1] - 'A')] = uint8_t(i / 3 + 1);
  }
  return out;
}();
// Who gives mailboxes to anybody, and who sells in several countries under the domain of one.
constexpr std::string_view all_providers =
    "abv|amazon|aol|apple|arcor|azet|bigmir|bk|bol|booking|caramail|centrum|citromail|clix|daum|ebay|email|facebook|"
    "freemail|freenet|gazeta|globo|gmail|gmx|google|googlemail|hanmail|hotmail|icloud|ig|inbox|indamail|interia|iol|"
    "laposte|libero|linkedin|list|live|mail|mailbox|meta|microsoft|msn|mynet|naver|o2|onet|online|op|outlook|paypal|"
    "poczta|posteo|proton|protonmail|qq|rambler|rediffmail|rocketmail|sapo|seznam|sina|sohu|spray|terra|tlen|"
    "tripadvisor|twitter|ukr|uol|virgilio|voila|walla|web|wp|yahoo|yandex|ymail|youtube|zoznam";
constexpr size_t count_of_providers = size_t(std::count(all_providers.begin(), all_providers.end(), '|')) + 1;
constexpr std::array<std::string_view, count_of_providers> providers = [] {
  std::array<std::string_view, count_of_providers> out{};
  size_t count = 0;
  each_name(all_providers, [&](std::string_view name) { out[count++] = name; });
  return out;
}();
static_assert(std::is_sorted(providers.begin(), providers.end()));
// As they stand in addresses, in their own languages and in those of others.
constexpr auto names = std::to_array<Country>({
    {"AE", "United Arab Emirates"},
    {"AR", "Argentina"},
    {"AT", "Austria|Österreich"},
    {"AU", "Australia"},
    {"BD", "Bangladesh"},
    {"BE", "België|Belgique|Belgium|Belgien"},
    {"BG", "Bulgaria|България"},
    {"BR", "Brasil|Brazil"},
    {"BY", "Belarus|Беларусь"},
    {"CH", "Schweiz|Suisse|Svizzera|Switzerland"},
    {"CI", "Côte d'Ivoire|Ivory Coast"},
    {"CL", "Chile"},
    {"CM", "Cameroon|Cameroun"},
    {"CO", "Colombia"},
    {"CY", "Cyprus"},
    {"CZ", "Czech Republic|Czechia|Česká republika|Česko|Tschechien"},
    {"DE", "Deutschland|Germany|Allemagne|Alemania"},
    {"DK", "Danmark|Denmark|Dänemark"},
    {"DZ", "Algeria|Algérie"},
    {"EE", "Eesti|Estonia"},
    {"EG", "Egypt"},
    {"ES", "Spain|España|Spanien|Espagne"},
    {"FI", "Finland|Suomi"},
    {"FR", "France|Frankreich|Francia"},
    {"GB", "England|Great Britain|Northern Ireland|Scotland|United Kingdom|Großbritannien"},
    {"GH", "Ghana"},
    {"GR", "Greece|Ελλάδα|Griechenland"},
    {"HR", "Croatia|Hrvatska"},
    {"HU", "Hungary|Magyarország|Ungarn"},
    {"ID", "Indonesia"},
    {"IE", "Ireland"},
    {"IN", "India"},
    {"IR", "Iran"},
    {"IS", "Iceland"},
    {"IT", "Italia|Italy|Italien|Italie"},
    {"JP", "Japan|日本"},
    {"KE", "Kenya"},
    {"KZ", "Kazakhstan|Казахстан"},
    {"LB", "Lebanon|Liban"},
    {"LK", "Sri Lanka"},
    {"LT", "Lietuva|Lithuania"},
    {"LU", "Luxembourg|Luxemburg"},
    {"LV", "Latvia|Latvija"},
    {"MA", "Maroc|Morocco|Marokko|المغرب"},
    {"MD", "Moldova"},
    {"MX", "Mexico|México"},
    {"MY", "Malaysia"},
    {"NG", "Nigeria"},
    {"NL", "Nederland|Netherlands|Niederlande|Pays-Bas"},
    {"NO", "Norge|Norway|Norwegen"},
    {"NZ", "New Zealand"},
    {"PH", "Philippines"},
    {"PK", "Pakistan"},
    {"PL", "Poland|Polska|Polen"},
    {"PT", "Portugal"},
    {"RO", "Romania|România"},
    {"RS", "Serbia|Srbija|Србија"},
    {"RU", "Russia|Россия|Russland"},
    {"SA", "Saudi Arabia"},
    {"SE", "Sverige|Sweden|Schweden"},
    {"SG", "Singapore"},
    {"SI", "Slovenia|Slovenija"},
    {"SK", "Slovakia|Slovensko"},
    {"SN", "Sénégal|Senegal"},
    {"TH", "Thailand"},
    {"TN", "Tunisia|Tunisie|Tunesien"},
    {"TR", "Turkey|Türkiye|Türkei"},
    {"TW", "Taiwan"},
    {"UA", "Ukraine|Україна"},
    {"UY", "Uruguay"},
    {"VN", "Vietnam"},
    {"ZA", "South Africa"},
});
constexpr auto cities = std::to_array<Country>({
    {"AE", "Dubai|Abu Dhabi|Sharjah"},
    {"AR", "Buenos Aires"},
    {"AT", "Wien|Vienna|Graz|Linz|Salzburg|Innsbruck|Klagenfurt|Villach|Bregenz"},
    {"AU", "Sydney|Melbourne|Brisbane|Adelaide"},
    {"BA", "Sarajevo"},
    {"BD", "Dhaka"},
    {"BE", "Bruxelles|Brussel|Brussels|Antwerpen|Antwerp|Anvers|Gent|Liège|Charleroi|Brugge|Namur|Leuven"},
    {"BG", "София|Пловдив|Варна"},
    {"BR", "São Paulo|Rio de Janeiro|Brasília|Belo Horizonte|Curitiba"},
    {"BY", "Минск|Minsk"},
    {"CH", "Zürich|Zurich|Genève|Geneva|Genf|Basel|Bern|Berne|Lausanne|Luzern|Lucerne|Winterthur|Lugano"},
    {"CI", "Abidjan"},
    {"CM", "Douala|Yaoundé"},
    {"CN", "Beijing|Shanghai|Shenzhen|Guangzhou|北京|上海"},
    {"CO", "Bogotá|Medellín"},
    {"CZ", "Praha|Prague|Brno|Ostrava|Plzeň"},
    {"DE",
     "Berlin|Hamburg|München|Munich|Köln|Cologne|Frankfurt|Stuttgart|Düsseldorf|Dortmund|Leipzig|Dresden|Hannover|"
     "Nürnberg|Bremen|Duisburg|Bochum|Mannheim|Karlsruhe|Wiesbaden|Augsburg|Lübeck|Rostock|Magdeburg|Erfurt|Mainz|"
     "Kassel|Saarbrücken|Bonn|Aachen|Bielefeld|Wuppertal"},
    {"DK", "København|Copenhagen|Aarhus|Odense|Aalborg"},
    {"DZ", "Alger|Algiers|Oran|Annaba"},
    {"EC", "Quito|Guayaquil"},
    {"EE", "Tallinn|Tartu"},
    {"EG", "Cairo"},
    {"ES", "Madrid|Barcelona|Sevilla|Zaragoza|Málaga|Bilbao|Murcia|Alicante"},
    {"FI", "Helsinki|Espoo|Tampere|Turku|Oulu|Vantaa"},
    {"FR",
     "Paris|Marseille|Lyon|Toulouse|Nantes|Strasbourg|Montpellier|Bordeaux|Lille|Rennes|Reims|Grenoble|Dijon|Nîmes"},
    {"GB",
     "London|Manchester|Birmingham|Liverpool|Leeds|Sheffield|Bristol|Glasgow|Edinburgh|Cardiff|Belfast|Nottingham|"
     "Leicester"},
    {"GH", "Accra|Kumasi"},
    {"GR", "Αθήνα|Θεσσαλονίκη|Thessaloniki"},
    {"HK", "Hong Kong"},
    {"HR", "Zagreb"},
    {"HU", "Budapest|Debrecen|Szeged"},
    {"ID", "Jakarta"},
    {"IE", "Dublin|Galway|Limerick"},
    {"IL", "Tel Aviv|Haifa"},
    {"IN", "Mumbai|Delhi|Bangalore|Bengaluru|Chennai|Kolkata|Pune|Ahmedabad"},
    {"IQ", "Baghdad"},
    {"IR", "Tehran|Teheran"},
    {"IS", "Reykjavík|Reykjavik"},
    {"IT",
     "Roma|Rome|Milano|Napoli|Torino|Palermo|Genova|Bologna|Firenze|Venezia|Verona|Catania|Padova|Trieste|Brescia"},
    {"JO", "Amman"},
    {"JP", "Tokyo|Osaka|東京|大阪"},
    {"KE", "Nairobi|Mombasa"},
    {"KR", "Seoul|Busan|서울"},
    {"KZ", "Алматы|Almaty|Астана"},
    {"LB", "Beirut|Beyrouth"},
    {"LK", "Colombo"},
    {"LT", "Vilnius|Kaunas"},
    {"LV", "Riga"},
    {"MA", "Casablanca|Rabat|Marrakech|Tanger|Agadir"},
    {"MD", "Chișinău"},
    {"MX", "Monterrey|Ciudad de México"},
    {"MY", "Kuala Lumpur"},
    {"NG", "Lagos|Abuja"},
    {"NL", "Amsterdam|Rotterdam|Utrecht|Eindhoven|Den Haag|Groningen|Tilburg|Breda|Nijmegen|Haarlem"},
    {"NO", "Oslo|Trondheim|Stavanger"},
    {"NP", "Kathmandu"},
    {"NZ", "Auckland"},
    {"PH", "Manila"},
    {"PK", "Lahore|Karachi|Islamabad|Rawalpindi|Faisalabad|Peshawar"},
    {"PL", "Warszawa|Warsaw|Kraków|Łódź|Wrocław|Poznań|Gdańsk|Szczecin|Katowice"},
    {"PT", "Lisboa|Lisbon|Coimbra"},
    {"RO", "București|Bucharest|Timișoara"},
    {"RS", "Beograd|Belgrade|Београд"},
    {"RU", "Москва|Moscow|Санкт-Петербург|Новосибирск|Екатеринбург|Казань"},
    {"SA", "Riyadh|Jeddah"},
    {"SE", "Stockholm|Göteborg|Gothenburg|Malmö|Uppsala|Linköping"},
    {"SI", "Ljubljana"},
    {"SK", "Bratislava|Košice"},
    {"SN", "Dakar"},
    {"TH", "Bangkok"},
    {"TN", "Tunis|Sfax|Sousse"},
    {"TR", "Istanbul|İstanbul|Ankara|Izmir|İzmir|Antalya|Bursa|Adana"},
    {"TW", "Taipei"},
    {"UA", "Київ|Киев|Kyiv|Kiev|Харків|Харьков|Одеса|Одесса|Львів|Львов"},
    {"UY", "Montevideo"},
    {"VE", "Caracas"},
    {"VN", "Hanoi"},
    {"ZA", "Johannesburg|Cape Town|Pretoria|Durban"},
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

// Keeps the one region that all agree on.
class Agreed {
 public:
  bool holds(std::string_view region) const { return region == region_; }
  void add(std::string_view region) {
    if (region.empty() || holds(region)) return;
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

// The label that ends at `end`, and where it begins.
std::string_view label_before(std::string_view text, size_t end) {
  size_t begin = end;
  while (begin > 0 && end - begin < 64 && (is_alnum(text[begin - 1]) || text[begin - 1] == '-')) --begin;
  return text.substr(begin, end - begin);
}

// Whose name is registered: "yahoo.fr", "mail.yahoo.co.uk".
bool is_of_provider(std::string_view host, size_t dot) {
  constexpr size_t longest = 16;
  std::string_view label = label_before(host, dot);
  if (label.size() <= 3 && label.size() < dot && host[dot - label.size() - 1] == '.')
    if (const std::string second = lower_ascii(label);
        second == "co" || second == "com" || second == "net" || second == "org")
      label = label_before(host, dot - label.size() - 1);
  return label.size() <= longest &&
         std::binary_search(providers.begin(), providers.end(), std::string_view(lower_ascii(label)));
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
  if (!is_address && !has_word(text, begin, "www.")) return {};
  return domains.substr(3 * (place - 1), 2);
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

// Which signs a name may begin with, four of them at a time: most words of a text are none, and are told cheaply.
constexpr uint32_t slot_of(std::string_view four) {
  const uint32_t signs = uint32_t(uint8_t(four[0])) | uint32_t(uint8_t(four[1])) << 8 |
                         uint32_t(uint8_t(four[2])) << 16 | uint32_t(uint8_t(four[3])) << 24;
  return ((signs | 0x20202020) * 0x9E3779B1u) >> 20;
}
struct Place {
  uint32_t slot = 0;
  std::string_view name, region;
  bool is_city = false;
};
template <class Each>
constexpr void each_place(Each each) {
  const auto of = [&](const Country& country, bool is_city) {
    each_name(country.names, [&](std::string_view name) { each(Place{slot_of(name), name, country.region, is_city}); });
  };
  for (const Country& country : names) of(country, false);
  for (const Country& country : cities) of(country, true);
}
constexpr size_t count_of_places = [] {
  size_t out = 0;
  each_place([&](const Place&) { ++out; });
  return out;
}();
constexpr std::array<Place, count_of_places> places = [] {
  std::array<Place, count_of_places> out{};
  size_t count = 0;
  each_place([&](const Place& place) { out[count++] = place; });
  std::sort(out.begin(), out.end(), [](const Place& a, const Place& b) { return a.slot < b.slot; });
  return out;
}();
// Where the places of a slot begin, from 1; 0: there are none.
constexpr std::array<uint16_t, 4096> slots = [] {
  std::array<uint16_t, 4096> out{};
  for (size_t i = places.size(); i-- > 0;) out[places[i].slot] = uint16_t(i + 1);
  return out;
}();

// In any case but for its first letter, and not as the beginning of a longer word.
bool is_name(std::string_view text, size_t at, std::string_view name) {
  if (text[at] != name[0] || text.size() - at < name.size()) return false;
  for (size_t i = 1; i < name.size(); ++i)
    if (lower(text[at + i]) != lower(name[i])) return false;
  return !is_alnum(char_at(text, at + name.size()));
}

// Of the country or, near enough to the number, of the city whose name stands there.
std::string_view region_of_name(std::string_view text, size_t at, bool cities_count) {
  if (text.size() - at < 4) return {};
  const uint32_t slot = slot_of(text.substr(at, 4));
  if (slots[slot] == 0) return {};
  for (size_t i = slots[slot] - 1u; i < places.size() && places[i].slot == slot; ++i)
    if ((cities_count || !places[i].is_city) && is_name(text, at, places[i].name)) return places[i].region;
  return {};
}

// "CH-8001 Zürich": the letters of the country, its code and the beginning of a name.
std::string_view region_of_postal_code(std::string_view text, size_t at) {
  struct Code {
    std::string_view letters, region;
    size_t digits;
  };
  constexpr auto codes = std::to_array<Code>({{"A-", "AT", 4},
                                              {"B-", "BE", 4},
                                              {"CH-", "CH", 4},
                                              {"CZ-", "CZ", 5},
                                              {"D-", "DE", 5},
                                              {"DK-", "DK", 4},
                                              {"F-", "FR", 5},
                                              {"I-", "IT", 5},
                                              {"L-", "LU", 4},
                                              {"NL-", "NL", 4}});
  for (const auto& [letters, region, digits] : codes) {
    if (text.substr(at, letters.size()) != letters) continue;
    size_t end = at + letters.size();
    while (is_digit(char_at(text, end))) ++end;
    const char name = char_at(text, end + 1);
    if (end - at - letters.size() == digits && char_at(text, end) == ' ' && (is_alpha(name) || uint8_t(name) >= 0x80))
      return region;
  }
  return {};
}

// Calls each(at) for what may begin something there, until it says false. Sixteen bytes at a time, since each number of
// a page that is full of them looks at all that stands around it.
template <class Each>
void each_beginning(std::string_view near, Each each) {
  constexpr size_t block = 16;
  // With nothing in front of it, and behind.
  std::array<char, block + 2 * country_reach + longest_phone_number + block> bytes;
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
    const __m128i capital = _mm_andnot_si128(in_word, below(c, 'A', 26));
    // The first byte of a letter that is not ASCII, behind what is.
    const __m128i foreign =
        _mm_andnot_si128(_mm_or_si128(in_word, below(before, char(0x80), char(0x80))), below(c, char(0xC3), 0x2F));
    const __m128i signs = _mm_or_si128(is(c, '.'), is(c, '+'));
    const __m128i may = _mm_or_si128(_mm_or_si128(capital, foreign), signs);
    for (auto left = unsigned(_mm_movemask_epi8(may)); left != 0; left &= left - 1)
      if (!each(at + size_t(std::countr_zero(left)))) return;
  }
}

// In a line that a mail quotes.
bool is_quoted(std::string_view text, size_t at) {
  constexpr size_t longest_line = 100;
  const size_t first = at - std::min(at, longest_line);
  const size_t line = text.substr(first, at - first).rfind('\n');
  return line != std::string_view::npos && char_at(text, first + line + 1) == '>';
}

}  // namespace

std::string region_around(std::string_view text, size_t begin, size_t end, std::string_view by_word) {
  const size_t first = begin - std::min(begin, country_reach), last = std::min(text.size(), end + country_reach);
  const std::string_view near = text.substr(first, last - first);
  begin -= first, end -= first;
  const bool quoted = is_quoted(near, begin);
  Agreed agreed;
  agreed.add(by_word);
  each_beginning(near, [&](size_t at) {
    const char c = near[at];
    std::string of_number;
    std::string_view region;
    if (c == '.') {
      region = region_of_domain(near, at);
    } else if (c == '+') {
      region = of_number = region_of_number(near, at);
    } else {
      region = region_of_name(near, at, at + city_reach > begin && at < end + city_reach);
      if (region.empty() && (char_at(near, at + 1) == '-' || char_at(near, at + 2) == '-'))
        region = region_of_postal_code(near, at);
    }
    if (!region.empty() && !agreed.holds(region) && (c != '.' || !is_of_provider(near, at)) &&
        (quoted || !is_quoted(near, at)))
      agreed.add(region);
    return !agreed.split();
  });
  return agreed.region();
}

}  // namespace weft::scan
