#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "artefacts/testing.h"
#include "base/pdf/testing.h"

namespace weft::artefacts {
namespace {

using ::testing::HasSubstr;

// Whoever made it is said, and that there is more.
TEST(pdf, says_what_is_left_off) {
  std::vector<std::string> objects = pdf_page("BT (anna) Tj ET", "", {"<< /Author (Mara Q) >>"});
  objects[1] = "<< /Type /Pages /Kids [3 0 R";
  for (size_t i = 0; i < 100'000; ++i) objects[1] += "<<>>";
  objects[1] += "] >>";
  Rows rows = run(parser_named("pdf"), "home/mara/report.pdf", pdf_file(objects, "/Info 5 0 R"));
  EXPECT_TRUE(has(rows, "document_author", "Mara Q", "author")) << listing(rows);
  ASSERT_EQ(rows.problems().size(), 1u) << listing(rows);
  EXPECT_THAT(rows.problems()[0].what, HasSubstr("leaves off pages"));
}

}  // namespace
}  // namespace weft::artefacts
