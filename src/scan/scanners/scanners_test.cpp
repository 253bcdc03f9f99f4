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

// A row as the file format has it: header length, serial types, columns. Numbers are given as their serial types.
std::string sqlite_row(const std::vector<std::pair<unsigned, std::string>>& columns) {
  std::string types, body;
  for (const auto& [type, value] : columns) {
    if (type > 0x7F) types += char(0x80 | (type >> 7));
    types += char(type & 0x7F);
    body += value;
  }
  return char(types.size() + 1) + types + body;
}
std::pair<unsigned, std::string> text_column(const std::string& text) {
  return {unsigned(13 + 2 * text.size()), text};
}

TEST(Scanners, UrlsInRowsOfADatabaseEndWithTheirColumn) {
  Direct direct(scanner("url"));
  const std::string page(40, '\0'), next("\x30\x02\x06http://next.example.net/Next", 31);
  for (const std::string& url :
       {std::string("http://example.org/a"), std::string("http://www.example.org"),
        std::string("https://example.org:8080"),
        std::string("http://example.org/search?q=a+long+question+that+needs+two+bytes+to+say+how+long+it+is")})
    for (const std::string& title : {std::string("Weather"), std::string("4 results"), std::string("/x"),
                                     std::string("http://example.com/y"), std::string()}) {
      // The places table of a browser (key, address, title, numbers), and a table whose address comes third.
      const std::string places = sqlite_row({{0, ""}, text_column(url), text_column(title), {1, "\x02"}, {9, ""}});
      const std::string third =
          sqlite_row({{0, ""}, text_column("abc"), text_column(url), text_column(title), {8, ""}});
      for (const std::string& row : {places, third}) {
        std::set<std::string> found = values(direct.run(page + row + next), "url");
        EXPECT_TRUE(found.contains(url)) << url << " before " << title;
      }
    }
  // What only looks like a header is none: no number in front, or the column would begin elsewhere.
  for (std::string_view text : {std::string_view("\x05\x31\x35\x1b\x1bhttp://example.org/abcd/e", 31),
                                std::string_view("\x05\x00\x0f\x35\x1bhttp://example.org/abcd/e", 31)})
    EXPECT_EQ(values(direct.run(text), "url"), std::set<std::string>{"http://example.org/abcd/e"});
}

// What bulk_extractor 2.2 misses or finds amiss on the same kinds of evidence, measured.
TEST(Scanners, FindWhatIsKnownToBeMissed) {
  struct {
    std::string_view scanner, kind, text, value;
  } const known[] = {
      {"email", "email", "write to a@example.com.", "a@example.com"},
      {"email", "email", "or jo@example.com, please", "jo@example.com"},
      {"email", "email", "Mail j.d@example.com. The rest", "j.d@example.com"},
      {"email", "email", "Subject: Re: joe@example.com", "joe@example.com"},
      {"email", "email", "Cookie: user=joe@example.com; a=b", "joe@example.com"},
      {"email", "email", "o'brien@example.com", "o'brien@example.com"},
      {"email", "email", "<o'brien@example.com>", "o'brien@example.com"},
      {"email", "email", "j\xC3\xBCrgen@example.de", "j\xC3\xBCrgen@example.de"},
      {"email", "email",
       "joe@b\xC3\xBC"
       "cher.de",
       "joe@b\xC3\xBC"
       "cher.de"},
      {"email", "email", "joe@xn--bcher-kva.de",
       "joe@b\xC3\xBC"
       "cher.de"},
      {"email", "email", "joe@\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80.\xD1\x80\xD1\x84",
       "joe@\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80.\xD1\x80\xD1\x84"},
      {"url", "url", "ftp://ftp.example.org/a.zip", "ftp://ftp.example.org/a.zip"},
      {"url", "url", "at www.example.org, or", "http://www.example.org"},
      {"url", "url", "http://[2001:db8::7]/v6", "http://[2001:db8::7]/v6"},
      {"url", "url", "http://m\xC3\xBCnchen.de/", "http://m\xC3\xBCnchen.de/"},
      {"phone", "phone", "Tel.: 0049 89 32168123", "+498932168123"},
      {"phone", "phone", "Tel. +33 1 42 68 53 00", "+33142685300"},
      {"phone", "phone", "+44 (0)20 7946 0958", "+442079460958"},
      {"phone", "phone", "+7 (495) 123-45-67", "+74951234567"},
      {"phone", "phone", "+86 10 6552 9988", "+861065529988"},
      {"phone", "phone", "(303) 497-3000 x123", "+13034973000"},
  };
  for (const auto& one : known)
    EXPECT_EQ(values(Direct(scanner(one.scanner)).run(one.text), one.kind),
              std::set<std::string>{std::string(one.value)})
        << one.text;
}

TEST(Scanners, RefuseWhatIsKnownToBeTakenForFeatures) {
  const std::string_view text[] = {
      // versions, packages, files, symbols
      "libc6 1.7.10.1", "Version: 2.4.10.2", "foo_1.7.10.1_amd64.deb", "foo@2x.png", "icon@3x.jpg", "pkg@1.2.3",
      "left-pad@1.3.0.tgz", "react@18.2.0", "memcpy@@GLIBC_2.14", "getty@tty1.service", "@types/node@20.1.0", "a@b.c",
      // hashes, object ids, limits
      "d41d8cd98f00b204e9800998ecf8427e", "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "1.3.6.1.4.1.311.21.20",
      "1.2.840.113549.1.9.16.1.4", "2.5.29.15", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
      "2147483647", "4294967295", "ObjectId(\"4d6e5acebcd1b3fac9000002\")", "4111111111111111111111",
      // numbers of clauses, dates, times
      "clause 4.3.2.1", "see 10.3.2.5 and 10.3.2.6", "3.1.4.2 Requirements", "1999-12-31 23:59:59", "20121105100000",
      "1351000000000", "2012-11-05T10:00:00.0000000Z", "12:34:56:78", "0x00007ffe12345678", "ISBN 0-306-40615-2",
      "ISBN 978-0-306-40615-7", "EAN 4006381333931", "0.30000000000000004", "3.14159265358979323846", "6.02214076e+23",
      "305-12-4567", "12/31/1999 11:59"};
  for (const Scanner* each : all_scanners()) {
    Direct direct(*each);
    for (std::string_view one : text) {
      std::string found;
      for (const Feature& feature : direct.run(one)) found += feature.kind + " " + feature.value + "\n";
      EXPECT_EQ(found, "") << each->name << ": " << one;
    }
  }
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
