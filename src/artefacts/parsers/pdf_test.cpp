#include <ctime>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "artefacts/testing.h"
#include "base/pdf/testing.h"

namespace weft::artefacts {
namespace {

using ::testing::HasSubstr;

std::string zlibbed(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  out.resize(size);
  return out;
}

// A torn document, whose streams are read one by one: each unpacks to a thousand times its size.
TEST(pdf, streams_cost_no_more_than_the_size) {
  std::string file = "%PDF-1.4\n";
  const std::string stream = pdf_stream(zlibbed(std::string(4 * MiB, ' ')), "/Filter /FlateDecode");
  while (file.size() < 4 * MiB) file += "1 0 obj\n" + stream + "\nendobj\n";
  const std::clock_t start = std::clock();
  Rows rows = run(parser_named("pdf"), "home/mara/report.pdf", file);
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 2);
  ASSERT_EQ(rows.problems().size(), 1u) << listing(rows);
  EXPECT_THAT(rows.problems()[0].what, HasSubstr("unpack to much more"));
}

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
