// Address books as vCards: RFC 6350 (4.0), RFC 2426 (3.0), and vCard 2.1 of the Versit consortium, which telephones
// still write, with quoted-printable text.
#include <array>

#include "artefacts/canonical.h"
#include "artefacts/content_lines.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t uid_most = 200;

// "smith;john;;dr;" -> "john smith": the name in parts, for cards without the name in one.
std::string name_of_parts(std::string_view value) {
  std::vector<std::string> parts = parts_of(value);
  parts.resize(3);
  std::string out;
  for (const std::string& part : {parts[1], parts[2], parts[0]})
    if (!part.empty()) out += (out.empty() ? "" : " ") + part;
  return out;
}

class Cards {
 public:
  explicit Cards(Rows& rows) : rows_(rows) {}

  void property(const Property& it) {
    if (it.name == "BEGIN") {
      open_ = lower_ascii(trim(it.value)) == "vcard";
      row_ = {}, begin_ = it.begin, selectors_.clear();
    }
    if (!open_) return;
    if (it.name == "END") return close();
    std::string value = unescaped(it.value);
    if (value.empty()) return;
    if (it.name == "FN") row_.name = value;
    if (it.name == "N" && row_.name.empty()) row_.name = name_of_parts(it.value);
    if (it.name == "ORG" && row_.organisation.empty())
      for (const std::string& part : parts_of(it.value))
        if (!part.empty()) row_.organisation += (row_.organisation.empty() ? "" : ", ") + part;
    if (it.name == "EMAIL") add_line(row_.emails, value), note(it, "email", email(value));
    if (it.name == "TEL") tel(it, value);
    if (it.name == "IMPP" || it.name == "X-JABBER" || it.name == "X-SKYPE" || it.name == "X-ICQ" ||
        it.name == "X-AIM" || it.name == "X-SKYPE-USERNAME")
      add_line(row_.accounts, it.name == "IMPP" ? value : lower_ascii(it.name.substr(2)) + ":" + value);
    if (it.name == "UID") {
      if (value.size() > uid_most) rows_.cut({it.begin}, "an entry's own id gives its first 200 bytes as a selector");
      row_.uid = value, note(it, "contact_uid", std::string(without_urn(value).substr(0, uid_most)));
    }
  }

 private:
  // 4.0 writes "tel:+49-30-901820;ext=5".
  void tel(const Property& it, std::string_view value) {
    if (lower_ascii(value.substr(0, 4)) == "tel:") value = value.substr(4, value.find(';') - 4);
    add_line(row_.phones, value);
    note(it, "phone", phone(value));
  }
  void note(const Property& it, std::string_view kind, std::string value) {
    if (!value.empty()) selectors_.push_back({it.begin, kind, std::move(value)});
  }
  void close() {
    open_ = false;
    if (row_.name.empty() && selectors_.empty() && row_.phones.empty()) return;
    for (Selector& one : selectors_) rows_.selector({one.begin}, one.kind, std::move(one.value), "contact", row_.name);
    rows_.record({begin_}, std::move(row_));
  }

  // Kept until the card ends: the name that goes with them may come last.
  struct Selector {
    uint64_t begin;
    std::string_view kind;
    std::string value;
  };
  Rows& rows_;
  bool open_ = false;
  uint64_t begin_ = 0;
  ContactRow row_;
  std::vector<Selector> selectors_;
};

void parse(const File& file, Rows& rows) {
  Cards cards(rows);
  each_property(file.text(), [&](const Property& property) { cards.property(property); });
}

constexpr std::array<std::string_view, 2> paths{"*.vcf", "*.vcard"};
constexpr std::array<std::string_view, 3> types{"text/vcard", "text/x-vcard", "text/directory"};
constexpr std::array<std::string_view, 2> magics{"BEGIN:VCARD", "begin:vcard"};
constexpr std::array<std::string_view, 3> kinds{"contact_uid", "email", "phone"};

constexpr std::string_view card =
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Quill;Mara;;;\r\nitem1.EMAIL;type=INTERNET:Mara@Kestrel-\r\n Brook.net\r\n"
    "TEL;TYPE=CELL:+49 (0)151 2345-6789\r\nUID:7f3c-11\r\nEND:VCARD\r\n";
constexpr std::array samples{
    Sample{"mara.vcf", card, "email", "mara@kestrel-brook.net", "contact"},
    Sample{"mara.vcf", card, "phone", "+4915123456789", "contact"},
    Sample{"mara.vcf", card, "contact_uid", "7f3c-11", "contact"},
    Sample{"uid.vcf", "BEGIN:VCARD\nVERSION:4.0\nFN:Q\nUID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1\nEND:VCARD\n",
           "contact_uid", "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1", "contact"},
    Sample{"old.vcf",
           "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=A4ra=\n=20Q\n"
           "EMAIL:m@b-c.de\nEND:VCARD\n",
           "email", "m@b-c.de", "contact"},
    Sample{"new.vcf", "BEGIN:VCARD\nVERSION:4.0\nTEL;VALUE=uri:tel:+1-555-321-7788;ext=4\nEND:VCARD\n", "phone",
           "+15553217788", "contact"},
    Sample{"cut.vcf", "BEGIN:VCARD\nEMAIL:m@b-c.de\n", "", "", ""},
};
constexpr std::array<std::string_view, 1> real{"documents/john_jakes.vcf"};

}  // namespace

extern const Parser vcard_parser;
const Parser vcard_parser{
    "vcard",
    "contact: vCards, one or many in a file",
    "RFC 6350, RFC 2426, vCard 2.1",
    paths,
    types,
    magics,
    parse,
    kinds,
    samples,
    real,
};

}  // namespace weft::artefacts
