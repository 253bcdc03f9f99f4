// docs/pack-format.md covers the pack's tables and the link tables, so the check stands where both are known.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "link/rows.h"
#include "pack/pack.h"

namespace weft::link {
namespace {

TEST(format_document, the_committed_one_is_what_the_row_structs_say) {
  std::string made = pack::format_document({pack::table_info<LinkRow>(), pack::table_info<EvidenceRow>(),
                                            pack::table_info<SetAsideRow>(), pack::table_info<OwnerRow>(),
                                            pack::table_info<ClusterRow>(), pack::table_info<DirectionRow>(),
                                            pack::table_info<DatedRow>()});
  std::string path = WEFT_SOURCE_DIR "/docs/pack-format.md", committed;
  try {
    committed = read_file(path);
  } catch (const Error&) {
  }
  if (committed == made) return;
  std::string fresh = testing::TempDir() + "pack-format.md";
  write_file(fresh, made);
  FAIL() << "the row structs have changed; if that is meant: cp " << fresh << " " << path;
}

}  // namespace
}  // namespace weft::link
