// Numbers of machines in programs for remote control, as the programs write them down: "anydesk:442226597" of AnyDesk's
// traces (Client-ID, session requests), its list of connections and its configuration; "teamviewer:123456789" of
// TeamViewer's lists of connections (Connections_incoming.txt, Connections.txt) and its log. Which of the numbers is
// the machine's own, the text around says.
//
// False positives: a number alone is none; the form around it must be that of one of these files, and so must how long
// it is.
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t longest_line = 512;

// The digits from there on, six to ten of them; with as many as ids have now when it is TeamViewer's.
std::string_view number_at(std::string_view text, size_t at, size_t least) {
  size_t end = at;
  while (end < text.size() && end - at <= 10 && is_digit(text[end])) ++end;
  const size_t size = end - at;
  if (size < least || size > 10 || text[at] == '0' || is_alnum(char_at(text, end))) return {};
  const std::string_view out = text.substr(at, size);
  return out.find_first_not_of(out[0]) == std::string_view::npos ? std::string_view() : out;
}
constexpr size_t least_anydesk = 6, least_teamviewer = 8;

void give(std::string_view program, std::string_view text, std::string_view number, Sink& sink) {
  if (number.empty()) return;
  const size_t begin = size_t(number.data() - text.data());
  sink.feature("remote_id", std::string(program) + ":" + std::string(number), begin, begin + number.size());
}
void anydesk(std::string_view text, size_t at, Sink& sink) {
  give("anydesk", text, number_at(text, at, least_anydesk), sink);
}
void teamviewer(std::string_view text, size_t at, Sink& sink) {
  give("teamviewer", text, number_at(text, at, least_teamviewer), sink);
}

// The line that holds `at`, as far as it is no longer than lines are.
struct Line {
  size_t begin, end;
};
Line line_of(std::string_view text, size_t at) {
  Line out{at, at};
  while (out.begin > 0 && at - out.begin < longest_line && uint8_t(text[out.begin - 1]) >= 0x20) --out.begin;
  while (out.begin > 0 && at - out.begin < longest_line && text[out.begin - 1] == '\t') {
    --out.begin;
    while (out.begin > 0 && at - out.begin < longest_line && uint8_t(text[out.begin - 1]) >= 0x20) --out.begin;
  }
  while (out.end < text.size() && out.end - at < longest_line &&
         (uint8_t(text[out.end]) >= 0x20 || text[out.end] == '\t'))
    ++out.end;
  return out;
}

// "Incoming session request: A Name (442226597)"
void on_request(std::string_view text, size_t at, Sink& sink) {
  const size_t end = line_of(text, at).end, open = text.substr(0, end).rfind('(');
  if (open == std::string_view::npos || open < at) return;
  const std::string_view number = number_at(text, open + 1, least_anydesk);
  if (!number.empty() && char_at(text, open + 1 + number.size()) == ')') give("anydesk", text, number, sink);
}

// "Incoming    2022-09-28, 15:50    User    alias    547911884": the last word.
void on_connection(std::string_view text, size_t at, Sink& sink) {
  size_t end = line_of(text, at).end;
  while (end > at && text[end - 1] == ' ') --end;
  size_t begin = end;
  while (begin > at && is_digit(text[begin - 1])) --begin;
  if (begin < end && char_before(text, begin) == ' ' && number_at(text, begin, least_anydesk).size() == end - begin)
    anydesk(text, begin, sink);
}

bool is_day(std::string_view text) {  // "28-09-2022 15:50:01"
  constexpr std::string_view form = "00-00-0000 00:00:00";
  if (text.size() != form.size()) return false;
  for (size_t i = 0; i < form.size(); ++i)
    if (form[i] == '0' ? !is_digit(text[i]) : text[i] != form[i]) return false;
  return true;
}

// "123456789<TAB>NAME<TAB>28-09-2022 15:50:01<TAB>…<TAB>RemoteControl<TAB>{": the first word, if a day is the second
// or the third.
void on_session(std::string_view text, size_t at, Sink& sink) {
  const size_t begin = line_of(text, at - 1).begin;
  const std::string_view number = number_at(text, begin, least_teamviewer);
  if (number.empty() || char_at(text, begin + number.size()) != '\t') return;
  size_t from = begin + number.size() + 1;
  for (int column = 0; column < 2 && from < at; ++column) {
    const size_t end = text.find('\t', from);
    if (end >= at) return;
    if (is_day(text.substr(from, end - from))) return give("teamviewer", text, number, sink);
    from = end + 1;
  }
}

// "CT.Send.CMD_UDPPING From=123456789 To=987654321"
void on_command(std::string_view text, size_t at, Sink& sink) {
  while (is_alnum(char_at(text, at)) || char_at(text, at) == '_') ++at;
  for (const std::string_view name : {" From=", " To="}) {
    if (text.substr(at, name.size()) != name) return;
    at += name.size();
    teamviewer(text, at, sink);
    while (is_digit(char_at(text, at))) ++at;
  }
}

enum : uint32_t { client, configured, request, connection, session, command };

void on_hit(std::string_view text, const Hit& hit, size_t, Sink& sink) {
  switch (hit.pattern) {
    case client:
    case configured:
      return anydesk(text, hit.end, sink);
    case request:
      return on_request(text, hit.end, sink);
    case connection:
      return on_connection(text, hit.end, sink);
    case session:
      return on_session(text, hit.end, sink);
    default:
      return on_command(text, hit.end, sink);
  }
}

constexpr std::array<std::string_view, 1> kinds{"remote_id"};
constexpr std::array patterns{
    Pattern{"Client-ID: ", 0, client},
    Pattern{R"(ad\.anynet\.id=)", 0, configured},
    Pattern{"Incoming session request: ", 0, request},
    Pattern{"(?:Incoming|Outgoing) {1,8}[12][0-9]{3}-[01][0-9]-[0-3][0-9], [0-2][0-9]:[0-5][0-9] ", 0, connection},
    Pattern{R"(\t(?:RemoteControl|FileTransfer|Presentation|Meeting|VPN)\t\{[0-9A-Fa-f]{8}-)", 0, session},
    Pattern{R"(CT\.(?:Send|Receive)\.CMD_)", 0, command},
};

constexpr std::array examples{
    Example{"info 2022-02-28 12:32:31.000 gsvc 4628 3528 31 anynet.any_socket - Client-ID: 442226597 (FPR: 3da1",
            "remote_id", "anydesk:442226597"},
    Example{"app.backend_session - Incoming session request: Desk (3) of Joe (547911884)\n", "remote_id",
            "anydesk:547911884"},
    Example{"Incoming    2022-09-28, 15:50    User                              joe@ad  547911884\n", "remote_id",
            "anydesk:547911884"},
    Example{"ad.anynet.fpr=00ab\nad.anynet.id=1442226597\n", "remote_id", "anydesk:1442226597"},
    Example{"x\n123456789\tDESK 7\t28-09-2022 15:50:01\t28-09-2022 16:02:44\tjoe\tRemoteControl\t{5F6F2C9E-8D5A-4C3E",
            "remote_id", "teamviewer:123456789"},
    Example{"1234567890\t28-09-2022 15:50:01\t28-09-2022 16:02:44\tjoe\tFileTransfer\t{5f6f2c9e-8d5a-4c3e", "remote_id",
            "teamviewer:1234567890"},
    Example{"2022/09/28 15:50:01.001 CT.Send.CMD_UDPPING From=123456789\n", "remote_id", "teamviewer:123456789"},
    Example{"oauth: Client-ID: 442226597a3f", "remote_id", ""},
    Example{"Client-ID: 000000000", "remote_id", ""},
    Example{"Incoming session request: from (somebody) 547911884\n", "remote_id", ""},
    Example{"Incoming    2022-09-28, 15:50    REJECTED    joe@ad\n", "remote_id", ""},
    Example{"123456789\tDESK\tjoe\tRemoteControl\t{5F6F2C9E-8D5A-4C3E", "remote_id", ""},
    Example{"CT.Send.CMD_UDPPING to 123456789", "remote_id", ""},
};

}  // namespace

extern const Scanner remote_id_scanner;
const Scanner remote_id_scanner{"remote_id",
                                "remote_id: numbers of machines in programs for remote control, program:number",
                                kinds,
                                patterns,
                                on_hit,
                                examples,
                                longest_line + 64,
                                longest_line + 64};

}  // namespace weft::scan
