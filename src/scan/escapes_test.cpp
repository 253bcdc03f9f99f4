// Addresses behind escapes: found, and only where something was hidden.
#include <array>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

// "kind value" of what was found behind escapes.
std::set<std::string> hidden(std::string_view source) {
  std::set<std::string> out;
  for (const Found& found : scan_all(source).features)
    if (found.layers.find("ESCAPED") != std::string::npos) {
      out.insert(std::string(found.kind) + " " + found.value);
      const Layer layer = unpack(as_bytes(source).subspan(found.offset), found.layers, {});
      EXPECT_LT(layer.offset, layer.bytes.size());
    }
  return out;
}

using ::testing::Contains, ::testing::IsEmpty, ::testing::Not;

TEST(Escapes, HideAddresses) {
  for (const char* source :
       {"<a>anna&#64;example.com</a>", "write to anna&#x40;example.com.", "x anna&commat;example&period;com y",
        "&#97;&#110;&#110;&#97;&#64;&#101;&#120;&#97;&#109;&#112;&#108;&#101;&#46;&#99;&#111;&#109;",
        "?to=anna%40example.com&x=1", "text=write+to+anna%40example.com+today", "u%3Danna%40example%2Ecom%26",
        "{\"mail\":\"anna\\u0040example.com\"}", "\"text\\nanna\\u0040example.com\\n\""})
    EXPECT_THAT(hidden(source), Contains("email anna@example.com")) << source;
}

// RTF has letters as bytes of a code page, or as numbers with something for programs that do not know them.
TEST(Escapes, HideLettersOfMailboxes) {
  for (const char* source :
       {"an m\\'fcller.t@example.com\\par", "an m\\u252?ller.t@example.com}", "an m\\u252\\'fcller.t@example.com}",
        "\\'93m\\'fcller.t@example.com\\'94", "{\"mail\":\"m\\u00fcller.t@example.com\"}"}) {
    EXPECT_THAT(hidden(source), Contains("email m\u00fcller.t@example.com")) << source;
    for (const Found& found : scan_all(source).features)
      EXPECT_TRUE(found.kind != "email" || found.value == "m\u00fcller.t@example.com") << source << ": " << found.value;
  }
}

// What RTF writes right in front of a value is no part of it.
TEST(Escapes, OfRtfStandInFrontOfValues) {
  const auto values = [](const std::string& source) {
    std::set<std::string> out;
    for (const Found& found : scan_all(source).features)
      if (found.kind != "domain") out.insert(std::string(found.kind) + " " + found.value);
    return out;
  };
  using ::testing::ElementsAre;
  for (const std::string quote : {"\\'93", "\\u8220\\'93", "\\'ab", "\\'a0", "\\'82\\'cd"}) {
    EXPECT_THAT(values(quote + "q1.k@example.com\\'94"), ElementsAre("email q1.k@example.com")) << quote;
    EXPECT_THAT(values(quote + "+4915123480001\\'94"), ElementsAre("phone +4915123480001")) << quote;
    EXPECT_THAT(values(quote + "10.88.0.4\\'94"), ElementsAre("ipv4 10.88.0.4")) << quote;
    EXPECT_THAT(values(quote + "DE89370400440532013000\\'94"), ElementsAre("iban DE89370400440532013000")) << quote;
    EXPECT_THAT(values(quote + "4012888888881881\\'94"), ElementsAre("card 401288******1881")) << quote;
    EXPECT_THAT(values(quote + "https://example.com/a\\'94"), ElementsAre("url https://example.com/a")) << quote;
  }
}

// A form has spaces as "+", and a "+" as %2B.
TEST(Escapes, OfFormsKeepTagsApartFromSpaces) {
  EXPECT_THAT(hidden("text=to+anna%2Bnews%40example.com+today"), Contains("email anna+news@example.com"));
  EXPECT_THAT(hidden("{\"mail\":\"anna+news\\u0040example.com\"}"), Contains("email anna+news@example.com"));
}

TEST(Escapes, OfOneKindLeaveThoseOfAnotherToTheUrl) {
  const std::string url = "url https://example.org/a?q=My%20place&u=https%3A%2F%2Fexample.com%2Fb";
  for (const char* source : {"{\"u\":\"https:\\/\\/example.org\\/a?q=My%20place&u=https%3A%2F%2Fexample.com%2Fb\"}",
                             "https&#x3A;&#x2F;&#x2F;example.org/a?q=My%20place&amp;u=https%3A%2F%2Fexample.com%2Fb"}) {
    const std::set<std::string> found = hidden(source);
    EXPECT_THAT(found, Contains(url)) << source;
    EXPECT_THAT(found, Not(Contains("url https://example.org/a?q=My"))) << source;
  }
}

// The next column of a row is glued to it.
TEST(Escapes, EndWithTheirColumn) {
  const std::string url = "https://example.org/Login?go=https%3A%2F%2Fexample.com%2Fa%3Fb%3D0", title = "Weather";
  const auto type_of = [](const std::string& text) {
    const size_t type = 13 + 2 * text.size();
    return type < 128 ? std::string{char(type)} : std::string{char(0x80 | type >> 7), char(type & 127)};
  };
  const std::string types = std::string(1, '\0') + type_of(url) + type_of(title) + "\x08";
  const std::string row = char(types.size() + 1) + types + url + title;
  const std::string source = std::string(40, '\0') + char(row.size()) + "\x07" + row + "\x30\x02\x06";
  ASSERT_LT(row.size(), 128u);
  EXPECT_THAT(hidden(source), ::testing::AllOf(Contains("url https://example.com/a?b=0"),
                                               Not(Contains("url https://example.com/a?b=0Weather"))));
}

TEST(Escapes, HideNumbers) {
  for (const char* source :
       {"https://wa.me/?phone=%2B493039723612&text=x", "tel:%2B49%2030%2039723612", "to=%2B49+30+39723612&x",
        "{\"p\":\"\\u002B493039723612\"}", "<p>&#43;49 30 39723612</p>", "<p>&plus;49&nbsp;30&nbsp;39723612</p>"})
    EXPECT_THAT(hidden(source), Contains("phone +493039723612")) << source;
}

// Telephone numbers, IBANs and cards in letters and on web pages, with the signs that a typesetter takes.
TEST(Typeset, NumbersAreFound) {
  const auto found = [](std::string_view source) {
    std::set<std::string> out;
    for (const Found& one : scan_all(source).features) {
      out.insert(std::string(one.kind) + " " + one.value);
      EXPECT_THAT(one.layers, ::testing::StartsWith("-TYPESET")) << source;
      const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
      EXPECT_LT(layer.offset, layer.bytes.size());
    }
    return out;
  };
  using ::testing::ElementsAre;
  for (const char* source : {"Tel. +49\u00a030\u00a039723612", "Tel. +49\u202f30\u202f39723612, as said",
                             "Tel. +49\u201130\u201139723612", "(+49\u201330\u201339723612)",
                             "<td>+49&nbsp;30&nbsp;397&nbsp;236&nbsp;12</td>", "+49&#160;(0)30&ndash;39723612",
                             "Tel. +49\xa0"
                             "30\xa0"
                             "39723612"})
    EXPECT_THAT(found(source), ElementsAre("phone +493039723612")) << source;
  EXPECT_THAT(found("IBAN DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000"),
              ElementsAre("iban DE89370400440532013000"));
  EXPECT_THAT(found("GB29&nbsp;NWBK&nbsp;6016&nbsp;1331&nbsp;9268&nbsp;19"),
              ElementsAre("iban GB29NWBK60161331926819"));
  EXPECT_THAT(found("Card 4539\u20131488\u20130343\u20136467"), ElementsAre("card 453914******6467"));
  for (size_t pad = 30; pad < 60; ++pad)  // the number of twenty digits is none
    EXPECT_THAT(found(",99994111111111111111 " + std::string(pad, 'a') + " 5\u00a06 12345678"), IsEmpty()) << pad;
  EXPECT_THAT(found("1\u00a0234\u00a0567\u00a0890 inhabitants, 1998\u20132004"), IsEmpty());
}

// Behind other things in another layer, where a path leads there.
TEST(Typeset, NumbersInLayersAreFoundAgain) {
  const std::string source = deflated(std::string(1000, 'x') + "\nTel. +49\u00a030\u00a039723612", 31);
  const Results results = scan_all(source);
  ASSERT_EQ(results.features.size(), 1u) << described(results);
  const Found& found = results.features[0];
  EXPECT_THAT(found.layers, ::testing::StartsWith("-GZIP-1001-TYPESET-"));
  EXPECT_EQ(as_text(unpack(as_bytes(source), found.layers, {}).bytes), "Tel. +49 30 39723612");
}

std::string utf16(std::u16string_view text, bool big_endian) {
  std::string out;
  for (char16_t c : text) {
    const char low = char(uint8_t(c & 0xff)), high = char(uint8_t(c >> 8));
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  }
  return out;
}

TEST(Typeset, NumbersInUtf16AreFound) {
  struct Case {
    std::u16string_view source;
    const char* found;
  };
  for (const bool big_endian : {false, true})
    for (const Case& one : {Case{u"Tel. +49\u00a030\u00a039723612", "+493039723612"},
                            {u"Tel. +49\u202f30\u201139723612, as said", "+493039723612"},
                            {u"(+49\u201330\u00a039723612)", "+493039723612"},
                            {u"IBAN DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", "DE89370400440532013000"},
                            {u"Card 4539\u20131488\u20130343\u20136467", "453914******6467"}})
      for (const std::string& around : {std::string(), std::string(8, '\0'), utf16(u"\u0416 \n", big_endian)}) {
        const std::string source = around + utf16(one.source, big_endian) + around;
        const Results results = scan_all(source);
        ASSERT_EQ(results.features.size(), 1u) << one.found << described(results);
        const Found& found = results.features[0];
        EXPECT_EQ(found.value, one.found);
        EXPECT_THAT(found.layers, ::testing::StartsWith("-TYPESET"));
        const Layer layer = unpack(as_bytes(source).subspan(found.offset), found.layers, {});
        EXPECT_LT(layer.offset, layer.bytes.size());
      }
}

// An address book of vCard 2.1: the line says that it is quoted-printable, and has an equals sign in that.
TEST(QuotedPrintable, OfAnAddressBookIsRead) {
  const auto found = [](std::string_view source) {
    std::set<std::string> out;
    for (const Found& one : scan_all(source).features) {
      if (one.layers.find("QP") == std::string::npos) continue;
      out.insert(std::string(one.kind) + " " + one.value);
      const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
      EXPECT_LT(layer.offset, layer.bytes.size());
    }
    return out;
  };
  EXPECT_THAT(
      found("NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=61=6E=6E=61=40=65=78=61=6D=70=6C=65=2E=63=6F=6D\r\n"),
      Contains("email anna@example.com"));
  EXPECT_THAT(found("NOTE;encoding=quoted-printable;charset=utf-8:=\r\n=2B=34=39 30=20=\r\n39723612\r\nTEL:1\r\n"),
              Contains("phone +493039723612"));
}

// In the fields of a mail's head; what is cut into several is one text.
TEST(EncodedWords, AreRead) {
  const auto found = [](std::string_view source) {
    std::set<std::string> out;
    for (const Found& one : scan_all(source).features) {
      if (one.kind == "mail_header" || one.kind == "domain") continue;
      out.insert(std::string(one.kind) + " " + one.value);
      EXPECT_THAT(one.layers, ::testing::StartsWith("-MIMEWORD-")) << source;
      EXPECT_LT(unpack(as_bytes(source).subspan(one.offset), one.layers, {}).offset, source.size());
    }
    return out;
  };
  using ::testing::ElementsAre;
  for (const char* source :
       {"Subject: =?utf-8?Q?Re:_anna=40example.com?=\n", "Subject: =?iso-8859-1?Q?F=FCr_anna@example.com?=\n",
        "From: =?UTF-8?B?YW5uYUBleGFtcGxlLmNvbQ==?= x\n",
        "Subject: =?utf-8?q?an?=\r\n =?utf-8?q?na@exam?= =?utf-8?B?cGxlLmNvbQ==?=\r\n"})
    EXPECT_THAT(found(source), ElementsAre("email anna@example.com")) << source;
  for (const char* source :
       {"=?utf-8?Q?anna=40example.com", "=?utf-8?Q?anna=40 example.com?=", "=?utf-8?B?YW5uYUBleGFtcGxlLmNvb!==?="})
    EXPECT_THAT(found(source), IsEmpty()) << source;
}

// The halves of what a soft break cuts are nothing.
TEST(QuotedPrintable, HalvesAreNotTold) {
  const std::string pad = "Lorem ipsum dolor sit amet, consetetur sadipscing elitr sed d ";
  const auto found = [](std::string_view source) {
    std::set<std::string> out;
    for (const Found& one : scan_all(source).features)
      if (one.kind != "domain") out.insert(std::string(one.kind) + " " + one.value);
    return out;
  };
  using ::testing::ElementsAre;
  for (const std::string& cut : {std::string("=\n"), std::string("=\r\n")}) {
    EXPECT_THAT(found("\n" + pad + "anna.k" + cut + "estrel@example.com bye\nx"),
                ElementsAre("email anna.kestrel@example.com"));
    EXPECT_THAT(found("\n" + pad + "anna@example.co" + cut + "m bye\nx"), ElementsAre("email anna@example.com"));
    EXPECT_THAT(found("\n" + pad.substr(20) + "http://www.example.com/a" + cut + "?b=3D1 x\n"),
                ElementsAre("url http://www.example.com/a?b=1"));
    EXPECT_THAT(found("\n" + pad + "+49 30 3972" + cut + "3612 x\n"), ElementsAre("phone +493039723612"));
  }
}

// "@" is written as =40 by some programs. It counts where what stands around is quoted-printable.
TEST(Escapes, OfQuotedPrintableHideAddresses) {
  const auto found = [](std::string_view source) {
    std::set<std::string> out;
    for (const Found& one : scan_all(source).features)
      if (one.kind == "email") out.insert(one.value);
    return out;
  };
  const std::string cut = "A line that an encoder cuts after some seventy signs, as it does with all of =\nthem\n";
  EXPECT_THAT(found(cut + "write to anna=40example.com today\n"), Contains("anna@example.com"));
  EXPECT_THAT(found("Content-Transfer-Encoding: Quoted-Printable\r\n\r\nanna.b=40example.com\r\n"),
              Contains("anna.b@example.com"));
  EXPECT_THAT(found("On Monday, anna=40example.com wrote:\n" + cut), Contains("anna@example.com"));
  EXPECT_THAT(found("?width=40example.com&height=40px\n"), IsEmpty()) << "no quoted-printable around";
  EXPECT_THAT(found(cut + "?width=40example.com&u=x\n"), IsEmpty()) << "an equals sign that stands for itself";
}

TEST(Escapes, HideLetters) {
  const Rules rules({}, decoders(),
                    Lists{{{"list", "\u043f\u0430\u0440\u043e\u043b\u044c\nm\u00fcller\n\u6771\u4eac\n"}}, {}});
  const auto words = [&](std::string_view source) {
    Scan scan(rules, {});
    NoWatch watch;
    Results results;
    scan.page({as_bytes(source), 0, source.size(), 0}, {}, watch, results);
    std::vector<std::string> out;
    for (const Found& found : results.features) {
      out.push_back(found.value);
      const Layer layer = unpack(as_bytes(source).subspan(found.offset), found.layers, {});
      EXPECT_LT(layer.offset, layer.bytes.size());
    }
    return out;
  };
  using ::testing::ElementsAre;
  for (const char* source :
       {R"({"t":"\u0434\u0430\u0439 \u043f\u0430\u0440\u043e\u043b\u044c \u0441\u0435\u0439"})",
        R"("\n\u043F\u0430\u0440\u043E\u043B\u044C\n")",
        "?q=%D0%B4%D0%B0%D0%B9+%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C&x=1",
        "<p>&#1087;&#1072;&#1088;&#1086;&#1083;&#1100;</p>", "&#x43f;&#x430;&#x440;&#x43e;&#x43b;&#x44c;"})
    EXPECT_THAT(words(source), ElementsAre("\u043f\u0430\u0440\u043e\u043b\u044c")) << source;
  for (const char* source : {R"("Frau M\u00fcller kommt")", R"("Hallo\nM\u00FCller")", "q=Frau%20M%C3%BCller",
                             "q=Frau+M%c3%bcller&", "Herr M&#252;ller", R"(x = 'M\u00fcller')"})
    EXPECT_THAT(words(source), ElementsAre("m\u00fcller")) << source;
  EXPECT_THAT(words(R"(\u6771\u4eac)"), ElementsAre("\u6771\u4eac"));
  EXPECT_THAT(words(R"("M\u00fcllers", "xM\u00fcller")"), IsEmpty());
}

// A value right behind an escape that ends in a letter or digit.
TEST(Values, BehindEscapesAreFound) {
  for (const auto& [kind, value, found] :
       {std::array{"phone", "+4915123456789", "+4915123456789"},
        {"iban", "DE89370400440532013000", "DE89370400440532013000"},
        {"iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"},
        {"card", "4532015112830366", "453201******0366"},
        {"card", "4532 0151 1283 0366", "453201******0366"},
        {"ipv4", "203.0.113.77", "203.0.113.77"},
        {"ipv6", "2a02:8109:9ac0::1", "2a02:8109:9ac0::1"},
        {"mac", "00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e"},
        {"uuid", "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"},
        {"sid", "S-1-5-21-1004336348-1177238915-682003330-512", "S-1-5-21-1004336348-1177238915-682003330-512"},
        {"bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
        {"bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
        {"ethereum", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
        {"email", "anna@example.com", "anna@example.com"},
        {"url", "www.example.com/a", "http://www.example.com/a"}})
    for (const char* escape : {R"(\n)", R"(\t)", R"(\r\n)", R"(\\n)", R"(\x00)", R"(\x0a)", R"(\u000a)", R"(\u003c)",
                               "%20", "%3C", "\x1b(B", "\x1b(J", "\x1b$B!%\x1b(B"}) {
      const bool in_url = *escape == '%' && kind != std::string_view("url");
      const std::string source = std::string("\"note") + escape + value + (in_url ? "%2022\"" : "\"");
      std::set<std::string> all;
      for (const Found& one : scan_all(source).features) all.insert(std::string(one.kind) + " " + one.value);
      EXPECT_THAT(all, Contains(std::string(kind) + " " + found)) << source;
      if (kind != std::string_view("email") && kind != std::string_view("url")) {
        EXPECT_EQ(all.size(), 1u) << source;
      }
    }
}

TEST(Values, InPathsAreNotTakenForEscaped) {
  const Rules rules({}, {}, Lists{{{"list", "est\node\n"}}, {}});
  const auto words = [&](std::string_view source) {
    Scan scan(rules, {});
    NoWatch watch;
    Results results;
    scan.page({as_bytes(source), 0, source.size(), 0}, {}, watch, results);
    return results.features.size();
  };
  for (const char* source :
       {R"(C:\test)", R"("C:\\test")", R"(\\server\node\)", R"(HKLM\Software\node)", R"(file C:\Users\test\node)"})
    EXPECT_EQ(words(source), 0u) << source;
  for (const char* source : {R"("l'\u00e9tat\nest")", R"('1.\r\node 2.')", R"("ok:\\node")"})
    EXPECT_EQ(words(source), 1u) << source;
}

TEST(Escapes, HideUrls) {
  for (const char* source : {"{\"u\":\"https:\\/\\/example.org\\/a\\/b?c=1\"}",
                             "http://t.example.net/?to=https%3A%2F%2Fexample.org%2Fa%2Fb%3Fc%3D1&next=2",
                             "r=https%253A%252F%252Fexample.org%252Fa%252Fb%253Fc%253D1",
                             "<a href=\"https:&#x2F;&#x2F;example.org&#x2F;a&#x2F;b?c&#x3D;1\">",
                             "https&#58;&#47;&#47;example&#46;org&#47;a&#47;b&#63;c&#61;1 "})
    EXPECT_THAT(hidden(source), Contains("url https://example.org/a/b?c=1")) << source;
}

TEST(Escapes, ThatHideNothingAreLeft) {
  for (const char* source :
       {"&#64; alone, %40 alone, \\u0040, %3A%2F%2F, :\\/\\/", "width=100%40px", "a regex: [^:]:\\/\\/.*"})
    EXPECT_THAT(hidden(source), IsEmpty()) << source;
}

}  // namespace
}  // namespace weft::scan
