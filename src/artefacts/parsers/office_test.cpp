#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

using testing::HasSubstr;

// What exiftool says of the same files.
TEST(office, real_documents) {
  struct Case {
    const char *path, *author, *last_author, *company, *title, *created, *modified;
  };
  const Case cases[] = {
      {"documents/Document.docx", "Nides", "Nides", "", "", "2012-11-07T23:29:00Z", "2013-08-25T22:18:00Z"},
      {"documents/EmbeddedPDF.docx", "Jeremy Anderson", "Jukka Zitting", "Adobe Systems inc.", "",
       "2011-09-09T09:09:00Z", "2011-09-09T09:09:00Z"},
      {"documents/testComment.docx", "Michael McCandless", "Michael McCandless", "", "", "2011-09-17T12:31:00Z",
       "2011-09-17T12:33:00Z"},
      {"documents/testEXCEL.xlsx", "Keith Bennett", "garribas", "", "Simple Excel document", "2007-10-01T16:13:56Z",
       "2008-12-11T16:02:17Z"},
      {"documents/testPPT.pptx", "Rajiv", "Rajiv", "Pegasystems", "Attachment Test", "2010-05-04T06:43:54Z",
       "2010-06-29T06:34:35Z"},
  };
  for (const Case& it : cases) {
    auto content = evidence(it.path);
    if (!content) GTEST_SKIP() << "no " << it.path << ": set WEFT_EVIDENCE";
    Rows rows = run(parser_named("office"), it.path, *content);
    ASSERT_EQ(records<DocumentRow>(rows).size(), 1u) << it.path;
    const DocumentRow& row = records<DocumentRow>(rows)[0];
    EXPECT_EQ(row.author, it.author);
    EXPECT_EQ(row.last_author, it.last_author);
    EXPECT_EQ(row.company, it.company);
    EXPECT_EQ(row.title, it.title);
    EXPECT_EQ(row.created ? to_text(*row.created) : "", it.created);
    EXPECT_EQ(row.modified ? to_text(*row.modified) : "", it.modified);
    EXPECT_TRUE(has(rows, "document_author", it.author, "author")) << listing(rows);
    EXPECT_TRUE(rows.problems().empty()) << listing(rows);
  }
}

TEST(office, ids_and_several_authors) {
  const char* path = "documents/testWORD_multi_authors.docx";
  auto content = evidence(path);
  if (!content) GTEST_SKIP() << "no " << path << ": set WEFT_EVIDENCE";
  Rows rows = run(parser_named("office"), path, *content);
  for (const char* name : {"Allison, Timothy B.", "author2", "author3"})
    EXPECT_TRUE(has(rows, "document_author", name, "author")) << listing(rows);
  for (const char* id : {"rsid_root 00ff7477", "rsid 0011389b", "doc_id c2d89f8a-ab59-4897-a64a-85c3a661087b"})
    EXPECT_TRUE(has(rows, "document_guid", id, "document")) << listing(rows);
}

TEST(office, an_encrypted_document_is_a_problem) {
  const char* path = "documents/testEXCEL_protected_passtika.xlsx";
  auto content = evidence(path);
  if (!content) GTEST_SKIP() << "no " << path << ": set WEFT_EVIDENCE";
  Rows rows = run(parser_named("office"), path, *content);
  ASSERT_EQ(rows.problems().size(), 1u);
  EXPECT_THAT(rows.problems()[0].what, HasSubstr("encrypted"));
}

// Without its second half a document has lost its central directory; its first parts are still read.
TEST(office, a_torn_document_gives_what_is_left) {
  const char* path = "documents/testWORD.docx";
  auto content = evidence(path);
  if (!content) GTEST_SKIP() << "no " << path << ": set WEFT_EVIDENCE";
  Rows rows = run(parser_named("office"), path, std::string_view(*content).substr(0, content->size() - 1000));
  EXPECT_TRUE(has(rows, "document_guid", "rsid_root 00693a70", "document")) << listing(rows);
}

std::string local_header(std::string_view name, uint32_t size, bool deflated, size_t gap = 0) {
  const auto number = [](uint64_t value, unsigned width) {
    std::string out;
    for (unsigned i = 0; i < width; ++i) out += char(value >> (8 * i));
    return out;
  };
  return "PK\3\4" + number(20, 2) + number(0, 2) + number(deflated ? 8 : 0, 2) + number(0, 8) + number(size, 4) +
         number(size, 4) + number(name.size(), 2) + number(gap, 2) + std::string(name);
}

std::string stored(std::string_view name, std::string_view text) {
  return local_header(name, uint32_t(text.size()), false) + std::string(text);
}

std::string deflated(std::string_view text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size(), 9);
  return out.substr(2, size - 6);  // without zlib's head and checksum
}

// Each header has a name of 64 KiB, which is the headers behind it.
TEST(office, names_that_lie_in_each_other) {
  const std::string header = local_header(std::string_view(), 0, false), long_name = "\xff\xff";
  const std::string one = header.substr(0, 26) + long_name + header.substr(28);
  const std::string content = stored("docProps/core.xml", "<a><creator>Mara Q</creator></a>") +
                              over_and_over(one, 35'000) + std::string(70'000, '\0');
  const Seconds seconds;
  Rows rows = run(parser_named("office"), "a.docx", content);
  EXPECT_LE(seconds.passed(), 1);
  EXPECT_TRUE(has(rows, "document_author", "Mara Q", "author"));
  ASSERT_EQ(rows.problems().size(), 1u);
  EXPECT_EQ(rows.problems()[0].what, "a part whose name has more than 1024 bytes is left out: 35000, the first here");
}

// All headers lead to one stream, of 16 MiB.
TEST(office, parts_that_share_what_they_unpack_to) {
  constexpr size_t parts = 900;
  std::string content = stored("docProps/core.xml", "<a><creator>Mara Q</creator></a>");
  const std::string name = "docProps/app.xml", header = local_header(name, 0, true);
  for (size_t i = 0; i < parts; ++i) content += local_header(name, 0, true, (parts - 1 - i) * header.size());
  content += deflated("<a>" + std::string(17 * MiB, ' ') + "</a>");
  Rows rows = run(parser_named("office"), "a.docx", content);
  EXPECT_TRUE(has(rows, "document_author", "Mara Q", "author"));
  ASSERT_EQ(rows.problems().size(), 2u) << listing(rows);
  EXPECT_EQ(rows.problems()[0].what, "a part gives its first 16 MiB: 4, the first here");
  EXPECT_THAT(rows.problems()[1].what, HasSubstr("unpacks to more than one of its size may: 896,"));
}

// Each is looked for in the whole part, and not found: it is written in another way there.
TEST(office, names_that_are_looked_for_in_vain) {
  std::string part = "<a>";
  for (int i = 0; i < 150; ++i) part += "<x author=\"" + std::string(150, 'a') + "&amp;" + std::to_string(i) + "\"/>";
  part += std::string(15 * MiB, 'a') + "</a>";
  const std::string content = local_header("word/comments.xml", 0, true) + deflated(part);
  const Seconds seconds;
  Rows rows = run(parser_named("office"), "a.docx", content);
  EXPECT_LE(seconds.passed(), 6);
  EXPECT_EQ(rows.selectors().size(), 150u);
  EXPECT_TRUE(rows.problems().empty());
}

TEST(office, says_what_it_left_off) {
  std::string comments = "<a>", settings = "<a>";
  for (int i = 0; i < 250; ++i) comments += "<x author=\"author " + std::to_string(i) + "\"/>";
  for (int i = 0; i < 70; ++i) settings += "<w:rsid w:val=\"00ff74" + std::to_string(10 + i) + "\"/>";
  const std::string content =
      stored("word/comments.xml", comments + "</a>") + stored("word/settings.xml", settings + "</a>");
  Rows rows = run(parser_named("office"), "a.docx", content);
  EXPECT_EQ(rows.selectors().size(), 200u + 64);
  ASSERT_EQ(rows.problems().size(), 2u) << listing(rows);
  EXPECT_EQ(rows.problems()[0].what, "the first 200 authors are given: 50, the first here");
  EXPECT_EQ(rows.problems()[1].what, "the ids of the first 64 editing sessions are given: 6, the first here");
}

}  // namespace
}  // namespace weft::artefacts
