#include "base/pdf/lines.h"

#include <ctime>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/pdf/document.h"
#include "base/pdf/testing.h"

namespace weft {
namespace {

std::string joined(std::string_view text, const std::vector<std::string>& uris = {}) {
  std::vector<size_t> ends;
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ends.push_back(at);
  return pdf_joined_lines(text, ends, [&] { return uris; });
}

TEST(PdfLines, LinksSayThatAnAddressGoesOn) {
  EXPECT_EQ(joined("(http://example.org/a/\nb.html). Then", {"http://example.org/a/b.html"}),
            "(http://example.org/a/b.html). Then");
  EXPECT_EQ(joined("at example.org/long-\nname too", {"https://example.org/long-name"}),
            "at example.org/long-name too");
  EXPECT_EQ(joined("https://ex\nample.org/%7\n0ath/with_\na tail", {"https://example.org/path/with_a"}),
            "https://example.org/%70ath/with_a tail");
  EXPECT_EQ(joined("http:\n//example.org/", {"http://example.org/"}), "http://example.org/");
  EXPECT_EQ(joined("write to debian-\nboot@lists.example.org,", {"mailto:debian-boot@lists.example.org?subject=a"}),
            "write to debian-boot@lists.example.org,");
}

// One that stands in the link is its own, another was put in.
TEST(PdfLines, LinksTellHyphens) {
  EXPECT_EQ(joined("https://example.org/Online-Ban-\nking", {"https://example.org/Online-Banking"}),
            "https://example.org/Online-Banking");
  EXPECT_EQ(joined("https://example.org/Online-\nBanking", {"https://example.org/Online-Banking"}),
            "https://example.org/Online-Banking");
  EXPECT_EQ(joined("https://example.org/Ban\xc2\xad\nking", {"https://example.org/Banking"}),
            "https://example.org/Banking");
}

TEST(PdfLines, WhatIsWholeStaysApart) {
  EXPECT_EQ(joined("http://example.org/\ndocs", {"http://example.org/", "http://example.org/docs"}),
            "http://example.org/\ndocs");
  EXPECT_EQ(joined("http://example.org/\nabout it", {"http://example.org/a"}), "http://example.org/\nabout it");
  EXPECT_EQ(joined("http://example.org/a/\nThen", {"http://example.org/a/b.html"}), "http://example.org/a/\nThen");
  EXPECT_EQ(joined("http://example.org/a/\nb.html", {}), "http://example.org/a/\nb.html");
  EXPECT_EQ(joined("https://keyring.\ndocs", {"https://keyring."}), "https://keyring.\ndocs");
}

TEST(PdfLines, NoneEndsThere) {
  EXPECT_EQ(joined("https://keyring.\nexample.org/?\na=\nb"), "https://keyring.example.org/?a=b");
  EXPECT_EQ(joined("https://example.org.\nThen"), "https://example.org.\nThen");
  EXPECT_EQ(joined("to debian-\nboot@lists.example.org or anna@\nexample.org"),
            "to debian-boot@lists.example.org or anna@example.org");
}

TEST(PdfLines, ProseIsNoMail) {
  for (const std::string_view text :
       {"an e-\nmail to", "555-\n0100@x", "this -\nanna@example.org", "A/b-\nanna@example.org", "look@\nthis. And",
        "E-Mail-\nanna@example.org", "bob@x-\nanna@example.org", "well-\nknown anna@example.org"})
    EXPECT_EQ(joined(text), text);
}

TEST(PdfLines, ArePagesLines) {
  const auto page = [](std::string_view uri) {
    std::vector<std::string> objects = pdf_page("BT /F1 9 Tf 12 TL (http://example.org/a/) Tj T* (b.html) Tj ET", "",
                                                {fmt::format("<< /Subtype /Link /A << /S /URI /URI ({}) >> >>", uri)});
    objects[2].insert(objects[2].size() - 2, "/Annots [ null 5 0 R << /A 7 >> ] ");
    const std::string file = pdf_file(objects);
    const auto document = read_pdf(as_bytes(file), MiB);
    return document ? document->text : "";
  };
  EXPECT_THAT(page("http://example.org/a/b.html"), ::testing::StartsWith("http://example.org/a/b.html\n"));
  EXPECT_THAT(page("http://example.org/a/c.html"), ::testing::StartsWith("http://example.org/a/\nb.html\n"));
}

// Lines that each may go on, links that all begin alike, words that do not end.
TEST(PdfLines, CostNoMoreThanTheirSize) {
  std::vector<std::string> uris;
  const std::string path(400, 'a');
  for (size_t i = 0; i < 10'000; ++i) uris.push_back(fmt::format("http://{}{}", path, i));
  std::string lines;
  while (lines.size() < MiB) lines += "http://" + path + "-.-.-.-.-.\n";
  std::string ands;
  while (ands.size() < MiB) ands += "h.h\n";
  std::string questions = "http://a?";
  while (questions.size() < MiB) questions += "\n?";
  for (const std::string& text :
       {lines, ands, questions, std::string(MiB, '/') + "\n", "http://a?\n" + std::string(MiB, '?')}) {
    const std::clock_t start = std::clock();
    EXPECT_GE(joined(text, uris).size() + text.size() / 2, text.size());
    EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 0.5);
  }
}

}  // namespace
}  // namespace weft
