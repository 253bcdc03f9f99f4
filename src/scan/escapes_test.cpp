// Addresses behind escapes: found, and only where something was hidden.
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
        "{\"mail\":\"anna\\u0040example.com\"}", "\"text\\nanna\\u0040example.com\\n\"",
        "<w:r><w:t>Mail anna@exam</w:t></w:r><w:proofErr w:type=\"x\"/><w:r w:rsid=\"1\"><w:rPr><w:b/></w:rPr>"
        "<w:t xml:space=\"preserve\">ple.com today</w:t></w:r></w:p>",
        "<a:r><a:t>anna</a:t></a:r><a:r><a:rPr/><a:t>@</a:t></a:r><a:r><a:t>example.com</a:t></a:r></a:p>"})
    EXPECT_THAT(hidden(source), Contains("email anna@example.com")) << source;
}

// A form has spaces as "+", and a "+" as %2B.
TEST(Escapes, OfFormsKeepTagsApartFromSpaces) {
  EXPECT_THAT(hidden("text=to+anna%2Bnews%40example.com+today"), Contains("email anna+news@example.com"));
  EXPECT_THAT(hidden("{\"mail\":\"anna+news\\u0040example.com\"}"), Contains("email anna+news@example.com"));
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

TEST(Escapes, HideUrls) {
  for (const char* source : {"{\"u\":\"https:\\/\\/example.org\\/a\\/b?c=1\"}",
                             "http://t.example.net/?to=https%3A%2F%2Fexample.org%2Fa%2Fb%3Fc%3D1&next=2",
                             "r=https%253A%252F%252Fexample.org%252Fa%252Fb%253Fc%253D1"})
    EXPECT_THAT(hidden(source), Contains("url https://example.org/a/b?c=1")) << source;
}

TEST(Escapes, ThatHideNothingAreLeft) {
  for (const char* source : {"&#64; alone, %40 alone, \\u0040, %3A%2F%2F, :\\/\\/", "width=100%40px",
                             "a regex: [^:]:\\/\\/.*", "<w:t>nothing</w:t></w:r><w:r><w:t> here</w:t></w:r></w:p>",
                             "<w:t>two wo</w:t></w:r><w:r><w:t>rds</w:t></w:r>"})
    EXPECT_THAT(hidden(source), IsEmpty()) << source;
}

}  // namespace
}  // namespace weft::scan
