// Bytes written as letters: base64 in its variants, hex, uuencode, yEnc, and the letters of PDF.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <zlib.h>

#include "base/error.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::IsEmpty;

// Of every e-mail address, the address of the feature with the last number left out.
std::set<std::string> emails(const Results& results, std::string_view layers) {
  std::set<std::string> out;
  for (const Found& f : results.features)
    if (f.kind == "email" && f.layers.starts_with(layers)) out.insert(f.value);
  return out;
}

std::set<std::string> planted() {
  std::set<std::string> out;
  for (int i = 0; i < 20; ++i) out.insert(fmt::format("planted.{}@example.com", i));
  return out;
}
std::string letters() {
  std::string out;
  for (int i = 0; i < 20; ++i)
    out += fmt::format("Dear {}: write to planted.{}@example.com{}\n", i * 7919, i,
                       i % 4 == 2 ? "\xc3\xbf\xc3\xbe~?\x3f>>" : "");
  return out;
}

std::string base64(std::string_view text, size_t line, std::string_view line_break) {
  constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  size_t column = 0;
  for (size_t i = 0; i < text.size(); i += 3) {
    if (column == line) out += line_break, column = 0;
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < text.size() ? uint8_t(text[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += i + k > text.size() ? '=' : signs[bits >> (18 - 6 * k) & 63];
    column += 4;
  }
  return out;
}
// In lines of any length, as a field of a header is folded.
std::string folded(std::string signs, size_t first, size_t line) {
  for (size_t at = first; at < signs.size(); at += line + 3) signs.insert(at, "\r\n ");
  return signs;
}
std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}
std::string hex(std::string_view text, size_t line, bool upper = false) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && i % line == 0) out += '\n';
    out += upper ? fmt::format("{:02X}", uint8_t(text[i])) : fmt::format("{:02x}", uint8_t(text[i]));
  }
  return out;
}
std::string uuencoded(std::string_view text) {
  std::string out = "begin 644 letters.txt\n";
  auto sign = [](unsigned value) { return char(value == 0 ? '`' : value + 0x20); };
  for (size_t i = 0; i < text.size(); i += 45) {
    const std::string_view line = text.substr(i, 45);
    out += sign(unsigned(line.size()));
    for (size_t k = 0; k < line.size(); k += 3) {
      uint32_t bits = 0;
      for (size_t n = 0; n < 3; ++n) bits = bits << 8 | (k + n < line.size() ? uint8_t(line[k + n]) : 0);
      for (unsigned shift : {18u, 12u, 6u, 0u}) out += sign(bits >> shift & 63);
    }
    out += '\n';
  }
  return out + "`\nend\n";
}
std::string yenc(std::string_view text) {
  std::string out = fmt::format("=ybegin line=128 size={} name=letters.txt\r\n", text.size());
  size_t column = 0;
  for (char c : text) {
    const auto byte = uint8_t(uint8_t(c) + 42);
    if (byte == 0 || byte == '\n' || byte == '\r' || byte == '=')
      out += '=', out += char(uint8_t(byte + 64)), ++column;
    else
      out += char(byte);
    if (++column >= 128) out += "\r\n", column = 0;
  }
  return out + "\r\n=yend size=1\r\n";
}
std::string pdf_stream(std::string_view filters, std::string_view data) {
  return fmt::format("%PDF-1.3\n4 0 obj\n<< /Filter {} /Length {} >>\nstream\n{}\nendstream\nendobj\n", filters,
                     data.size(), data);
}

struct Disguise {
  const char* name;
  std::string text;
  std::string layers;
};
std::vector<Disguise> disguises() {
  const std::string text = letters(), plain = base64(text, size_t(-1), ""), lined = base64(text, 76, "\n");
  EXPECT_NE(plain.find('/'), std::string::npos);
  EXPECT_NE(plain.find('+'), std::string::npos);
  return {
      {"base64", plain, "-BASE64-"},
      {"base64 for URLs", replaced(replaced(plain, "+", "-"), "/", "_"), "-BASE64-"},
      {"base64 in lines", lined, "-BASE64-"},
      {"base64 in a folded field", "X-Data: " + folded(plain, 47, 54) + "\r\nX-Next: b\r\n", "-BASE64-"},
      {"base64 in a field that begins with a fold", "X-Data:\r\n\t" + folded(plain, 54, 54) + "\r\nX-Next: b\r\n",
       "-BASE64-"},
      {"base64 behind numbers in a folded field",
       "X-Data: " +
           folded(base64(std::string("\0\x01\xf7\x08\0\0\x0f\0\0\x03\x85\xfe\x9c", 13) + text, size_t(-1), ""), 60,
                  70) +
           "\r\nX-Next: b\r\n",
       "-BASE64-"},
      {"base64 in a data: URI", "url(data:text/plain;base64," + plain + ")", "-BASE64-"},
      {"base64 in JSON", "{\"body\":\"" + replaced(plain, "/", "\\/") + "\"}", "-BASE64-"},
      {"base64 in careful JSON", "{\"body\":\"" + replaced(replaced(plain, "+", "\\u002B"), "/", "\\/") + "\"}",
       "-BASE64-"},
      {"base64 lines in JSON", "{\"body\":\"" + replaced(lined, "\n", "\\n") + "\\n\"}", "-BASE64-"},
      {"base64 lines in JSON behind a break", "{\"body\":\"text\\r\\n\\r\\n" + replaced(lined, "\n", "\\r\\n") + "\"}",
       "-BASE64-"},
      {"base64 in a URL", "http://example.org/?q=" + replaced(replaced(plain, "+", "%2B"), "/", "%2F") + "&a",
       "-BASE64-"},
      {"hex", "X'" + hex(text, size_t(-1)) + "'", "-HEX-"},
      {"hex in capitals", hex(text, size_t(-1), true), "-HEX-"},
      {"hex in lines", hex(text, 30), "-HEX-"},
      {"uuencode", uuencoded(text), "-UU-"},
      {"yEnc", yenc(text), "-YENC-"},
      {"ASCII85 in PDF", pdf_stream("[/ASCII85Decode]", ascii85(text)), "-PDF-"},
      {"ASCII85 and Flate in PDF", pdf_stream("[ /ASCII85Decode /FlateDecode ]", ascii85(zlibbed(text))), "-PDF-"},
      {"ASCIIHex in PDF", pdf_stream("/ASCIIHexDecode", hex(text, 40) + ">"), "-HEX-"},
      {"zlib in hex", hex(zlibbed(text), size_t(-1)), "-HEX-0-ZLIB-"},
      {"hex in base64", base64(hex(text, size_t(-1)), 76, "\r\n"), "-BASE64-0-HEX-"},
  };
}

// A lost file begins where a cluster does, behind what was never written.
TEST(Letters, BehindZerosAreRead) {
  const std::string zeros(512, '\0'), text = "Ann hands the letters to anna@example.com.";
  for (const std::string& source : {zeros + uuencoded(text) + zeros, zeros + yenc(text) + zeros}) {
    const Results results = scan_all(source);
    ASSERT_EQ(results.features.size(), 1u) << described(results);
    EXPECT_EQ(results.features[0].value, "anna@example.com");
  }
}

TEST(Letters, OfShortMailsAreRead) {
  for (const std::string& words : {std::string("to anna@example.com"), std::string("anna@example.com\n")})
    for (const char* rest : {"\r\n\r\n", "\n\n", "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"}) {
      const std::string source =
          std::string("Content-Transfer-Encoding: base64") + rest + base64(words, 76, "\r\n") + "\r\n--x";
      const Results results = scan_all(source);
      ASSERT_EQ(results.features.size(), 1u) << described(results);
      EXPECT_EQ(results.features[0].value, "anna@example.com");
      const Layer layer = unpack(as_bytes(source).subspan(results.features[0].offset), results.features[0].layers, {});
      EXPECT_EQ(as_text(layer.bytes), words);
    }
  EXPECT_THAT(scan_all("Content-Transfer-Encoding: base64\n\nWell, anna said no").features, IsEmpty());
}

// Fields that say that their value is base64, however short.
TEST(Letters, OfShortFieldsAreRead) {
  const auto value = [](std::string_view text) { return base64(text, 76, ""); };
  for (const auto& [source, shown] :
       {std::pair{std::string("GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ") + value("anna@example.com:pw") +
                      "\r\n\r\n",
                  "anna@example.com:pw"},
        {"proxy-authorization: basic " + value("anna@example.com:") + "\r\n", "anna@example.com:"},
        {"dn: cn=A\nmail:: " + value("anna@example.com") + "\ncn: x\n", "anna@example.com"},
        {"dn: cn=A\nmail;lang-de:: " + value("\xc3\xa4 anna@example.com") + "\n", "\xc3\xa4 anna@example.com"}}) {
    const Results results = scan_all(source);
    const auto email = std::find_if(results.features.begin(), results.features.end(),
                                    [](const Found& one) { return one.kind == "email"; });
    ASSERT_NE(email, results.features.end()) << source;
    EXPECT_EQ(email->value, "anna@example.com");
    EXPECT_EQ(as_text(unpack(as_bytes(source).subspan(email->offset), email->layers, {}).bytes), shown);
  }
}

TEST(Letters, OfPaddingAreNoSoftBreak) {
  const std::string text = "Call Anna, please, at anna@example.com or so";
  const Results results =
      scan_all("Content-Transfer-Encoding: base64\r\n\r\n" + base64(text, 76, "\r\n") + "\r\n\r\n--x\r\n");
  EXPECT_EQ(results.features.size(), 1u) << described(results);
}

TEST(Letters, AreReadAndUnpackLeadsBack) {
  for (const Disguise& disguise : disguises()) {
    SCOPED_TRACE(disguise.name);
    const std::string source = "in front\n" + disguise.text + "\nand behind\n";
    const Results results = scan_all(source);
    EXPECT_EQ(emails(results, disguise.layers), planted()) << source << described(results);
    EXPECT_THAT(results.problems, IsEmpty()) << described(results);
    for (const Found& found : results.features)
      if (found.kind == "email") {
        const Layer layer = unpack(as_bytes(source).subspan(found.offset), found.layers, {});
        EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, found.value.size()), found.value);
      }
  }
}

TEST(Letters, BelongToThePageInWhichTheyBegin) {
  for (const Disguise& disguise : disguises()) {
    const std::string source = "in front\n" + disguise.text + "\nand behind\n";
    const auto whole = described(scan_all(source));
    for (size_t cut = 0; cut < source.size(); cut += 37) {
      const Results first = scan_page(source, 0, cut), second = scan_page(source, cut, source.size());
      Results both = first;
      both.features.insert(both.features.end(), second.features.begin(), second.features.end());
      both.problems.insert(both.problems.end(), second.problems.begin(), second.problems.end());
      ASSERT_EQ(described(both), whole) << disguise.name << " cut at " << cut;
    }
  }
}

TEST(Letters, TornAnywhereGiveWhatIsThere) {
  for (const Disguise& disguise : disguises()) {
    size_t most = 0;
    for (size_t size = 0; size < disguise.text.size(); size += 23) {
      const Results results = scan_all(std::string_view(disguise.text).substr(0, size));
      most = std::max(most, emails(results, disguise.layers).size());
      EXPECT_LE(results.problems.size(), 1u) << disguise.name << described(results);
    }
    if (disguise.layers.find("ZLIB") == std::string::npos) {  // of which a short piece may be chance
      EXPECT_GE(most, planted().size() - 2) << disguise.name;
    }
  }
}

// What is written with the same letters and hides nothing.
TEST(Letters, OfDigestsAndCodeAreNothing) {
  std::mt19937_64 random(3);
  std::string source = "begin 644 is a mode\nbegin transaction;\n=ybegin\n =ybegin line=1\n";
  for (int i = 0; i < 2000; ++i) {
    for (int words = 0; words < 4; ++words) source += fmt::format("{:016x}", random());
    source += i % 3 ? "  usr/share/doc/file\n" : "\n";
  }
  source += hex("0123456789012345678901234567890123456789", 99) + "\n" + std::string(200, '0') + "\n";
  for (const Found& found : scan_all(source).features) EXPECT_EQ(found.layers, "") << found.value;
}

}  // namespace
}  // namespace weft::scan
