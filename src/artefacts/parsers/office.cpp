// Documents that are zip archives of XML: Office Open XML (ECMA-376, parts 1 and 2; [MS-DOCX] for the ids of Word 2010
// and later) and OpenDocument (OASIS ODF 1.2, part 1, chapter 4, and part 3).
//
// What ties copies and descendants of a document together:
//   rsid      Word draws a random 32-bit number for each editing session and keeps those of all sessions in
//             word/settings.xml; rsidRoot is that of the first one. They travel with every copy and "save as", so two
//             documents that share some have one ancestor (a common template too is an ancestor).
//   docId     drawn once when the document is first saved by Word 2013 or later (w15:docId), or by 2010 (w14:docId).
//   pictures  a letterhead or background lies whole in every document made from it; its SHA-256 ties them.
// Authors stand in the core properties, and of comments and changes in the text itself; people.xml gives the account
// behind a name. The text itself (of docx and odt) gives its signatures, by which versions of it are found.
#include <algorithm>
#include <array>
#include <pugixml.hpp>
#include <set>

#include "artefacts/canonical.h"
#include "artefacts/parser.h"
#include "artefacts/signature.h"
#include "artefacts/text.h"
#include "artefacts/time.h"
#include "artefacts/zip.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t parts_most = 100'000, part_name_most = 1024;
constexpr size_t part_most = 16 * MiB;  // of one part, unpacked
// Of all parts, packed and unpacked: many parts may share one piece of the file. Drawings shrink to a hundredth of
// their size. To parse XML costs several times what it costs to unpack.
constexpr uint64_t unpacked_free = 256 * MiB, unpacked_a_byte = 16, xml_weighs = 4;
constexpr size_t media_least = 1024, media_most = 200;  // bytes of one; of a document
constexpr size_t searched_most = 64 * MiB;              // of all parts
constexpr size_t rsids_most = 64, authors_most = 200, name_most = 300;

// One XML part of the document, and where things stand in it.
struct Part {
  ZipMember member;
  std::string text;
};

class Document {
 public:
  Document(const File& file, Rows& rows)
      : file_(file), rows_(rows), unpacked_left_(unpacked_free + unpacked_a_byte * file.content.size()) {}

  void read() {
    const std::vector<ZipMember> members = zip_members(file_.content, parts_most);
    if (members.size() == parts_most)
      rows_.cut(members.back().at(0), "the first 100,000 parts of a document are looked at");
    for (const ZipMember& member : members) {
      if (member.name.size() > part_name_most) {
        rows_.cut({member.header}, "a part whose name has more than 1024 bytes is left out");
        continue;
      }
      std::string name = lower_ascii(member.name);
      auto part = [&] { return unpacked(member, xml_weighs); };
      if (name == "docprops/core.xml")
        core(part());
      else if (name == "docprops/app.xml")
        app(part());
      else if (name == "meta.xml")
        meta(part());
      else if (name == "word/settings.xml")
        settings(part());
      else if (name == "word/document.xml")
        word_text(part());
      else if (name == "content.xml")
        open_text(part());
      else if (name == "word/comments.xml" || name == "word/people.xml" || name == "xl/persons/person.xml" ||
               name == "ppt/commentauthors.xml" || name == "ppt/authors.xml")
        people(part());
      else if (name.find("/media/") != std::string::npos || name.starts_with("pictures/"))
        embedded(unpacked(member, 1));
    }
    if (!is_document_) return;
    rows_.record(place_.value_or(At{}), std::move(row_));
  }

 private:
  Part unpacked(const ZipMember& member, uint64_t weight) {
    const size_t most = size_t(std::min<uint64_t>(part_most, unpacked_left_ / weight));
    uint64_t cost = 0;
    Part out{member, zip_content(file_.content, member, most, &cost)};
    cost += out.text.size() * weight;
    unpacked_left_ -= std::min(cost, unpacked_left_);
    if (out.text.size() == part_most) rows_.cut(member.at(0), "a part gives its first 16 MiB");
    if (out.text.size() == most && most < part_most)
      rows_.cut(member.at(0), "a part is left off, or its end: the document unpacks to more than one of its size may");
    return out;
  }

  // Where a value stands in its part, which is looked for as far as a document has reason to: beyond that, where the
  // part begins.
  At place_of(const Part& part, std::string_view value) {
    if (value.empty() || searched_ > searched_most) return part.member.at(0);
    const size_t offset = part.text.find(value);
    searched_ += std::min(offset, part.text.size());
    return part.member.at(offset == std::string::npos ? 0 : offset);
  }

  // Calls found(name without its prefix, text, node) for every element of the part.
  template <class FoundElement>
  bool each_element(const Part& part, FoundElement found) {
    pugi::xml_document xml;
    auto result = xml.load_buffer(part.text.data(), part.text.size());
    if (!result && part.text.empty()) return false;
    struct Walker : pugi::xml_tree_walker {
      FoundElement& found;
      explicit Walker(FoundElement& f) : found(f) {}
      bool for_each(pugi::xml_node& node) override {
        if (node.type() == pugi::node_element) found(local_name(node.name()), node.child_value(), node);
        return true;
      }
    } walker(found);
    xml.traverse(walker);  // walks by parent links: no recursion
    return true;
  }

  void begin(const Part& part) {
    is_document_ = true;
    if (!place_) place_ = part.member.at(0);
  }

  // "a;b": several authors, as Word writes them.
  void author(const Part& part, std::string_view names) {
    for (size_t begin = 0; begin < names.size();) {
      size_t end = std::min(names.find(';', begin), names.size());
      one_author(part, trim(names.substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  void one_author(const Part& part, std::string_view name) {
    if (name.size() > name_most)
      rows_.cut(part.member.at(0), "an author's name gives its first 300 bytes as a selector");
    name = name.substr(0, name_most);
    if (name.empty() || authors_.contains(name)) return;
    if (authors_.size() >= authors_most) return rows_.cut(part.member.at(0), "the first 200 authors are given");
    authors_.emplace(name);
    rows_.selector(place_of(part, name), "document_author", std::string(name), "author");
    if (std::string address = email(name); !address.empty())
      rows_.selector(place_of(part, name), "email", address, "author");
  }

  void identifier(const Part& part, std::string_view sort, std::string_view id) {
    std::string value = lower_ascii(trim(id));
    if (value.starts_with('{') && value.ends_with('}')) value = value.substr(1, value.size() - 2);
    if (value.size() < 8 || value.size() > 64 || value.find_first_not_of("0123456789abcdef-") != std::string::npos ||
        value.find_first_not_of("0-") == std::string::npos)
      return;
    value = std::string(sort) + " " + value;
    add_line(row_.identifiers, value);
    rows_.selector(place_of(part, id), "document_guid", value, "document");
  }

  // A picture or the like, whole.
  void embedded(const Part& part) {
    if (part.text.size() < media_least || part.text.size() >= part_most) return;
    if (media_++ >= media_most) return rows_.cut(part.member.at(0), "the first 200 pictures are given");
    rows_.selector(part.member.at(0), "file_sha256", sha256_hex(as_bytes(part.text)), "document", part.member.name);
  }

  void core(const Part& part) {
    begin(part);
    each_element(part, [&](std::string_view name, std::string_view text, pugi::xml_node) {
      if (name == "title") row_.title = text;
      if (name == "creator") row_.author = text, author(part, text);
      if (name == "lastModifiedBy") row_.last_author = text, author(part, text);
      if (name == "created") row_.created = time_from_iso(text);
      if (name == "modified") row_.modified = time_from_iso(text);
      if (name == "lastPrinted") row_.printed = time_from_iso(text);
    });
  }

  void app(const Part& part) {
    begin(part);
    std::string version;
    each_element(part, [&](std::string_view name, std::string_view text, pugi::xml_node) {
      if (name == "Application") row_.application = text;
      if (name == "AppVersion") version = text;
      if (name == "Company") row_.company = text;
      if (name == "Template") row_.template_name = text;
    });
    if (!version.empty()) row_.application += " " + version;
  }

  void meta(const Part& part) {
    begin(part);
    each_element(part, [&](std::string_view name, std::string_view text, pugi::xml_node node) {
      if (name == "title") row_.title = text;
      if (name == "initial-creator") row_.author = text, author(part, text);
      if (name == "creator") row_.last_author = text, author(part, text);
      if (name == "creation-date") row_.created = time_from_iso(text);
      if (name == "date") row_.modified = time_from_iso(text);
      if (name == "print-date") row_.printed = time_from_iso(text);
      if (name == "generator") row_.application = text;
      if (name == "template") row_.template_name = node.attribute("xlink:title").value();
    });
    if (row_.author.empty()) row_.author = row_.last_author;
  }

  void settings(const Part& part) {
    begin(part);
    size_t sessions = 0;
    each_element(part, [&](std::string_view name, std::string_view, pugi::xml_node node) {
      auto value = [&] {
        for (pugi::xml_attribute one : node.attributes())
          if (local_name(one.name()) == "val") return std::string_view(one.value());
        return std::string_view();
      };
      if (name == "rsidRoot") identifier(part, "rsid_root", value());
      if (name == "rsid") {
        if (sessions++ < rsids_most)
          identifier(part, "rsid", value());
        else
          rows_.cut(part.member.at(0), "the ids of the first 64 editing sessions are given");
      }
      if (name == "docId") identifier(part, "doc_id", value());
    });
  }

  // The text of the elements that hold text, a line for each paragraph; without what `left_out` says is none.
  static std::string text_of(const Part& part, std::string_view holder, std::string_view left_out) {
    pugi::xml_document xml;  // blanks between two words may be an element's whole text
    xml.load_buffer(part.text.data(), part.text.size(), pugi::parse_default | pugi::parse_ws_pcdata);
    std::string out;
    pugi::xml_node node = xml.first_child();
    while (node) {
      const std::string_view name = local_name(node.name());
      if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
        if (holder.empty() || local_name(node.parent().name()) == holder) out += node.value();
      } else if (name == "p" || name == "h") {
        out += '\n';
      } else if (name == "tab" || name == "br" || name == "cr" || name == "line-break" || name == "s") {
        out += ' ';
      }
      if (node.first_child() && name != left_out) {
        node = node.first_child();
        continue;
      }
      while (node && !node.next_sibling()) node = node.parent();
      if (node) node = node.next_sibling();
    }
    return out;
  }
  void word_text(const Part& part) {
    people(part);
    add_text(rows_, part.member.at(0), text_of(part, "t", "txbxContent"), "document");
  }
  void open_text(const Part& part) {
    if (part.text.find("<office:text") == std::string::npos) return;  // a spreadsheet, a drawing
    add_text(rows_, part.member.at(0), text_of(part, "", "tracked-changes"), "document");
  }

  // Authors of comments and changes, and the accounts behind them: "S::mara@firm.net::5d41…" in Word's userId.
  void people(const Part& part) {
    begin(part);
    bool of_accounts = part.member.name.find("document") == std::string::npos;
    each_element(part, [&](std::string_view name, std::string_view, pugi::xml_node node) {
      for (pugi::xml_attribute one : node.attributes()) {
        std::string_view attribute = local_name(one.name()), value = one.value();
        if (attribute == "author") author(part, value);
        if (!of_accounts) continue;
        if (name == "cmAuthor" || name == "author")
          if (attribute == "name") author(part, value);
        if (name == "person" && attribute == "displayName") author(part, value);
        if (attribute == "userId") account(part, value);
      }
    });
  }

  void account(const Part& part, std::string_view id) {
    for (size_t begin = 0; begin < id.size();) {
      size_t end = std::min(id.find("::", begin), id.size());
      std::string_view piece = id.substr(begin, end - begin);
      if (std::string address = email(piece); !address.empty())
        rows_.selector(place_of(part, piece), "email", address, "author");
      if (std::string guid = uuid(piece); !guid.empty()) rows_.selector(place_of(part, piece), "uuid", guid, "author");
      begin = end + 2;
    }
  }

  const File& file_;
  Rows& rows_;
  DocumentRow row_;
  bool is_document_ = false;
  size_t media_ = 0;
  std::optional<At> place_;
  std::set<std::string, std::less<>> authors_;
  uint64_t unpacked_left_;
  uint64_t searched_ = 0;
};

void parse(const File& file, Rows& rows) {
  if (file.text().starts_with("\xD0\xCF\x11\xE0"))
    return rows.problem({}, "is encrypted: an OLE container stands where a zip archive should");
  Document(file, rows).read();
}

constexpr std::array<std::string_view, 21> paths{"*.docx", "*.docm", "*.dotx", "*.dotm", "*.xlsx", "*.xlsm", "*.xltx",
                                                 "*.xlsb", "*.pptx", "*.pptm", "*.potx", "*.ppsx", "*.odt",  "*.ott",
                                                 "*.ods",  "*.ots",  "*.odp",  "*.otp",  "*.odg",  "*.vsdx", "*.thmx"};
constexpr std::array<std::string_view, 8> types{
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.graphics",
    "application/vnd.oasis.opendocument.text-template"};
constexpr std::array<std::string_view, 6> kinds{"document_author", "document_guid", "document_text",
                                                "email",           "file_sha256",   "uuid"};

// A zip of one stored member without a central directory, as a torn file is: docProps/core.xml.
constexpr std::string_view torn{
    "PK\3\4\12\0\0\0\0\0\0\0\0\0\0\0\0\0\x4f\0\0\0\x4f\0\0\0\x11\0\0\0docProps/core.xml"
    "<c:coreProperties><dc:creator>Mara Q</dc:creator><x/></c:coreProperties>       ",
    30 + 17 + 79};
constexpr std::array samples{
    Sample{"report.docx", torn, "document_author", "Mara Q", "author"},
    Sample{"report.docx", "no zip at all", "", "", ""},
};
constexpr std::array<std::string_view, 12> real{"documents/Document.docx",
                                                "documents/EmbeddedPDF.docx",
                                                "documents/testComment.docx",
                                                "documents/testEXCEL.xlsx",
                                                "documents/testOpenOffice2.odt",
                                                "documents/testPPT.pptx",
                                                "documents/testPPT_custom_props.pptx",
                                                "documents/testWORD.docx",
                                                "documents/testWORD_multi_authors.docx",
                                                "documents/test_vin_doc.odt",
                                                "documents/testfilex.docx",
                                                "documents/testEXCEL_protected_passtika.xlsx"};

}  // namespace

extern const Parser office_parser;
const Parser office_parser{
    "office",
    "document: docx, xlsx, pptx and their kin, odt, ods, odp; authors of the document, its comments and changes; "
    "what the text of docx and odt is like",
    "ECMA-376, [MS-DOCX]; ODF 1.2; Office 2007 and later, LibreOffice and OpenOffice",
    paths,
    types,
    {},
    parse,
    kinds,
    samples,
    real,
};

}  // namespace weft::artefacts
