#include "scan/document.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace weft::scan {
namespace {

TEST(Document, IsWhatIsCommitted) {
  EXPECT_EQ(read_file(WEFT_SOURCE_DIR "/docs/scanners.md"), scanners_document())
      << "scanners changed: write scan::scanners_document() to docs/scanners.md";
}

}  // namespace
}  // namespace weft::scan
