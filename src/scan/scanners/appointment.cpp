// Entries of calendars (iCalendar: RFC 5545, vCalendar 1.0) in raw bytes and decoded layers; kind calendar_uid, which
// is the same in the calendars of all guests. Whole calendar files have their parser, which reads the rest, too.
//
// False positives: the entry must bring its UID and one of the lines that every program writes beside it (DTSTART,
// DTSTAMP, SUMMARY, DUE); an alarm inside has a UID of its own, which is not the entry's.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/content_line.h"

namespace weft::scan {
namespace {

constexpr size_t longest_entry = 16 * KiB, longest_uid = 300, least_uid = 8;

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  constexpr std::string_view event = "BEGIN:VEVENT", task = "BEGIN:VTODO";
  const std::string_view before = text.substr(0, hit.end);
  const size_t begin = hit.end - (before.ends_with(event) ? event.size() : task.size());
  if (begin < from) return;
  const std::string_view near = text.substr(hit.end, longest_entry);
  // Up to what begins or ends next, so that a row of beginnings costs no more than its length.
  std::string_view entry = near.substr(0, near.find("BEGIN:V"));
  entry = entry.substr(0, entry.find("END:V"));
  if (entry.empty() || (entry[0] != '\r' && entry[0] != '\n')) return;
  std::string uid = property(entry, "UID", longest_uid);
  if (uid.size() < least_uid || uid.size() >= longest_uid || !is_utf8(uid)) return;
  for (std::string_view other : {"DTSTART", "DTSTAMP", "SUMMARY", "DUE"})
    if (!property(entry, other, longest_uid).empty())
      return sink.feature("calendar_uid", printable(uid), begin, hit.end);
}

constexpr std::array<std::string_view, 1> kinds{"calendar_uid"};
constexpr std::array patterns{Pattern{R"(BEGIN:VEVENT)", 0, 0}, Pattern{R"(BEGIN:VTODO)", 0, 0}};

constexpr std::array examples{
    Example{"BEGIN:VEVENT\r\nUID:0401-AbC@kestrel\r\nDTSTART:20150720T000107Z\r\nEND:VEVENT\r\n", "calendar_uid",
            "0401-AbC@kestrel"},
    Example{"BEGIN:VTODO\r\nDTSTAMP:20150720T000107Z\r\nUID:20070313T123432Z-4565\r\n 53@example.com\r\nEND:VTODO\r\n",
            "calendar_uid", "20070313T123432Z-456553@example.com"},
    Example{"BEGIN:VEVENT\r\nSUMMARY:Lunch\r\nBEGIN:VALARM\r\nUID:alarm-0401-AbC\r\nEND:VALARM\r\nEND:VEVENT\r\n",
            "calendar_uid", ""},
    Example{"BEGIN:VEVENT\r\nUID:0401-AbC@kestrel\r\nEND:VEVENT\r\n", "calendar_uid", ""},
    Example{"An entry starts with BEGIN:VEVENT and has a UID:0401-AbC@kestrel, DTSTART: and more.", "calendar_uid", ""},
};

}  // namespace

extern const Scanner appointment_scanner;
const Scanner appointment_scanner{
    "appointment", "calendar_uid: ids of calendar entries", kinds, patterns, on_hit, examples, 64, 17 * KiB};

}  // namespace weft::scan
