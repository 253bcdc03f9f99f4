#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "artefacts/testing.h"

namespace weft::artefacts {
namespace {

using testing::HasSubstr;

std::string little(uint64_t value, unsigned width) {
  std::string out;
  for (unsigned i = 0; i < width; ++i) out += char(value >> (8 * i));
  return out;
}

// A compound file of 512-byte sectors: 109 of them are the table that says which sector follows which, directory and
// streams come behind. No stream is small.
class Compound {
 public:
  static constexpr uint32_t tables = 109, sectors = tables * 128, first = tables;

  Compound() : content_((1 + sectors) * 512, '\0') {
    put(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    put(0x1E, little(9, 2) + little(6, 2));
    put(0x30, little(first, 4));
    put(0x3C, little(UINT32_MAX, 4) + little(0, 4) + little(UINT32_MAX, 4));
    for (uint32_t i = 0; i < tables; ++i) put(0x4C + 4 * i, little(i, 4));
  }
  void follow(uint32_t sector, uint32_t next) { put(512 + 4 * size_t(sector), little(next, 4)); }
  void entry(uint32_t sector, unsigned index, std::string_view name, uint8_t type, uint32_t start, uint32_t size) {
    const size_t at = place(sector) + 128 * index;
    for (size_t i = 0; i < name.size(); ++i) content_[at + 2 * i] = name[i];
    put(at + 64, little(2 * name.size() + 2, 2) + char(type));
    put(at + 116, little(start, 4) + little(size, 8));
  }
  void put(size_t at, std::string_view bytes) { content_.replace(at, bytes.size(), bytes); }
  static size_t place(uint32_t sector) { return (size_t(sector) + 1) * 512; }
  const std::string& content() const { return content_; }

 private:
  std::string content_;
};

// Each root's chain was followed.
TEST(ole_document, a_directory_of_nothing_but_roots_that_runs_in_a_circle) {
  Compound file;
  for (uint32_t sector = Compound::first; sector < Compound::sectors; ++sector) {
    file.follow(sector, sector + 1 < Compound::sectors ? sector + 1 : Compound::first);
    for (unsigned i = 0; i < 4; ++i) file.entry(sector, i, "Root Entry", 5, Compound::first, 0);
  }
  const Seconds seconds;
  run(parser_named("ole_document"), "a.doc", file.content());
  EXPECT_LE(seconds.passed(), 1);
}

TEST(ole_document, says_what_it_cut) {
  const std::string author(5000, 'a');
  std::string set = little(0xFFFE, 2) + std::string(22, '\0') + little(1, 4) + std::string(16, '\0') + little(48, 4);
  set += little(0, 4) + little(3, 4) + little(2, 4) + little(32, 4) + little(4, 4) + little(44, 4);
  set += little(8, 4) + little(44, 4);
  set += little(0x1E, 4) + little(4, 4) + "Weir" + little(0x1E, 4) + little(author.size(), 4) + author;
  Compound file;
  file.follow(Compound::first, UINT32_MAX - 1);
  file.entry(Compound::first, 0, "\5SummaryInformation", 2, Compound::first + 1, uint32_t(set.size()));
  for (uint32_t i = 1; i < 20; ++i) file.follow(Compound::first + i, Compound::first + i + 1);
  file.put(Compound::place(Compound::first + 1), set);
  Rows rows = run(parser_named("ole_document"), "a.doc", file.content());
  ASSERT_EQ(records<DocumentRow>(rows).size(), 1u);
  EXPECT_EQ(records<DocumentRow>(rows)[0].title, "Weir");
  EXPECT_EQ(records<DocumentRow>(rows)[0].author, author.substr(0, 4096));
  EXPECT_TRUE(has(rows, "document_author", author.substr(0, 300), "author"));
  ASSERT_EQ(rows.problems().size(), 2u) << listing(rows);
  EXPECT_EQ(rows.problems()[0].what, "a property's text gives its first 4096 bytes: 2, the first here");
  EXPECT_EQ(file.content().substr(rows.problems()[0].at.offset, 5000), author);
  EXPECT_THAT(rows.problems()[1].what, HasSubstr("an author's name"));
}

// What exiftool says of the same files.
TEST(ole_document, real_documents) {
  struct Case {
    const char *path, *author, *last_author, *company, *title, *created;
  };
  const Case cases[] = {
      {"documents/Document.doc", "DAVID NIDES", "Nides", "KPMG", "Table of Context", "2012-12-10T18:38:00Z"},
      {"documents/testWORD.doc", "Keith Bennett", "Nick Burch", "", "Sample Word Document", "2010-11-12T16:22:00Z"},
      {"documents/testEXCEL.xls", "Keith Bennett", "RIBEN9", "", "Simple Excel document", "2007-10-01T16:13:56Z"},
      {"documents/testPPT.ppt", "Keith Bennett", "Keith Bennett", "-", "Sample Powerpoint Slide",
       "2007-09-14T17:33:12Z"},
  };
  for (const Case& it : cases) {
    auto content = evidence(it.path);
    if (!content) GTEST_SKIP() << "no " << it.path << ": set WEFT_EVIDENCE";
    Rows rows = run(parser_named("ole_document"), it.path, *content);
    ASSERT_EQ(records<DocumentRow>(rows).size(), 1u) << it.path;
    const DocumentRow& row = records<DocumentRow>(rows)[0];
    EXPECT_EQ(row.author, it.author);
    EXPECT_EQ(row.last_author, it.last_author);
    EXPECT_EQ(row.company, it.company);
    EXPECT_EQ(row.title, it.title);
    EXPECT_EQ(row.created ? to_text(*row.created).substr(0, 19) + "Z" : "", it.created);
    EXPECT_TRUE(has(rows, "document_author", it.author, "author")) << listing(rows);
    for (const FeatureRow& one : rows.selectors())
      EXPECT_EQ(content->compare(one.offset, one.value.size(), one.value), 0) << it.path << " " << one.value;
  }
}

}  // namespace
}  // namespace weft::artefacts
