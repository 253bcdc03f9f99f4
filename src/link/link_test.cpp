// Linking end to end over sealed packs: planted links, decoys beside them, ledger, addresses, repeatability.
#include "link/link.h"

#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "link/background.h"
#include "link/background_build.h"
#include "link/rows.h"
#include "pack/database.h"
#include "pack/pack.h"
#include "pack/scratch_test.h"
#include "pack/unit_file.h"

namespace weft::link {
namespace {

using pack::Database;

// One exhibit in the making: files with features in them, laid one after the other on the image.
class Exhibit {
 public:
  explicit Exhibit(std::string label, std::string image = {}) : label_(std::move(label)) {
    if (image.empty()) image = label_;
    rows_.exhibits.push_back(
        {label_, "raw", 1 << 30, sha256_hex(as_bytes(image)), {}, {}, {}, {}, "none stored", label_ + ".dd", ""});
    rows_.volumes.push_back({label_,
                             1,
                             0,
                             1 << 30,
                             "none",
                             {},
                             "",
                             true,
                             "ext4",
                             4096,
                             "",
                             "5e" + sha256_hex(as_bytes(label_)).substr(0, 14)});
  }
  const std::string& label() const { return label_; }

  // content names what is in it: equal contents have equal hashes.
  uint64_t file(const std::string& path, const std::string& content, const std::string& type = "text/plain",
                uint64_t size = 8192) {
    uint64_t id = rows_.files.size() + 1;
    FileRow row;
    row.exhibit = label_, row.file_id = id, row.volume = 1, row.path = path, row.kind = "file", row.state = "allocated";
    row.size = size, row.type = type, row.sha256 = sha256_hex(as_bytes(content));
    rows_.files.push_back(row);
    rows_.extents.push_back({label_, id, 0, id * MiB, size, "data"});
    return id;
  }
  void feature(const std::string& kind, const std::string& value, uint64_t file, uint64_t at) {
    FeatureRow row;
    row.exhibit = label_, row.kind = kind, row.value = value, row.encoding = "utf-8", row.scanner = kind;
    row.offset = file * MiB + at, row.path = std::to_string(row.offset);
    if (file) row.file_id = file, row.file_offset = at;
    rows_.features.push_back(row);
  }
  // Masked in the pack, told apart by the token.
  void card(const std::string& masked, const std::string& token, uint64_t file, uint64_t at) {
    feature("card", masked, file, at);
    rows_.tokens.push_back({label_, "card", masked, rows_.features.back().path, token});
  }
  // One private value in a file of its own.
  void note(const std::string& kind, const std::string& value) {
    feature(kind, value, file(fmt::format("home/user/note{}.txt", rows_.files.size()), label_ + value), 100);
  }

  void seal(const std::string& root) const {
    std::string unit = root + "/" + label_ + ".unit";
    pack::write_unit(unit, rows_);
    pack::SealOptions options;
    options.exhibit = label_, options.units = {unit}, options.folder = root + "/packs/" + label_;
    options.tokens = root + "/tokens/" + label_ + ".parquet", options.temporary = root + "/tmp",
    options.version = "test";
    pack::seal(options);
  }

 private:
  std::string label_;
  pack::UnitRows rows_;
};

struct Written {
  std::map<std::pair<std::string, std::string>, double> scores;
  std::map<std::pair<std::string, std::string>, std::string> innocent;
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::string, std::string> set_aside;  // "kind value" -> reason
};

class Linking : public testing::Test {
 protected:
  Linking() {
    for (const char* folder : {"packs", "tokens", "tmp"}) std::filesystem::create_directories(scratch_ / folder);
    for (char c = 'a'; c <= 'j'; ++c) exhibits_.emplace_back(std::string("exhibit-") + c);
  }
  Exhibit& at(char c) { return exhibits_[size_t(c - 'a')]; }

  void both(char a, char b, const std::string& kind, const std::string& value) {
    at(a).note(kind, value), at(b).note(kind, value);
  }

  // a-b share 1, c-d 3, e-f 10 private values; g-h a vendor's document, i-j programs; everyone the rest.
  void set_the_scene() {
    both('a', 'b', "email", "lena.private@mailbox.net");
    for (int i = 0; i < 3; ++i) both('c', 'd', "email", fmt::format("friend{}@mailbox.net", i));
    for (int i = 0; i < 10; ++i) both('e', 'f', "email", fmt::format("partner{}@mailbox.net", i));
    for (char c : {'g', 'h'}) {
      uint64_t manual = at(c).file("home/user/manual.pdf", "manual");
      for (int i = 0; i < 30; ++i)
        at(c).feature("email", fmt::format("dealer{}@vendor.net", i), manual, uint64_t(i) * 50);
    }
    for (char c : {'i', 'j'})
      for (int i = 0; i < 40; ++i) {
        uint64_t help = at(c).file(fmt::format("usr/share/doc/tool{}/README", i), fmt::format("readme {}", i));
        at(c).feature("email", fmt::format("author{}@tool.net", i), help, 10);
      }
    for (char c : {'i', 'j'}) at(c).note("email", "someone@example.com");
    for (char c : {'g', 'i'}) at(c).note("domain", "some-site.net");
    for (Exhibit& exhibit : exhibits_) {
      uint64_t mail = exhibit.file("home/user/news.eml", "newsletter");
      exhibit.feature("message_id", "1234@newsletter.net", mail, 200);
      for (int i = 0; i < 20; ++i) exhibit.note("email", fmt::format("only{}@{}.net", i, exhibit.label()));
    }
  }
  // Only those whose last letter is asked for: sealing syncs, which takes its time.
  std::vector<std::string> seal(std::string_view letters = {}) {
    std::vector<std::string> packs;
    for (const Exhibit& exhibit : exhibits_) {
      if (!letters.empty() && letters.find(exhibit.label().back()) == std::string_view::npos) continue;
      exhibit.seal(scratch_ / "");
      packs.push_back(scratch_ / "packs/" + exhibit.label());
    }
    return packs;
  }
  LinkOptions options(std::vector<std::string> packs) {
    LinkOptions out;
    out.packs = std::move(packs), out.tokens = scratch_ / "tokens", out.folder = scratch_ / "links",
    out.temporary = scratch_ / "tmp", out.indexes = scratch_ / "indexes";
    out.version = "test";
    return out;
  }
  Written read() {
    Database database(scratch_ / "tmp", 512 * MiB);
    database.attach_links(scratch_ / "links");
    Written out;
    for (const auto& row : database.rows("SELECT exhibit_a, exhibit_b, score, innocent FROM link ORDER BY rank")) {
      std::pair pair(*row[0], *row[1]);
      out.order.push_back(pair);
      out.scores[pair] = std::stod(*row[2]);
      out.innocent[pair] = *row[3];
    }
    for (const auto& row : database.rows("SELECT kind, value, reason FROM set_aside"))
      out.set_aside[*row[0] + " " + *row[1]] = *row[2];
    return out;
  }
  std::map<std::string, std::string> bytes() {
    std::map<std::string, std::string> out;
    for (const char* file : {"link.parquet", "evidence.parquet", "set_aside.parquet", "owner.parquet",
                             "cluster.parquet", "direction.parquet", "manifest.json"})
      out[file] = read_file(scratch_ / "links/" + file);
    return out;
  }

  pack::Scratch scratch_;
  std::vector<Exhibit> exhibits_;
};

TEST_F(Linking, PlantedPairsRankAboveDecoys) {
  set_the_scene();
  LinkSummary summary = link(options(seal()));
  Written tables = read();
  EXPECT_EQ(summary.exhibits, 10u);
  EXPECT_EQ(summary.links, tables.order.size());
  ASSERT_GE(tables.order.size(), 3u);
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(tables.order[0], Pair("exhibit-e", "exhibit-f"));
  EXPECT_EQ(tables.order[1], Pair("exhibit-c", "exhibit-d"));
  EXPECT_EQ(tables.order[2], Pair("exhibit-a", "exhibit-b"));
  ASSERT_TRUE(tables.scores.count({"exhibit-g", "exhibit-h"}));
  EXPECT_NE(tables.innocent[Pair("exhibit-g", "exhibit-h")].find("directory, newsletter"), std::string::npos);
  EXPECT_FALSE(tables.scores.count({"exhibit-i", "exhibit-j"})) << "programs and example addresses make no link";
  EXPECT_EQ(tables.scores.size(), 4u);

  EXPECT_EQ(tables.set_aside["message_id 1234@newsletter.net"], "hub");
  EXPECT_EQ(tables.set_aside["email someone@example.com"], "example value");
  EXPECT_EQ(tables.set_aside["email author7@tool.net"], "software folder");
  EXPECT_EQ(tables.set_aside["file_sha256 " + sha256_hex(as_bytes("readme 7"))], "software folder");
  EXPECT_EQ(tables.set_aside["domain some-site.net"], "weak kind with nothing stronger beside it");
}

// A text's signatures are one reason, together with the file's own hash and what both versions hold; those of texts
// that software brings are none.
TEST_F(Linking, VersionsOfATextAreOneReason) {
  auto text = [&](char c, const std::string& path, const std::string& content, const std::string& name, int of_eight,
                  uint64_t size = 8192) {
    uint64_t file = at(c).file(path, content, "text/plain", size);
    for (int i = 1; i <= of_eight; ++i)
      at(c).feature("document_text", fmt::format("{}/8 {}", i, sha256_hex(as_bytes(name)).substr(0, 16)), file, 0);
    for (int i = of_eight + 1; i <= 8; ++i)
      at(c).feature("document_text", fmt::format("{}/8 {}", i, sha256_hex(as_bytes(content)).substr(0, 16)), file, 0);
    return file;
  };
  for (char c : {'a', 'b'}) {  // a version each, with an address at its end
    uint64_t file = text(c, fmt::format("home/u/{}.txt", c), fmt::format("version {}", c), "barn", 3);
    for (int i = 0; i < 3; ++i) at(c).feature("email", fmt::format("miller{}@weir.net", i), file, 4000);
    for (int i = 0; i < 20; ++i) at(c).feature("email", fmt::format("{}{}@other.net", c, i), file, 2000);
  }
  for (char c : {'c', 'd'}) text(c, fmt::format("home/u/{}.txt", c), "the same", "same", 8);                 // a copy
  for (char c : {'e', 'f'}) text(c, fmt::format("home/u/{}.txt", c), "the same, long", "long", 8, 4 * MiB);  // large
  for (char c : {'g', 'h'}) {  // two texts
    text(c, fmt::format("home/u/{}.txt", c), fmt::format("one {}", c), "one", 5);
    text(c, fmt::format("home/u/{}2.txt", c), fmt::format("other {}", c), "other", 1);
  }
  for (char c : {'i', 'j'}) text(c, "usr/share/doc/x/manual.txt", fmt::format("manual {}", c), "manual", 6);
  for (Exhibit& exhibit : exhibits_)
    for (int i = 0; i < 20; ++i) exhibit.note("email", fmt::format("only{}@{}.net", i, exhibit.label()));
  link(options(seal()));
  Database database(scratch_ / "tmp", 512 * MiB);
  database.attach_links(scratch_ / "links");
  auto of = [&](const char* what, const char* a) {
    return database.value(fmt::format("SELECT {} FROM link WHERE exhibit_a = 'exhibit-{}'", what, a)).value_or("none");
  };
  EXPECT_EQ(of("bundles", "a"), "1");
  EXPECT_EQ(of("selectors", "a"), "6");
  EXPECT_EQ(of("bundles", "c"), "1");
  EXPECT_EQ(of("selectors", "c"), "9");
  EXPECT_EQ(of("bundles", "e"), "1");
  EXPECT_EQ(of("selectors", "e"), "9");
  EXPECT_EQ(of("bundles", "g"), "2");
  EXPECT_EQ(of("kinds", "g"), "document_text");
  EXPECT_EQ(of("bundles", "i"), "none");
  EXPECT_EQ(read().set_aside["document_text 1/8 " + sha256_hex(as_bytes("manual")).substr(0, 16)], "software folder");
}

TEST_F(Linking, EvidenceStandsWhereItSays) {
  set_the_scene();
  link(options(seal()));
  Database database(scratch_ / "tmp", 512 * MiB);
  database.attach_links(scratch_ / "links");
  std::vector<std::string> packs;
  for (const Exhibit& exhibit : exhibits_) packs.push_back(scratch_ / "packs/" + exhibit.label());
  database.attach_packs(packs);
  auto wrong = [&](const char* side) {
    return database.value(fmt::format(
        R"(SELECT count(*) FROM evidence e WHERE kind <> 'file_sha256' AND NOT EXISTS (SELECT 1 FROM feature f
      WHERE f.exhibit = e.exhibit_{0} AND f.kind = e.kind AND f.value = e.value AND f."offset" = e.offset_{0} AND f.path = e.path_{0} AND f.file = e.file_{0}))",
        side));
  };
  EXPECT_GE(std::stoul(*database.value("SELECT count(*) FROM evidence WHERE kind <> 'file_sha256'")), 44u);
  EXPECT_EQ(wrong("a"), "0");
  EXPECT_EQ(wrong("b"), "0");
  EXPECT_EQ(
      database.value(
          R"(SELECT count(*) FROM evidence e JOIN file f ON f.exhibit = exhibit_a AND f.sha256 = e.value AND path = file_a
    JOIN extent x ON x.exhibit = f.exhibit AND x.file_id = f.file_id WHERE e.kind = 'file_sha256' AND x."offset" = offset_a)"),
      database.value("SELECT count(*) FROM evidence WHERE kind = 'file_sha256'"));
  // The manual and its thirty addresses are one reason.
  EXPECT_EQ(database.value("SELECT bundles FROM link WHERE exhibit_a = 'exhibit-g'"), "1");
  EXPECT_EQ(database.value("SELECT selectors FROM link WHERE exhibit_a = 'exhibit-g'"), "31");
  EXPECT_EQ(database.value("SELECT bundles FROM link WHERE exhibit_a = 'exhibit-e'"), "10");
}

TEST_F(Linking, SameInputSameBytesWhateverTheOrder) {
  set_the_scene();
  auto packs = seal();
  link(options(packs));
  auto first = bytes();
  link(options(packs));
  EXPECT_EQ(first, bytes());
  std::reverse(packs.begin(), packs.end());
  link(options(packs));
  EXPECT_EQ(first, bytes());
  EXPECT_FALSE(exists(scratch_ / "links.new"));
}

TEST_F(Linking, SameBytesWhateverTheThreadsAndTheMemory) {
  set_the_scene();
  auto packs = seal();
  LinkOptions one = options(packs);
  one.threads = 1;
  link(one);
  auto first = bytes();
  LinkOptions many = options(packs);
  many.threads = 5;
  link(many);
  EXPECT_EQ(first, bytes());
  // So little that nothing is kept, all spills, and each exhibit's pairs are a batch.
  for (unsigned threads : {1u, 3u}) {
    LinkOptions small = options(packs);
    small.threads = threads, small.limits.memory = 1;
    link(small);
    EXPECT_EQ(first, bytes());
  }
}

TEST_F(Linking, AnAddedExhibitCostsItsOwnIndexAndEqualsAFullRun) {
  set_the_scene();
  auto packs = seal();
  link(options({packs.begin(), packs.end() - 1}));
  auto written = [&](const std::string& label) {
    return std::filesystem::last_write_time(scratch_ / "indexes/" + label + ".index");
  };
  auto before = written("exhibit-a");
  EXPECT_FALSE(exists(scratch_ / "indexes/exhibit-j.index"));
  link(options(packs));
  auto added = bytes();
  EXPECT_EQ(written("exhibit-a"), before) << "what was indexed stays";
  LinkOptions fresh = options(packs);
  fresh.indexes = scratch_ / "other-indexes";
  link(fresh);
  EXPECT_EQ(added, bytes());
  // And one that is taken away leaves nothing behind.
  link(options({packs.begin(), packs.end() - 1}));
  Database database(scratch_ / "tmp", 512 * MiB);
  database.attach_links(scratch_ / "links");
  EXPECT_EQ(database.value("SELECT count(*) FROM evidence WHERE exhibit_a = 'exhibit-j' OR exhibit_b = 'exhibit-j'"),
            "0");
}

TEST_F(Linking, CardsMeetOnTheFullNumberOnly) {
  at('a').card("411122******3334", "token-1", at('a').file("home/u/a.txt", "a"), 5);
  at('b').card("411122******3334", "token-1", at('b').file("home/u/b.txt", "b"), 5);
  at('c').card("411122******3334", "token-2", at('c').file("home/u/c.txt", "c"), 5);
  link(options(seal("abc")));
  Database database(scratch_ / "tmp", 512 * MiB);
  database.attach_links(scratch_ / "links");
  auto rows = database.rows("SELECT exhibit_a, exhibit_b, strongest FROM link");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(*rows[0][0] + *rows[0][1], "exhibit-aexhibit-b");
  EXPECT_EQ(*rows[0][2], "card 411122******3334");
}

TEST_F(Linking, MachineSidTiesAccountsOfOneMachine) {
  at('a').note("sid", "S-1-5-21-1004336348-1177238915-682003330-1001");
  at('b').note("sid", "S-1-5-21-1004336348-1177238915-682003330-1002");
  at('a').note("sid", "S-1-5-18"), at('b').note("sid", "S-1-5-18");
  link(options(seal("abc")));
  Written tables = read();
  EXPECT_EQ(tables.order.size(), 1u);
  EXPECT_EQ(tables.set_aside["sid S-1-5-18"], "well-known value");
}

TEST_F(Linking, BackgroundSetsAsideAndKnowsFiles) {
  set_the_scene();
  Exhibit clean("clean");
  uint64_t manual = clean.file("opt/manual.pdf", "manual");
  clean.feature("email", "lena.private@mailbox.net", clean.file("opt/x.txt", "x"), 0);
  clean.seal(scratch_ / "");
  (void)manual;
  BackgroundOptions build;
  build.references = {{scratch_ / "packs/clean", {}}}, build.temporary = scratch_ / "tmp", build.name = "clean";
  build_background(build, scratch_ / "clean.background");
  Background background(scratch_ / "clean.background");
  EXPECT_EQ(background.sources(), 1u);
  EXPECT_EQ(background.name(), "clean");
  EXPECT_EQ(background.holding("email", "lena.private@mailbox.net"), 1u);
  EXPECT_EQ(background.holding("file_sha256", sha256_hex(as_bytes("manual"))), 1u);
  EXPECT_EQ(background.holding("email", "nobody@mailbox.net"), 0u);
  EXPECT_EQ(read_file(scratch_ / "clean.background").find("lena"), std::string::npos);

  LinkOptions with = options(seal());
  with.backgrounds = {scratch_ / "clean.background"};
  link(with);
  Written tables = read();
  EXPECT_FALSE(tables.scores.count({"exhibit-a", "exhibit-b"}));
  EXPECT_FALSE(tables.scores.count({"exhibit-g", "exhibit-h"}));
  EXPECT_EQ(tables.set_aside["email lena.private@mailbox.net"], "background");
  EXPECT_EQ(tables.set_aside["email dealer3@vendor.net"], "known file");
}

TEST_F(Linking, UnallocatedNeighboursAreOneBundle) {
  for (char c : {'a', 'b'}) {
    at(c).feature("email", "x1@mailbox.net", 0, 50000);
    at(c).feature("email", "x2@mailbox.net", 0, 51000);
    at(c).feature("email", "far@mailbox.net", 0, 900000);
  }
  link(options(seal("abc")));
  Database database(scratch_ / "tmp", 512 * MiB);
  database.attach_links(scratch_ / "links");
  EXPECT_EQ(database.value("SELECT bundles FROM link"), "2");
}

TEST_F(Linking, IdenticalImagesAreCalledSo) {
  exhibits_.clear();
  for (const char* label : {"one", "two"}) {
    exhibits_.emplace_back(label, "the same image");
    exhibits_.back().note("email", "x@mailbox.net");
  }
  auto packs = seal();
  link(options(packs));
  EXPECT_NE(read().innocent.at({"one", "two"}).find("identical"), std::string::npos);
  EXPECT_EQ(link(options({packs[0]})).links, 0u);
  EXPECT_THROW(link(options({packs[0], packs[0]})), Error) << "one label twice";
}

TEST_F(Linking, NoPacksGiveEmptyTables) {
  LinkSummary summary = link(options({}));
  EXPECT_EQ(summary.links, 0u);
  EXPECT_TRUE(read().order.empty());
}

}  // namespace
}  // namespace weft::link
