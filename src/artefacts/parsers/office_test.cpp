#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace weft::artefacts
