// E-mail addresses: RFC 5321 §4.1.2 and RFC 5322 §3.4.1, with RFC 6531 (UTF-8 local parts) and IDN domains.
//
// RFC 5322 lets a local part hold almost any sign; evidence glues addresses to what stands before them ("=3D", "\x22",
// "to=", "&lt;", "Subject:"). So the start is found by what people use in addresses, and a prefix that is a known
// escape is cut. False positives: the domain must end in a delegated top-level domain and have a registrable name
// (foo@2x.png, pkg@1.2.3 and symbol@VERSION fall); message ids (in a Message-ID, References, In-Reply-To header, or
// made like one) are the message_id scanner's, ids of calendars the appointment scanner's; "$user@…" and "%s@…" are
// templates; service/host@REALM is a Kerberos principal, and "https://joe%40example.org@host" the name one logs in
// with.
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/text.h"
#include "scan/double_byte.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/message_ids.h"
#include "scan/scanners/validate/escape.h"
#include "scan/scanners/validate/glued.h"
#include "scan/scanners/validate/host.h"
#include "scan/scanners/validate/quoted_printable.h"
#include "scan/scanners/validate/sqlite_row.h"
#include "scan/scanners/validate/utf8.h"

namespace weft::scan {
namespace {

constexpr size_t longest_local = 64;

bool is_hex_pair(std::string_view text, size_t at) {
  return at + 2 <= text.size() && is_hex(text.substr(at, 2));
}

// Signs of a local part that hardly ever come from what stands before it.
bool is_plain(char c) {
  return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '\'' || c == '=' || c == '%' || c == '&';
}

// Where the run of local-part signs that ends at `at` starts.
size_t run_start(std::string_view text, size_t at) {
  size_t begin = at;
  while (begin > 0 && at - begin < longest_local) {
    if (uint8_t(text[begin - 1]) < 0x80) {
      if (!is_plain(text[begin - 1])) break;
      --begin;
      continue;
    }
    CodePoint letter = code_point_before(text, begin);
    if (letter.length == 0 || !is_foreign_letter(letter.value)) break;
    begin -= letter.length;
  }
  return begin;
}

// "=3D", "%20", "=\n": escapes of quoted-printable and URLs that decode to a sign no address starts with.
bool is_escape(std::string_view text, size_t at) {
  if (!is_hex_pair(text, at)) return false;
  std::string pair = lower_ascii(text.substr(at, 2));
  constexpr std::array<std::string_view, 16> codes{"09", "0a", "0d", "20", "22", "26", "27", "28",
                                                   "2c", "3a", "3b", "3c", "3d", "3e", "5b", "2f"};
  return std::find(codes.begin(), codes.end(), pair) != codes.end();
}

// "=" belongs to the address in bounce addresses only: user=example.com@lists…, SRS0=…=user@, prvs=…=user@.
bool is_bounce(std::string_view text, size_t begin, size_t equals, size_t at) {
  std::string_view local = text.substr(begin, at - begin);
  for (std::string_view prefix : {"SRS0=", "SRS1=", "prvs=", "btv1=="})
    if (local.starts_with(prefix)) return true;
  auto host = host_at(text.substr(0, at), equals + 1);
  return host && host->end == at && equals > begin && !is_escape(text, equals + 1);
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

// Behind a character of two bytes whose second is a letter. With the one in front its first may look like UTF-8.
size_t behind_double_byte(std::string_view text, size_t begin, size_t at) {
  size_t last = at;
  while (last + 1 > begin && last > 0 && uint8_t(text[last - 1]) < 0x80) --last;
  return last > 0 && last + 1 <= at && last >= begin && leads_ascii(text, last - 1) ? last + 1 : begin;
}

// Cuts what is glued in front of the address: escapes, keys, quotes, list signs.
size_t cut_prefix(std::string_view text, size_t begin, size_t at, size_t domain_end) {
  for (size_t i = at; i-- > begin;) {
    char c = text[i];
    if (c == '%' && is_hex_pair(text, i + 1)) {
      begin = i + 3;
      break;
    }
    if (c == '=' && is_quoted_byte(text, i)) return at;  // QP has the whole
    if (c == '=' && !is_bounce(text, begin, i, at)) {
      begin = i + (is_escape(text, i + 1) ? 3 : 1);
      break;
    }
    if (c == '\'' && char_at(text, domain_end) == '\'') {
      begin = i + 1;
      break;
    }
    if (c == '.' && i + 1 < at && text[i + 1] == '.') {
      begin = i + 2;
      break;
    }
  }
  if (const Escape escape = escape_over(text, begin); escape.value == '\x1b' && escape.end <= at)
    begin = std::max(begin, escape.end);
  begin = behind_double_byte(text, begin, at);
  if (char_before(text, begin) == '\\' && begin < at) {
    char c = text[begin];
    std::string_view rest = text.substr(begin + 1, 4);
    const bool octal = c >= '0' && c <= '3' && is_octal(char_at(text, begin + 1)) && is_octal(char_at(text, begin + 2));
    if (octal || (c == 'x' && is_hex_pair(rest, 0)))
      begin += 3;
    else if (c == 'u' && rest.size() == 4 && is_hex(rest))
      begin += 5;
    else if (c == '\'' && is_hex_pair(rest, 0))
      begin += 3;  // RTF
    else if (c == 'f' && std::string_view("IBRP123456").find(char_at(text, begin + 1)) != std::string_view::npos)
      begin += 2;  // troff's change of font
    else if (c == 'n' || c == 'r' || c == 't')
      begin += 1;
  }
  while (begin < at && !is_alnum(text[begin]) && text[begin] != '_' && uint8_t(text[begin]) < 0x80) ++begin;
  return begin;
}

// In scripts without spaces the word before the address would be swallowed: kept only if the whole local part is such.
size_t cut_unspaced(std::string_view text, size_t begin, size_t at) {
  size_t last = begin;
  bool ascii = false;
  for (size_t i = begin; i < at;) {
    CodePoint c = code_point_at(text, i);
    if (c.length == 0) return at;
    i += c.length;
    if (is_unspaced_script(c.value))
      last = i;
    else
      ascii = ascii || c.value < 0x80;
  }
  return ascii && last < at ? last : begin;
}

// 'john doe'@ in double quotes: the quoted form of RFC 5321, told from a string that happens to end before the "@".
size_t quoted_start(std::string_view text, size_t at) {
  for (size_t i = at - 1; i > 0 && at - i < longest_local; --i) {
    char c = text[i - 1];
    if (c == '"') return at - i < 2 ? at : i - 1;
    if (!is_alnum(c) && c != '.' && c != '_' && c != '-' && c != '+' && c != ' ') return at;
  }
  return at;
}

// Manual pages write "\-" for a hyphen: where the local part begins that goes on at `begin` with one.
size_t begin_before_hyphens(std::string_view text, size_t begin, size_t at) {
  while (begin < at && text[begin] == '-' && begin > 1 && text[begin - 1] == '\\' && is_alnum(text[begin - 2]) &&
         at - begin < longest_local)
    begin = run_start(text, begin - 1);
  return begin;
}

// The local part is the name of a host in the domain: ldap/dc1.example.org@EXAMPLE.ORG. Or the domain is a realm in
// capitals, and what stands in front of the slash is not: joe/admin@EXAMPLE.ORG.
bool is_principal(std::string_view text, size_t begin, size_t at, const Host& host) {
  if (begin < 2 || text[begin - 1] != '/' || !is_alnum(text[begin - 2])) return false;
  const std::string_view realm = text.substr(at + 1, host.end - at - 1);
  const std::string local = lower_ascii(text.substr(begin, at - begin));
  if (local == host.value || local.ends_with("." + host.value)) return true;
  return lower_ascii(realm) != realm &&
         std::none_of(realm.begin(), realm.end(), [](char c) { return c >= 'a' && c <= 'z'; }) &&
         text.substr(begin, at - begin) == local;
}

// "UID:7kukuqrfedlm2f9t4mdh5vq1cb@google.com": the id of an entry of a calendar, as a program makes it.
bool is_calendar_uid(std::string_view text, size_t begin, size_t at) {
  const std::string_view before = text.substr(0, begin), local = text.substr(begin, at - begin);
  for (const std::string_view name : {"UID:", "RELATED-TO:"})
    if (before.ends_with(name) && (begin == name.size() || text[begin - name.size() - 1] == '\n'))
      return std::any_of(local.begin(), local.end(), is_digit);
  return false;
}

// Glued in front, told by the address itself: the end of another one in the same domain; and in WhatsApp, where the
// local part is a telephone number, whatever is none.
size_t cut_by_host(std::string_view text, size_t begin, size_t at, const Host& host) {
  if (host.value == "s.whatsapp.net") {
    size_t digits = at;
    while (digits > begin && is_digit(text[digits - 1])) --digits;
    if (at - digits < 5 && char_before(text, digits) == ':') return at;  // "4915112345678:12@…", of a device
    return at - digits >= 5 ? digits : begin;
  }
  const size_t behind = begin + host.value.size();
  if (behind < at && is_alnum(text[behind]) && lower_ascii(text.substr(begin, host.value.size())) == host.value)
    return behind;
  return begin;
}

// Where signs end that hosts may have.
size_t host_signs_end(std::string_view text, size_t at) {
  constexpr size_t longest = 253;
  size_t end = at;
  while (end < text.size() && end - at < longest && (is_alnum(text[end]) || text[end] == '.' || text[end] == '-'))
    ++end;
  return end;
}

// The host behind the "@", its end where its column in a row of a database ends; in manual pages its hyphens may be
// written "\-".
std::optional<Host> host_behind(std::string_view text, size_t at, const TextColumn& column) {
  if (column.end > at) text = text.substr(0, column.end);
  auto host = host_at(text, at + 1);
  size_t end = host_signs_end(text, at + 1);
  if (!is_written_hyphen(text, end) || (host && host->end != end)) return host;
  while (end < text.size() && end - at <= 253) {
    if (is_written_hyphen(text, end))
      end += 2;
    else if (is_alnum(text[end]) || text[end] == '.' || text[end] == '-')
      ++end;
    else
      break;
  }
  const Hyphened hyphened = without_backslashes(text, at + 1, end);
  host = host_at(hyphened.text, 0);
  if (host) host->end = hyphened.place[host->end];
  return host;
}

// Cheap: the last sign of a local part stands before the "@", and a label and a dot behind it.
bool may_be_address(std::string_view text, size_t at) {
  const char before = text[at - 1];
  if (!is_plain(before) && before != '"' && uint8_t(before) < 0x80) return false;
  size_t dot = at + 1;
  while (dot < text.size() && dot - at <= 64 &&
         (is_alnum(text[dot]) || text[dot] == '-' || text[dot] == '_' || uint8_t(text[dot]) >= 0x80 ||
          is_written_hyphen(text, dot)))
    ++dot;
  return dot > at + 1 && char_at(text, dot) == '.' &&
         (is_alnum(char_at(text, dot + 1)) || uint8_t(char_at(text, dot + 1)) >= 0x80) &&
         is_utf8(text.substr(at + 1, dot - at - 1));
}

// A letter of Western Europe in a code page of one byte, within a word ("j\xFCrgen@"): what follows it is the end of a
// name. In scripts of two bytes no letter of ASCII stands in front of it.
bool follows_letter_of_code_page(std::string_view text, size_t begin) {
  const auto byte = uint8_t(char_before(text, begin));
  if (byte < 0xC0 || byte == 0xD7 || byte == 0xF7 || code_point_before(text, begin).length != 0) return false;
  return begin >= 2 && is_alpha(text[begin - 2]);
}

// "http://joe:secret@example.com": a password, which may hold an "@" itself.
bool is_password(std::string_view text, size_t at) {
  constexpr size_t longest = 160;
  bool colon = false;
  for (size_t i = at; i > 0 && at - i < longest; --i) {
    const char c = text[i - 1];
    if (c == '/') return colon && i >= 3 && text.substr(i - 3, 3) == "://";
    if (uint8_t(c) <= ' ' || c == '"' || c == '<' || c == '>' || c == '?' || c == '#') return false;
    colon = colon || (c == ':' && char_at(text, i) != '/');
  }
  return false;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t at = hit.end - 2;
  if (at < from || !may_be_address(text, at)) return;
  TextColumn column = text_column(text, at);
  auto host = host_behind(text, at, column);
  if (column.end == 0 && (!host || host_signs_end(text, host->end) > host->end)) {
    column.end = counted_end(text, run_start(text, at), host_signs_end(text, at + 1));
    if (column.end != 0) host = host_behind(text, at, column);
  }
  if (!host || host->value.ends_with(".target")) return;  // a unit of systemd
  if (char_at(text, host->end) == '@' && host->end != column.end)
    return;  // a@b.com@c: a route or a mangled symbol, the last part decides

  if (text[at - 1] == '"') {
    size_t begin = quoted_start(text, at);
    if (begin == at) return;
    std::string local = lower_ascii(text.substr(begin, at - begin));
    if (local.find(' ') == std::string::npos) local = local.substr(1, local.size() - 2);
    return sink.feature("email", local + "@" + host->value, begin, host->end);
  }
  if (text[at - 1] == '.') return;
  const size_t run = begin_before_hyphens(text, run_start(text, at), at);
  size_t begin = run;
  const char before = char_before(text, begin);
  const size_t string = der_string_begin(text, begin, std::min(begin + 3, at), host->end);
  begin = string < std::min(begin + 3, at) ? string : cut_prefix(text, begin, at, host->end);
  begin = cut_unspaced(text, begin, at);
  // In a row of a database the column in front is glued on.
  if (column.begin > begin && column.begin < at) begin = column.begin;
  begin = cut_by_host(text, begin, at, *host);
  if (begin < from) begin = from;
  if (begin >= at) return;
  // Of more signs than a local part has, the last ones are no address either.
  const std::string_view left_off = text.substr(run, begin - std::min(begin, run));
  const bool too_long = at - run >= longest_local && is_plain(before) && begin >= run &&
                        std::none_of(left_off.begin(), left_off.end(), is_alnum);
  if (too_long || follows_letter_of_code_page(text, begin) || is_password(text, at)) return;
  if (follows_escaped_letter(text, begin)) return;  // ESCAPED has the whole
  if (char_before(text, begin) == '$' || before == '@' || text.substr(0, begin).ends_with("%40")) return;
  std::string local(text.substr(begin, at - begin));
  if (local.find('%') != std::string::npos && (local.size() < 3 || local.front() == '%')) return;
  if (is_message_id(text, begin, at, host->end, host->value) || is_session_id(text, begin) ||
      is_principal(text, begin, at, *host) || is_calendar_uid(text, begin, at))
    return;
  local.erase(std::remove(local.begin(), local.end(), '\\'), local.end());
  sink.feature("email", lower_ascii(local) + "@" + host->value, begin, host->end);
}

constexpr std::array<std::string_view, 1> kinds{"email"};

// The message_id scanner's pattern too.
constexpr std::array patterns{Pattern{R"([\x21-\xff]@[\x21-\xff])", 0, 0}};

constexpr std::array examples{
    Example{"user0@company.com", "email", "user0@company.com"},
    Example{"write to a@b.de.", "email", "a@b.de"},
    Example{"ab@example.org, and", "email", "ab@example.org"},
    Example{"<o'brien@example.ie>", "email", "o'brien@example.ie"},
    Example{"j\xC3\xBCrgen@example.de", "email", "j\xC3\xBCrgen@example.de"},
    Example{"post@m\xC3\xBCller.example.de", "email", "post@m\xC3\xBCller.example.de"},
    Example{"post@xn--mller-kva.de", "email", "post@m\xC3\xBCller.de"},
    Example{"\xE7\x94\xA8\xE6\x88\xB7@\xE4\xBE\x8B\xE5\xAD\x90.\xE4\xB8\xAD\xE5\x9B\xBD", "email",
            "\xE7\x94\xA8\xE6\x88\xB7@\xE4\xBE\x8B\xE5\xAD\x90.\xE4\xB8\xAD\xE5\x9B\xBD"},
    Example{"\xE9\x82\xAE\xE7\xAE\xB1li.wei@example.cn", "email", "li.wei@example.cn"},
    Example{"Bob.Smith+news@Example.COM", "email", "bob.smith+news@example.com"},
    Example{"\"joe\"@example.com", "email", "joe@example.com"},
    Example{"\"john doe\"@example.com", "email", "\"john doe\"@example.com"},
    Example{"href=3Djoe@example.com", "email", "joe@example.com"},
    Example{"to=3Cjoe@example.com", "email", "joe@example.com"},
    Example{"mailto:joe@example.com", "email", "joe@example.com"},
    Example{"\\x22joe@example.com\\x22", "email", "joe@example.com"},
    Example{"\\u003cjoe@example.com\\u003e", "email", "joe@example.com"},
    Example{"\\njoe@example.com", "email", "joe@example.com"},
    Example{"\\'93joe@example.com\\'94", "email", "joe@example.com"},
    Example{"an\\'a0joe@example.com", "email", "joe@example.com"},
    Example{"Subject:joe@example.com", "email", "joe@example.com"},
    Example{"user=joe@example.com;path=/", "email", "joe@example.com"},
    Example{"u'joe@example.com'", "email", "joe@example.com"},
    Example{"\\fIjoe@example.com\\fR", "email", "joe@example.com"},
    Example{"\\012joe@example.com", "email", "joe@example.com"},
    Example{"bug\\-sed@example.org", "email", "bug-sed@example.org"},
    Example{"a\\-b\\-c@lists.my\\-host.example.org\\fR", "email", "a-b-c@lists.my-host.example.org"},
    Example{"\\-joe@example.com", "email", "joe@example.com"},
    Example{"example.comjoe@example.com", "email", "joe@example.com"},
    Example{"example.com.joe@example.com", "email", "example.com.joe@example.com"},
    Example{"call you.19195550123@s.whatsapp.net", "email", "19195550123@s.whatsapp.net"},
    Example{"4915112345678:12@s.whatsapp.net", "email", ""},
    Example{"gnome-session@gnome.target", "email", ""},
    Example{"ldap/dc1.example.com@EXAMPLE.COM", "email", ""},
    Example{"ldap/dc1.example.com/example.com@EXAMPLE.COM", "email", ""},
    Example{"joe/admin@EXAMPLE.COM", "email", ""},
    Example{"Message-Id: MSG961029151201#15@mail.example.com", "email", ""},
    Example{"with SMTP id <15.651C283F@mail.example.com>; Fri", "email", ""},
    Example{"2012-12-05:87obi8u4h2.fsf@mail.example.com:", "email", ""},
    Example{"('joe@example.com',", "email", "joe@example.com"},
    Example{"q=%22joe@example.com%22", "email", "joe@example.com"},
    Example{"joe@example.com.The next", "email", "joe@example.com"},
    Example{"joe@example.com2012-11-05", "email", "joe@example.com"},
    Example{"joe@example.comhttp://x.org", "email", "joe@example.com"},
    Example{"bounce-joe=example.com@lists.example.org", "email", "bounce-joe=example.com@lists.example.org"},
    Example{std::string_view("\0joe@example.com\0", 17), "email", "joe@example.com"},
    Example{"xlsx_cell@microsoft_excel.com", "email", "xlsx_cell@microsoft_excel.com"},
    Example{"icon@2x.png", "email", ""},
    Example{"left-pad@1.2.3", "email", ""},
    Example{"memcpy@GLIBC_2.2.5", "email", ""},
    Example{"getty@tty1.service", "email", ""},
    Example{"root@localhost", "email", ""},
    Example{"joe@host.internal", "email", ""},
    Example{"Message-ID: <joe.123@example.com>", "email", ""},
    Example{"References: <a1@example.com>\r\n <b2@example.com>", "email", ""},
    Example{"$user@example.com", "email", ""},
    Example{"http://joe:secret@example.com:8080/x", "email", ""},
    Example{"ftp://joe:se@cr.et@example.com", "email", ""},
    Example{"git+ssh://git@example.com/a:b", "email", "git@example.com"},
    Example{"http://example.org/a:joe@example.com", "email", "joe@example.com"},
    Example{"j\xFCrgen@example.de", "email", ""},
    Example{"Fran\xE7ois.m@example.fr and so on", "email", ""},
    Example{"Stra\xDF"
            "e joe@example.de",
            "email", "joe@example.de"},
    Example{"\xCF\xE4joe@example.cn", "email", "joe@example.cn"},
    Example{"\xAEjoe@example.com", "email", "joe@example.com"},
    Example{"a.long.name.of.a.list.that.has.just.the.sixty.four.signs.allowed@example.com", "email",
            "a.long.name.of.a.list.that.has.just.the.sixty.four.signs.allowed@example.com"},
    Example{"a.long.name.of.a.list.that.has.more.than.sixty.four.signs.so.none@example.com", "email", ""},
    Example{"<530D9CAC.5080901@example.com>", "email", ""},
    Example{"cafe2024.1234567@example.com", "email", "cafe2024.1234567@example.com"},
    Example{"joe@co.uk", "email", ""},
};

}  // namespace

extern const Scanner email_scanner;
const Scanner email_scanner{
    "email", "email: e-mail addresses, lower case, IDN as UTF-8", kinds, patterns, on_hit, examples, 4608, 1600};

}  // namespace weft::scan
