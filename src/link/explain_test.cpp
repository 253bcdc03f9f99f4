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
  EXPECT_EQ(explained(3, 8), "the account that " + input.exhibits[3] + " turns around may have come to " +
                                 input.exhibits[8] +
                                 " through a third party: a letter to many, a list, an address book");
}

class Explained : public testing::Test {
 protected:
  Explained() { scene_.exhibits = 20; }
  std::string explained() {
    for (const Pair& pair : score_pairs(input_))
      if (pair.a == 3 && pair.b == 8) return innocent_explanation(input_, pair, false);
    return "no pair";
  }
  std::span<Posting> postings(size_t selector) {
    const Selector& of = input_.selectors[selector];
    return std::span(&input_.postings[of.first_posting], of.postings);
  }
  synthetic::Scene scene_;
  Case input_;
};

// Settings with nothing but the account are one content, and no document.
TEST_F(Explained, OneAccountIsNoDocument) {
  const uint32_t settings = scene_.container();
  for (uint32_t exhibit : {3u, 8u}) scene_.put(exhibit, "email", "own@private.net", settings);
  input_ = synthetic::case_of(scene_);
  EXPECT_EQ(explained(), find_kind("file_sha256")->innocent);
  for (Posting& posting : postings(0)) posting.standing = Standing::clearly_first;
  EXPECT_EQ(explained(), find_kind("owner")->innocent);
}

TEST_F(Explained, OneLetterIsNoDocument) {
  const uint32_t letter = scene_.container();
  for (uint32_t exhibit : {3u, 8u}) {
    scene_.put(exhibit, "message_id", "<1@private.net>", letter);
    scene_.put(exhibit, "email", "some@private.net", letter);
  }
  input_ = synthetic::case_of(scene_);
  EXPECT_EQ(explained(), find_kind("message_id")->innocent);
}

TEST_F(Explained, WhatLiesInNoFileMayBeFromBefore) {
  for (uint32_t exhibit : {3u, 8u}) scene_.put(exhibit, "email", "before@private.net", scene_.container());
  input_ = synthetic::case_of(scene_);
  const std::string before =
      " of this lies in no file or in deleted ones: it may be from an earlier owner of the medium, or from before it "
      "was set up anew";
  input_.places[postings(0)[1].first_place].remnant = true;
  EXPECT_EQ(explained(), "what " + input_.exhibits[8] + " holds" + before);
  input_.places[postings(0)[0].first_place].remnant = true;
  EXPECT_EQ(explained(), "what both hold" + before);
}

}  // namespace
}  // namespace weft::link
