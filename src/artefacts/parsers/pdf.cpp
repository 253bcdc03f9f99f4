// PDF documents: who made them, with what, when, and the ids that stay with their copies (ISO 32000-1 §14.3, §14.4;
// XMP, ISO 16684-1); what the text of a user's is like (signature.h).
//
//   pdf_id      most programs draw it when a document is made, and keep it when it is saved again
//   xmp         DocumentID and OriginalDocumentID: kept by what is saved from, converted or exported from it
//   pictures    a letterhead lies whole in every document made from it; its SHA-256 ties them, and the file it was
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
#include "base/hash.h"
#include "base/pdf/document.h"
#include "base/pdf/properties.h"
#include "base/pdf/syntax.h"
#include "base/pdf/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t text_most = 4 * MiB;
// Of a torn document, all of its streams: page descriptions unpack to some five times their size.
size_t most_unpacked(size_t document) {
  return std::min<size_t>(256 * MiB, MiB + 16 * document);
}
constexpr size_t dictionary_most = 512;  // of a stream, in front of it
constexpr size_t name_most = 300, picture_least = 1024, least_id = 16, most_id = 64;

// Of a torn document, its streams in the order of the file: what is no page description shows no
// text. Those that cannot be one, by what their dictionaries say, are not unpacked.
bool may_be_page(std::string_view dictionary) {
  for (std::string_view sign : {"/Image", "/Length1", "/ObjStm", "/XRef", "/Metadata", "/FunctionType", "Type1C",
                                "CIDFontType0C", "OpenType", "/EmbeddedFile", "/DCTDecode"})
    if (dictionary.find(sign) != std::string_view::npos) return false;
  return true;
}

void add_page(std::string_view stream, std::string& out) {
  for (size_t at = stream.find("BT"); at != std::string_view::npos && out.size() < text_most;) {
    const bool alone = (at == 0 || is_pdf_space(uint8_t(stream[at - 1]))) && at + 2 < stream.size() &&
                       is_pdf_space(uint8_t(stream[at + 2]));
    size_t next = at + 2;
    if (alone) {
      const PdfText page = pdf_text(as_bytes(stream), at);
      out += page.text;
      out += '\n';
      next = std::max(next, page.end);
    }
    at = stream.find("BT", next);
  }
}

std::string text_of_streams(std::string_view file, Rows& rows) {
  constexpr std::string_view keyword = "stream";
  std::string out;
  size_t left = most_unpacked(file.size());
  for (size_t at = file.find(keyword); at != std::string_view::npos && out.size() < text_most;) {
    size_t begin = at + keyword.size(), next = begin;
    if (begin < file.size() && file[begin] == '\r') ++begin;
    const size_t farthest = at - std::min(at, dictionary_most);
    const std::string_view before = file.substr(farthest, at - farthest);
    const size_t object = before.rfind("obj");
    if (begin < file.size() && file[begin] == '\n' && object != std::string_view::npos &&
        may_be_page(before.substr(object))) {
      const size_t end = file.find("endstream", ++begin);
      const std::string_view stream = file.substr(begin, end == std::string_view::npos ? end : end - begin);
      if (before.find("FlateDecode", object) != std::string_view::npos) {
        const std::string unpacked = inflated(as_bytes(stream), true, std::min(text_most, left));
        left -= unpacked.size();
        add_page(unpacked, out);
      } else {
        add_page(stream, out);
      }
      if (left == 0) {
        rows.problem({begin}, "PDF streams unpack to much more than the document: text from here on is not read");
        break;
      }
      next = end == std::string_view::npos ? file.size() : end + 9;
    }
    at = file.find(keyword, next);
  }
  return out;
}

class Document {
 public:
  Document(const File& file, const PdfProperties& properties, Rows& rows)
      : file_(file), properties_(properties), rows_(rows) {}

  void read() {
    for (const PdfProperties::Entry& it : properties_.information) {
      const std::string value(trim(it.value));
      if (it.key == "Title") row_.title = value;
      if (it.key == "Author") row_.author = value, author({it.at}, value);
      if (it.key == "Creator") row_.application = value;
      if (it.key == "Producer") producer_ = value;
      if (it.key == "Company") row_.company = value;
      if (it.key == "CreationDate") row_.created = time_from_pdf(value);
      if (it.key == "ModDate") row_.modified = time_from_pdf(value);
    }
    metadata();
    if (!producer_.empty() && producer_ != row_.application)
      row_.application += (row_.application.empty() ? "" : "; ") + producer_;
    identifier({}, "pdf_id", properties_.id);
    for (const auto& [begin, end] : properties_.pictures)
      if (end - begin >= picture_least && end <= file_.content.size())
        rows_.selector({begin}, "file_sha256", sha256_hex(file_.content.subspan(begin, end - begin)), "document");
    rows_.record({}, std::move(row_));
  }

 private:
  // What XMP says besides, and where the dictionary says nothing.
  void metadata() {
    pugi::xml_document xml;
    xml.load_buffer(properties_.metadata.data(), properties_.metadata.size());
    struct Walker : pugi::xml_tree_walker {
      Document& document;
      explicit Walker(Document& d) : document(d) {}
      bool for_each(pugi::xml_node& node) override {
        if (node.type() != pugi::node_element) return true;
        // "dc:creator" holds a list; most else is an element or an attribute, as the writer likes.
        const std::string_view name = local_name(node.name());
        if (name == "li")
          document.property(local_name(node.parent().parent().name()), node.child_value());
        else
          document.property(name, node.child_value());
        for (const pugi::xml_attribute one : node.attributes()) document.property(local_name(one.name()), one.value());
        return true;
      }
    } walker(*this);
    xml.traverse(walker);
  }
  void property(std::string_view name, std::string_view text) {
    const std::string value(trim(text));
    if (value.empty()) return;
    const auto place = [&]() -> At {
      constexpr size_t searches_most = 1000;
      if (properties_.metadata_at == 0 || searches_++ >= searches_most) return {};
      const size_t found = properties_.metadata.find(value);
      return {found == std::string::npos ? 0 : properties_.metadata_at + found};
    };
    if (name == "title" && row_.title.empty()) row_.title = value;
    if (name == "creator") {
      if (row_.author.empty()) row_.author = value;
      author(place(), value);
    }
    if (name == "CreatorTool" && row_.application.empty()) row_.application = value;
    if (name == "Producer" && producer_.empty()) producer_ = value;
    if (name == "CreateDate" && !row_.created) row_.created = time_from_iso(value);
    if (name == "ModifyDate" && !row_.modified) row_.modified = time_from_iso(value);
    if (name == "DocumentID" || name == "OriginalDocumentID")
      identifier(place(), "xmp", value.substr(value.rfind(':') + 1));
  }

  void author(const At& at, std::string_view name) {
    name = name.substr(0, name_most);
    if (name.empty() || !authors_.insert(std::string(name)).second) return;
    rows_.selector(at, "document_author", std::string(name), "author");
    if (std::string address = email(name); !address.empty()) rows_.selector(at, "email", address, "author");
  }

  void identifier(const At& at, std::string_view sort, std::string_view id) {
    std::string value = lower_ascii(id);
    if (value.size() < least_id || value.size() > most_id ||
        value.find_first_not_of("0123456789abcdef-") != std::string::npos ||
        std::all_of(value.begin(), value.end(), [&](char c) { return c == value.front() || c == '-'; }) ||
        !identifiers_.insert(value).second)
      return;
    value = std::string(sort) + " " + value;
    add_line(row_.identifiers, value);
    rows_.selector(at, "document_guid", value, "document");
  }

  const File& file_;
  const PdfProperties& properties_;
  Rows& rows_;
  DocumentRow row_;
  std::string producer_;
  std::set<std::string> authors_, identifiers_;
  size_t searches_ = 0;  // in the metadata
};

void parse(const File& file, Rows& rows) {
  const size_t size = pdf_size(file.content, 0);
  const Bytes document = file.content.first(size);
  const bool is_text = is_users_text(file.path, file.size);
  const auto read = size > 0 ? read_pdf(document, is_text ? text_most : 0, true) : std::nullopt;
  if (read && !read->left_off.empty())
    rows.problem({}, "PDF is not read to its end, which leaves off " + read->left_off);
  if (read && read->properties) Document(file, *read->properties, rows).read();
  if (is_text) add_text(rows, {}, read && read->whole ? read->text : text_of_streams(file.text(), rows), "document");
}

constexpr std::array<std::string_view, 1> types{"application/pdf"};
constexpr std::array<std::string_view, 1> magics{"%PDF-"};
constexpr std::array<std::string_view, 5> kinds{"document_author", "document_guid", "document_text", "email",
                                                "file_sha256"};

// Without a cross-reference table, which qpdf makes anew.
constexpr std::string_view small =
    "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 "
    ">>\nendobj\n3 0 obj\n<< /Author (Mara Q) /Title (Barn) >>\nendobj\ntrailer\n<< /Root 1 0 R /Info 3 0 R /Size 4 "
    ">>\nstartxref\n9\n%%EOF\n";
constexpr std::array samples{
    Sample{"barn.pdf", small, "document_author", "Mara Q", "author"},
    Sample{"barn.pdf", "%PDF-1.4 and no more", "", "", ""},
};
constexpr std::array<std::string_view, 5> real{"documents/testPDF.pdf", "documents/testPDF_protected.pdf",
                                               "documents/testPDF_incrementalUpdates.pdf",
                                               "documents/testPDF_twoAuthors.pdf", "documents/pdf_words2.pdf"};

}  // namespace

extern const Parser pdf_parser;
const Parser pdf_parser{
    "pdf",
    "document: PDF; who made it, with what, and the ids that stay with its copies; pictures in it; what the text of "
    "one is "
    "like that a user may have made",
    "ISO 32000-1, ISO 16684-1; whole documents, those that an empty password opens too",
    {},
    types,
    magics,
    parse,
    kinds,
    samples,
    real,
};

}  // namespace weft::artefacts
