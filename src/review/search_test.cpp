#include "review/search.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "pack/append.h"

namespace weft::review {
namespace {

FeatureRow feature(std::string exhibit, std::string kind, std::string value, uint64_t offset, std::string file = "") {
  FeatureRow it;
  it.exhibit = std::move(exhibit), it.kind = std::move(kind), it.value = std::move(value), it.file = std::move(file);
  it.offset = offset;
  it.path = std::to_string(offset);
  return it;
}
FileRow file(std::string exhibit, std::string path, std::string sha256) {
  FileRow it;
  it.exhibit = std::move(exhibit), it.path = std::move(path), it.sha256 = std::move(sha256);
  it.kind = "file";
  return it;
}

// Tables of two exhibits, straight in the database: where rows come from is no matter to a search.
class Search : public testing::Test {
 protected:
  Search() : folder_(make_folder()), database_(folder_, 512 * MiB) {
    pack::create_table<ExhibitRow>(database_);
    pack::create_table<VolumeRow>(database_);
    pack::create_table<FileRow>(database_);
    pack::create_table<FeatureRow>(database_);
    pack::create_table<ProblemRow>(database_);
    ExhibitRow one, two;
    one.exhibit = "A", one.metadata = "examiner_name=Ångström", two.exhibit = "B";
    pack::append(database_, std::vector{one, two});
    VolumeRow volume;
    volume.exhibit = "B", volume.volume = 1, volume.offset = 512, volume.label = "Holiday";
    pack::append(database_, std::vector{volume});
    pack::append(database_, std::vector{file("A", "docs/Holiday plan.txt", "ab12"), file("B", "copy.txt", "ab12")});
    pack::append(database_, std::vector{feature("B", "email", "alice@private.test", 900),
                                        feature("A", "email", "alice@private.test", 70),
                                        feature("A", "email", "alice@private.test", 50, "docs/mail"),
                                        feature("A", "url", "http://x.test/?u=alice@private.test", 60),
                                        feature("A", "email", "100%_sure@x.test", 10)});
    ProblemRow problem;
    problem.exhibit = "B", problem.stage = "scan", problem.what_happened = "holiday.gz is cut short",
    problem.offset = 5;
    pack::append(database_, std::vector{problem});
  }
  ~Search() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> found(const SearchOptions& options) {
    std::vector<std::string> out;
    for (const SearchHit& it : search(database_, options).hits)
      out.push_back(it.table + " " + it.exhibit + " " + it.kind + (it.offset ? " " + std::to_string(*it.offset) : ""));
    return out;
  }
  static SearchOptions for_term(std::string term, bool exact = false) {
    SearchOptions out;
    out.term = std::move(term), out.exact = exact;
    return out;
  }
  static std::string make_folder() {
    std::string out = (std::filesystem::temp_directory_path() / "weft-search-XXXXXX").string();
    EXPECT_NE(::mkdtemp(out.data()), nullptr);
    return out;
  }

  std::string folder_;
  pack::Database database_;
};

using testing::ElementsAre;

TEST_F(Search, LooksEverywhereInAStableOrder) {
  SearchOptions options;
  options.term = "HOLIDAY";
  options.recorded = {{"A", "note", "seized during a holiday"}, {"B", "note", "nothing"}};
  EXPECT_THAT(found(options), ElementsAre("recorded A note", "volume B label 512", "file A file", "problem B scan 5"));
}

TEST_F(Search, FoldsCaseBeyondAscii) {
  SearchOptions options;
  options.term = "ånGSTRÖM";
  EXPECT_THAT(found(options), ElementsAre("exhibit A metadata"));
}

TEST_F(Search, ExactKindExhibitAndLimitNarrowIt) {
  SearchOptions options;
  options.term = "alice@private.test";
  EXPECT_THAT(found(options),
              ElementsAre("feature A email 50", "feature A url 60", "feature A email 70", "feature B email 900"));
  options.exact = true;
  EXPECT_THAT(found(options), ElementsAre("feature A email 50", "feature A email 70", "feature B email 900"));
  options.exhibit = "B";
  EXPECT_THAT(found(options), ElementsAre("feature B email 900"));
  options.exact = false, options.exhibit = "", options.kind = "url";
  EXPECT_THAT(found(options), ElementsAre("feature A url 60"));
  options.kind = "", options.limit = 2;
  SearchResult result = search(database_, options);
  EXPECT_EQ(result.hits.size(), 2u);
  EXPECT_TRUE(result.more);
  options.limit = 4;
  EXPECT_FALSE(search(database_, options).more);
}

TEST_F(Search, TermsAreTextNotPatternsNorSql) {
  SearchOptions options;
  options.term = "100%_";
  EXPECT_THAT(found(options), ElementsAre("feature A email 10"));
  options.term = "%";
  EXPECT_THAT(found(options), ElementsAre("feature A email 10"));
  for (const char* term : {"", "_@", "'; DROP TABLE feature; --", "\xff"}) {
    options.term = term;
    EXPECT_TRUE(found(options).empty()) << term;
  }
  options.term = "sure";
  EXPECT_EQ(found(options).size(), 1u);  // the table is still there
}

TEST_F(Search, WhoHasAValue) {
  auto holders = who_has(database_, "alice@private.test");
  ASSERT_EQ(holders.size(), 2u);
  EXPECT_EQ(holders[0].exhibit, "A");
  EXPECT_EQ(holders[0].count, 2u);
  EXPECT_EQ(holders[0].offset, 50u);
  EXPECT_EQ(holders[0].file, "docs/mail");
  EXPECT_EQ(holders[1].exhibit, "B");
  auto files = who_has(database_, "AB12");
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].kind, "file_sha256");
  EXPECT_EQ(files[0].file, "docs/Holiday plan.txt");
  EXPECT_TRUE(who_has(database_, "alice@private.test", "url").empty());
}

TEST_F(Search, ANumberIsFoundAsItStandsInTheFile) {
  pack::append(database_,
               std::vector{feature("A", "phone", "+491712345678", 1), feature("A", "iban", "DE89370400440532013000", 2),
                           feature("A", "url", "http://x.test/491712345678", 3)});
  using Hits = std::vector<std::string>;
  for (const char* term : {"+49 171 2345678", "+49 (0)171/234-56 78", "171 2345678"})
    EXPECT_EQ(found(for_term(term)), (Hits{"feature A phone 1"})) << term;
  EXPECT_EQ(found(for_term("de89 3704 0044")), (Hits{"feature A iban 2"}));
  EXPECT_EQ(found(for_term("+49 171 2345678", true)), Hits{});
  EXPECT_EQ(who_has(database_, "+49 171 2345678").size(), 1u);
  EXPECT_EQ(who_has(database_, "DE89 3704 0044 0532 0130 00").size(), 1u);
  EXPECT_EQ(found(for_term("01-02 3")), Hits{}) << "too short for a number";
}

TEST_F(Search, ALetterAndItsAccentAreOneText) {
  pack::append(database_, std::vector{file("B", "Mu\u0308ller.txt", "cd34"), file("B", "M\u00FCller 2.txt", "cd35")});
  for (const char* term : {"m\u00FCller", "mu\u0308ller"}) EXPECT_EQ(found(for_term(term)).size(), 2u) << term;
  EXPECT_EQ(found(for_term("M\u00FCller.txt", true)).size(), 1u);
}

}  // namespace
}  // namespace weft::review
