// Cards of address books (vCard: RFC 6350, RFC 2426, vCard 2.1) in raw bytes; kind vcard, the name on the card (FN, or
// N where there is none), and kind contact_uid, its UID. Numbers and addresses on it are features of their own, by
// their scanners.
//
// False positives: VERSION must stand in the card, and a name; a card without one (BEGIN:VCARD in a manual) is none.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/content_line.h"

namespace weft::scan {
namespace {

constexpr size_t longest_card = 16 * KiB, longest_name = 200, least_uid = 8;

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
  if (card.empty() || (card[0] != '\r' && card[0] != '\n') || property(card, "VERSION", longest_name).empty()) return;
  std::string name = readable(property(card, "FN", longest_name));
  if (name.empty()) name = readable(property(card, "N", longest_name));
  if (name.empty() || !is_utf8(name)) return;
  sink.feature("vcard", printable(name), begin, hit.end);
  const std::string written = property(card, "UID", longest_name);
  const std::string_view uid = without_urn(written);
  if (uid.size() >= least_uid && is_utf8(uid)) sink.feature("contact_uid", printable(uid), begin, hit.end);
}

constexpr std::array<std::string_view, 2> kinds{"contact_uid", "vcard"};
constexpr std::array patterns{Pattern{R"(BEGIN:VCARD)", 0, 0}};

constexpr std::array examples{
    Example{"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Joe Bloggs\r\nTEL:+49 89 32168123\r\nEND:VCARD\r\n", "vcard",
            "Joe Bloggs"},
    Example{"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8:Bloggs;Joe;;;\r\nEND:VCARD\r\n", "vcard", "Bloggs Joe"},
    Example{
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=\r\n=BCrgen;;;\r\n"
        "END:VCARD\r\n",
        "vcard", "M\xC3\xBCller J\xC3\xBCrgen"},
    Example{"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;QUOTED-PRINTABLE:M=FCller\r\nEND:VCARD\r\n", "vcard", "M=FCller"},
    Example{"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:1=2B1\r\nEND:VCARD\r\n", "vcard", "1=2B1"},
    Example{"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bloggs\\, Joe\r\nEND:VCARD\r\n", "vcard", "Bloggs, Joe"},
    Example{"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1\r\nFN:Joe "
            "Bloggs\r\nEND:VCARD\r\n",
            "contact_uid", "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"},
    Example{"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Joe Bloggs\r\nEND:VCARD\r\n", "contact_uid", ""},
    Example{"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\nFN:Joe\r\n", "vcard", ""},
    Example{"A card starts with BEGIN:VCARD and ends with END:VCARD.", "vcard", ""},
};

}  // namespace

extern const Scanner vcard_scanner;
const Scanner vcard_scanner{
    "vcard", "vcard: cards of address books, by the name on them", kinds, patterns, on_hit, examples, 64, 17 * KiB};

}  // namespace weft::scan
