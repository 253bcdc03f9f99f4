// Addresses and numbers that markup cuts: they are found once, and nothing is joined that only adjoins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using ::testing::ElementsAre, ::testing::IsEmpty, ::testing::UnorderedElementsAre;

// "kind value" of all that is found, whole and behind as much text as a window holds.
std::vector<std::string> found(std::string_view source) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(source).features) {
    out.push_back(std::string(one.kind) + " " + one.value);
    if (one.layers.empty()) continue;
    const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
    EXPECT_LT(layer.offset, layer.bytes.size()) << source;
  }
  return out;
}

TEST(Markup, OfHtmlJoinsMailboxes) {
  for (const char* source :
       {"<p>Mail <b>jane.doe</b>@example.org today</p>", "jane.doe@<b>example.org</b>", "jane.<i>doe</i>@example.org",
        "jane.doe<!-- x -->@example.org", "jane.doe@exam<wbr>ple.org", "<b>jane</b>.<b>doe</b>@example.<b>org</b>",
        "jane.doe&#64;example.<wbr>org", "jane.doe&commat;<b>example</b>.org", "j<b>an</b>e.doe@example.org",
        "jane.doe@exa<span class=\"x\">mple</span>.org", "<span>jane.doe</span><span>@</span><span>example.org</span>",
        "<p class=MsoNormal><span\r\nlang=EN-US style='color:#1F497D'>jane.d</span><span lang=EN-US\r\n"
        "style='mso-bidi-font-weight:bold'>oe@example.org<o:p></o:p></span></p>",
        "<span class=SpellE>jane.doe</span>@example.org"})
    EXPECT_THAT(found(source), ElementsAre("email jane.doe@example.org")) << source;
}

TEST(Markup, SignsOfNoWidthAreNone) {
  for (const char* source : {"jane.doe&shy;@example.org", "jane.doe@exam&#8203;ple.org", "jane.doe@exam&#x200B;ple.org",
                             "jane.\xc2\xad"
                             "doe@example.org",
                             "jane.doe@example.\xe2\x80\x8borg", "jane.doe\xe2\x81\xa0@example.org"})
    EXPECT_THAT(found(source), ElementsAre("email jane.doe@example.org")) << source;
  EXPECT_THAT(found("+49 170&shy;1234567"), ElementsAre("phone +491701234567"));
  EXPECT_THAT(found("see https://example.org/<wbr>a/&#8203;b?c=d&amp;e here"),
              ElementsAre("url https://example.org/a/b?c=d&e", "domain example.org"));
}

TEST(Markup, OfHtmlJoinsNumbers) {
  for (const char* source :
       {"+49 <b>170</b> 1234567", "+49&nbsp;<b>170</b>&nbsp;1234567", "<b>+49</b> 170 1234567",
        "+<span class=\"c\">49</span> <span>170</span> <span>1234567</span>", "+49 170 12345<b>67</b>",
        "<p>Tel.: <span lang=DE>+49 170</span><span\r\nlang=EN-US> 1234567<o:p></o:p></span></p>",
        "+49 <b>170</b>\r\n1234567", "Tel<b>+49</b> 170 1234567"})
    EXPECT_THAT(found(source), ElementsAre("phone +491701234567")) << source;
  EXPECT_THAT(found("Card 4539 1488 0343 <b>6467</b>"), ElementsAre("card 453914******6467"));
  EXPECT_THAT(found("DE<b>89</b> 3704 0044 <u>0532</u> 0130 00, so"), ElementsAre("iban DE89370400440532013000"));
}

TEST(Markup, OfRtfJoinsMailboxes) {
  for (const char* source :
       {"\\pard {\\b jane.doe}@example.org\\par", "mail \\b jane.doe\\b0 @example.org\\par",
        "jane.doe@{\\b example.org}", "jane.d{\\b oe}@example.org", "jane\\b .doe@example.org",
        "jane.doe@example\\b0 .org",
        "{\\rtlch\\fcs1 \\af0 \\ltrch\\fcs0 \\insrsid123 jane.d}{\\rtlch\\fcs1 \\af0 \\ltrch\\fcs0\r\n\\b\\insrsid9 "
        "oe@example.org}",
        "{\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 jane.doe{\\*\\htmltag92 </b>}\\htmlrtf }\\htmlrtf0 "
        "@example.org"})
    EXPECT_THAT(found(source), ElementsAre("email jane.doe@example.org")) << source;
}

TEST(Markup, OfRtfJoinsNumbers) {
  for (const char* source :
       {"+49 \\b 170\\b0  1234567\\par", "{\\rtlch +49 }{\\b\\rtlch 170} 1234567\\par", "+49 {\\b 170} 1234567",
        "{\\rtlch\\fcs1 \\af0 \\insrsid1 +49 170 12}{\\rtlch\\fcs1 \\af0 \\insrsid2 34567}"})
    EXPECT_THAT(found(source), ElementsAre("phone +491701234567")) << source;
}

TEST(Markup, WhatOnlyAdjoinsIsNotJoined) {
  for (const char* source :
       {"<td>jane.doe</td><td>bob@example.org</td>", "jane.doe<br>bob@example.org",
        "<span class=l>E-mail</span><span class=v>bob@example.org</span>", "<div>jane.</div><div>bob@example.org</div>",
        "<b>bob@example.org</b><i>jane</i>", "<b>bob@example.org</b>.<i>Jane</i> is",
        "<a>jane.doe</a><a>bob@example.org</a>", "{\\b jane.doe\\par bob@example.org}",
        "jane.doe\\line bob@example.org", "jane.doe\\tab bob@example.org", "jane.doe\\cell bob@example.org\\cell",
        "\\b jane.doe\\b0  bob@example.org", "<!-- jane.doe --><td>bob@example.org"})
    EXPECT_THAT(found(source), ElementsAre("email bob@example.org")) << source;
  for (const char* source : {"{user}@example.org", "<td>+49</td><td>170</td><td>1234567</td>", "+49 170<br>1234567",
                             "+49 170\\par 1234567", "+49<span class=a>170</span><span class=b>1234567</span>",
                             "jane.doe@<br>example.org", "jane.doe@\\par example.org", "+49 170 12345<sup>67</sup>"})
    EXPECT_THAT(found(source), IsEmpty()) << source;
  EXPECT_THAT(found("<b>+49 170 1234567</b> <i>12</i>"), ElementsAre("phone +491701234567"));
}

TEST(Markup, ASemicolonBehindASignIsNoEntity) {
  EXPECT_THAT(found("{\\rtf1 a@;\\b b.org}"), IsEmpty());
}

// Numbers that are joined to none leave what stands there.
TEST(Markup, HidesNothing) {
  EXPECT_THAT(found("hoplimit 4294967295</strong></span>\n<span class=\"bold\"><strong>2002:ce7c:92b4::1 dev sit1"),
              ElementsAre("ipv6 2002:ce7c:92b4::1"));
  EXPECT_THAT(found("<td>seen 20231105</b> <b>203.0.113.77</b> port"), ElementsAre("ipv4 203.0.113.77"));
}

TEST(Markup, DoublesNothing) {
  EXPECT_THAT(found("<b>+49 30 39723612</b> or +49 <b>170</b> 1234567 or <i>bob@example.org</i>"),
              UnorderedElementsAre("phone +493039723612", "phone +491701234567", "email bob@example.org"));
  EXPECT_THAT(found("<span title=\"al@example.com\">jane</span>.doe@example.org"),
              UnorderedElementsAre("email al@example.com", "email jane.doe@example.org"));
}

TEST(Markup, AtAPagesBorderBelongsToOnePage) {
  const std::string source = "<p>to <b>jane.doe</b>@example.<i>org</i> or +49 <b>170</b> 1234567</p>";
  for (size_t border = 1; border < source.size(); ++border) {
    std::vector<std::string> values;
    for (const auto& [begin, end] : {std::pair(size_t(0), border), std::pair(border, source.size())})
      for (const Found& one : scan_page(source, begin, end).features) values.push_back(one.value);
    EXPECT_THAT(values, UnorderedElementsAre("jane.doe@example.org", "+491701234567")) << border;
  }
}

}  // namespace
}  // namespace weft::scan
