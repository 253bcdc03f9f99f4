// What real pictures must give; the expectations are what exif(1) says of them.
#include <gtest/gtest.h>

#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

std::optional<PhotoRow> photo(const std::string& name, Rows* out = nullptr) {
  auto content = evidence(name);
  if (!content) return std::nullopt;
  Rows rows = run(parser_named("exif"), name, *content);
  PhotoRow row = records<PhotoRow>(rows).empty() ? PhotoRow() : records<PhotoRow>(rows)[0];
  if (out) *out = std::move(rows);
  return row;
}

TEST(exif, tells_the_camera) {
  auto row = photo("media/Canon_40D.jpg");
  if (!row) GTEST_SKIP() << "no real picture: set WEFT_EVIDENCE";
  EXPECT_EQ(row->make, "Canon");
  EXPECT_EQ(row->model, "Canon EOS 40D");
  EXPECT_EQ(row->taken, "2008:05:30 15:56:01");
  EXPECT_EQ(photo("media/Nikon_D70.jpg")->model, "NIKON D70");
  EXPECT_EQ(photo("media/Exif-IPHONE4.JPG")->model, "iPhone 4");
}

TEST(exif, tells_the_place) {
  auto row = photo("media/DSCN0010.jpg");
  if (!row) GTEST_SKIP() << "no real picture: set WEFT_EVIDENCE";
  ASSERT_TRUE(row->latitude && row->longitude);
  EXPECT_NEAR(*row->latitude, 43.467448, 1e-5);
  EXPECT_NEAR(*row->longitude, 11.885127, 1e-5);
  auto america = photo("media/testJPEG_GEO.jpg");
  ASSERT_TRUE(america && america->latitude && america->longitude);
  EXPECT_NEAR(*america->latitude, 12.54321, 1e-4);
  EXPECT_NEAR(*america->longitude, -54.1234, 1e-4);
}

// "K1 K1 …" as the model, of that many bytes.
std::string with_model(size_t size) {
  std::string text;
  while (text.size() < size) text += "K1 ";
  text.resize(size - 1);
  std::string file("II*\0\x08\0\0\0\1\0\x10\1\2\0", 14);
  for (const size_t number : {size + 1, size_t(26), size_t(0)})
    for (unsigned shift = 0; shift < 32; shift += 8) file += char(uint8_t(number >> shift));
  return file + text + "." + '\0';
}

TEST(exif, says_where_a_text_is_cut) {
  Rows whole = run(parser_named("exif"), "a.tif", with_model(300));
  EXPECT_EQ(records<PhotoRow>(whole).at(0).model.size(), 300u);
  EXPECT_TRUE(whole.problems().empty());
  Rows cut = run(parser_named("exif"), "a.tif", with_model(301));
  EXPECT_EQ(records<PhotoRow>(cut).at(0).model.size(), 300u);
  ASSERT_EQ(cut.problems().size(), 1u);
  EXPECT_EQ(cut.problems()[0].at.offset, 26u);
}

}  // namespace
}  // namespace weft::artefacts
