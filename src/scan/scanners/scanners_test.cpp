// The scanners against official vectors and real evidence. What every scanner must do (its examples, page boundaries,
// noise, UTF-16) is tested generically beside the engine.
#include <gtest/gtest.h>
#include <hs/hs.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "scan/scanners/scanners_harness.h"

namespace weft::scan {
namespace {

TEST(Scanners, EveryExampleHolds) {
  for (const Scanner* scanner : all_scanners()) {
    Direct direct(*scanner);
    for (const Example& example : scanner->examples) {
      std::vector<Feature> features = direct.run(example.text);
      std::vector<std::string> values;
      for (const Feature& feature : features)
        if (feature.kind == example.kind) values.push_back(feature.value);
      std::vector<std::string> expected;
      if (!example.value.empty()) expected.emplace_back(example.value);
      EXPECT_EQ(values, expected) << scanner->name << ": " << example.text;
    }
  }
}

}  // namespace
}  // namespace weft::scan
