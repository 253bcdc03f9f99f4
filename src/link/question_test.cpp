#include "link/question.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "link/link.h"
#include "link/read.h"
#include "link/small_pack_test.h"

namespace weft::link {
namespace {

class Questions : public testing::Test {
 protected:
  void SetUp() override {
    std::string token = keyed_hash(key_, "4929123456789012");
    LinkOptions options;
    for (const std::string label : {"a", "b", "c", "d", "e"}) {
      SmallPack small{label, label, {}};
      small.values.push_back({"email", "everywhere@shop.net", "home/everywhere", ""});
      small.values.push_back({"email", "admin@example.com", "home/admin", ""});
      if (label <= "b") {
        small.values.push_back({"email", "Lena.Private@mailbox.net", "home/lena", ""});
        small.values.push_back({"card", "492912******9012", "home/card", token});
        small.values.push_back({"email", "vendor@maker.net", "usr/share/doc/vendor", ""});
      }
      if (label == "c") small.values.push_back({"iban", "DE02120300000000202051", "home/iban", ""});
      options.packs.push_back(seal_small_pack(scratch_, small));
    }
    options.tokens = scratch_ / "tokens", options.indexes = scratch_ / "indexes", options.folder = scratch_ / "links";
    options.temporary = scratch_ / "tmp", options.version = "test";
    link(options);
  }
  Index index(const std::string& label) { return Index(scratch_ / ("indexes/" + label + ".index")); }
  std::vector<Held> ask(const std::string& label, const std::string& value, const std::string& kind = "") {
    return held(index(label), asked(value, kind, key_));
  }
  std::vector<uint8_t> key_ = {1, 2, 3};
  pack::Scratch scratch_;
};

TEST_F(Questions, WhoHoldsAValueWhateverItsSpelling) {
  for (const char* spelling : {"Lena.Private@mailbox.net", "lena.private@MAILBOX.net"}) {
    std::vector<Held> found = ask("a", spelling);
    ASSERT_EQ(found.size(), 1u) << spelling;
    EXPECT_EQ(found[0].kind, "email");
    EXPECT_EQ(found[0].at.file, "home/lena");
    EXPECT_EQ(found[0].at.path, std::to_string(3 * MiB));
    EXPECT_EQ(found[0].times, 1u);
  }
  EXPECT_TRUE(ask("c", "lena.private@mailbox.net").empty());
  EXPECT_TRUE(ask("a", "lena.private@mailbox.net", "iban").empty());
  EXPECT_EQ(ask("c", "de02 1203 0000 0000 2020 51").size(), 1u);
  EXPECT_TRUE(ask("a", "").empty());
  EXPECT_THROW(ask("a", "x", "no such kind"), Error);
}

TEST_F(Questions, ASecretIsFoundByItsFullValueAndShownMasked) {
  std::vector<Held> found = ask("b", "4929 1234 5678 9012");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].value, "492912******9012");
  EXPECT_TRUE(held(index("b"), asked("4929123456789012", "card", {})).empty());  // not without the key
  EXPECT_TRUE(ask("b", "492912******9012").empty());
}

TEST_F(Questions, WhatDoesNotCountBetweenTwoIsListedWithItsReason) {
  pack::Database database(scratch_ / "tmp", 256 * MiB);
  database.attach_links(scratch_ / "links");
  auto evidence = read<EvidenceRow>(database, "WHERE exhibit_a = 'a' AND exhibit_b = 'b'");
  auto links = read<LinkRow>(database, "WHERE exhibit_a = 'a' AND exhibit_b = 'b'");
  ASSERT_EQ(links.size(), 1u);
  ASSERT_EQ(evidence.size(), links[0].selectors);
  Index a = index("a"), b = index("b");
  std::map<std::string, std::string> reasons;
  for (const NotCounted& one : not_counted(database, a, b, evidence, links[0].selectors)) {
    reasons[one.value] = one.reason;
    EXPECT_FALSE(one.a.file.empty());
    EXPECT_FALSE(one.b.file.empty());
  }
  EXPECT_EQ(reasons["everywhere@shop.net"], "hub");
  EXPECT_EQ(reasons["admin@example.com"], "example value");
  EXPECT_EQ(reasons["vendor@maker.net"], "software folder");
  // What counts is not among them, and nothing is lost between the two.
  EXPECT_EQ(reasons.size(), 3u);
  EXPECT_EQ(evidence.size(), 2u);
  for (const EvidenceRow& row : evidence) EXPECT_EQ(reasons.count(row.value), 0u) << row.value;
}

TEST_F(Questions, ReadTurnsRowsBackIntoStructs) {
  pack::Database database(scratch_ / "tmp", 256 * MiB);
  database.attach_links(scratch_ / "links");
  auto rows = read<LinkRow>(database, "ORDER BY rank");
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows[0].rank, 1u);
  EXPECT_EQ(rows[0].exhibit_a, "a");
  EXPECT_GT(rows[0].score, 0);
  EXPECT_FALSE(rows[0].log10_lr);  // five exhibits cannot say how rare a value is
  EXPECT_EQ(rows[0].statement, "not enough background");
  EXPECT_NE(rows[0].kinds.find("email"), std::string::npos);
}

}  // namespace
}  // namespace weft::link
