// Calendars: iCalendar, RFC 5545. The UID of an appointment is the same in the calendars of everyone who was asked to
// it. Times of a named zone are kept as they stand: the zone's rules are not known here.
#include <array>

#include "artefacts/canonical.h"
#include "artefacts/content_lines.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "artefacts/time.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t uid_most = 300;

std::string address_of(std::string_view value) {
  value = trim(value);
  return std::string(lower_ascii(value.substr(0, 7)) == "mailto:" ? value.substr(7) : value);
}

// Appointments, tasks and notes; an alarm or a zone inside one is no part of it.
bool is_entry(std::string_view component) {
  return component == "vevent" || component == "vtodo" || component == "vjournal";
}

class Entries {
 public:
  explicit Entries(Rows& rows) : rows_(rows) {}

  void property(const Property& it) {
    if (it.name == "BEGIN") {
      std::string component = lower_ascii(trim(it.value));
      if (is_entry(component))
        open_ = true, inside_ = 0, row_ = {}, lasts_.reset(), begin_ = it.begin;
      else
        ++inside_;
      return;
    }
    if (it.name == "END") {
      if (!is_entry(lower_ascii(trim(it.value))))
        inside_ -= inside_ > 0;
      else if (open_)
        close();
      return;
    }
    if (!open_ || inside_ > 0) return;
    std::string value = unescaped(it.value);
    if (it.name == "UID") uid(it, value);
    if (it.name == "SUMMARY") row_.summary = value;
    if (it.name == "LOCATION") row_.location = value;
    if (it.name == "DTSTART" || (it.name == "DUE" && row_.stated.empty())) {
      std::string zone = param(it, "TZID");
      row_.stated = zone.empty() ? value : value + " " + zone;
      row_.begins = time_from_basic(value);
    }
    if (it.name == "DTEND") row_.ends = time_from_basic(value);
    if (it.name == "DURATION") lasts_ = seconds_of_duration(value);
    if (it.name == "ORGANIZER") row_.organiser = address_of(value), party(it, value, "organiser");
    if (it.name == "ATTENDEE") add_line(row_.attendees, address_of(value)), party(it, value, "guest");
  }

 private:
  void uid(const Property& it, const std::string& value) {
    row_.uid = value;
    if (value.size() >= 8 && value.size() <= uid_most) rows_.selector({it.begin}, "calendar_uid", value, "event");
  }
  void party(const Property& it, std::string_view value, std::string_view role) {
    rows_.selector({it.begin}, "email", email(address_of(value)), role, param(it, "CN"));
  }
  void close() {
    open_ = false;
    constexpr int64_t nanoseconds = 1'000'000'000;
    if (row_.begins && !row_.ends && lasts_ && *lasts_ >= 0)
      row_.ends = from_seconds(row_.begins->nanoseconds / nanoseconds + *lasts_);
    if (!row_.uid.empty() || !row_.summary.empty() || !row_.stated.empty()) rows_.record({begin_}, std::move(row_));
  }

  Rows& rows_;
  bool open_ = false;
  size_t inside_ = 0;
  uint64_t begin_ = 0;
  std::optional<int64_t> lasts_;  // seconds
  AppointmentRow row_;
};

void parse(const File& file, Rows& rows) {
  Entries entries(rows);
  each_property(file.text(), [&](const Property& property) { entries.property(property); });
}

constexpr std::array<std::string_view, 3> paths{"*.ics", "*.ical", "*.ifb"};
constexpr std::array<std::string_view, 1> types{"text/calendar"};
constexpr std::array<std::string_view, 1> magics{"BEGIN:VCALENDAR"};
constexpr std::array<std::string_view, 2> kinds{"calendar_uid", "email"};

constexpr std::string_view entry =
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:0401-AbC@kestrel\r\nDTSTART:20150720T000107Z\r\n"
    "ORGANIZER;CN=\"Q: M\":MAILTO:Mara@b-c.de\r\nATTENDEE;CN=Ivo:mailto:ivo@b-c.de\r\n"
    "BEGIN:VALARM\r\nUID:another-uid\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
constexpr std::array samples{
    Sample{"team.ics", entry, "calendar_uid", "0401-AbC@kestrel", "event"},
    Sample{"team.ics", entry, "email", "mara@b-c.de", "organiser"},
    Sample{"team.ics", entry, "email", "ivo@b-c.de", "guest"},
    Sample{"zone.ics", "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Europe/Berlin\nEND:VTIMEZONE\nEND:VCALENDAR\n", "", "",
           ""},
};

}  // namespace

extern const Parser calendar_parser;
const Parser calendar_parser{
    "calendar", "appointment: iCalendar files", "RFC 5545", paths, types, magics, parse, kinds, samples,
};

}  // namespace weft::artefacts
