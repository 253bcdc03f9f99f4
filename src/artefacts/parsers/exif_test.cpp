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

}  // namespace
}  // namespace weft::artefacts
