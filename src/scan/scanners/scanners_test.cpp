// The scanners on real evidence and at scale, each alone. What every scanner must do (its examples, page boundaries,
// noise, UTF-16) is tested generically beside the engine.
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>

#include "base/file.h"
#include "scan/scanners/scanners_harness.h"
#include "scan/scanners/validate/base64.h"

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

// The row as it lies in a table: its size and its number in front.
std::string cell(const std::string& row, const std::string& number = "\x07") {
  std::string size;
  if (row.size() > 0x7F) size += char(0x80 | (row.size() >> 7));
  return size + char(row.size() & 0x7F) + number + row;
}
// What deleting it leaves: where the next free block is and how long this one is, over the first four bytes.
std::string deleted(std::string cell) {
  const std::string start{'\x01', '\xf4', char(cell.size() >> 8), char(cell.size())};
  return cell.replace(0, 4, start);
}

TEST(Scanners, AddressesInRowsOfADatabaseAreTheirColumnAlone) {
  const std::string row = sqlite_row({{1, "\x2a"}, text_column("snakesolid"), text_column("eqn@example.com"), {0, ""}});
  auto found = [](const std::string& text) { return values(Direct(scanner("email")).run(text), "email"); };
  EXPECT_EQ(found(cell(row)), std::set<std::string>{"eqn@example.com"});
  // A column that goes on as an address could, and one that would make it none.
  for (const std::string& next : {std::string("9BBC69AE-9F27com.apple"), std::string("abc"), std::string("@x.org")})
    EXPECT_EQ(found(cell(sqlite_row({{0, ""}, text_column("eqn@example.com"), text_column(next)}))),
              std::set<std::string>{"eqn@example.com"})
        << next;
  // Of an index, where the size alone stands in front.
  EXPECT_EQ(found(cell(sqlite_row({text_column("eqn@example.com"), {1, "a"}}), "")),
            std::set<std::string>{"eqn@example.com"});
  // Whose numbers are all 1, which takes no bytes and whose type is a tab.
  for (const std::string& number : {std::string("\x07"), std::string("\x81\x07"), std::string("\x16")})
    EXPECT_EQ(found(cell(sqlite_row({text_column("Bob"), text_column("eqn@example.com"), {9, ""}, text_column("Com")}),
                         number)),
              std::set<std::string>{"eqn@example.com"});
  EXPECT_EQ(found(cell(sqlite_row({{9, ""}, text_column("Bob"), text_column("eqn@example.com"), {8, ""}}))),
            std::set<std::string>{"eqn@example.com"});
  EXPECT_EQ(found("\x05\tname\teqn@example.com\tnext\t"), std::set<std::string>{"eqn@example.com"});
  // Without the size in front the header may be an accident: nothing is cut.
  EXPECT_EQ(found("\x01\x07" + row), std::set<std::string>{"snakesolideqn@example.com"});
}

TEST(Scanners, DeletedRowsAreReadToo) {
  auto found = [](const std::string& text) { return values(Direct(scanner("email")).run(text), "email"); };
  const std::string name(100, 'n'), front(2, '\0');
  const std::string row =
      sqlite_row({{0, ""}, {1, "\x2a"}, text_column(name), text_column("eqn@example.com"), text_column("Com")});
  // A size of one byte, where the first type is lost as well, that of the key, which is NULL.
  const std::string small = sqlite_row({{0, ""}, {1, "\x2a"}, text_column("name"), text_column("eqn@example.com")});
  const std::string next = cell(sqlite_row({{0, ""}, text_column("next")}), "\x08");
  const std::string page("\x0d\0\0\0\x01\x0f\x80\0\x0f\x80\0\0", 12);
  for (const std::string& behind : {next, page}) {
    // Numbers of one byte to four: the header's length is lost with the first, not with the others.
    for (const std::string& number : {std::string("\x07"), std::string("\x81\x07"), std::string("\x81\x81\x07")})
      EXPECT_EQ(found(front + deleted(cell(row, number)) + behind), std::set<std::string>{"eqn@example.com"})
          << number.size();
    EXPECT_EQ(found(front + deleted(cell(small)) + behind), std::set<std::string>{"eqn@example.com"});
  }
  // A block that the row does not fill is not that row's; nor is it one that nothing known follows. The column in front
  // is too long for a name.
  std::string longer = deleted(cell(row));
  ++longer[3];
  for (const std::string& text : {longer + "b" + page, deleted(cell(row)) + "behind the row"})
    EXPECT_EQ(found(front + text), std::set<std::string>{});
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
      // The places table of a browser (key, address, title, numbers), a table whose address comes far behind, one with
      // a number of nine bytes, and one where more text stands in front of the address.
      const std::string far(400, 'f'), wide("\x84\xcf\xe2\xa5\x93\x85\xad\xe0\xff");
      const std::string places = sqlite_row({{0, ""}, text_column(url), text_column(title), {1, "\x02"}, {9, ""}});
      const std::string third = sqlite_row({{0, ""}, text_column(far), text_column(url), text_column(title), {8, ""}});
      const std::string tweet = sqlite_row({{0, ""}, text_column("see " + url), text_column(title), {8, ""}});
      for (const std::string& row : {cell(places), cell(third), cell(places, wide), cell(tweet)}) {
        std::set<std::string> found = values(direct.run(page + row + next), "url");
        EXPECT_TRUE(found.contains(url)) << url << " before " << title;
      }
    }
  // Nor do terms and names run on into the title.
  const std::string asked = "https://www.google.com/search?q=blue+car", name = "http://www.facebook.com/joe.bloggs";
  EXPECT_EQ(values(Direct(scanner("search")).run(cell(sqlite_row({{0, ""}, text_column(asked), text_column("Blue")}))),
                   "search"),
            std::set<std::string>{"google: blue car"});
  EXPECT_EQ(values(Direct(scanner("handle")).run(cell(sqlite_row({{0, ""}, text_column(name), text_column("Joe")}))),
                   "handle"),
            std::set<std::string>{"facebook:joe.bloggs"});
  // What only looks like a header is none: no number, no size in front, or the column would begin elsewhere. The last
  // is the end of a floating-point number and of another, between two addresses.
  for (std::string_view text : {std::string_view("\x05\x31\x35\x1b\x1bhttp://example.org/abcd/e", 31),
                                std::string_view("\x05\x00\x0f\x35\x1bhttp://example.org/abcd/e", 31),
                                std::string_view("\x0a\x35@BH\x94\xc0\x00\x8b\x96http://example.org/abcd/e", 36)})
    EXPECT_EQ(values(direct.run(text), "url"), std::set<std::string>{"http://example.org/abcd/e"});
}

TEST(Scanners, StringsInCertificatesEndWhereTheySay) {
  Direct urls(scanner("url")), mail(scanner("email"));
  const std::string url = "http://example.org/list.crl",
                    address = "joe.bloggs.the.second.of.that.name@mail.example.com";
  for (const char tag : {'\x16', '\x86'})
    for (const std::string& behind : {std::string("0f\x06"), std::string("0\x0d"), std::string("1\x0b"), std::string()})
      EXPECT_EQ(values(urls.run(std::string{tag, char(url.size())} + url + behind), "url"), std::set<std::string>{url});
  const std::string longer = "http://example.org/" + std::string(150, 'a');
  EXPECT_EQ(values(urls.run("\x86\x81" + std::string(1, char(longer.size())) + longer + "0\x06"), "url"),
            std::set<std::string>{longer});
  // Nothing is cut that does not end with an element, nor inside of the host.
  EXPECT_EQ(values(urls.run("\x16\x14http://example.org/list"), "url"),
            std::set<std::string>{"http://example.org/list"});
  EXPECT_EQ(values(urls.run("\x16\x0chttp://exam0ple.org/list"), "url"),
            std::set<std::string>{"http://exam0ple.org/list"});
  // The length of an address of 48 signs or more is itself a sign of an address.
  EXPECT_EQ(values(mail.run(std::string{'\x16', char(address.size())} + address + "0\x1d"), "email"),
            std::set<std::string>{address});
  EXPECT_EQ(values(mail.run("\x16"
                            "3joe@example.com0"),
                   "email"),
            std::set<std::string>{"3joe@example.com"});
}

TEST(Scanners, ANameOneLogsInWithIsNoAddress) {
  EXPECT_TRUE(values(Direct(scanner("email")).run("https://joe%40example.com@dav.example.org/"), "email").empty());
}

TEST(Scanners, CertificatesAndRsaKeysByWhatToolsPrint) {
  const std::string certificate(as_text(
      from_base64("MIICDDCCAXWgAwIBAgIUO/vTsnz4avJNMv/Ac8rxM4TGfyQwDQYJKoZIhvcNAQELBQAwFzEVMBMGA1UEAwwMd2VmdC5leGFtcGxl"
                  "MCAXDTI2MTEyNDIwMjcyMFoYDzIwNTEwNzE2MjAyNzIwWjAXMRUwEwYDVQQDDAx3ZWZ0LmV4YW1wbGUwgZ8wDQYJKoZIhvcNAQEB"
                  "BQADgY0AMIGJAoGBAMKmqmd3B6PolF8y9OrN3izv+xUm94jGAKnhJAkRLkT0qzBpvT1TtI2tqzblOVTAqoKlHMSm6X5nAb8ZgyXW"
                  "PBk05LFQLr9vUP90W7HI/rjCN0R7UY5Y+qmMEmnADfYS0nrR3++QE9eMY1WahC7Sl0/9Gd7L4Hh05Jtmq41TaKDPAgMBAAGjUzBR"
                  "MB0GA1UdDgQWBBSqMACn0ORuTOgIYl+3bHQfo5vDVDAfBgNVHSMEGDAWgBSqMACn0ORuTOgIYl+3bHQfo5vDVDAPBgNVHRMBAf8E"
                  "BTADAQH/MA0GCSqGSIb3DQEBCwUAA4GBAK7PKjx3pYENA8qbv9s2u+NuhJehH0fe7unQuSvGSeVP5HIJCx52uY+oh6QfbYvLBIns"
                  "Z9LfMIe/pY/DG4Sg03p63ljWAg0TZsAFouyVCE7TLOFL1y1s5bCrkSqSGr/NRvb9e+BfgSFU5x82w/eKdzeKmasOfpvm2PgIYVXt"
                  "oIII",
                  2000, false)
          .bytes));
  Direct direct(scanner("der"));
  for (const std::string& before : {std::string(), std::string("\x30\x82", 2), std::string(100, '\0')})
    EXPECT_EQ(values(direct.run(before + certificate + "behind"), "certificate"),
              (std::set<std::string>{"ed335106c3139f08fa5e41291421f99fd0f3e48fcbc2941bcafe8c35e885458e"}));
  EXPECT_TRUE(direct.run(certificate.substr(0, certificate.size() - 1)).empty());
  std::string longer = certificate;
  ++longer[3];
  EXPECT_TRUE(direct.run(longer + "behind").empty());

  // The public numbers are those of a real key; the private ones are filler of the right lengths.
  const std::string modulus(as_text(
      from_hex("c2a6aa677707a3e8945f32f4eacdde2ceffb1526f788c600a9e12409112e44f4ab3069bd3d53b48dadab36e53954c0aa82a5"
               "1cc4a6e97e6701bf198325d63c1934e4b1502ebf6f50ff745bb1c8feb8c237447b518e58faa98c1269c00df612d27ad1dfef"
               "9013d78c63559a842ed2974ffd19decbe07874e49b66ab8d5368a0cf")));
  auto integer = [](const std::string& bytes) {
    const std::string value = uint8_t(bytes[0]) & 0x80 ? std::string(1, '\0') + bytes : bytes;
    return (value.size() < 0x80 ? "\x02" + std::string(1, char(value.size()))
                                : "\x02\x81" + std::string(1, char(value.size()))) +
           value;
  };
  std::string numbers = integer(std::string(1, '\0')) + integer(modulus) + integer(std::string("\1\0\1", 3)) +
                        integer(std::string(128, '\x41'));
  for (int i = 0; i < 5; ++i) numbers += integer(std::string(64, '\x43'));
  const std::string key = "\x30\x82" + std::string{char(numbers.size() >> 8), char(numbers.size())} + numbers;
  EXPECT_EQ(values(direct.run("memory" + key + "memory"), "private_key"),
            (std::set<std::string>{"2e846f2727aacff721417f3d1acea5244f8108558f9fc52f1d5907fff5e9352a"}));
  EXPECT_TRUE(direct.run(key.substr(0, key.size() - 1)).empty());
  // What is shown around the feature is public.
  for (const Feature& each : direct.run(key)) EXPECT_LE(each.end + 16, key.find(modulus) + modulus.size());
}

TEST(Scanners, PacketsByTheirChecksums) {
  // A question to a name server over IPv6, in its frame, with the checksum of UDP.
  auto frame = [](uint16_t checksum) {
    std::string out("\x00\x1b\x63\x84\x45\xe6\x00\x0c\x29\xab\xcd\x3e\x86\xdd\x60\x00\x00\x00\x00\x0c\x11\x40", 22);
    const std::string source("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
    std::string destination = source;
    destination.back() = '\x02';
    return out + source + destination + std::string("\xd0\x03\x00\x35\x00\x0c", 6) + char(checksum >> 8) +
           char(checksum) + "mail";
  };
  Direct direct(scanner("packet"));
  const std::string_view datagram(
      "\x00\x1b\x63\x84\x45\xe6\x00\x0c\x29\xab\xcd\x3e\x08\x00\x45\x00\x00\x20\x12\x34\x40\x00\x40\x11\xa5\x3d"
      "\xc0\xa8\x01\x0a\xc0\xa8\x01\x01\xd0\x03\x00\x35\x00\x0c\x00\x00mail",
      46);
  EXPECT_EQ(values(direct.run(datagram), "flow"), std::set<std::string>{"udp 192.168.1.10:53251 > 192.168.1.1:53"});
  EXPECT_EQ(values(direct.run(datagram), "mac"), (std::set<std::string>{"00:1b:63:84:45:e6", "00:0c:29:ab:cd:3e"}));
  const std::string_view capture(
      "\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x01\x00\x00\x00\x01\x02"
      "\x03\x04\x00\x00\x00\x00\x3c\x00\x00\x00\x3c\x00\x00\x00",
      40);
  EXPECT_EQ(values(direct.run(capture), "capture"), std::set<std::string>{"pcap, link type 1"});
  EXPECT_EQ(values(direct.run(frame(0xfd5a) + "behind"), "flow"),
            std::set<std::string>{"udp [2001:db8::1]:53251 > [2001:db8::2]:53"});
  EXPECT_TRUE(values(direct.run(frame(0xfd5b) + "behind"), "flow").empty());
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

TEST(Scanners, NumbersOfSectionsCountUpAndHostsDoSoLineByLine) {
  Direct direct(scanner("ip"));
  const std::string title = " scale\nIt multiplies a number by\nanother one.\n";
  EXPECT_EQ(values(direct.run("\n10.3.15.2" + title + "10.3.15.3" + title + "10.3.15.4" + title), "ipv4").size(), 0u);
  EXPECT_EQ(values(direct.run("\n10.3.15.2 alpha\n10.3.15.3 beta\n# the third\n10.3.15.4 gamma\n"), "ipv4").size(), 3u);
}

TEST(Scanners, ColumnsOfVersionsAndOfHosts) {
  Direct direct(scanner("ip"));
  const auto found = [&](std::string_view text) { return values(direct.run(text), "ipv4"); };
  EXPECT_EQ(found("a\t1.0.2\t2019\nb\t3.1.189.1\t2020\nc\t0.9\t2021\n"), std::set<std::string>{});
  EXPECT_EQ(found("a\t5.6.7.108\t2019\nb\t3.1.189.1\t2020\nc\t-\t2021\n"),
            (std::set<std::string>{"5.6.7.108", "3.1.189.1"}));
  EXPECT_EQ(found("4.0.100.8 4.0.100.9 4.0.101 4.0.101.1"), std::set<std::string>{});
  EXPECT_EQ(found("10.0.100.8 10.0.100.9 10.0.101.1"),
            (std::set<std::string>{"10.0.100.8", "10.0.100.9", "10.0.101.1"}));
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
