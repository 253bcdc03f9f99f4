// One text in every format gives the same signatures.
#include "base/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>
#include <zlib.h>

#include "artefacts/dispatch.h"
#include "artefacts/testing.h"
#include "base/pdf/testing.h"

namespace weft::artefacts {
namespace {

std::set<std::string> signatures(std::string_view parser, std::string_view path, std::string_view content) {
  Rows rows = run(parser_named(parser), path, content);
  std::set<std::string> out;
  for (const FeatureRow& row : rows.selectors())
    if (row.kind == "document_text") out.insert(row.value);
  return out;
}

std::vector<std::string> paragraphs() {
  std::string_view text = parser_named("text").samples[0].content;
  std::vector<std::string> out;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) out.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}
std::set<std::string> plain() {
  return signatures("text", "home/a/x.txt", parser_named("text").samples[0].content);
}

void little(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += char(value >> (8 * i) & 0xff);
}
// A zip of stored members without a central directory, as a torn document is.
std::string zip_of(std::initializer_list<std::pair<std::string, std::string>> members) {
  std::string out;
  for (const auto& [name, content] : members) {
    out += "PK\3\4";
    little(out, 10, 2), little(out, 0, 2), little(out, 0, 2), little(out, 0, 8);
    little(out, content.size(), 4), little(out, content.size(), 4), little(out, name.size(), 2), little(out, 0, 2);
    out += name + content;
  }
  return out;
}
std::string deflated(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string out(size, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  out.resize(size);
  return out;
}

TEST(text, plain_text_has_eight_signatures) {
  EXPECT_EQ(plain().size(), 8u);
}

TEST(text, html_gives_the_same) {
  std::string html = "<!DOCTYPE html><html><head><style>p { margin: 1em }</style></head><body>";
  for (const std::string& one : paragraphs())
    html += "<p>" + one.substr(0, 10) + "&#" + std::to_string(int(one[10])) + ";" + one.substr(11) + "</p>\n";
  EXPECT_EQ(signatures("text", "home/a/x.html", html + "</body></html>"), plain());
}

TEST(text, rtf_gives_the_same) {
  std::string rtf = "{\\rtf1\\ansi{\\fonttbl{\\f0 Times New Roman;}}{\\*\\generator Nothing;}\\f0\\fs24 ";
  for (const std::string& one : paragraphs())
    rtf += "{\\b " + one.substr(0, 9) + "}\\'" + fmt::format("{:02x}", one[9]) + one.substr(10) + "\\par\r\n";
  EXPECT_EQ(signatures("text", "home/a/x.rtf", rtf + "}"), plain());
}

TEST(text, pdf_gives_the_same) {
  for (bool packed : {false, true}) {
    std::string page = "BT /F1 11 Tf 60 780 Td 14 TL ";
    for (const std::string& one : paragraphs())
      for (size_t at = 0; at < one.size();) {
        size_t end = one.size() - at > 80 ? one.rfind(' ', at + 80) : one.size();
        page += "(" + one.substr(at, end - at) + ") Tj T* ";
        at = std::min(end + 1, one.size());
      }
    page += "ET";
    std::string body = packed ? deflated(page) : page;
    std::string pdf =
        "%PDF-1.4\n3 0 obj\n<< /Subtype /Image /Length 12 >>\nstream\n(no) Tj BT \nendstream\nendobj\n4 0 obj\n<< "
        "/Length " +
        std::to_string(body.size()) + (packed ? " /Filter /FlateDecode" : "") + " >>\nstream\n" + body +
        "\nendstream\nendobj\n";
    EXPECT_EQ(signatures("pdf", "home/a/x.pdf", pdf), plain()) << packed;
  }
  // A whole one, whose font numbers its glyphs.
  std::string lines;
  for (const std::string& one : paragraphs()) {
    for (size_t at = 0; at < one.size();) {
      const size_t end = one.size() - at > 80 ? one.rfind(' ', at + 80) : one.size();
      lines += one.substr(at, end - at) + "\n";
      at = std::min(end + 1, one.size());
    }
  }
  EXPECT_EQ(signatures("pdf", "home/a/x.pdf", pdf_file(pdf_page_of_glyphs(lines))), plain());
  EXPECT_EQ(signatures("pdf", "usr/share/doc/x.pdf", pdf_file(pdf_page_of_glyphs(lines))), std::set<std::string>());
}

TEST(text, docx_gives_the_same) {
  std::string body;
  for (const std::string& one : paragraphs()) {
    size_t blank = one.find(' ', 20);
    body += "<w:p><w:r><w:t>" + one.substr(0, blank) + "</w:t></w:r><w:r><w:t xml:space=\"preserve\"> </w:t></w:r>" +
            "<w:del><w:r><w:delText>not this</w:delText></w:r></w:del><w:r><w:t>" + one.substr(blank + 1) +
            "</w:t></w:r></w:p>";
  }
  std::string docx = zip_of({{"word/document.xml", "<w:document><w:body>" + body + "</w:body></w:document>"}});
  EXPECT_EQ(signatures("office", "home/a/x.docx", docx), plain());
  Rows rows = run(parser_named("office"), "x.docx", docx);
  EXPECT_EQ(rows.selectors()[0].offset, 30u + 17) << "where the part's content begins";
}

TEST(text, odt_gives_the_same) {
  std::string body = "<text:tracked-changes><text:p>what was struck out long ago</text:p></text:tracked-changes>";
  for (const std::string& one : paragraphs()) {
    size_t blank = one.find(' ', 30);
    body +=
        "<text:p>" + one.substr(0, blank) + "<text:s/><text:span>" + one.substr(blank + 1) + "</text:span></text:p>";
  }
  std::string odt = zip_of({{"mimetype", "application/vnd.oasis.opendocument.text"},
                            {"content.xml", "<office:document-content><office:body><office:text>" + body +
                                                "</office:text></office:body></office:document-content>"}});
  EXPECT_EQ(signatures("office", "home/a/x.odt", odt), plain());
}

TEST(text, a_letter_gives_the_same_without_what_it_quotes) {
  std::string mail =
      "From: a@b-c.de\nTo: d@e-f.de\nSubject: barn\nMessage-ID: <1@b-c.de>\n\n> Anna wrote this long ago\n";
  for (const std::string& one : paragraphs()) mail += one + "\n\n";
  // The address is that of the body: in a mailbox it must not lie in the message before.
  Rows rows = run(parser_named("mail"), "home/a/x.eml", mail);
  for (const FeatureRow& row : rows.selectors())
    if (row.kind == "document_text") {
      EXPECT_EQ(row.offset, mail.find("> Anna"));
    }
  EXPECT_EQ(
      signatures("mail", "home/a/x.eml", mail + "-- \nAnna of the mill, telephone 0341 998877, call before ten\n"),
      plain());
}

TEST(text, a_letter_to_many_has_none) {
  for (const char* field : {"List-Id: <talk.b-c.de>", "Precedence: bulk", "Auto-Submitted: auto-generated"}) {
    std::string mail = std::string("From: a@b-c.de\nTo: d@e-f.de\nSubject: barn\n") + field + "\n\n";
    for (const std::string& one : paragraphs()) mail += one + "\n\n";
    EXPECT_TRUE(signatures("mail", "home/a/x.eml", mail).empty()) << field;
  }
}

TEST(text, of_software_is_not_looked_at) {
  auto taken = [](std::string_view path, uint64_t size) {
    auto all = parsers_for(path, "text/plain", size, {});
    return std::find(all.begin(), all.end(), &parser_named("text")) != all.end();
  };
  EXPECT_TRUE(taken("home/anna/contract.txt", 5000));
  EXPECT_TRUE(taken("Users/Anna/Documents/readmelater.txt", 5000));
  EXPECT_FALSE(taken("home/anna/contract.txt", 300));
  EXPECT_FALSE(taken("home/anna/contract.txt", 1 << 30));
  EXPECT_FALSE(taken("usr/share/doc/x/contract.txt", 5000));
  EXPECT_FALSE(taken("home/anna/.cache/page.html", 5000));
  EXPECT_FALSE(taken("home/anna/src/tool/README", 5000));
  EXPECT_FALSE(taken("home/anna/src/tool/CHANGELOG.md", 5000));
}

}  // namespace
}  // namespace weft::artefacts
