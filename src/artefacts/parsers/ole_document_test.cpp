#include <gtest/gtest.h>

#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

// What exiftool says of the same files.
TEST(ole_document, real_documents) {
  struct Case {
    const char *path, *author, *last_author, *company, *title, *created;
  };
  const Case cases[] = {
      {"documents/Document.doc", "DAVID NIDES", "Nides", "KPMG", "Table of Context", "2012-12-10T18:38:00Z"},
      {"documents/testWORD.doc", "Keith Bennett", "Nick Burch", "", "Sample Word Document", "2010-11-12T16:22:00Z"},
      {"documents/testEXCEL.xls", "Keith Bennett", "RIBEN9", "", "Simple Excel document", "2007-10-01T16:13:56Z"},
      {"documents/testPPT.ppt", "Keith Bennett", "Keith Bennett", "-", "Sample Powerpoint Slide",
       "2007-09-14T17:33:12Z"},
  };
  for (const Case& it : cases) {
    auto content = evidence(it.path);
    if (!content) GTEST_SKIP() << "no " << it.path << ": set WEFT_EVIDENCE";
    Rows rows = run(parser_named("ole_document"), it.path, *content);
    ASSERT_EQ(records<DocumentRow>(rows).size(), 1u) << it.path;
    const DocumentRow& row = records<DocumentRow>(rows)[0];
    EXPECT_EQ(row.author, it.author);
    EXPECT_EQ(row.last_author, it.last_author);
    EXPECT_EQ(row.company, it.company);
    EXPECT_EQ(row.title, it.title);
    EXPECT_EQ(row.created ? to_text(*row.created).substr(0, 19) + "Z" : "", it.created);
    EXPECT_TRUE(has(rows, "document_author", it.author, "author")) << listing(rows);
    for (const FeatureRow& one : rows.selectors())
      EXPECT_EQ(content->compare(one.offset, one.value.size(), one.value), 0) << it.path << " " << one.value;
  }
}

}  // namespace
}  // namespace weft::artefacts
