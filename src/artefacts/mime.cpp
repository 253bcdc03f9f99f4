// GMime does what needs a library: RFC 2047 words, charsets, transfer encodings, the addresses and parameters of
// fields. What a message consists of is found here (RFC 2046, 5.1), and GMime is shown one head or one leaf at a time.
// It recurses over parts inside parts and over groups inside groups of an address list as deep as the text goes, and
// keeps all heads in memory; and it does not say where in the text a part lies.
//
// Two things cost GMime the square of their size, and are kept from it: from each address it goes through all that
// follows, up to the next "@" or "<"; and from each encoded word through all that follows, up to its end.
#include "artefacts/mime.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <fmt/format.h>
#include <gmime/gmime.h>
#include <set>

#include "artefacts/canonical.h"
#include "artefacts/text.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t text_most = 2000;  // bytes of a message's text that go into its record
constexpr size_t body_most = 256 * KiB;
constexpr size_t fields_most = 5000;        // of one head
constexpr size_t field_most = 256 * KiB;    // of one field, or one piece of an address list
constexpr size_t list_most = 16 * MiB;      // of one list of addresses
constexpr size_t parts_most = 10'000;       // of one message, with those of the messages in it
constexpr size_t addresses_most = 100'000;  // of one message
constexpr size_t groups_most = 2000;        // colons in a piece of an address list

// How much of what costs GMime its square it may be shown at once: the bytes, times how often they are gone through.
constexpr size_t words_work = 1 * MiB;       // of encoded words
constexpr size_t addresses_work = 16 * KiB;  // of addresses, when more can be cut off at their end
constexpr size_t torn_work = 64 * KiB;       // of addresses, when there is no such end

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

// Whether GMime had better not see this text of a field. Only so many encoded words, since none of them may end.
bool is_too_much(std::string_view text) {
  size_t words = 0;
  for (size_t at = text.find("=?"); at != std::string_view::npos; at = text.find("=?", at + 2)) ++words;
  return text.size() > field_most || words * text.size() > words_work;
}

// With bytes beyond ASCII in encoded words written as "=FC": they stand there against RFC 2047, and GMime would take
// the whole word for plain text.
std::string with_encoded_bytes(std::string_view field) {
  std::string out;
  size_t copied = 0;
  for (size_t at = field.find("=?"); at != std::string_view::npos; at = field.find("=?", at + 2)) {
    const size_t mark = field.find_first_of("? \t\r\n", at + 2);
    if (mark == std::string_view::npos) break;
    const std::string_view encoding = field.substr(mark, 3);
    if (encoding != "?Q?" && encoding != "?q?") continue;
    out += field.substr(copied, mark + 3 - copied);
    for (at = mark + 3; at < field.size() && std::string_view("? \t\r\n").find(field[at]) == std::string_view::npos;
         ++at)
      out += uint8_t(field[at]) < 0x80 ? std::string(1, field[at]) : fmt::format("={:02X}", uint8_t(field[at]));
    copied = at;
    if (at >= field.size()) break;
  }
  return out += field.substr(copied);
}

// Gives each(piece, torn) for one piece of an address list after the other. A list is cut behind addresses with a
// domain; inside a group, the next piece begins a group without a name. Where no such address comes for too long, it is
// cut at any comma: that parts addresses without a domain, or tears a quoted text, a comment or angle brackets.
template <class Each>
void each_piece(std::string_view list, const Each& each) {
  bool quoted = false, escaped = false, angle = false, domain = false, group = false;
  size_t comments = 0, commas = 0, words = 0, begin = 0;
  std::string front;
  for (size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    const bool in_text = quoted || comments > 0;
    if (escaped)
      escaped = false;
    else if (in_text && c == '\\')
      escaped = true;
    else if (quoted)
      quoted = c != '"';
    else if (c == '(')
      ++comments;
    else if (comments > 0)
      comments -= c == ')';
    else if (c == '"')
      quoted = true;
    else if (c == '<' || c == '>')
      angle = c == '<';
    else if (c == '@')
      domain = true;
    else if (c == ';' || (c == ':' && !angle))
      group = c == ':';
    words += c == '=' && list.substr(i + 1).starts_with('?');
    if (c != ',') continue;
    ++commas;
    const bool inside = in_text || angle;
    const size_t work = (commas + words) * (i - begin);
    if (work >= (domain && !inside ? addresses_work : torn_work)) {
      each(front + std::string(list.substr(begin, i - begin)), inside);
      front = group ? ":" : "", begin = i + 1;
      quoted = escaped = angle = false, comments = commas = words = 0;
    }
    if (!inside) domain = false;
  }
  each(front + std::string(list.substr(begin)), false);
}

std::vector<std::string> ids_in(std::string_view text) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (size_t open = text.find('<'); open != std::string_view::npos; open = text.find('<', open + 1)) {
    const size_t close = text.find_first_of("<>", open + 1);
    if (close == std::string_view::npos) break;
    if (text[close] == '<') continue;  // no id holds one
    std::string id = message_id(text.substr(open, close - open + 1));
    if (!id.empty() && seen.insert(id).second) out.push_back(std::move(id));
    if (out.size() >= 1000) break;
  }
  return out;
}

// What stands in comments, and blanks for these (RFC 5322, 3.2.2).
std::string without_comments(std::string_view text) {
  std::string out;
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && depth > 0)
      ++i;
    else if (text[i] == '(')
      ++depth;
    else if (text[i] == ')' && depth > 0)
      --depth, out += ' ';
    else if (depth == 0)
      out += text[i];
  }
  return out;
}

// A zone whose distance from UTC is sure: "+0100", and the names that RFC 5322 (4.3) gives one.
bool is_sure_zone(std::string_view word) {
  if (word.size() == 5 && (word[0] == '+' || word[0] == '-'))
    return std::all_of(word.begin() + 1, word.end(), is_digit);
  static constexpr std::array<std::string_view, 12> names{"ut",  "utc", "gmt", "z",   "est", "edt",
                                                          "cst", "cdt", "mst", "mdt", "pst", "pdt"};
  return word.size() <= 3 && std::find(names.begin(), names.end(), lower_ascii(word)) != names.end();
}

bool is_time_of_day(std::string_view word) {
  return word.find(':') != std::string_view::npos && is_digit(word[0]);
}

// A date as GMime reads it rightly; empty when it has a time of day whose distance from UTC is not sure (no zone,
// "CEST", "PM"), which GMime takes for UTC. A leap second, which no clock of ours knows, is the one before.
std::string sure_date(std::string_view text) {
  std::string out;
  const std::string plain = without_comments(text);
  constexpr std::string_view blank = " \t\r\n";
  bool timed = false, sure = false;
  for (size_t begin = plain.find_first_not_of(blank); begin != std::string::npos;) {
    const size_t end = std::min(plain.find_first_of(blank, begin), plain.size());
    std::string word = plain.substr(begin, end - begin);
    begin = plain.find_first_not_of(blank, end);
    if (is_time_of_day(word)) {
      // "10:00:00+0100" is one word.
      if (const size_t zone = word.find_first_of("+-"); zone != std::string::npos)
        sure = is_sure_zone(std::string_view(word).substr(zone)), word.insert(zone, " ");
      if (word.substr(word.find(':')).find(":60") == 3) word.replace(word.find(':') + 4, 2, "59");
      timed = true;
    } else if (timed && !sure) {
      sure = is_sure_zone(word);
      // The year may stand between the two.
      if (!sure && !(word.size() == 4 && std::all_of(word.begin(), word.end(), is_digit))) return {};
    }
    if (!out.empty()) out += ' ';
    out += word;
  }
  return sure ? out : std::string();
}

std::optional<Time> date_in(const char* text) {
  const std::string date = text ? sure_date(text) : std::string();
  if (date.empty()) return std::nullopt;
  const Handle<GDateTime, g_date_time_unref> when(g_mime_utils_header_decode_date(date.c_str()));
  if (!when) return std::nullopt;
  int64_t seconds = g_date_time_to_unix(when.get());
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

bool is_folded(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

// The parts between lines of the boundary; what stands before the first and behind the last is none. Where a message
// has the boundary of its carrier, a last line of it is followed by further parts.
template <class Each>
void each_part(std::string_view body, std::string_view boundary, const Each& each) {
  constexpr size_t none = std::string_view::npos;
  size_t begin = none;
  for (Line line : Lines(body)) {
    std::string_view rest = line.text;
    if (!rest.starts_with("--") || !rest.substr(2).starts_with(boundary)) continue;
    rest.remove_prefix(2 + boundary.size());
    const bool last = rest.starts_with("--");
    if (!trim(rest.substr(last ? 2 : 0)).empty()) continue;
    if (begin != none) {
      std::string_view part = body.substr(begin, line.begin - begin);
      if (part.ends_with('\n')) part.remove_suffix(1);  // the end of the line belongs to the boundary
      if (part.ends_with('\r')) part.remove_suffix(1);
      each(part);
    }
    begin = last ? none : std::min(body.find('\n', line.begin), body.size() - 1) + 1;
  }
  if (begin != none) each(body.substr(begin));
}

// An entity (RFC 2045, 2.4): a message, or a part of one.
struct Entity {
  std::string_view head, body;
  Object<GMimeObject> object;  // of the head; nothing when GMime cannot read it
};

class Reader {
 public:
  Reader(std::string_view text, unsigned depth) : text_(text), depth_most_(depth) {}

  std::optional<Mail> message(std::string_view text, unsigned depth) {
    const Entity entity = entity_of(text);
    if (!entity.object) return std::nullopt;
    Mail mail;
    mail.head_begin = place(entity.head), mail.head_size = entity.head.size();
    fields(entity, mail);
    content(entity, mail, depth, false);
    return mail;
  }
  std::vector<MailProblem>& problems() { return problems_; }

 private:
  uint64_t place(std::string_view part) const { return uint64_t(part.data() - text_.data()); }

  // Once for each reason, where it came up first: a message may have many thousand parts.
  void left_off(std::string_view where, std::string_view what) {
    const auto same = [&](const MailProblem& one) { return one.what == what; };
    if (std::none_of(problems_.begin(), problems_.end(), same)) problems_.push_back({place(where), std::string(what)});
  }

  Entity entity_of(std::string_view text) {
    // Some programs leave lines of their own in front of a head.
    size_t begin = text.size(), end = text.size();
    for (Line line : Lines(text)) {
      const bool is_over = line.text.empty();
      if (begin == text.size() && (is_over || !field_name(line.text).empty())) begin = line.begin;
      if (is_over) end = std::min(text.find('\n', line.begin), text.size() - 1) + 1;
      if (is_over) break;
    }
    Entity out{text.substr(begin, end - begin), text.substr(end), {}};
    if (out.head.empty()) return out;
    const std::string head = bearable(out.head);
    Object<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(head.data(), head.size()));
    Object<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    out.object = Object<GMimeObject>(g_mime_parser_construct_part(parser.get(), nullptr));
    return out;
  }

  // The head without what would cost GMime much more than its size. Lists of addresses are seen to later.
  std::string bearable(std::string_view head) {
    std::string out;
    size_t fields = 0, begin = 0;
    const auto add = [&](std::string_view field) {
      if (++fields > fields_most)
        left_off(field, "a head with more than 5,000 fields: the further ones are left off");
      else if (boxes_of(field_name(field)) ? field.size() > list_most : is_too_much(field))
        left_off(field, "a field too large, or of too many encoded words: left off");
      else
        out += with_encoded_bytes(field);
    };
    for (Line line : Lines(head)) {
      if (line.begin == begin || is_folded(line.text)) continue;
      add(head.substr(begin, line.begin - begin));
      begin = line.begin;
    }
    add(head.substr(begin));
    return out;
  }

  using Boxes = std::vector<Mailbox> Mail::*;
  static Boxes boxes_of(std::string_view field) {
    struct Named {
      std::string_view name;
      Boxes boxes;
    };
    static constexpr Named all[] = {{"from", &Mail::from}, {"sender", &Mail::sender}, {"reply-to", &Mail::reply_to},
                                    {"to", &Mail::to},     {"cc", &Mail::cc},         {"bcc", &Mail::bcc}};
    if (field.size() > 8) return nullptr;
    const std::string name = lower_ascii(field);
    for (const Named& one : all)
      if (name == one.name) return one.boxes;
    return nullptr;
  }

  // Of fields that stand more than once, all addresses count, the last subject, date and id, and the first references.
  void fields(const Entity& entity, Mail& mail) {
    GMimeHeaderList* list = g_mime_object_get_header_list(entity.object.get());
    for (int i = 0, n = g_mime_header_list_get_count(list); i < n; ++i) {
      GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
      const std::string name = lower_ascii(g_mime_header_get_name(header));
      if (const Boxes boxes = boxes_of(name)) {
        if (const char* raw = g_mime_header_get_raw_value(header)) addresses(raw, entity, mail.*boxes);
      } else if (name == "subject") {
        mail.subject = utf8(g_mime_header_get_value(header));
      } else if (name == "message-id") {
        const char* value = g_mime_header_get_value(header);
        Handle<char, g_free> id(value ? g_mime_utils_decode_message_id(value) : nullptr);
        mail.message_id = message_id(utf8(id.get()));
      } else if (name == "date") {
        mail.date = date_in(g_mime_header_get_value(header));
      }
    }
    mail.in_reply_to = ids_in(utf8(g_mime_object_get_header(entity.object.get(), "In-Reply-To")));
    mail.references = ids_in(utf8(g_mime_object_get_header(entity.object.get(), "References")));
  }

  void addresses(std::string_view list, const Entity& entity, std::vector<Mailbox>& out) {
    each_piece(list, [&](const std::string& piece, bool torn) {
      if (torn) left_off(entity.head, "a list of addresses with a text that does not end: cut at a comma in it");
      if (is_too_much(piece))
        return left_off(entity.head, "an address too large, or of too many encoded words: left off");
      if (size_t(std::count(piece.begin(), piece.end(), ':')) > groups_most)
        return left_off(entity.head, "a list of addresses with groups too deep in groups: left off");
      if (addresses_ >= addresses_most)
        return left_off(entity.head, "a message with more than 100,000 addresses: further ones are left off");
      Object<InternetAddressList> parsed(internet_address_list_parse(nullptr, piece.c_str()));
      const size_t before = out.size();
      add_addresses(parsed.get(), out, 4);
      addresses_ += out.size() - before;
    });
  }

  void content(const Entity& entity, Mail& mail, unsigned depth, bool is_in_digest) {
    if (depth >= depth_most_) return left_off(entity.head, "parts too deep in each other: left off");
    GMimeObject* object = entity.object.get();
    GMimeContentType* type = g_mime_object_get_content_type(object);
    if (GMIME_IS_MULTIPART(object)) {
      const char* boundary = g_mime_object_get_content_type_parameter(object, "boundary");
      if (!boundary) return;
      const bool is_digest = type && g_mime_content_type_is_type(type, "multipart", "digest");
      each_part(entity.body, boundary, [&](std::string_view text) { part(text, mail, depth + 1, is_digest); });
    } else if (GMIME_IS_MESSAGE_PART(object) || (is_in_digest && !g_mime_object_get_header(object, "Content-Type"))) {
      if (entity.body.empty()) return;
      if (std::optional<Mail> inner = message(entity.body, depth + 1))
        mail.enclosed.push_back(std::move(*inner));
      else
        left_off(entity.body, "an enclosed message that cannot be taken apart");
    } else if (GMIME_IS_PART(object)) {
      leaf(GMIME_PART(object), entity.body, mail);
    }
  }

  void part(std::string_view text, Mail& mail, unsigned depth, bool is_in_digest) {
    if (++parts_ > parts_most)
      return left_off(text, "a message with more than 10,000 parts: the further ones are left off");
    const Entity entity = entity_of(text);
    if (entity.object) content(entity, mail, depth, is_in_digest);
  }

  void leaf(GMimePart* part, std::string_view body, Mail& mail) {
    Object<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(body.data(), body.size()));
    Object<GMimeDataWrapper> content(
        g_mime_data_wrapper_new_with_stream(stream.get(), g_mime_part_get_content_encoding(part)));
    g_mime_part_set_content(part, content.get());
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

  const std::string_view text_;
  const unsigned depth_most_;
  size_t parts_ = 0, addresses_ = 0;
  bool text_is_html_ = false;
  std::vector<MailProblem> problems_;
};

bool is_field_sign(char c) {
  return uint8_t(c) > 32 && uint8_t(c) < 127 && c != ':';
}

}  // namespace

std::string_view field_name(std::string_view line) {
  size_t end = 0;
  while (end < line.size() && is_field_sign(line[end])) ++end;
  size_t colon = end;
  while (colon < line.size() && (line[colon] == ' ' || line[colon] == '\t')) ++colon;
  return colon < line.size() && line[colon] == ':' ? line.substr(0, end) : std::string_view();
}

std::vector<Field> fields_of(std::string_view text) {
  std::vector<Field> out;
  for (Line line : Lines(text)) {
    if (line.text.empty()) break;
    if (is_folded(line.text)) {
      if (out.empty()) break;
      Field& last = out.back();
      last.value = text.substr(last.value_begin, line.begin + line.text.size() - last.value_begin);
      continue;
    }
    const std::string_view name = field_name(line.text);
    if (name.empty() || out.size() == fields_most) break;
    const size_t value = line.text.find(':') + 1;
    out.push_back({name, line.text.substr(value), line.begin, line.begin + value});
  }
  return out;
}

std::optional<size_t> usual_field(std::string_view name) {
  static constexpr std::array<std::string_view, usual_fields> usual{
      "from",     "to",          "cc",           "date",         "subject", "message-id",
      "received", "return-path", "delivered-to", "mime-version", "sender",  "reply-to"};
  if (name.size() > 12) return std::nullopt;
  const auto found = std::find(usual.begin(), usual.end(), lower_ascii(name));
  if (found == usual.end()) return std::nullopt;
  return size_t(found - usual.begin());
}

bool is_message_head(const std::vector<Field>& fields) {
  std::bitset<usual_fields> found;
  for (const Field& field : fields)
    if (const auto which = usual_field(field.name)) found.set(*which);
  return found.count() >= 2;
}

std::optional<Mail> parse_mail(std::string_view text, unsigned depth) {
  start_gmime();
  Reader reader(text, depth);
  std::optional<Mail> mail = reader.message(text, 0);
  if (mail) mail->problems = std::move(reader.problems());
  return mail;
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
