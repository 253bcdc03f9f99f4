// Cards of address books (vCard: RFC 6350, RFC 2426, vCard 2.1) in raw bytes; kind vcard, the name on the card (FN, or
// N where there is none). Numbers and addresses on it are features of their own, by their scanners.
//
// False positives: VERSION must stand in the card, and a name; a card without one (BEGIN:VCARD in a manual) is none.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t longest_card = 16 * KiB, longest_name = 200;

// The value of the line that starts with the property's name, parameters skipped; folded lines are joined, and the
// escapes of RFC 6350 §3.4 undone. 2.1's quoted-printable is left to its decoder.
std::string property(std::string_view card, std::string_view name) {
  for (size_t at = 0; at < card.size();) {
    size_t end = card.find('\n', at);
    if (end == std::string_view::npos) end = card.size();
    std::string_view line = card.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(name) || line.size() <= name.size()) continue;
    const char next = line[name.size()];
    const size_t colon = line.find(':');
    if ((next != ':' && next != ';') || colon == std::string_view::npos) continue;
    std::string value(line.substr(colon + 1));
    while (at < card.size() && (card[at] == ' ' || card[at] == '\t') && value.size() < longest_name) {
      if (value.ends_with('\r')) value.pop_back();
      end = std::min(card.find('\n', at), card.size());
      value += card.substr(at + 1, end - at - 1);
      at = end + 1;
    }
    std::string out;
    for (size_t i = 0; i < value.size() && out.size() < longest_name; ++i) {
      if (value[i] == '\\' && i + 1 < value.size()) ++i;
      if (value[i] != '\r') out += value[i];
    }
    return out;
  }
  return {};
}

// "Bloggs;Joe;;;" as people write it.
std::string readable(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c == ';') c = ' ';
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t begin = hit.end - 11;
  if (begin < from) return;
  const std::string_view near = text.substr(hit.end, longest_card);
  // Up to the next card, so that a row of beginnings costs no more than its length.
  std::string_view card = near.substr(0, near.find("BEGIN:VCARD"));
  card = card.substr(0, card.find("END:VCARD"));
  if (card.empty() || (card[0] != '\r' && card[0] != '\n') || property(card, "VERSION").empty()) return;
  std::string name = readable(property(card, "FN"));
  if (name.empty()) name = readable(property(card, "N"));
  if (name.empty() || !is_utf8(name)) return;
  sink.feature("vcard", printable(name), begin, hit.end);
}

constexpr std::array<std::string_view, 1> kinds{"vcard"};
constexpr std::array patterns{Pattern{R"(BEGIN:VCARD)", 0, 0}};

constexpr std::array examples{
    Example{"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Joe Bloggs\r\nTEL:+49 89 32168123\r\nEND:VCARD\r\n", "vcard",
            "Joe Bloggs"},
    Example{"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8:Bloggs;Joe;;;\r\nEND:VCARD\r\n", "vcard", "Bloggs Joe"},
    Example{"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bloggs\\, Joe\r\nEND:VCARD\r\n", "vcard", "Bloggs, Joe"},
    Example{"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\nFN:Joe\r\n", "vcard", ""},
    Example{"A card starts with BEGIN:VCARD and ends with END:VCARD.", "vcard", ""},
};

}  // namespace

extern const Scanner vcard_scanner;
const Scanner vcard_scanner{
    "vcard", "vcard: cards of address books, by the name on them", kinds, patterns, on_hit, examples, 64, 17 * KiB};

}  // namespace weft::scan
