// Lines of mail headers: RFC 5322 §3.6, unfolded; kind mail_header, value "Subject: …". They tie a deleted message to
// its copies even where nothing else of it is left.
//
// False positives: "From:" and "Date:" occur in any text. A line counts only in a header: another header field with a
// name known from mail stands directly above or below it, and two of the fields of the block are of the kind prose does
// not have together (Received, Message-ID, MIME-Version, Return-Path; or From with Date, To or Subject, but not as in
// the rows of tables: "From: 51 MHz"). Text messages have "Received:" with nothing but a time; and where a status line
// or a field of HTTP adjoins, it is a header of HTTP.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

using namespace std::string_view_literals;

constexpr size_t longest_value = 500, block_reach = 3000, most_fields = 40;

// Fields that are reported, and those that only show that a header is here.
constexpr std::array<std::string_view, 13> reported{"subject",     "from",    "to",         "cc",
                                                    "date",        "sender",  "reply-to",   "x-mailer",
                                                    "user-agent",  "list-id", "precedence", "list-unsubscribe",
                                                    "delivered-to"};
constexpr std::array<std::string_view, 13> telling{
    "received",      "message-id", "return-path", "mime-version",     "content-type", "content-transfer-encoding",
    "in-reply-to",   "references", "bcc",         "x-originating-ip", "resent-from",  "x-received",
    "dkim-signature"};

// Those that a header has once (RFC 5322 §3.6): a second one belongs to another header.
constexpr std::array<std::string_view, 6> once{"subject", "from", "to", "cc", "date", "sender"};

// The name of the field a line starts with, in lower case: one of the above, or empty.
std::string_view field_name(std::string_view line) {
  size_t colon = line.substr(0, 28).find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view name = line.substr(0, colon);
  auto is = [&](std::string_view known) {
    return known.size() == name.size() && std::equal(known.begin(), known.end(), name.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? b | 32 : b);
           });
  };
  for (std::string_view known : reported)
    if (is(known)) return known;
  for (std::string_view known : telling)
    if (is(known)) return known;
  return {};
}

// A line ends where a NUL stands, too: none is in a header.
size_t line_end(std::string_view text, size_t at) {
  const size_t newline = std::min(text.find('\n', at), text.size());
  return at + std::min(text.substr(at, newline - at).find('\0'), newline - at);
}

bool is_folded(std::string_view text, size_t at) {
  return char_at(text, at) == ' ' || char_at(text, at) == '\t';
}
bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// The fields around the line at begin, up to an empty line or one that is no field, as a set of marks.
struct Block {
  bool from = false, other = false, technical = false, table = false, http = false, mail = false;
  size_t fields = 0;
  std::array<bool, once.size()> had{};
  // False when the field is of another header.
  bool add(std::string_view name, std::string_view value, bool folded) {
    const auto known = std::find(once.begin(), once.end(), name);
    if (known != once.end() && std::exchange(had[size_t(known - once.begin())], true)) return false;
    ++fields;
    if (name == "from") {
      from = true;
      // "From: 51 MHz", "From:bold", "From: = Von": rows of tables, styles, translations.
      const size_t start = value.find_first_not_of(" \t");
      table = value.find('@') == std::string_view::npos &&
              (start == 0 || start == std::string_view::npos || value[start] == '=' || is_digit(value[start]));
    } else if (name == "date" || name == "to" || name == "subject") {
      other = true;
    } else if (name == "received") {
      // "from … by …; time", on this line or on the next.
      technical = technical || folded || value.find(';') != std::string_view::npos ||
                  value.find("from ") != std::string_view::npos || value.find("by ") != std::string_view::npos;
      mail = mail || technical;
    } else if (name != "cc" && name != "sender" && name != "content-type" && name != "references") {
      technical = true;
      mail = mail || (name != "mime-version" && name != "user-agent" && !name.starts_with("content-"));
    }
    return true;
  }
  // No more of it needs to be read.
  bool is_settled() const { return mail && is_header(); }
  bool is_header() const { return !http && fields >= 2 && (technical || (from && other && !table)); }
};

bool is_http(std::string_view line) {
  static constexpr std::array<std::string_view, 10> starts{
      "http/1.",        "server:", "connection:", "set-cookie:",    "etag:",
      "last-modified:", "vary:",   "host:",       "cache-control:", "transfer-encoding:"};
  const std::string start = lower_ascii(line.substr(0, 20));
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view each) { return start.starts_with(each); });
}

// Adds the line [begin, end); false when the block ends there.
bool add_line(std::string_view text, size_t begin, size_t end, size_t& fields, Block& block) {
  const std::string_view line = text.substr(begin, end - begin);
  if (is_blank(line) || line.find('\0') != std::string_view::npos) return false;
  if (is_folded(text, begin)) return true;
  const std::string_view name = field_name(line);
  const bool extension = line.substr(0, 2) == "X-" || line.substr(0, 5) == "List-";
  if (name.empty() && !extension) block.http = block.http || is_http(line);
  if ((name.empty() && !extension) || ++fields > most_fields) return false;
  return name.empty() || block.add(name, line.substr(name.size() + 1), is_folded(text, end + 1));
}

Block block_around(std::string_view text, size_t begin) {
  Block block;
  size_t fields = 0;
  for (size_t at = begin; at < text.size() && at - begin < block_reach && !block.is_settled();) {
    const size_t end = line_end(text, at);
    if (!add_line(text, at, end, fields, block) || char_at(text, end) == '\0') break;
    at = end + 1;
  }
  fields = 0;
  for (size_t at = begin; at > 0 && begin - at < block_reach && !block.is_settled();) {
    size_t start = at - 1;
    while (start > 0 && text[start - 1] != '\n' && text[start - 1] != '\0' && at - start < 1000) --start;
    if (!add_line(text, start, at - 1, fields, block)) break;
    at = start;
  }
  return block;
}

std::string title(std::string_view name) {
  std::string out(name);
  for (size_t i = 0; i < out.size(); ++i)
    if ((i == 0 || out[i - 1] == '-') && out[i] >= 'a') out[i] = char(out[i] - 32);
  return out;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  size_t begin = text.find_last_of("\n\0"sv, hit.end - 1);
  begin = begin == std::string_view::npos ? 0 : begin + 1;
  if (begin < from || hit.end - begin > 32) return;
  std::string_view name = field_name(text.substr(begin, 32));
  if (name.empty() || !block_around(text, begin).is_header()) return;
  size_t end = line_end(text, begin);
  while (end + 1 < text.size() && text[end] == '\n' && is_folded(text, end + 1) && end - begin < longest_value)
    end = line_end(text, end + 1);
  if (end - begin > longest_value) end = begin + longest_value;
  while (end > begin && (text[end - 1] == '\r' || text[end - 1] == '\n' || text[end - 1] == ' ')) --end;
  std::string value = title(name) + ": ";
  for (char c : text.substr(begin + name.size() + 1, end - begin - name.size() - 1)) {
    bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space)
      value += c;
    else if (value.back() != ' ')
      value += ' ';
  }
  if (value.size() > name.size() + 2) sink.feature("mail_header", printable(value), begin, end);
}

constexpr std::array<std::string_view, 1> kinds{"mail_header"};
constexpr std::array patterns{
    Pattern{
        R"((?:^|[\n\x00])(?:Subject|From|To|Cc|Date|Reply-To|Sender|X-Mailer|User-Agent|List-Id|Precedence|List-Unsubscribe|Delivered-To):[^\r\n])",
        caseless, 0},
};

constexpr std::array examples{
    Example{"Received: from a by b\r\nSubject:  the long\r\n\tone\r\n\r\nBody", "mail_header", "Subject: the long one"},
    Example{"Message-ID: <1@x>\nDate: Mon, 5 Nov 2012 10:00:00 +0100\n\n", "mail_header",
            "Date: Mon, 5 Nov 2012 10:00:00 +0100"},
    Example{"Message-ID: <1@x>\nList-Id: Talk <talk.b.net>\n\n", "mail_header", "List-Id: Talk <talk.b.net>"},
    Example{"From: 51.0 MHz\nTo: 2.15 GHz\nStep: 62.5 kHz\n", "mail_header", ""},
    Example{"subject:strong\nfrom:strong\n", "mail_header", ""},
    Example{"HTTP/1.0 408 Late\r\nMime-Version: 1.0\r\nDate: Sun, 19 Oct 2014 19:19:26 GMT\r\n", "mail_header", ""},
    Example{"Server: x\r\nMime-Version: 1.0\r\nDate: Sun, 19 Oct 2014 19:19:26 GMT\r\n", "mail_header", ""},
    Example{"Received: 02-01-21 22:26:25\nSubject: GSM1\n\n", "mail_header", ""},
    Example{"Subject: history\nNotes: none\n", "mail_header", ""},
    Example{"Date: 2012\n", "mail_header", ""},
    Example{std::string_view("invite\nfrom: \0to: \0\n", 20), "mail_header", ""},
    Example{"\0\0From: joe@x.de\nMessage-ID: <1@x>\n"sv, "mail_header", "From: joe@x.de"},
    Example{std::string_view("Message-ID: <1@x>\nSubject: cut\0\0\0off\n", 38), "mail_header", "Subject: cut"},
};

}  // namespace

extern const Scanner mail_header_scanner;
const Scanner mail_header_scanner{
    "mail_header", "mail_header: lines of mail headers, unfolded", kinds, patterns, on_hit, examples, 3500, 4000};

}  // namespace weft::scan
