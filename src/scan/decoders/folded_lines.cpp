// FOLDED: lines of calendars, address books and directories that their programs cut at a fixed length, anywhere in a
// word, and go on behind a line break and one blank (iCalendar: RFC 5545 §3.1; vCard 3.0 and 4.0: RFC 6350 §3.2; LDIF:
// RFC 2849). One layer is one such line, joined; what stands in its pieces is left out. (Mail headers, and vCard 2.1,
// are folded at blanks that stay, and cut nothing.)
//
// "NOTE: write to joe@example.com" and an indented line below is no such thing. So these lines count where their card
// or calendar began near in front, or where the line breaks are those of the standards and no blank follows the name;
// those of LDIF where the entry's "dn:" stands near in front, and the first line is as long as a line gets.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

enum : uint32_t { property, attribute };
constexpr Pattern patterns[] = {
    {R"((?:ATTENDEE|ORGANIZER|DESCRIPTION|SUMMARY|LOCATION|COMMENT|CONTACT|CONFERENCE|ATTACH|ALT-DESC|UID|RELATED-TO)[;:])",
     0, property},
    {R"((?:EMAIL|URL|TEL|NOTE|IMPP|ADR|LABEL|RELATED|SOCIALPROFILE|GOOGLE-CONFERENCE)[;:])", 0, property},
    {R"((?:mail|dn|description|telephoneNumber|mobile|homePhone|labeledURI|url|info|member|uniqueMember|Address|Addresses|Mailbox):[ <])",
     caseless, attribute}};

constexpr size_t longest_name = 64;        // of a property, with its group
constexpr size_t least_joined = 16;        // "TEL:+49301234567"
constexpr size_t longest_line = 64 * KiB;  // joined
constexpr size_t near = KiB;               // where a card, a calendar or an entry begins
constexpr size_t least_attribute = 60;     // of a line that is full

bool is_name_sign(char c) {
  return is_alnum(uint8_t(c)) || c == '-' || c == '.' || c == ';';
}

size_t line_end(std::string_view text, size_t at) {
  while (at < text.size() && (uint8_t(text[at]) >= 0x20 || text[at] == '\t')) ++at;
  return at;
}

// Size of the line break and the blank at `at` behind which a line goes on; 0 when there are none.
size_t fold_at(std::string_view text, size_t at) {
  const size_t newline = at + (at < text.size() && text[at] == '\r');
  if (newline + 1 >= text.size() || text[newline] != '\n') return 0;
  return text[newline + 1] == ' ' || text[newline + 1] == '\t' ? newline + 2 - at : 0;
}

// What stands near in front says that the line which begins there is one of these, and folded like that.
bool is_entry(std::string_view text, size_t begin) {
  if (begin == 0 || text.substr(begin, 3) == "dn:") return true;
  const std::string_view before = text.substr(begin - std::min(begin, near), std::min(begin, near));
  return before.starts_with("dn:") || before.find("\ndn:") != std::string_view::npos;
}
bool is_card(std::string_view text, size_t begin, bool standard_line) {
  const std::string_view before = text.substr(begin - std::min(begin, near), std::min(begin, near));
  const size_t version = before.rfind("\nVERSION:");
  if (version != std::string_view::npos &&
      (before.substr(version + 9, 3) == "2.1" || before.substr(version + 9, 3) == "1.0"))
    return false;
  return standard_line || begin == 0 || before.find("BEGIN:V") != std::string_view::npos;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const std::string_view text = as_text(bytes);
  size_t begin = hit.end - (hit.pattern == attribute ? 2 : 1);
  const size_t least = begin - std::min(begin, longest_name);
  while (begin > least && is_name_sign(text[begin - 1])) --begin;
  if (begin < from || (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\0')) return;
  size_t end = line_end(text, hit.end);
  if (fold_at(text, end) == 0) return;
  if (hit.pattern == attribute) {
    if (end - begin < least_attribute || !is_entry(text, begin)) return;
  } else {
    const bool standard_line = text[end] == '\r' && hit.end < end && text[hit.end] != ' ' && text[hit.end] != '\t';
    if (!is_card(text, begin, standard_line)) return;
  }
  std::vector<uint8_t> joined(bytes.begin() + ptrdiff_t(begin), bytes.begin() + ptrdiff_t(end));
  for (size_t fold; (fold = fold_at(text, end)) > 0 && end - begin < longest_line;) {
    const size_t next = end + fold;
    end = line_end(text, next);
    joined.insert(joined.end(), bytes.begin() + ptrdiff_t(next), bytes.begin() + ptrdiff_t(end));
  }
  if (joined.size() < least_joined || joined.size() > out.room()) return;
  out.layer("FOLDED", begin, end - begin, std::move(joined));
  out.says_all(begin, end);
}

}  // namespace

extern const Decoder folded_lines_decoder;
const Decoder folded_lines_decoder{"FOLDED", "folded lines of calendars, address books and LDIF, joined", patterns,
                                   on_hit};

}  // namespace weft::scan
