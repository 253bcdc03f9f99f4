#include "pack/merge.h"

#include <gtest/gtest.h>
#include <random>
#include <set>

#include "pack/scratch_test.h"

namespace weft::pack {
namespace {

using Key = std::pair<uint64_t, std::string>;

// However rows are spread over portions and units, each comes out once and in order.
TEST(merge, gives_every_row_once_in_order) {
  std::mt19937 random(3);
  for (int round = 0; round < 30; ++round) {
    Scratch scratch;
    std::set<Key> expected;
    std::vector<UnitFile> units;
    const size_t unit_count = 1 + random() % 4;
    for (size_t u = 0; u < unit_count; ++u) {
      const std::string path = scratch / ("u" + std::to_string(u));
      UnitWriter out(path);
      for (size_t portion = random() % 5; portion-- > 0;) {
        UnitRows rows;
        for (size_t n = random() % 40; n-- > 0;) {
          FeatureRow& row = rows.features.emplace_back();
          row.offset = random() % (round % 2 ? 20 : 2000), row.value = std::to_string(random() % 3);
          expected.emplace(row.offset, row.value);
        }
        out.add(rows);
      }
      out.finish();
      units.emplace_back(path);
    }
    std::vector<SortedRows> runs;
    for (const UnitFile& unit : units) runs.insert(runs.end(), unit.runs(4).begin(), unit.runs(4).end());
    Merge<FeatureRow> merge(runs);
    std::vector<Key> seen;
    for (Cells<FeatureRow> row; merge.next(row);)
      seen.emplace_back(std::get<column_index<FeatureRow>("offset")>(row),
                        std::get<column_index<FeatureRow>("value")>(row));
    EXPECT_EQ(seen, std::vector<Key>(expected.begin(), expected.end())) << "round " << round;
  }
}

TEST(order, identical_rows_tie_and_nothing_comes_before_something) {
  FeatureRow a, b;
  EXPECT_FALSE(comes_before<FeatureRow>(cells_of(a), cells_of(b)));
  b.file_id = 0;
  EXPECT_TRUE(comes_before<FeatureRow>(cells_of(a), cells_of(b)));
  EXPECT_FALSE(comes_before<FeatureRow>(cells_of(b), cells_of(a)));
  ExtentRow slack{"K1", 1, 0, 0, 5, "slack"}, data{"K1", 1, 512, 512, 5, "data"};
  EXPECT_TRUE(comes_before<ExtentRow>(cells_of(data), cells_of(slack)));
}

}  // namespace
}  // namespace weft::pack
