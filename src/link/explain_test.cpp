#include "link/explain.h"

#include <gtest/gtest.h>

#include "link/synthetic_case.h"

namespace weft::link {
namespace {

// The binomial bound by hand: 8 of 8 leave 0.05^(1/8) = 0.688 for one signature, 0.688^(1/5) for its five groups.
TEST(Explain, SaysHowMuchTextsHaveInCommonAtLeast) {
  EXPECT_EQ(least_in_common(0), 0);
  EXPECT_NEAR(least_in_common(8), 0.9279, 0.0001);
  EXPECT_NEAR(least_in_common(1), 0.3640, 0.0005);
  for (size_t k = 1; k < 8; ++k) EXPECT_LT(least_in_common(k), least_in_common(k + 1));
  EXPECT_EQ(least_in_common(100), least_in_common(8));
}

TEST(Explain, PutsLikenessIntoWords) {
  std::vector<EvidenceRow> rows(4);
  for (EvidenceRow& row : rows) row.kind = "document_text", row.file_a = "a.txt", row.file_b = "b.docx";
  rows[0].kind = "email", rows[3].file_b = "c.docx";
  EXPECT_EQ(likeness(rows).substr(0, 45), "2 of 8 signatures of the text are equal: text");
  EXPECT_NE(likeness(rows).find(" 54 %"), std::string::npos) << likeness(rows);
  EXPECT_EQ(likeness(std::span(rows).first(1)), "");
}

// Whoever wrote to both may be known to the case.
TEST(Explain, NamesTheExhibitOfWhoIsKnownToBoth) {
  synthetic::Scene scene;
  scene.exhibits = 20;
  for (uint32_t exhibit : {3u, 8u, 9u}) scene.put(exhibit, "email", "writer@private.net", scene.container());
  Case input = synthetic::case_of(scene);
  const auto explained = [&](uint32_t a, uint32_t b) {
    for (const Pair& pair : score_pairs(input))
      if (pair.a == a && pair.b == b) return innocent_explanation(input, pair, false);
    return std::string("no pair");
  };
  EXPECT_EQ(explained(8, 9), find_kind("email")->innocent);
  input.postings[input.selectors[0].first_posting].standing = Standing::first;
  EXPECT_EQ(explained(8, 9), "both may have had to do with the account that " + input.exhibits[3] +
                                 " turns around, and not with each other");
  EXPECT_EQ(explained(3, 8), find_kind("account")->innocent);
}

}  // namespace
}  // namespace weft::link
