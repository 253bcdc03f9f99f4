#include "scan/document.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace weft::scan {
namespace {

TEST(Document, IsWhatIsCommitted) {
  const std::string committed = WEFT_SOURCE_DIR "/docs/scanners.md", made = testing::TempDir() + "/scanners.md";
  const std::string document = scanners_document(WEFT_SOURCE_DIR);
  if (read_file(committed) == document) return;
  write_file(made, document);
  FAIL() << "scanners changed: cp " << made << " " << committed;
}

}  // namespace
}  // namespace weft::scan
