#include "extract/seen.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "base/hash.h"

namespace weft::extract {
namespace {

namespace files = std::filesystem;

class SeenTest : public ::testing::Test {
 protected:
  SeenTest() : folder_(::testing::TempDir() + "/weft-seen-" + std::to_string(::getpid())) {
    files::remove_all(folder_);
    files::create_directories(folder_);
  }
  ~SeenTest() override { files::remove_all(folder_); }

  static ContentFacts facts(const std::string& content) {
    Hasher md5(Digest::md5);
    md5.update(as_bytes(content));
    return {sha256_hex(as_bytes(content)), md5.hex(), "text/plain"};
  }
  static std::string encoded(const std::string& content, const std::string& value, uint64_t origin = 1000) {
    scan::Results results;
    scan::Found& found = results.features.emplace_back();
    found.kind = "card", found.scanner = "card", found.encoding = "utf-8";
    found.value = value, found.secret = "4111111111111111", found.context = "x " + value;
    found.offset = origin + 7, found.source_end = origin + 23, found.layers = "-GZIP-3";
    results.problems.push_back({origin + 9, "-ZIP-0", "cut short"});
    Remembered remembered(origin, as_bytes("key"));
    remembered.add(results);
    return remembered.encoded(facts(content));
  }
  void write(const std::string& name, const std::vector<std::string>& contents, const std::string& settings = "s") {
    Seen seen("", settings, growing_);
    for (const std::string& one : contents) seen.add(one);
    seen.finish(folder_ + "/" + name + ".seen");
  }
  std::string folder_, growing_ = folder_ + "/growing";
};

TEST_F(SeenTest, comes_back_with_offsets_from_the_begin_and_tokens_for_secrets) {
  write("a", {encoded("one", "4111********1111"), encoded("two", "second")});
  const Seen seen(folder_, "s", growing_);
  const std::optional<SeenContent> content = seen.find(facts("one").sha256);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->facts.md5, facts("one").md5);
  EXPECT_EQ(content->facts.type, "text/plain");
  ASSERT_EQ(content->results.features.size(), 1u);
  const scan::Found& found = content->results.features[0];
  EXPECT_EQ(found.kind, "card");
  EXPECT_EQ(found.value, "4111********1111");
  EXPECT_EQ(found.offset, 7u);
  EXPECT_EQ(found.source_end, 23u);
  EXPECT_EQ(found.layers, "-GZIP-3");
  EXPECT_EQ(found.secret, keyed_hash(as_bytes("key"), "4111111111111111"));
  ASSERT_EQ(content->results.problems.size(), 1u);
  EXPECT_EQ(content->results.problems[0].offset, 9u);
  EXPECT_EQ(seen.find(facts("two").sha256)->results.features[0].value, "second");
  EXPECT_FALSE(seen.find(facts("three").sha256));
  // No card number is in the file.
  EXPECT_EQ(read_file(folder_ + "/a.seen").find("4111111111111111"), std::string::npos);
}

TEST_F(SeenTest, of_many_exhibits_each_is_asked_and_other_settings_are_passed_over) {
  write("a", {encoded("one", "1")});
  write("b", {encoded("two", "2")});
  write("c", {encoded("three", "3")}, "other settings");
  const Seen seen(folder_, "s", growing_);
  EXPECT_TRUE(seen.find(facts("one").sha256));
  EXPECT_TRUE(seen.find(facts("two").sha256));
  EXPECT_FALSE(seen.find(facts("three").sha256));
  EXPECT_TRUE(Seen(folder_ + "/none", "s", growing_).empty());
}

TEST_F(SeenTest, what_is_damaged_is_scanned_again) {
  write("a", {encoded("one", "1"), encoded("two", "2")});
  const std::string whole = read_file(folder_ + "/a.seen");
  for (size_t at = 0; at < whole.size(); at += 3) {
    std::string bad = whole;
    bad[at] = char(bad[at] ^ 4);
    write_file(folder_ + "/a.seen", bad);
    for (const char* content : {"one", "two"}) {
      const std::optional<SeenContent> found = Seen(folder_, "s", growing_).find(facts(content).sha256);
      if (!found) continue;
      EXPECT_EQ(found->results.features.at(0).value, content == std::string("one") ? "1" : "2") << at;
    }
  }
  for (size_t size = 0; size < whole.size(); size += 7) {
    write_file(folder_ + "/a.seen", whole.substr(0, size));
    EXPECT_FALSE(Seen(folder_, "s", growing_).find(facts("one").sha256)) << size;
  }
}

TEST_F(SeenTest, what_a_killed_run_left_counts_and_what_it_left_half_does_not) {
  { Seen(folder_, "s", growing_).add(encoded("one", "1")); }
  const std::string whole = read_file(growing_), two = encoded("two", "2");
  write_file(growing_, whole + two.substr(0, two.size() / 2));
  {
    Seen seen(folder_, "s", growing_);
    EXPECT_TRUE(seen.find(facts("one").sha256));
    EXPECT_FALSE(seen.find(facts("two").sha256));
    seen.add(encoded("three", "3"));
    seen.finish(folder_ + "/a.seen");
  }
  const Seen next(folder_, "s", growing_);
  EXPECT_EQ(next.find(facts("one").sha256)->results.features.at(0).value, "1");
  EXPECT_EQ(next.find(facts("three").sha256)->results.features.at(0).value, "3");
  EXPECT_FALSE(next.find(facts("two").sha256));
  // Under other settings nothing of it counts.
  EXPECT_FALSE(Seen(folder_, "other", growing_).find(facts("one").sha256));
}

TEST_F(SeenTest, a_content_of_the_exhibit_itself_is_found_again) {
  Seen seen(folder_, "s", growing_);
  EXPECT_TRUE(seen.empty());
  seen.add(encoded("one", "1"));
  seen.add("");  // not to be kept
  EXPECT_EQ(seen.find(facts("one").sha256)->results.features.at(0).value, "1");
  EXPECT_FALSE(seen.find(facts("two").sha256));
  // Where everything is to be scanned it is written, and not used.
  Seen scan_all("", "s", growing_);
  EXPECT_FALSE(scan_all.find(facts("one").sha256));
  std::string bad = read_file(growing_);
  bad[bad.size() / 2] = char(bad[bad.size() / 2] ^ 1);
  write_file(growing_, bad);
  EXPECT_FALSE(Seen(folder_, "s", growing_).find(facts("one").sha256));
}

TEST_F(SeenTest, an_incomplete_scan_is_not_kept) {
  scan::Results results;
  results.problems.push_back({0, "", "scanner email was set aside here"});
  Remembered remembered(0, as_bytes("key"));
  remembered.add(results);
  EXPECT_EQ(remembered.encoded(facts("one")), "");
}

class ContentFilesTest : public SeenTest {
 protected:
  void claim_all(const std::vector<ExtentRow>& extents) {
    std::vector<Claim> claims;
    for (const ExtentRow& extent : extents)
      if (const auto one = claim(extent, "allocated")) claims.push_back(*one);
    Owners::build(std::move(claims), folder_ + "/owners");
  }
  static FileRow file(uint64_t id, uint64_t size) {
    FileRow row;
    row.file_id = id, row.size = size, row.kind = "file", row.state = "allocated";
    return row;
  }
};

TEST_F(ContentFilesTest, are_those_whose_bytes_are_theirs_alone) {
  Limits limits;
  const uint64_t page = limits.page;
  const std::vector<std::vector<ExtentRow>> extents = {
      {},
      {{"", 1, 0, 4096, 5000, "data"}, {"", 1, 5000, 9096, 3192, "slack"}},   // whole
      {{"", 2, 0, 20480, 4096, "data"}, {"", 2, 4096, 40960, 100, "data"}},   // in two pieces
      {{"", 3, 0, 28672, 4096, "data"}, {"", 3, 4096, 32768, 4096, "data"}},  // in two that adjoin
      {{"", 4, 0, 40960, 100, "data"}},                                       // the same bytes as 2
      {{"", 5, 0, page - 4096, limits.margin_after + 8192, "data"}},          // beyond the margin of its page
      {{"", 6, 0, 2 * page, 50, "compressed"}},
      {{"", 7, 0, 0, 4096, "sparse"}, {"", 7, 4096, 3 * page, 4096, "data"}},
  };
  std::vector<ExtentRow> all;
  for (const auto& some : extents) all.insert(all.end(), some.begin(), some.end());
  claim_all(all);
  const Owners owners(folder_ + "/owners");
  ContentFiles::Builder builder(owners, limits);
  const std::vector<uint64_t> sizes = {0, 5000, 4196, 8192, 100, limits.margin_after + 8192, 50, 8192};
  for (uint64_t id = 1; id < extents.size(); ++id) builder.add(file(id, sizes[id]), extents[id]);
  FileRow deleted = file(8, 10);
  deleted.state = "deleted";
  builder.add(deleted, std::vector<ExtentRow>{{"", 8, 0, 4 * page, 10, "data"}});
  builder.write(folder_ + "/pieces");
  const ContentFiles made(folder_ + "/pieces");
  std::string text;
  for (const Piece& piece : made.all())
    text += std::to_string(piece.file_id) + (piece.whole ? " whole " : " piece ") + std::to_string(piece.size) + "\n";
  EXPECT_EQ(text, "1 whole 5000\n2 piece 4096\n3 whole 8192\n2 piece 100\n5 piece " +
                      std::to_string(limits.margin_after + 8192) + "\n7 piece 4096\n");
  EXPECT_EQ(made.within(4096, 4097).size(), 1u);
  EXPECT_EQ(made.within(9096, 20480).size(), 0u);
  EXPECT_EQ(made.find(20480), std::optional<size_t>(1));
  EXPECT_FALSE(made.find(20481));
}

TEST_F(ContentFilesTest, facts_come_back_whole_or_not_at_all) {
  FactsFile out(folder_ + "/facts");
  out.put(3, facts("three")), out.put(1, facts("one"));
  out.sync();
  EXPECT_FALSE(out.get(0));
  EXPECT_FALSE(out.get(2));
  EXPECT_FALSE(out.get(9));
  EXPECT_EQ(out.get(3)->sha256, facts("three").sha256);
  EXPECT_EQ(out.get(1)->type, "text/plain");
  std::string bytes = read_file(folder_ + "/facts");
  const size_t at = bytes.find(facts("one").md5);
  bytes[at] = bytes[at] == 'a' ? 'b' : 'a';
  write_file(folder_ + "/facts", bytes);
  EXPECT_FALSE(FactsFile(folder_ + "/facts").get(1));
}

}  // namespace
}  // namespace weft::extract
