// GMime does what needs a library: RFC 2047 words, charsets, transfer encodings, address lists with their comments and
// groups, boundaries that do not keep the rules. Where a field begins is found here, since GMime does not say.
//
// GMime recurses over parts inside parts, and over groups inside groups of an address list, as deep as the text goes:
// 200,000 colons in a To field end the process. So such messages are looked for first, and not given to it.
#include "artefacts/mime.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <gmime/gmime.h>

#include "artefacts/canonical.h"
#include "artefacts/text.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t text_most = 2000;  // bytes of a message's text that go into its record
constexpr size_t body_most = 256 * KiB;
constexpr size_t nesting_most = 500;   // multipart boundaries and enclosed messages of one message
constexpr size_t groups_most = 2000;   // colons in one address field
constexpr size_t fields_most = 5000;   // in one head
constexpr size_t parts_most = 10'000;  // of one message

template <class T>
using Object = Handle<T, g_object_unref>;

void be_quiet(const char*, GLogLevelFlags, const char*, void*) {}

void start_gmime() {
  static const bool started = [] {
    g_log_set_default_handler(be_quiet, nullptr);  // libraries do not print
    g_mime_init();
    return true;
  }();
  (void)started;
}

std::string utf8(const char* text) {
  return text ? (is_utf8(text) ? text : printable(text)) : std::string();
}

void add_addresses(InternetAddressList* list, std::vector<Mailbox>& out, unsigned depth) {
  if (!list || depth == 0) return;
  for (int i = 0, n = internet_address_list_length(list); i < n; ++i) {
    InternetAddress* one = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_GROUP(one)) {
      add_addresses(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)), out, depth - 1);
    } else if (INTERNET_ADDRESS_IS_MAILBOX(one)) {
      Mailbox box{utf8(internet_address_get_name(one)),
                  utf8(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)))};
      if (!box.name.empty() || !box.address.empty()) out.push_back(std::move(box));
    }
  }
}

std::vector<std::string> ids_in(std::string_view text) {
  std::vector<std::string> out;
  for (size_t open = text.find('<'); open != std::string_view::npos; open = text.find('<', open + 1)) {
    const size_t close = text.find_first_of("<>", open + 1);
    if (close == std::string_view::npos) break;
    if (text[close] == '<') continue;  // no id holds one
    std::string id = message_id(text.substr(open, close - open + 1));
    if (!id.empty() && std::find(out.begin(), out.end(), id) == out.end()) out.push_back(std::move(id));
    if (out.size() >= 1000) break;
  }
  return out;
}

std::optional<Time> time_of(GDateTime* when) {
  if (!when) return std::nullopt;
  int64_t seconds = g_date_time_to_unix(when);
  if (seconds <= 0) return std::nullopt;  // 1970 and before: no mail, but what parsers of dates make of rubbish
  return from_seconds(seconds);
}

// What a part holds, with its transfer encoding undone.
std::vector<uint8_t> content_of(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (!content) return {};
  Object<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return bytes ? std::vector<uint8_t>(bytes->data, bytes->data + bytes->len) : std::vector<uint8_t>();
}

class Reader {
 public:
  explicit Reader(unsigned depth) : depth_most_(depth) {}

  Mail message(GMimeMessage* message, unsigned depth) {
    Mail mail;
    auto addresses = [&](GMimeAddressType type, std::vector<Mailbox>& to) {
      add_addresses(g_mime_message_get_addresses(message, type), to, 4);
    };
    addresses(GMIME_ADDRESS_TYPE_FROM, mail.from), addresses(GMIME_ADDRESS_TYPE_SENDER, mail.sender);
    addresses(GMIME_ADDRESS_TYPE_REPLY_TO, mail.reply_to), addresses(GMIME_ADDRESS_TYPE_TO, mail.to);
    addresses(GMIME_ADDRESS_TYPE_CC, mail.cc), addresses(GMIME_ADDRESS_TYPE_BCC, mail.bcc);
    mail.subject = utf8(g_mime_message_get_subject(message));
    mail.message_id = message_id(utf8(g_mime_message_get_message_id(message)));
    mail.in_reply_to = ids_in(utf8(g_mime_object_get_header(GMIME_OBJECT(message), "In-Reply-To")));
    mail.references = ids_in(utf8(g_mime_object_get_header(GMIME_OBJECT(message), "References")));
    mail.date = time_of(g_mime_message_get_date(message));
    if (GMimeObject* body = g_mime_message_get_mime_part(message)) part(body, mail, depth);
    return mail;
  }

 private:
  void part(GMimeObject* object, Mail& mail, unsigned depth) {
    if (depth >= depth_most_ || ++parts_ > parts_most) return;
    if (GMIME_IS_MULTIPART(object)) {
      for (int i = 0, n = g_mime_multipart_get_count(GMIME_MULTIPART(object)); i < n; ++i)
        if (GMimeObject* child = g_mime_multipart_get_part(GMIME_MULTIPART(object), i)) part(child, mail, depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      if (GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)))
        mail.enclosed.push_back(message(inner, depth + 1));
    } else if (GMIME_IS_PART(object)) {
      leaf(GMIME_PART(object), mail);
    }
  }

  void leaf(GMimePart* part, Mail& mail) {
    const char* name = g_mime_part_get_filename(part);
    bool attached = name || g_mime_part_is_attachment(part) || !GMIME_IS_TEXT_PART(part);
    if (attached) {
      std::vector<uint8_t> bytes = content_of(part);
      if (!bytes.empty() || name) mail.attachments.push_back({utf8(name), sha256_hex(bytes), bytes.size()});
      return;
    }
    GMimeContentType* type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    bool html = type && g_mime_content_type_is_type(type, "text", "html");
    if (!mail.text.empty() && (html || !text_is_html_)) return;  // plain text is preferred
    Handle<char, g_free> text(g_mime_text_part_get_text(GMIME_TEXT_PART(part)));
    if (!text) return;
    std::string_view all(text.get());
    mail.body = html ? text_of_html(all.substr(0, 64 * KiB)) : std::string(trim(all.substr(0, body_most)));
    if (mail.body.empty()) return;
    const std::string found = beginning(mail.body, 4 * text_most);
    mail.text = beginning(is_utf8(found) ? found : printable(found), text_most);
    text_is_html_ = html;
  }

  unsigned depth_most_;
  size_t parts_ = 0;
  bool text_is_html_ = false;
};

// How often the word stands in the text, in any case; first: its first sign, both ways.
size_t count_of(std::string_view text, std::string_view word, std::string_view first) {
  size_t count = 0;
  for (size_t at = text.find_first_of(first); at != std::string_view::npos; at = text.find_first_of(first, at + 1))
    count += text.size() - at >= word.size() && lower_ascii(text.substr(at, word.size())) == word;
  return count;
}

bool is_address_field(std::string_view name) {
  std::string low = lower_ascii(name);
  for (std::string_view end : {"to", "cc", "from", "sender"})
    if (low.ends_with(end)) return true;
  return false;
}

// Messages that would take GMime too deep. Heads of enclosed messages count too, so every line is looked at.
bool is_too_deep(std::string_view text) {
  if (count_of(text, "boundary", "bB") > nesting_most || count_of(text, "message/", "mM") > nesting_most) return true;
  size_t colons = 0;
  bool addresses = false;
  for (Line line : Lines(text)) {
    bool folded = line.text.starts_with(' ') || line.text.starts_with('\t');
    if (!folded)
      colons = 0, addresses = is_address_field(line.text.substr(0, std::min<size_t>(line.text.find(':'), 64)));
    if (!addresses) continue;
    colons += size_t(std::count(line.text.begin(), line.text.end(), ':'));
    if (colons > groups_most) return true;
  }
  return false;
}

bool is_field_sign(char c) {
  return uint8_t(c) > 32 && uint8_t(c) < 127 && c != ':';
}

}  // namespace

std::vector<Field> fields_of(std::string_view text) {
  std::vector<Field> out;
  for (Line line : Lines(text)) {
    if (line.text.empty()) break;
    if (line.text[0] == ' ' || line.text[0] == '\t') {
      if (out.empty()) break;
      Field& last = out.back();
      last.value = text.substr(last.value_begin, line.begin + line.text.size() - last.value_begin);
      continue;
    }
    size_t colon = 0;
    while (colon < line.text.size() && is_field_sign(line.text[colon])) ++colon;
    std::string_view name = line.text.substr(0, colon);
    while (colon < line.text.size() && (line.text[colon] == ' ' || line.text[colon] == '\t')) ++colon;
    if (name.empty() || colon == line.text.size() || line.text[colon] != ':') break;
    out.push_back({name, line.text.substr(colon + 1), line.begin, line.begin + colon + 1});
  }
  return out;
}

bool is_message_head(const std::vector<Field>& fields) {
  static constexpr std::array<std::string_view, 12> usual{"from",         "to",           "cc",       "date",
                                                          "subject",      "message-id",   "received", "return-path",
                                                          "delivered-to", "mime-version", "sender",   "reply-to"};
  unsigned found = 0;
  for (std::string_view name : usual)
    found += std::any_of(fields.begin(), fields.end(), [&](const Field& f) { return lower_ascii(f.name) == name; });
  return found >= 2;
}

std::optional<Mail> parse_mail(std::string_view text, unsigned depth) {
  start_gmime();
  if (is_too_deep(text) || fields_of(text).size() > fields_most) return std::nullopt;
  Object<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(text.data(), text.size()));
  Object<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MESSAGE);
  Object<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message) return std::nullopt;
  return Reader(depth).message(message.get(), 0);
}

// Appends what the text's first entity, or its '&', stands for; how many bytes that was.
static size_t add_entity(std::string& out, std::string_view text) {
  struct Entity {
    std::string_view name, sign;
  };
  static constexpr Entity entities[] = {
      {"&nbsp;", " "},   {"&amp;", "&"},    {"&lt;", "<"},     {"&gt;", ">"},     {"&quot;", "\""},  {"&apos;", "'"},
      {"&auml;", "ä"},   {"&ouml;", "ö"},   {"&uuml;", "ü"},   {"&Auml;", "Ä"},   {"&Ouml;", "Ö"},   {"&Uuml;", "Ü"},
      {"&szlig;", "ß"},  {"&eacute;", "é"}, {"&egrave;", "è"}, {"&agrave;", "à"}, {"&aacute;", "á"}, {"&iacute;", "í"},
      {"&oacute;", "ó"}, {"&uacute;", "ú"}, {"&ntilde;", "ñ"}, {"&ccedil;", "ç"}, {"&ecirc;", "ê"},  {"&ocirc;", "ô"},
      {"&aring;", "å"},  {"&oslash;", "ø"}, {"&ndash;", "–"},  {"&mdash;", "—"},  {"&lsquo;", "‘"},  {"&rsquo;", "’"},
      {"&ldquo;", "“"},  {"&rdquo;", "”"},  {"&bdquo;", "„"},  {"&hellip;", "…"}, {"&shy;", ""}};
  for (const Entity& one : entities)
    if (text.starts_with(one.name)) return out += one.sign, one.name.size();
  const bool hex = text.starts_with("&#x") || text.starts_with("&#X");
  const size_t end = text.find(';');
  uint32_t code = 0;
  if (text.starts_with("&#") && end != std::string_view::npos) {
    const char *first = text.data() + 2 + hex, *last = text.data() + end;
    const auto [stop, failed] = std::from_chars(first, last, code, hex ? 16 : 10);
    if (failed == std::errc() && stop == last && code > 0) return append_utf8(out, code), end + 1;
  }
  return out += '&', 1;
}

std::string text_of_html(std::string_view html) {
  std::string out;
  for (size_t at = 0; at < html.size();) {
    if (html[at] == '<') {
      std::string head = lower_ascii(html.substr(at, 7));
      std::string_view until = head == "<script" ? "</script" : head.starts_with("<style") ? "</style" : ">";
      size_t end = html.find(until, at);
      if (end == std::string_view::npos) break;
      at = until == ">" ? end + 1 : end;
      if (until != ">") at = std::min(html.find('>', end), html.size() - 1) + 1;
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (html[at] == '&') {
      at += add_entity(out, html.substr(at, 12));
    } else {
      bool blank = html[at] == ' ' || html[at] == '\n' || html[at] == '\r' || html[at] == '\t';
      if (!blank)
        out += html[at];
      else if (!out.empty() && out.back() != ' ')
        out += ' ';
      ++at;
    }
  }
  return std::string(trim(out));
}

}  // namespace weft::artefacts
