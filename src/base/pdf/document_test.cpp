#include "base/pdf/document.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <sstream>

#include "base/file.h"
#include "base/pdf/cmap.h"
#include "base/pdf/encoding.h"
#include "base/pdf/properties.h"
#include "base/pdf/qpdf.h"
#include "base/pdf/testing.h"

namespace weft {
namespace {

using ::testing::HasSubstr, ::testing::Not;

std::optional<PdfDocument> read(const std::string& bytes, size_t room = MiB) {
  const size_t size = pdf_size(as_bytes(bytes), 0);
  return size == 0 ? std::nullopt : read_pdf(as_bytes(bytes).first(size), room);
}
std::string text_of(const std::vector<std::string>& objects) {
  const auto document = read(pdf_file(objects));
  return document ? document->text : "(none)";
}
// What a page shows whose fonts are these.
std::string shown(std::string_view content, std::string_view font, const std::vector<std::string>& more = {}) {
  std::vector<std::string> objects = {std::string(font)};
  objects.insert(objects.end(), more.begin(), more.end());
  const std::string text = text_of(pdf_page(content, "/Font << /F1 5 0 R >>", objects));
  return text.substr(0, text.find('\f'));
}

TEST(PdfDocument, ReadsGlyphsByTheirFont) {
  const auto document = read(pdf_file(pdf_page_of_glyphs("write to anna@example.org\nor to ben@example.org")));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->text, "write to anna@example.org\nor to ben@example.org\n\n\f\n");
  EXPECT_TRUE(document->whole);
  EXPECT_FALSE(document->unread_fonts);
  ASSERT_EQ(document->read.size(), 1u);
}

TEST(PdfDocument, KnowsThePageOfAPlace) {
  std::vector<std::string> objects = pdf_page("BT (one) Tj ET", "", {"", pdf_stream("BT (t\\fwo) Tj ET"), ""});
  objects[1] = "<< /Type /Pages /Kids [3 0 R 7 0 R 5 0 R] /Count 3 >>";
  objects[4] = "<< /Type /Page /Parent 2 0 R /Contents 6 0 R >>";
  objects[6] = "<< /Type /Page /Parent 2 0 R >>";
  objects.push_back(pdf_stream("\x03rest\x80", "/Filter /RunLengthDecode"));
  const auto document = read(pdf_file(objects));
  ASSERT_TRUE(document);
  const std::string joined = pdf_joined(*document);
  EXPECT_EQ(pdf_page_of(joined, joined.find("one")), 1u);
  EXPECT_EQ(pdf_page_of(joined, joined.find("wo")), 3u);
  ASSERT_NE(joined.find("rest"), std::string::npos);
  EXPECT_EQ(pdf_page_of(joined, joined.find("rest")), std::nullopt);
}

TEST(PdfDocument, SaysWhereItsPagesAre) {
  const std::string file = pdf_file(pdf_page("BT /F1 9 Tf (here) Tj ET", ""));
  const auto document = read(file);
  ASSERT_TRUE(document && document->read.size() == 1);
  const auto [begin, end] = document->read[0];
  EXPECT_EQ(file.substr(begin, end - begin), "BT /F1 9 Tf (here) Tj ET");
}

TEST(PdfDocument, SaysThatAFontIsUnread) {
  std::vector<std::string> objects = pdf_page_of_glyphs("anna");
  objects[4] = "<< /Type /Font /Subtype /Type0 /BaseFont /A+B /Encoding /Identity-H /DescendantFonts [6 0 R] >>";
  const auto document = read(pdf_file(objects));
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->unread_fonts);
  EXPECT_THAT(document->text, Not(HasSubstr("anna")));
}

TEST(PdfDocument, ReadsSimpleFontsByTheirEncoding) {
  const auto font = [](std::string_view more) {
    return fmt::format("<< /Type /Font /Subtype /Type1 /BaseFont /Any {} >>", more);
  };
  EXPECT_EQ(shown("BT /F1 9 Tf (a\\200\\344) Tj ET", font("/Encoding /WinAnsiEncoding")), "a€ä\n\n");
  EXPECT_EQ(shown("BT /F1 9 Tf (a\\255b) Tj ET", font("/Encoding /WinAnsiEncoding")), "a-b\n\n") << "a hyphen, too";
  EXPECT_EQ(shown("BT /F1 9 Tf (a\\200\\333) Tj ET", font("/Encoding /MacRomanEncoding")), "aÄ€\n\n");
  EXPECT_EQ(shown("BT /F1 9 Tf (\\247\\256) Tj ET", font("")), "§fi\n\n");
  EXPECT_EQ(shown("BT /F1 9 Tf (\\001\\002\\003\\004) Tj ET",
                  font("/Encoding << /Differences [1 /a /at /uni0062 /f_f_i.alt] >>")),
            "a@bffi\n\n");
}

// A gap is a space where it is wider than what the font says of the glyphs before; so is none between two strings that
// touch, whatever they are set in.
TEST(PdfDocument, SpacesAreGapsBetweenGlyphs) {
  const std::string narrow = "<< /Type /Font /Subtype /Type1 /BaseFont /A /FirstChar 97 /Widths [200 200 200] >>";
  EXPECT_EQ(shown("BT /F1 10 Tf (abc) Tj 6 0 Td (abc) Tj 6.5 0 Td (abc) Tj ET", narrow), "abcabcabc\n\n");
  EXPECT_EQ(shown("BT /F1 10 Tf (abc) Tj 8.5 0 Td (abc) Tj -50 0 Td (b) Tj ET", narrow), "abc abc b\n\n");
  EXPECT_EQ(shown("BT /F1 10 Tf 2 Tc (abc) Tj 12 0 Td (abc) Tj ET", narrow), "abcabc\n\n");
  EXPECT_EQ(shown("BT /F1 10 Tf 50 Tz (abc) Tj 3 0 Td (abc) Tj ET", narrow), "abcabc\n\n");
  EXPECT_EQ(shown("q .5 0 0 .5 0 0 cm BT /F1 10 Tf 20 0 Td (abc) Tj ET Q BT /F1 5 Tf 13 0 Td (abc) Tj ET", narrow),
            "abcabc\n\n");
  EXPECT_EQ(shown("BT /F1 10 Tf 1 0 0 1 0 0 Tm (abc) Tj 1 0 0 1 0 -12 Tm (abc) Tj ET", narrow), "abc\nabc\n\n");
}

// As Ghostscript writes kerning.
TEST(PdfDocument, SpacesAsWideAsNothingAreNone) {
  const std::string font =
      "<< /Type /Font /Subtype /Type1 /BaseFont /A /FirstChar 32 /Widths [250] /MissingWidth 500 >>";
  EXPECT_EQ(shown("BT /F1 10 Tf (To.W) Tj -2.25 Tw (av e@ty) Tj 0 Tw (-kern.org and) Tj ET", font),
            "To.Wave@ty-kern.org and\n\n");
  EXPECT_EQ(shown("BT /F1 10 Tf -1 Tw (set tight) Tj ET", font), "set tight\n\n");
  EXPECT_EQ(shown("BT /F1 10 Tf -2 Tw -.5 Tc (av e) Tj ET", font), "ave\n\n");
}

// As LaTeX draws them: a rule between two strings.
TEST(PdfDocument, ReadsDrawnUnderscores) {
  const std::string narrow = "<< /Type /Font /Subtype /Type1 /BaseFont /A /FirstChar 97 /Widths [200 200 200] >>";
  const auto page = [&](std::string_view rule, int next) {
    return shown(fmt::format("BT /F1 10 Tf 50 50 Td (abc) Tj ET {} BT /F1 10 Tf {} 50 Td (abc) Tj ET", rule, next),
                 narrow);
  };
  EXPECT_EQ(page("q 1 0 0 1 56.6 49.7 cm 0.4 w 0 0.2 m 3 0.2 l S Q", 60), "abc_abc\n\n");
  EXPECT_EQ(page("56.6 49.7 3 .4 re f", 60), "abc_abc\n\n");
  EXPECT_EQ(page("", 60), "abc abc\n\n");
  EXPECT_EQ(page("56.6 30 3 .4 re f", 60), "abc abc\n\n");
  EXPECT_EQ(page("50 49 30 .4 re f", 80), "abc abc\n\n");
}

TEST(PdfDocument, ReadsTheEncodingInAType1Font) {
  const std::string font =
      "<< /Type /Font /Subtype /Type1 /BaseFont /AAAAAA+CMSY10 /FontDescriptor << /FontFile 6 0 R >> >>";
  const std::string program = pdf_stream(
      "/Encoding 256 array 0 1 255 {1 index exch /.notdef put} for\ndup 104 /langle put\ndup 65 /at put\n"
      "dup 66 /a65 put readonly def currentfile eexec dup 67 /b put");
  EXPECT_EQ(shown("BT /F1 9 Tf (hAxBC) Tj ET", font, {program}), "\xef\xbf\xbd@xBC\n\n");
}

TEST(PdfDocument, ReadsTurnedPages) {
  const std::string narrow = "<< /Type /Font /Subtype /Type1 /BaseFont /A /FirstChar 97 /Widths [200 200 200] >>";
  EXPECT_EQ(
      shown("BT /F1 10 Tf 0 1 -1 0 50 50 Tm (abc) Tj 0 1 -1 0 50 56 Tm (abc) Tj 0 1 -1 0 62 50 Tm (abc) Tj ET", narrow),
      "abcabc\nabc\n\n");
}

TEST(PdfDocument, ReadsFormsAsPartsOfThePage) {
  const std::string form =
      pdf_stream("BT /F2 9 Tf (in the form) Tj ET /X1 Do",
                 "/Subtype /Form /Resources << /XObject << /X1 5 0 R >> /Font << >> >> /Matrix [1 0 0 1 0 -50]");
  const std::string text =
      text_of(pdf_page("BT (before) Tj ET /X1 Do BT 0 -100 Td (behind) Tj ET", "/XObject << /X1 5 0 R >>", {form}));
  EXPECT_THAT(text, HasSubstr("before\nin the form\n"));
  EXPECT_THAT(text, HasSubstr("behind"));
}

TEST(PdfDocument, SaysThatAStreamIsDamaged) {
  std::vector<std::string> objects = pdf_page("", "");
  objects[3] = pdf_stream("x\x9c is no deflated stream", "/Filter /FlateDecode");
  const auto document = read(pdf_file(objects));
  ASSERT_TRUE(document);
  EXPECT_FALSE(document->whole);
}

// Comments, and what is no content stream: both may hold what nobody is to see.
TEST(PdfDocument, GivesCommentsAndJunk) {
  const std::string text =
      text_of(pdf_page("% anna@example.org\nBT (shown) Tj ET ben@example.org <</A (kept) /B [1 (x)]>> BDC EMC q", ""));
  EXPECT_THAT(text, HasSubstr("shown\n"));
  EXPECT_THAT(text, HasSubstr("anna@example.org"));
  EXPECT_THAT(text, HasSubstr("ben@example.org"));
  EXPECT_THAT(text, HasSubstr("kept"));
}

TEST(PdfDocument, GivesWhatPagesHoldAndDoNotShow) {
  const std::string text = text_of(pdf_page(
      "/Span << /ActualText (alternative) >> BDC BT (shown) Tj ET EMC BI /W 1 ID \xff\xfe\x01 EI q BT 0 -20 Td "
      "(behind the picture) Tj ET Q",
      ""));
  EXPECT_THAT(text, HasSubstr("shown\nbehind the picture\nalternative\n"));
}

std::optional<PdfProperties> properties_of(const std::string& file) {
  const auto document = read_pdf(as_bytes(file), 0, true);
  return document ? document->properties : std::nullopt;
}

TEST(PdfProperties, AreWhatADocumentSaysOfItself) {
  const std::string jpeg("\xff\xd8\xff\xe0....\xff\xd9", 10);
  std::vector<std::string> objects =
      pdf_page("", "",
               {"<< /Title (\\376\\377\\000a\\000n\\000n\\000a) /Author (Mara Q) /Trapped /False >>",
                pdf_stream(jpeg, "/Subtype /Image /Filter /DCTDecode"), pdf_stream("<x:xmpmeta/>", "/Type /Metadata")});
  objects[0] = "<< /Type /Catalog /Pages 2 0 R /Metadata 7 0 R >>";
  const std::string file = pdf_file(objects, "/Info 5 0 R /ID [<00aBff> <01>]");
  const auto properties = properties_of(file);
  ASSERT_TRUE(properties);
  ASSERT_EQ(properties->information.size(), 2u);
  EXPECT_EQ(properties->information[0].key + properties->information[0].value, "AuthorMara Q");
  EXPECT_EQ(file.substr(properties->information[0].at, 8), "(Mara Q)");
  EXPECT_EQ(properties->information[1].value, "anna");
  EXPECT_EQ(properties->id, "00abff");
  EXPECT_EQ(properties->metadata, "<x:xmpmeta/>");
  ASSERT_EQ(properties->pictures.size(), 1u);
  const auto& [begin, end] = properties->pictures[0];
  EXPECT_EQ(file.substr(begin, end - begin), jpeg);
}

// Looked for once, however many pictures are said to begin in front of it.
TEST(PdfProperties, PicturesThatDoNotEndCostNoMoreThanTheirSize) {
  std::string many;
  while (many.size() < 4 * MiB) many += "/DCTDecode stream\n\xff\xd8\xff ";
  std::vector<std::string> objects = pdf_page("BT (anna) Tj ET", "");
  objects.push_back("(" + many + ")");
  const std::string file = pdf_file(objects);
  const std::clock_t start = std::clock();
  const auto properties = properties_of(file);
  ASSERT_TRUE(properties);
  EXPECT_EQ(properties->pictures.size(), 0u);
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 3);
}

std::string encrypted(const std::string& file, const char* password) {
  QPDF pdf;
  pdf.processMemoryFile("plain", file.data(), file.size());
  QPDFWriter writer(pdf);
  writer.setOutputMemory();
  writer.setR6EncryptionParameters(password, "owner", true, true, true, true, true, true, qpdf_r3p_full, true);
  writer.write();
  const std::shared_ptr<Buffer> out = writer.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(out->getBuffer()), out->getSize()};
}

TEST(PdfDocument, OpensWhatAnEmptyPasswordOpens) {
  std::vector<std::string> objects = pdf_page_of_glyphs("anna@example.org");
  objects.push_back("<< /URI (https://example.org/plain) >>");
  objects.push_back(pdf_stream("attached", "/Type /EmbeddedFile"));
  objects[0] = "<< /Type /Catalog /Pages 2 0 R /A 8 0 R /B 9 0 R >>";
  const std::string file = pdf_file(objects);
  const auto open = read(encrypted(file, ""));
  ASSERT_TRUE(open);
  EXPECT_TRUE(open->whole);
  EXPECT_THAT(open->text, HasSubstr("anna@example.org"));
  EXPECT_THAT(open->rest, HasSubstr("https://example.org/plain"));
  EXPECT_THAT(open->rest, HasSubstr("attached"));
  EXPECT_FALSE(read(encrypted(file, "secret")));
}

TEST(PdfDocument, ReadsWhatIsLeftOfOne) {
  std::string file = pdf_file(pdf_page_of_glyphs("anna@example.org"));
  file.replace(file.find("xref\n0"), 6, "xxxxxx");
  const auto document = read(file);
  ASSERT_TRUE(document);
  EXPECT_FALSE(document->whole);
  EXPECT_THAT(document->text, HasSubstr("anna@example.org"));
  EXPECT_FALSE(read(file.substr(0, file.size() / 2)));
  EXPECT_FALSE(read("%PDF-1.4 and nothing else startxref 0 %%EOF"));
}

TEST(PdfDocument, IsBounded) {
  const std::string content = "BT (0123456789) Tj T* ET ";
  std::string much;
  while (much.size() < 100 * KiB) much += content;
  const std::string file = pdf_file(pdf_page(much, ""));
  const auto document = read(file, 10 * KiB);
  ASSERT_TRUE(document);
  EXPECT_FALSE(document->whole);
  EXPECT_LE(document->text.size() + document->rest.size(), 10 * KiB);
  // A form that shows itself ten times over, in ten depths.
  std::vector<std::string> forms;
  for (size_t i = 0; i < 10; ++i) {
    std::string calls;
    for (size_t k = 0; k < 10; ++k) calls += "/X Do ";
    forms.push_back(pdf_stream("BT (a) Tj ET " + calls,
                               fmt::format("/Subtype /Form /Resources << /XObject << /X {} 0 R >> >>", i + 6)));
  }
  const auto laughs = read(pdf_file(pdf_page("/X Do", "/XObject << /X 5 0 R >>", forms)), 64 * MiB);
  ASSERT_TRUE(laughs);
  EXPECT_LT(laughs->text.size(), 16 * MiB);
  EXPECT_FALSE(laughs->whole);
}

std::string deflated(std::string_view text) {
  Pl_Buffer out("packed");
  Pl_Flate deflate("deflate", &out, Pl_Flate::a_deflate);
  deflate.writeString(std::string(text));
  deflate.finish();
  const auto buffer = out.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(buffer->getBuffer()), buffer->getSize()};
}

// Trees that lead into themselves, or have all their branches in common; arrays that say more than there is.
TEST(PdfDocument, TreesAndArraysCostNoMoreThanTheirSize) {
  const auto many = [](std::string_view piece, size_t times) {
    std::string out;
    while (times-- > 0) out += piece;
    return out;
  };
  const std::string catalog = "<< /Type /Catalog /Pages 2 0 R >>";
  std::vector<std::vector<std::string>> documents;
  documents.push_back({catalog, "<< /Kids 3 0 R >>", "[ << /Kids 3 0 R >> ]"});
  documents.push_back({catalog, "<< /Kids 3 0 R >>", "[ " + many("<< /Kids 3 0 R >> ", 10000) + "]"});
  documents.push_back({catalog, "<< /Kids [ " + many("<< /Type /Page /Contents 3 0 R >> ", 3000) + "] >>",
                       "[ " + many("4 0 R ", 3000) + "]", pdf_stream("", "")});
  documents.push_back({catalog, "<< /Kids [ << /Type /Page /Contents [ " + many("3 0 R ", 20000) + "] >> ] >>",
                       pdf_stream(many(" ", 100000), "/Filter /ASCIIHexDecode")});
  documents.push_back({catalog, "<< /Kids [ " + many("<< /Type /Page /Contents 3 0 R >> ", 10000) + "] >>",
                       "[ " + many("0 ", 100000) + "]"});
  const auto font = [](std::string_view says) {
    return fmt::format("<< /Type /Page /Contents 4 0 R /Resources << /Font << /A << /Subtype /Type1 {} >> >> >> >> ",
                       says);
  };
  documents.push_back({catalog, "<< /Kids [ " + many(font("/Encoding << /Differences 3 0 R >>"), 1000) + "] >>",
                       "[ " + many("/a ", 50000) + "]", pdf_stream("BT /A 9 Tf (a) Tj ET", "")});
  documents.push_back({catalog, "<< /Kids [ " + many(font("/FirstChar 0 /Widths 3 0 R"), 1000) + "] >>",
                       "[ " + many("1 ", 50000) + "]", pdf_stream("BT /A 9 Tf (a) Tj ET", "")});
  for (size_t i = 0; i < documents.size(); ++i) {
    const std::string file = pdf_file(documents[i]);
    const std::clock_t start = std::clock();
    read_pdf(as_bytes(file), MiB);
    EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 3) << i;
  }
}

// The marks of a chart are one form, which says nothing however often it is shown.
TEST(PdfDocument, ShowsAMarkAsOftenAsThereAreMarks) {
  std::string content = "BT (anna@example.org) Tj ET\n";
  for (size_t i = 0; i < 10'000; ++i) content += fmt::format("q 1 0 0 1 {} {} cm /M Do Q\n", i % 100, i / 100);
  content += "BT 0 50 Td (ben@example.org) Tj ET";
  std::vector<std::string> objects =
      pdf_page("", "/XObject << /M 5 0 R >>", {pdf_stream("0 0 m 3 3 l 3 0 m 0 3 l S 0 0 3 3 re f", "/Subtype /Form")});
  objects[3] = pdf_stream(deflated(content), "/Filter /FlateDecode");
  const auto document = read(pdf_file(objects));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->left_off, "");
  EXPECT_TRUE(document->whole);
  EXPECT_THAT(document->text, HasSubstr("anna@example.org\nben@example.org\n"));
}

// A document whose objects in a stream unpack to much more than it is; `entries` stand in the dictionary of that
// stream.
std::string file_of_object_stream(std::string_view packed, std::string_view entries) {
  std::string file = "%PDF-1.5\n", table(7, '\0');
  const auto add = [&](int number, std::string_view object) {
    table += fmt::format("\x01{}{}{}{}", char(0), char(file.size() >> 16), char(file.size() >> 8), char(file.size())) +
             std::string(2, '\0');
    file += fmt::format("{} 0 obj\n{}\nendobj\n", number, object);
  };
  add(1, "<< /Type /Catalog /Pages 2 0 R >>");
  add(2, "<< /Type /Pages /Kids [ 4 0 R 5 0 R ] >>");
  add(3, pdf_stream(packed, entries));
  add(4, "<< /Type /Page /Contents 6 0 R >>");
  table += std::string("\x02\0\0\0\x03\0\0", 7);  // 5: in 3
  add(6, pdf_stream("BT (anna@example.org) Tj ET"));
  const size_t at = file.size();
  file += fmt::format("7 0 obj\n{}\nendobj\nstartxref\n{}\n%%EOF\n",
                      pdf_stream(table, "/Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R"), at);
  return file;
}

// However it is written that they are one; and the rest of the document is read.
TEST(PdfDocument, ObjectStreamsUnpackToSoMuch) {
  const std::string objects = "5 0 << /Type /Page >>" + std::string(16 * MiB, ' ');
  for (const auto& [packed, entries] :
       {std::pair(deflated(objects), "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"),
        std::pair(deflated(objects), "/Type /#4fbjStm /N 1 /First 4 /Filter /FlateDecode"),
        std::pair(deflated(deflated(objects)), "/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode]")}) {
    const auto document = read(file_of_object_stream(packed, entries));
    ASSERT_TRUE(document) << entries;
    EXPECT_THAT(document->text, HasSubstr("anna@example.org")) << entries;
    EXPECT_THAT(document->left_off, HasSubstr("object streams")) << entries;
    EXPECT_FALSE(document->whole);
  }
  const auto small = read(file_of_object_stream("5 0 << /Type /Page >>", "/Type /ObjStm /N 1 /First 4"));
  ASSERT_TRUE(small);
  EXPECT_EQ(small->left_off, "");
  EXPECT_TRUE(small->whole);
}

// Streams that give nothing: of each filter counts what it gives.
TEST(PdfDocument, FiltersCostNoMoreThanTheSize) {
  std::string nothing = "x\x9c";
  while (nothing.size() < 32 * MiB) nothing += std::string("\0\0\0\xff\xff", 5);  // blocks of no bytes
  const auto page_of = [](std::string_view data, std::string_view entries, size_t times) {
    std::vector<std::string> objects = pdf_page("", "", {pdf_stream("BT (anna@example.org) Tj ET")});
    std::string contents = "5 0 R ";
    while (times-- > 0) contents += "4 0 R ";
    objects[2] = fmt::format("<< /Type /Page /Parent 2 0 R /Contents [ {}] >>", contents);
    objects[3] = pdf_stream(data, entries);
    return pdf_file(objects);
  };
  std::string many;
  while (many.size() < 500 * KiB) many += "/Fl ";
  const std::string row = deflated("abc");
  for (const std::string& file :
       {page_of(deflated(nothing), "/Filter [/FlateDecode /FlateDecode]", 100),
        page_of(row, "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 1000000000 >>", 100),
        page_of("", "/Filter [ " + many + "]", 1000),
        page_of("", "/Filter /FlateDecode /DecodeParms [ " + many + "]", 1000)}) {
    const std::clock_t start = std::clock();
    const auto document = read(file);
    EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 3);
    ASSERT_TRUE(document);
    EXPECT_THAT(document->text, HasSubstr("anna@example.org"));
    EXPECT_NE(document->left_off, "");
    EXPECT_FALSE(document->whole);
  }
}

// PNG's filters one after the other, and TIFF's differences, in rows of four bytes; LZW whose codes are single bytes,
// so many that they become wider, at once or one code later.
TEST(PdfDocument, UnpacksWhatWasPredicted) {
  const auto shown_by = [](std::string_view data, std::string_view entries) {
    std::vector<std::string> objects = pdf_page("", "");
    objects[3] = pdf_stream(data, entries);
    const std::string text = text_of(objects);
    return text.substr(0, text.find('\n'));
  };
  const std::string content = "BT (anna) Tj ET ";
  std::string rows, differences;
  std::array<uint8_t, 4> above{};
  for (size_t at = 0; at < content.size(); at += 4) {
    const auto filter = uint8_t(1 + at / 4);
    rows += char(filter);
    for (size_t i = 0; i < 4; ++i) {
      const auto byte = uint8_t(content[at + i]), left = uint8_t(i > 0 ? content[at + i - 1] : 0), up = above[i],
                 corner = uint8_t(i > 0 ? above[i - 1] : 0);
      const int to_left = std::abs(up - corner), to_up = std::abs(left - corner),
                to_corner = std::abs(left + up - 2 * corner);
      const uint8_t paeth = to_left <= to_up && to_left <= to_corner ? left : to_up <= to_corner ? up : corner;
      rows += char(byte - std::array<int, 5>{0, left, up, (left + up) / 2, paeth}[filter]);
      differences += char(byte - left);
    }
    std::copy_n(content.begin() + ptrdiff_t(at), 4, above.begin());
  }
  EXPECT_EQ(shown_by(deflated(rows), "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 4 >>"), "anna");
  EXPECT_EQ(shown_by(deflated(differences), "/Filter /FlateDecode /DecodeParms << /Predictor 2 /Columns 4 >>"), "anna");
  const std::string word(1500, 'a');
  for (const size_t early : {0u, 1u}) {
    std::string packed;
    uint64_t bits = 256, count = 9, codes = 0;
    for (const char c : "BT (" + word + ") Tj ET ") {
      const size_t made = 258 + std::max<size_t>(codes++, 1) - 1 + early;
      const size_t width = made < 512 ? 9 : made < 1024 ? 10 : made < 2048 ? 11 : 12;
      bits = bits << width | uint8_t(c), count += width;
      for (; count >= 8; count -= 8) packed += char(bits >> (count - 8));
      bits &= (1u << count) - 1;
    }
    packed += char(bits << (8 - count));
    const std::string entries = fmt::format("/Filter /LZWDecode /DecodeParms << /EarlyChange {} >>", early);
    EXPECT_EQ(shown_by(packed, entries), word) << early;
  }
}

// Fonts that share all they say, are no objects of their own, or say nothing at length.
TEST(PdfDocument, FontsCostNoMoreThanTheSize) {
  const auto file_of = [](std::string_view font, bool direct, std::string_view list) {
    constexpr size_t count = 10'000;
    std::string names, content = "BT ";
    std::vector<std::string> fonts(direct ? 0 : count, std::string(font));
    for (size_t i = 0; i < count; ++i) {
      names += direct ? fmt::format("/F{} {} ", i, font) : fmt::format("/F{} {} 0 R ", i, i + 7);
      content += fmt::format("/F{} 1 Tf ", i);
    }
    fonts.insert(fonts.begin(), {"<< /Subtype /CIDFontType2 /W 6 0 R >>", fmt::format("[ {} ]", list)});
    return pdf_file(pdf_page("BT (anna@example.org) Tj ET " + content, "/Font << " + names + " >>", fonts));
  };
  std::string widths, names;
  for (size_t i = 0; i < 20'000; ++i) widths += fmt::format("{} [ 1 2 (a) (b) ] ", i), names += "/uni0041 ";
  const std::string composite = "<< /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [ 5 0 R ] >>";
  for (const std::string& file :
       {file_of(composite, false, widths), file_of(composite, true, widths), file_of("<< >>", true, ""),
        file_of("<< /Encoding << /Differences 6 0 R >> >>", true, names)}) {
    const std::clock_t start = std::clock();
    const auto document = read(file);
    EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 3);
    ASSERT_TRUE(document);
    EXPECT_THAT(document->text, HasSubstr("anna@example.org"));
    EXPECT_THAT(document->left_off, HasSubstr("fonts"));
  }
}

// Each is searched for to the end of the document.
TEST(PdfDocument, StreamsWithoutEndCostNoMoreThanTheirSize) {
  std::vector<std::string> objects = pdf_page("BT (anna@example.org) Tj ET", "");
  std::string kids = "3 0 R ";
  for (size_t i = 5; objects.size() < 30'000; i += 2) {
    kids += fmt::format("{} 0 R ", i);
    objects.push_back(fmt::format("<< /Type /Page /Contents {} 0 R >>", i + 1));
    objects.push_back("<< /Length 1 >> stream\nBT");
  }
  objects[1] = "<< /Type /Pages /Kids [ " + kids + "] >>";
  std::string file = pdf_file(objects);
  for (size_t at = 0; (at = file.find("BT\nendobj", at)) != std::string::npos;) file.replace(at + 3, 6, "ENDOBJ");
  const std::clock_t start = std::clock();
  const auto document = read(file);
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 3);
  ASSERT_TRUE(document);
  EXPECT_THAT(document->text, HasSubstr("anna@example.org"));
  EXPECT_THAT(document->left_off, HasSubstr("do not end"));
  EXPECT_FALSE(document->whole);
}

// What may be unpacked may be shown once, however small the document is.
TEST(PdfDocument, ShowsALargeFormOfASmallDocument) {
  std::string content;
  while (content.size() < 400 * KiB) content += "BT (a line) Tj ET\n";
  content += "BT (anna@example.org) Tj ET";
  const auto document = read(pdf_file(pdf_page(
      "/X Do", "/XObject << /X 5 0 R >>", {pdf_stream(deflated(content), "/Subtype /Form /Filter /FlateDecode")})));
  ASSERT_TRUE(document);
  EXPECT_THAT(document->text, HasSubstr("anna@example.org"));
  EXPECT_TRUE(document->whole);
}

// Not all of so many objects are kept in memory; the pages are read all the same.
TEST(PdfDocument, LooksAtSoManyObjects) {
  std::vector<std::string> objects = pdf_page("BT (anna@example.org) Tj ET", "");
  objects.push_back(pdf_stream("\x03rest\x80", "/Filter /RunLengthDecode"));
  const auto few = read(pdf_file(objects));
  ASSERT_TRUE(few);
  EXPECT_TRUE(few->whole);
  EXPECT_THAT(few->rest, HasSubstr("rest"));
  objects.resize(100'001, "null");
  const auto many = read(pdf_file(objects));
  ASSERT_TRUE(many);
  EXPECT_FALSE(many->whole);
  EXPECT_THAT(many->text, HasSubstr("anna@example.org"));
  EXPECT_EQ(many->rest, "");
}

TEST(PdfCMap, ReadsRangesAndLists) {
  const PdfCMap map(as_bytes(std::string_view(
      "2 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange\n"
      "2 beginbfrange <01> <03> <0041> <10> <11> [<0066006C> <D83DDE00>] endbfrange\n"
      "1 beginbfchar <8001> <00E4> endbfchar % a comment\n1 begincidrange <8000> <80ff> 7 endcidrange")));
  EXPECT_EQ(map.text(2), u"B");
  EXPECT_EQ(map.text(4), u"");
  EXPECT_EQ(map.text(0x10), u"fl");
  EXPECT_EQ(map.text(0x11), u"😀");
  EXPECT_EQ(map.text(0x8001), u"ä");
  EXPECT_EQ(map.glyph(0x8001), 8u);
  uint32_t code = 0;
  EXPECT_EQ(map.next("\x01\x80", code), 1u);
  EXPECT_EQ(map.next("\x80\x01", code), 2u);
  EXPECT_EQ(code, 0x8001u);
}

// Of many ranges none is asked for each code.
TEST(PdfCMap, RangesOfCodesCostNoMoreThanTheCodes) {
  std::string spaces = "begincodespacerange <8140> <9ffc> ";
  for (unsigned i = 0; i < 99; ++i) spaces += fmt::format("<e0{:02x}0000> <e0{:02x}00ff> ", i, i);
  const PdfCMap map(as_bytes(spaces + "<00> <7f> endcodespacerange"));
  uint32_t code = 0;
  EXPECT_EQ(map.next("\x81\x40", code), 2u);
  EXPECT_EQ(map.next("\x81\x30", code), 2u) << "as long as the shortest";
  EXPECT_EQ(map.next(std::string_view("\xe0\x05\0\x07", 4), code), 4u);
  EXPECT_EQ(code, 0xe0050007u);
  const std::clock_t start = std::clock();
  size_t bytes = 0;
  for (size_t i = 0; i < 5'000'000; ++i) bytes += map.next("\xf0\x01\x02\x03", code);
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 1);
  EXPECT_EQ(bytes, 10'000'000u);
}

// "アnna" in each code page; in one of Adobe's collections by the numbers of its glyphs.
TEST(PdfDocument, ReadsEastAsianCodePages) {
  const auto font = [](std::string_view encoding, std::string_view ordering) {
    return std::vector<std::string>{
        fmt::format("<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /{} /DescendantFonts [6 0 R] >>",
                    encoding),
        fmt::format(
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Any /CIDSystemInfo << /Registry (Adobe) /Ordering "
            "({}) /Supplement 2 >> >>",
            ordering)};
  };
  const auto shown_by = [&](std::string_view codes, std::string_view encoding, std::string_view ordering) {
    const std::vector<std::string> objects = font(encoding, ordering);
    return shown(fmt::format("BT /F1 9 Tf <{}> Tj ET", codes), objects[0], {objects[1]});
  };
  EXPECT_EQ(shown_by("83416E6E61", "90ms-RKSJ-H", "Japan1"), "アnna\n\n");
  EXPECT_EQ(shown_by("A5A26E6E61", "EUC-H", "Japan1"), "アnna\n\n");
  EXPECT_EQ(shown_by("252223412361", "H", "Japan1"), "アＡａ\n\n");
  EXPECT_EQ(shown_by("A5A26E6E61", "GBK-EUC-H", "GB1"), "アnna\n\n");
  EXPECT_EQ(shown_by("C7A26E6E61", "ETen-B5-H", "CNS1").substr(3), "nna\n\n");
  EXPECT_EQ(shown_by("ABA26E6E61", "KSCms-UHC-H", "Korea1"), "アnna\n\n");
  EXPECT_EQ(shown_by("30A2006E006E0061", "UniJIS-UCS2-H", "Japan1"), "アnna\n\n");
  EXPECT_EQ(shown_by("0042004F004F00424E00", "Identity-H", "Japan1"), "anna\xef\xbf\xbd\n\n");
}

TEST(PdfEncoding, KnowsGlyphsByName) {
  EXPECT_EQ(glyph_text("at"), U"@");
  EXPECT_EQ(glyph_text("afii10017"), U"А");
  EXPECT_EQ(glyph_text("uni00410042"), U"AB");
  EXPECT_EQ(glyph_text("u1F600"), U"😀");
  EXPECT_EQ(glyph_text("g17"), U"");
  EXPECT_EQ(glyph_text(".notdef"), U"");
}

TEST(PdfEncoding, HalfASurrogateLosesNothing) {
  std::string text;
  for (const std::u16string& units : {std::u16string{u'a', 0xd83d, u'b'}, std::u16string{0xd83d, 0xd83d, 0xde00},
                                      std::u16string{u'c', 0xde00}, std::u16string{0xd83d}})
    append_glyphs(text, units);
  EXPECT_EQ(text,
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd😀c\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(PdfEncoding, SpacesAreOfOneWidth) {
  std::string text;
  for (const char32_t c : U"a\tb\u00a0c\u2003d") append_glyph(text, c);
  EXPECT_EQ(text, std::string("a b c d\0", 8));
}

// --- Against a peer --------------------------------------------------------------------------------------------------

std::map<std::string, int> words_of(const std::string& text) {
  std::map<std::string, int> words;
  std::istringstream in(text);
  for (std::string word; in >> word;) ++words[word];
  return words;
}

// poppler's reader sees the same words in real documents: 97 of 100 of its, counted with how often they stand there.
TEST(Evidence, PdfWordsAreThosePopplerSees) {
  const char* given = std::getenv("WEFT_EVIDENCE");
  const std::string evidence = given ? given : WEFT_SOURCE_DIR "/../shared/evidence";
  if (!exists(evidence)) GTEST_SKIP() << "no evidence: set WEFT_EVIDENCE";
  size_t documents = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(evidence) / "documents")) {
    if (entry.path().extension() != ".pdf") continue;
    const std::string command = "pdftotext -raw -enc UTF-8 '" + entry.path().string() + "' - 2>/dev/null";
    FILE* pipe = ::popen(command.c_str(), "r");
    ASSERT_TRUE(pipe);
    std::string theirs;
    std::array<char, 4096> buffer{};
    for (size_t got; (got = ::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) theirs.append(buffer.data(), got);
    ASSERT_EQ(::pclose(pipe), 0) << "pdftotext is needed (poppler-utils): " << command;
    const auto document = read(read_file(entry.path()), 64 * MiB);
    ASSERT_TRUE(document) << entry.path();
    std::map<std::string, int> ours = words_of(document->text);
    size_t all = 0, both = 0;
    std::string missing;
    for (const auto& [word, count] : words_of(theirs)) {
      all += size_t(count);
      both += size_t(std::min(count, ours[word]));
      if (ours[word] < count && missing.size() < 500) missing += word + " ";
    }
    EXPECT_GE(double(both), 0.97 * double(all)) << entry.path() << ": " << both << " of " << all << ", not " << missing;
    ++documents;
  }
  EXPECT_GT(documents, 3u);
}

}  // namespace
}  // namespace weft
