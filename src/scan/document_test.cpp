#include "scan/document.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace weft::scan {
namespace {

TEST(Document, IsWhatIsCommitted) {
  const std::string committed = WEFT_SOURCE_DIR "/docs/scanners.md", made = testing::TempDir() + "/scanners.md";
  if (read_file(committed) == scanners_document()) return;
  write_file(made, scanners_document());
  FAIL() << "scanners changed: cp " << made << " " << committed;
}

}  // namespace
}  // namespace weft::scan
