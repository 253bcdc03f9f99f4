// Mail as files hold it: one message a file (eml, maildir, Apple's emlx), or many in one (mbox). RFC 5322 for the
// message, RFC 4155 for mbox, https://cr.yp.to/proto/maildir.html for maildir.
//
// mbox. A message begins with a line "From …". Programs disagree on what else that line holds (Thunderbird writes
// "From - " and a date, Netscape nothing more), on whether a blank line stands before it, and on how such lines in
// texts are quoted. So a separator is a line "From …" with the head of a message behind it, whatever stands before; a
// text that quotes a whole message with its separator is then taken for one, and nothing is lost.
//
// emlx: a first line with the number of bytes, the message, and a property list, which is left alone.
//
// Offsets are those of the fields. A message inside another has the offset of its own Message-ID, otherwise of its
// head.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "artefacts/canonical.h"
#include "artefacts/mime.h"
#include "artefacts/parser.h"
#include "artefacts/signature.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t looks_most = 256;           // at each byte of a head, for where its values stand
constexpr size_t field_look = 16;            // a look at a field without any
constexpr uint64_t least_attachment = 1024;  // smaller ones are signs and signatures, which tie nobody to anybody

// A letter without what it quotes and without the sender's signature: what somebody wrote for this one.
std::string own_words(std::string_view body) {
  std::string out;
  for (Line line : Lines(body)) {
    if (line.text == "-- " || line.text.starts_with("-----Original Message")) break;
    if (line.text.starts_with('>')) continue;
    out += line.text;
    out += '\n';
  }
  return out;
}

// One message's stretch of the file.
struct Stretch {
  std::string_view text;
  uint64_t begin = 0;
};

class Writer {
 public:
  Writer(const Stretch& stretch, std::string folder, Rows& rows)
      : stretch_(stretch), folder_(std::move(folder)), rows_(rows), fields_(fields_of(stretch.text)) {
    effort_ = std::min<size_t>(16 * MiB, looks_most * (body_begin() - stretch_.begin));
  }

  bool is_mail() const { return is_message_head(fields_); }

  void message(const Mail& mail, bool outermost, uint64_t begin) {
    outermost_ = outermost, begin_ = begin;
    MessageRow row;
    row.service = "mail", row.time = mail.date, row.subject = mail.subject, row.message_id = mail.message_id;
    row.folder = folder_, row.text = mail.text;
    if (!mail.in_reply_to.empty()) row.in_reply_to = mail.in_reply_to.front();
    row.thread = !mail.references.empty()   ? mail.references.front()
                 : !row.in_reply_to.empty() ? row.in_reply_to
                                            : mail.message_id;
    for (const Mailbox& one : mail.from.empty() ? mail.sender : mail.from) add_line(row.sender, shown(one));
    for (const auto* list : {&mail.to, &mail.cc, &mail.bcc})
      for (const Mailbox& one : *list) add_line(row.recipients, shown(one));
    for (const Attachment& one : mail.attachments) add_line(row.attachments, one.sha256 + " " + one.name);
    rows_.record({begin}, std::move(row));

    parties(mail.from, "from", "from"), parties(mail.sender, "sender", "sender");
    parties(mail.reply_to, "reply-to", "reply_to"), parties(mail.to, "to", "to"), parties(mail.cc, "cc", "cc");
    parties(mail.bcc, "bcc", "bcc");
    ids({mail.message_id}, "message-id", "message");
    ids(mail.references, "references", "reference");
    const std::set<std::string_view> known(mail.references.begin(), mail.references.end());
    std::vector<std::string> others = mail.in_reply_to;
    std::erase_if(others, [&](const std::string& one) { return known.contains(one); });
    ids(others, "in-reply-to", "reference");
    for (const Attachment& one : mail.attachments)
      if (one.size >= least_attachment) rows_.selector({begin}, "file_sha256", one.sha256, "attachment", one.name);
    if (!outermost || !is_mailing())
      add_text(rows_, {outermost ? body_begin() : begin}, own_words(mail.body), "message");
    for (const Mail& inner : mail.enclosed) message(inner, false, begin_of(inner));
  }

 private:
  static std::string shown(const Mailbox& box) {
    if (box.name.empty() || box.name == box.address) return box.address;
    return box.address.empty() ? box.name : box.name + " <" + box.address + ">";
  }

  void parties(const std::vector<Mailbox>& boxes, std::string_view field, std::string_view role) {
    Search search = search_in(field);
    for (const Mailbox& box : boxes) {
      std::string value = email(box.address);
      if (!value.empty()) rows_.selector({place(search, box.address)}, "email", value, role, box.name);
    }
  }
  void ids(const std::vector<std::string>& values, std::string_view field, std::string_view role) {
    Search search = search_in(field);
    for (const std::string& value : values) {
      search.field = search.from = 0;
      if (!value.empty()) rows_.selector({place(search, value.substr(0, value.rfind('@')))}, "message_id", value, role);
    }
  }

  // Addresses come in the order in which they stand in their fields: each is looked for behind the one before.
  struct Search {
    std::vector<const Field*> fields;
    size_t field = 0, from = 0;
  };
  // Inner messages' heads are not taken apart a second time: their values are where they begin.
  Search search_in(std::string_view name) const {
    Search out;
    for (const Field& one : fields_)
      if (outermost_ && lower_ascii(one.name) == name) out.fields.push_back(&one);
    return out;
  }
  // Where the text stands in its field, or the field where it is encoded there.
  uint64_t place(Search& search, std::string_view text) {
    for (size_t i = search.field; i < search.fields.size() && effort_ > 0; ++i) {
      const Field& field = *search.fields[i];
      size_t from = i == search.field ? search.from : 0, at = field.value.find(text, from);
      effort_ -= std::min<size_t>(effort_, std::min(at, field.value.size()) - from + field_look);
      if (text.empty() || at == std::string_view::npos) continue;
      search.field = i, search.from = at;
      return stretch_.begin + field.value_begin + at;
    }
    return search.fields.empty() ? begin_ : stretch_.begin + search.fields.front()->begin;
  }

  // Written to many (RFC 2369, 2919, 3834): what such a letter is like says nothing of who got it.
  bool is_mailing() const {
    return std::any_of(fields_.begin(), fields_.end(), [](const Field& field) {
      const std::string name = lower_ascii(field.name), value = lower_ascii(trim(field.value));
      return name == "list-id" || name == "list-unsubscribe" || (name == "auto-submitted" && value != "no") ||
             (name == "precedence" && (value == "bulk" || value == "list" || value == "junk"));
    });
  }
  // Where the head is over.
  uint64_t body_begin() const {
    const std::string_view text = stretch_.text;
    size_t at = fields_.empty() ? 0 : fields_.back().value_begin + fields_.back().value.size();
    while (at < text.size() && (text[at] == '\r' || text[at] == '\n')) ++at;
    return stretch_.begin + at;
  }
  uint64_t begin_of(const Mail& inner) const {
    const std::string_view head = stretch_.text.substr(inner.head_begin, inner.head_size);
    const size_t at = inner.message_id.empty()
                          ? std::string_view::npos
                          : head.find("<" + inner.message_id.substr(0, inner.message_id.rfind('@')));
    const size_t line = at == std::string_view::npos ? 0 : head.rfind('\n', at) + 1;  // npos + 1 is 0
    return stretch_.begin + inner.head_begin + line;
  }

  const Stretch& stretch_;
  const std::string folder_;
  Rows& rows_;
  const std::vector<Field> fields_;
  bool outermost_ = true;
  uint64_t begin_ = 0;
  size_t effort_ = 0;  // bytes that may still be looked at for places, so that no head costs minutes
};

// Where heads of messages begin. The lines of a text are gone through once, as long as they are asked for from the
// front to the back: of a run of fields it is kept where each of the usual ones stands last.
class Heads {
 public:
  explicit Heads(std::string_view text) : text_(text) {}

  // Whether one begins at this line.
  bool begins(size_t at) {
    if (at >= end_) read(at);
    if (at >= end_ || text_[at] == ' ' || text_[at] == '\t') return false;
    return std::count_if(last_.begin(), last_.end(), [&](size_t end) { return end > at; }) >= 2;
  }

 private:
  void read(size_t begin) {
    last_.fill(0);
    end_ = text_.size();
    for (Line line : Lines(text_.substr(begin))) {
      const bool folded = line.begin > 0 && (line.text.starts_with(' ') || line.text.starts_with('\t'));
      const std::string_view name = field_name(line.text);
      if (name.empty() && !folded) {
        end_ = begin + line.begin;
        break;
      }
      if (const auto which = folded ? std::nullopt : usual_field(name)) last_[*which] = begin + line.begin + 1;
    }
  }

  std::string_view text_;
  size_t end_ = 0;                           // of the run of fields that was read last
  std::array<size_t, usual_fields> last_{};  // behind the first byte of the field
};

// Whether the "From " at the beginning of this line has the head of a message behind it.
bool is_separator(std::string_view text, size_t at, Heads& heads) {
  size_t next = text.find('\n', at);
  // Some programs keep ">From " lines of former carriers in front of the head.
  while (next != std::string_view::npos && text.compare(next + 1, 6, ">From ") == 0) next = text.find('\n', next + 1);
  return next != std::string_view::npos && heads.begins(next + 1);
}

std::vector<Stretch> split(std::string_view text) {
  Heads heads(text);
  std::vector<size_t> begins;
  if (text.starts_with("From ") && is_separator(text, 0, heads)) begins.push_back(0);
  if (begins.empty()) return {{text, 0}};
  for (size_t at = text.find("\nFrom "); at != std::string_view::npos; at = text.find("\nFrom ", at + 1))
    if (is_separator(text, at + 1, heads)) begins.push_back(at + 1);
  std::vector<Stretch> out;
  for (size_t i = 0; i < begins.size(); ++i) {
    size_t end = i + 1 < begins.size() ? begins[i + 1] : text.size();
    size_t head = begins[i];
    while (head < end && (text.compare(head, 5, "From ") == 0 || text.compare(head, 6, ">From ") == 0))
      head = std::min(text.find('\n', head), end - 1) + 1;
    out.push_back({text.substr(head, end - head), head});
  }
  return out;
}

// The message inside an emlx file; the whole when it is none.
Stretch without_count(std::string_view text) {
  size_t length = 0, line = text.find('\n');
  if (line == std::string_view::npos || line > 12) return {text, 0};
  auto [end, failed] = std::from_chars(text.data(), text.data() + line, length);
  if (failed != std::errc() || length == 0 || !trim(std::string_view(end, size_t(text.data() + line - end))).empty())
    return {text, 0};
  return {text.substr(line + 1, length), line + 1};
}

// The mailbox: the folder around cur and new, an mbox file itself, or the folder that eml files lie in.
std::string folder_of(const File& file, bool many) {
  if (many) return std::string(file.path);
  std::string_view folder = file.folder();
  for (std::string_view inner : {"/cur", "/new", "/tmp"})
    if (folder.ends_with(inner)) return std::string(folder.substr(0, folder.size() - inner.size()));
  return std::string(folder);
}

void parse(const File& file, Rows& rows) {
  std::vector<Stretch> stretches = split(file.text());
  if (stretches.size() == 1 && lower_ascii(file.name()).ends_with("emlx")) stretches[0] = without_count(file.text());
  bool many = stretches.size() > 1 || file.text().starts_with("From ");
  std::string folder = folder_of(file, many);
  for (const Stretch& stretch : stretches) {
    Writer writer(stretch, folder, rows);
    if (!writer.is_mail()) continue;
    const std::optional<Mail> mail = parse_mail(stretch.text);
    if (!mail) {
      rows.problem({stretch.begin}, "a message that cannot be taken apart");
      continue;
    }
    writer.message(*mail, true, stretch.begin);
    for (const MailProblem& one : mail->problems) rows.problem({stretch.begin + one.offset}, one.what);
  }
}

constexpr std::array<std::string_view, 9> paths{"*.eml", "*.emlx", "*.mbox", "*.mbx",     "*.mht",
                                                "cur/*", "new/*",  "mbox",   "var/mail/*"};
constexpr std::array<std::string_view, 3> types{"message/rfc822", "application/mbox", "message/news"};
constexpr std::array<std::string_view, 3> magics{"From ", "Return-Path: ", "Received: "};
constexpr std::array<std::string_view, 4> kinds{"document_text", "email", "message_id", "file_sha256"};

constexpr std::string_view simple =
    "From: =?utf-8?q?M=C3=A4ra?= <Mara.Q@Kestrel-Brook.net>\r\nTo: Team: a@b-c.de, \"Lena\" <l@b-c.de>;\r\n"
    "Cc: <ivo@hafen.example.org>\r\nSubject: Q\r\nMessage-ID: <Abc.1@Host.NET>\r\nIn-Reply-To: <r2@host.net>\r\n"
    "References: <r1@host.net>\r\n <r2@host.net>\r\nDate: Mon, 20 Jul 2015 00:01:07 -0700\r\n\r\nText.\r\n";
constexpr std::string_view two =
    "From - Sat Jan  1 00:00:00 2011\nFrom: a@b-c.de\nSubject: one\n\nFrom here on\n\nFrom me.\n\n"
    "From x Sat Jan  1 00:00:00 2011\nFrom: d@e-f.de\nSubject: two\n\nEnd\n";
constexpr std::array samples{
    Sample{"x.eml", simple, "email", "mara.q@kestrel-brook.net", "from"},
    Sample{"x.eml", simple, "email", "l@b-c.de", "to"},
    Sample{"x.eml", simple, "email", "ivo@hafen.example.org", "cc"},
    Sample{"Maildir/cur/1:2,S", simple, "message_id", "Abc.1@host.net", "message"},
    Sample{"x.eml", simple, "message_id", "r1@host.net", "reference"},
    Sample{"x.eml", simple, "message_id", "r2@host.net", "reference"},
    Sample{"Inbox", two, "email", "a@b-c.de", "from"},
    Sample{"Inbox", two, "email", "d@e-f.de", "from"},
    Sample{"1.emlx", "44\nFrom: a@b-c.de\nSubject: one\n\nbody\nbody\nbody\n<?xml version=\"1.0\"?>", "email",
           "a@b-c.de", "from"},
    Sample{"new/notes", "Dear diary,\nSubject: none\nTo: nobody\n", "", "", ""},
    Sample{"cur/settings", "From: a@b-c.de\nkind: x\n", "", "", ""},
};
constexpr std::array<std::string_view, 12> real{"mail/eml/attachment_message_rfc822.eml",
                                                "mail/eml/attachment_pdf.eml",
                                                "mail/eml/encoding_madness.eml",
                                                "mail/eml/m0011.eml",
                                                "mail/eml/m0014.eml",
                                                "mail/eml/m1003.eml",
                                                "mail/eml/m1010.eml",
                                                "mail/eml/m2004.eml",
                                                "mail/eml/m2010.eml",
                                                "mail/eml/m3001.eml",
                                                "mail/mbox/content-length.mbox.txt",
                                                "mail/mbox/testMBOX_complex.mbox"};

}  // namespace

extern const Parser mail_parser;
const Parser mail_parser{
    "mail",
    "message: mails in mbox, maildir, eml and emlx files, messages inside messages too; attachments by their hash; "
    "what the letters say",
    "RFC 5322, RFC 2045-2049, RFC 4155; maildir; emlx as Apple Mail 2 and later writes it",
    paths,
    types,
    magics,
    parse,
    kinds,
    samples,
    real,
};

}  // namespace weft::artefacts
