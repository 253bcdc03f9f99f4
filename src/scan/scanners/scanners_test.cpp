// The scanners on real evidence and at scale, each alone. What every scanner must do (its examples, page boundaries,
// noise, UTF-16) is tested generically beside the engine.
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>

#include "base/file.h"
#include "scan/scanners/scanners_harness.h"

namespace weft::scan {
namespace {

const Scanner& scanner(std::string_view name) {
  for (const Scanner* each : all_scanners())
    if (each->name == name) return *each;
  throw Error("no scanner " + std::string(name));
}

std::set<std::string> values(const std::vector<Feature>& features, std::string_view kind) {
  std::set<std::string> out;
  for (const Feature& feature : features)
    if (feature.kind == kind) out.insert(feature.value);
  return out;
}

std::string evidence(const std::string& name) {
  const char* folder = std::getenv("WEFT_EVIDENCE");
  return (folder ? std::string(folder) : std::string(WEFT_SOURCE_DIR) + "/../shared/evidence") + "/" + name;
}

TEST(Scanners, EveryExampleHolds) {
  for (const Scanner* each : all_scanners()) {
    Direct direct(*each);
    for (const Example& example : each->examples) {
      std::vector<std::string> found;
      for (const Feature& feature : direct.run(example.text))
        if (feature.kind == example.kind) found.push_back(feature.value);
      std::vector<std::string> expected;
      if (!example.value.empty()) expected.emplace_back(example.value);
      EXPECT_EQ(found, expected) << each->name << ": " << example.text;
    }
  }
}

TEST(Scanners, EveryOneOfFiftyThousandAddressesIsFoundWhateverGluesThem) {
  const std::string_view glue[] = {std::string_view("\0", 1), "\"", "><", "),(", "][", ",", " ", "\r\n", ";", "\t"};
  std::string text;
  for (int i = 0; i < 49994; ++i) text += fmt::format("user{}@company.com{}", i, glue[i % 10]);
  Direct direct(scanner("email"));
  std::vector<Feature> features = direct.run(text);
  EXPECT_EQ(features.size(), 49994u);
  EXPECT_EQ(values(features, "email").size(), 49994u);
  for (const Feature& feature : features)
    EXPECT_EQ(text.substr(feature.begin, feature.end - feature.begin), feature.value);
}

TEST(Scanners, EmailsOfTheNpsDisk) {
  std::string path = evidence("documents/nps-email.txt");
  if (!exists(path)) GTEST_SKIP() << "no evidence: " << path;
  std::set<std::string> found = values(Direct(scanner("email")).run(read_file(path)), "email");
  for (const char* local :
       {"plain_text@textedit", "plain_utf16@textedit", "rtf_text@textedit", "user_doc@microsoftword",
        "user_docx@microsoftword", "xls_cell@microsoft_excel", "xlsx_cell@microsoft_excel", "email_in_zip@zipfile1",
        "email_in_zip_zip@zipfile2", "email_in_gzip@gzipfile", "email_in_gzip_gzip@gzipfile", "ppt_within_doc@document",
        "docx_within_docx@document"})
    EXPECT_TRUE(found.contains(std::string(local) + ".com")) << local;
}

TEST(Scanners, CardsOfTheTestList) {
  std::string path = evidence("documents/ccns.txt");
  if (!exists(path)) GTEST_SKIP() << "no evidence: " << path;
  std::vector<Feature> cards = Direct(scanner("card")).run(read_file(path));
  // All but Dankort's eleven digits, which no card of today has.
  EXPECT_EQ(cards.size(), 17u);
  for (const Feature& card : cards) {
    EXPECT_EQ(card.value.size(), card.secret.size());
    EXPECT_EQ(card.value.find_first_not_of("0123456789*"), std::string::npos);
    EXPECT_EQ(card.value.substr(0, 6), card.secret.substr(0, 6));
  }
}

TEST(Scanners, AnAddressIsEitherMailOrMessageId) {
  std::string header =
      "Received: by mx.example.org\r\nMessage-ID: <20121105.joe@example.com>\r\nReferences: <a.b@example.com>\r\n"
      " <c.d@example.com>\r\n\t<e.f@example.com>\r\nFrom: Joe <joe@example.com>\r\nTo: ann@example.com, "
      "<bob@example.com>\r\n"
      "Subject: Hello\r\n\r\nMail me at joe@example.com.\r\n";
  std::set<std::string> mail = values(Direct(scanner("email")).run(header), "email");
  std::set<std::string> ids = values(Direct(scanner("message_id")).run(header), "message_id");
  std::set<std::string> lines = values(Direct(scanner("mail_header")).run(header), "mail_header");
  EXPECT_EQ(mail, (std::set<std::string>{"joe@example.com", "ann@example.com", "bob@example.com"}));
  EXPECT_EQ(ids, (std::set<std::string>{"20121105.joe@example.com", "a.b@example.com", "c.d@example.com",
                                        "e.f@example.com"}));
  EXPECT_EQ(lines, (std::set<std::string>{"From: Joe <joe@example.com>", "To: ann@example.com, <bob@example.com>",
                                          "Subject: Hello"}));
}

TEST(Scanners, RandomBytesHoldNextToNothing) {
  std::string noise(8 << 20, '\0');
  uint64_t state = 88172645463325252;
  for (char& c : noise) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    c = char(state >> 32);
  }
  for (const Scanner* each : all_scanners()) {
    std::vector<Feature> features = Direct(*each).run(noise);
    EXPECT_LE(features.size(), 1u) << each->name << ": " << features[0].value;
  }
}

}  // namespace
}  // namespace weft::scan
