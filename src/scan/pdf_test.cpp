// PDFs: what their streams show alone (PDF, PDFTEXT), and what whole documents do (PDFDOC).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "base/pdf/testing.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

const std::string filler = "\nThe quick brown fox jumps over the lazy dog and runs away from here.\n";

TEST(Decoders, PdfSaysWhatItCannotUnpack) {
  const std::string source =
      "4 0 obj\n<< /Length 9 /Filter /LZWDecode >>\nstream\nabcdefghi\nendstream\nendobj\n"
      "5 0 obj\n<< /Filter [/ASCII85Decode /LZWDecode] /Length 9 >>\nstream\nabcdefghi\nendstream\nendobj\n"
      "6 0 obj\n<< /Filter /DCTDecode >>\nstream\nabc\nendstream\nendobj\n the word /LZWDecode alone";
  const Results results = scan_all(source);
  ASSERT_EQ(results.problems.size(), 1u) << described(results);
  EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("LZWDecode"));
}

// What is wrong with a document as a whole is told once of each.
TEST(Decoders, PdfSaysOnceThatItIsEncrypted) {
  const std::string trailer = "trailer\n<< /Size 9 /Root 1 0 R /Encrypt 8 0 R >>\n";
  const std::string document = "%PDF-1.6\n" + trailer + filler + trailer + "%%EOF\n";
  const Results results = scan_all(document + document + "the word /Encrypt 8 0 R alone");
  ASSERT_EQ(results.problems.size(), 2u) << described(results);
  for (size_t i : {0u, 1u}) {
    EXPECT_THAT(results.problems[i].what, ::testing::HasSubstr("encrypted"));
    EXPECT_EQ(results.problems[i].offset, i * document.size() + document.find("/Encrypt"));
  }
}

TEST(Decoders, PdfSaysThatAFontHasCodesOfItsOwn) {
  const std::string composite = "<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+Any/Encoding/Identity-H/ToUnicode 9 0 R>>",
                    built_in = "<< /Type /Font /Subtype /TrueType /BaseFont /ABCDEF+Any /FirstChar 33 >>",
                    renumbered = "<< /Type /Encoding /Differences [ 1 /H /e /l /o ] >>",
                    numbered = "<< /Type /Encoding /Differences [65/g17/g18] >>";
  for (const std::string& font : {composite, built_in, renumbered, numbered}) {
    const Results plain = scan_all("%PDF-1.4\n5 0 obj\n" + font + "\nendobj\n" + font);
    ASSERT_EQ(plain.problems.size(), 1u) << font << described(plain);
    EXPECT_THAT(plain.problems[0].what, ::testing::HasSubstr("font"));
    // In object streams: two layers, and still one document.
    const std::string objects = "stream\n" + zlibbed("5 0 6 99 " + font + filler) + "\nendstream\n";
    const Results packed = scan_all("%PDF-1.5\n" + objects + objects);
    ASSERT_EQ(packed.problems.size(), 1u) << font << described(packed);
    EXPECT_THAT(packed.problems[0].layers, ::testing::StartsWith("-PDF-"));
  }
}

TEST(Decoders, PdfFontsThatAreReadMakeNoProblem) {
  const Results results = scan_all(
      "%PDF-1.4\n<< /Type /Font /Subtype /TrueType /BaseFont /ABCDEF+Any /Encoding /MacRomanEncoding >>"
      "<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+CMR10>><< /Type /Font /Subtype /TrueType /BaseFont /Arial >>"
      "<< /Differences [ 32 /space /exclam 65 /A /B 97 /a 128 /Euro /bullet 251 /fl ] >> /BaseFont /");
  EXPECT_EQ(described(results), "");
}

// The values that a document with this page description gives, of these kinds.
std::set<std::string> values_of_page(const std::string& content, const std::set<std::string_view>& kinds,
                                     const Limits& limits = {}) {
  std::set<std::string> values;
  for (const Found& found : scan_all("stream\n" + zlibbed(content) + "\nendstream", limits).features)
    if (kinds.count(found.kind)) values.insert(found.value);
  return values;
}

TEST(Decoders, PdfLinesAreNotGlued) {
  const std::string content =
      "BT /F1 10 Tf 1 0 0 1 72 700 Tm (anna@exa) Tj (mple.com) Tj 0 -12 Td (bert@example.org) Tj T* "
      "[(ca) 3 (rl@example.net) -600 (x)] TJ ET BT 1 0 0 1 72 600 Tm <646f7261406578616d706c652e636f6d> Tj ET";
  const Results results = scan_all("stream\r\n" + zlibbed(content) + "\r\nendstream");
  std::set<std::string> values;
  for (const Found& found : results.features)
    if (found.layers.find("PDFTEXT") != std::string::npos) values.insert(found.value);
  for (const char* value : {"anna@example.com", "bert@example.org", "carl@example.net", "dora@example.com"})
    EXPECT_TRUE(values.count(value)) << value << "\n" << described(results);
}

// Pieces of what a page shows are no addresses of their own; what an examiner looks for counts wherever it stands.
TEST(Decoders, PdfPiecesAreNotFoundBesideTheText) {
  const std::string content =
      "BT /F1 10 Tf 72 700 Td [(mail bugs)-1(done@bugs.example.org)] TJ ET\n% by anna@example.net\n/Span << "
      "/ActualText (bert@example.net) >> BDC EMC\n";
  const std::set<std::string> values = values_of_page(content, {"email"});
  EXPECT_EQ(values, (std::set<std::string>{"bugsdone@bugs.example.org", "anna@example.net", "bert@example.net"}));
  Limits shallow;
  shallow.depth = 1;  // the text is not read: what stands in front of it is all there is
  EXPECT_THAT(values_of_page(content, {"email"}, shallow), ::testing::Contains("done@bugs.example.org"));
}

TEST(Decoders, PdfAddressesWithLigaturesAndBreaks) {
  const std::string content =
      "BT /F1 10 Tf 72 700 Td (https://example.org/Arch\\034eld) Tj 0 -12 Td (o\\036ce@example.org https://www.) Tj "
      "0 -12 Td (example.net/a?b=) Tj 0 -12 Td (17) Tj 0 -12 Td (see https://example.com.) Tj 0 -12 Td (Next) Tj "
      "0 -12 Td (https://example.com/x/) Tj 0 -12 Td (Then https://lists.example.) Tj 0 -12 Td (org/z) Tj ET";
  const std::set<std::string> values = values_of_page(content, {"email", "url"});
  EXPECT_EQ(values, (std::set<std::string>{"https://example.org/Archfield", "office@example.org",
                                           "https://www.example.net/a?b=17", "https://example.com",
                                           "https://example.com/x/", "https://lists.example.org/z"}));
}

// The gap between "Adresse" and an address in a font of its own is narrower than half an em a letter tells.
TEST(Decoders, PdfWordsOfTwoFontsAreNotGlued) {
  const std::string content =
      "BT /F34 9.9626 Tf 72 700 Td [(A)30(dresse)] TJ /F65 9.9626 Tf 34.205 0 Td [(dora@example.org)] TJ "
      "/F34 9.9626 Tf 83.68 0 Td [(,)-234(an)] TJ 0 -12 Td (emil) Tj /F65 9.9626 Tf 20 0 Td (@) Tj "
      "/F34 9.9626 Tf 5 0 Td (example.net) Tj ET 0 g BT /F34 9.9626 Tf 72 660 Td (unter) Tj ET 0.2 0.3 0.5 rg "
      "BT /F34 9.9626 Tf 97 660 Td (fritz@example.com) Tj ET 0 g BT /F34 9.9626 Tf 177 660 Td (und) Tj "
      "[-243(gerda@)-37(example.com)] TJ [-3(,)] TJ ET";
  const std::set<std::string> values = values_of_page(content, {"email"});
  EXPECT_EQ(values,
            (std::set<std::string>{"dora@example.org", "emil@example.net", "fritz@example.com", "gerda@example.com"}));
}

// A colour is what its operator was given, and goes with the state it was set in.
TEST(Decoders, PdfPiecesOfOneColourAreJoined) {
  const std::string content =
      "q /Cs1 cs 0 0 0 sc BT /F1 10 Tf 72 700 Td (emil) Tj ET Q q 7 0 0 7 0 0 cm Q q /Cs1 cs 0 0 0 sc BT /F1 10 Tf 92 "
      "700 "
      "Td (weber@exam) Tj ET Q q 9 8 7 rg Q q /Cs1 cs 0 0 0 sc BT /F1 10 Tf 142 700 Td (ple.org) Tj ET Q";
  EXPECT_EQ(values_of_page(content, {"email"}), std::set<std::string>{"emilweber@example.org"});
}

TEST(Decoders, PdfPiecesInObjectsOfTheirOwnAreJoined) {
  const std::string content =
      "q 0.24 0 0 0.24 90 708.96 cm BT 50 0 0 50 0 0 Tm /F1.0 1 Tf (mail) Tj ET Q q 0.24 0 0 0.24 171.32 708.96 cm BT "
      "50 0 0 50 0 0 Tm "
      "/F1.0 1 Tf (anna_doc) Tj ET Q q 0.24 0 0 0.24 214.64 708.96 cm BT 50 0 0 50 0 0 Tm /F1.0 1 Tf (_pdf) Tj ET Q q "
      "0.24 0 0 0.24 236.64 "
      "708.96 cm BT 50 0 0 50 0 0 Tm /F1.0 1 Tf (@example.com) Tj ET Q q 0.24 0 0 0.24 90 695.28 cm BT 50 0 0 50 0 0 "
      "Tm /F1.0 1 Tf (next) Tj ET Q";
  const Results results = scan_all("stream\n" + zlibbed(content) + "\nendstream");
  ASSERT_EQ(results.features.size(), 1u) << described(results);
  EXPECT_EQ(results.features[0].value, "anna_doc_pdf@example.com");
}

TEST(Decoders, PdfStringsWrittenAsNumbersAreRead) {
  std::string written;
  for (const char c : std::string("(call) anna@example.org"))
    written += fmt::format("\\000{}{}", c == '(' || c == ')' ? "\\" : "", c);
  const std::string source = "<< /Subject (\\376\\377" + written + ") /Title (\\376\\377\\000a) >>";
  const Results results = scan_all(source);
  ASSERT_EQ(results.features.size(), 1u) << described(results);
  EXPECT_EQ(results.features[0].value, "anna@example.org") << described(results);
  EXPECT_EQ(results.features[0].layers, "-PDF-7");
  EXPECT_EQ(as_text(unpack(as_bytes(source).subspan(results.features[0].offset), "-PDF-0", {}).bytes),
            "(call) anna@example.org");
}

// --- Whole documents -------------------------------------------------------------------------------------------------

// Kind, layers and value, of e-mail addresses.
std::vector<std::string> emails_of(const Results& results) {
  std::vector<std::string> out;
  for (const Found& found : results.features)
    if (found.kind == "email") out.push_back(found.layers + " " + found.value);
  return out;
}

std::string packed(std::string_view content) {
  return pdf_stream(zlibbed(content), "/Filter /FlateDecode");
}

TEST(PdfDocuments, AreReadByTheirFonts) {
  const std::string file = pdf_file(pdf_page_of_glyphs("anna@example.org"));
  const std::string source = filler + file + filler + pdf_file(pdf_page_of_glyphs("ben@example.org"));
  const Results results = scan_all(source);
  EXPECT_THAT(emails_of(results), ::testing::ElementsAre("-PDFDOC-0 anna@example.org", "-PDFDOC-0 ben@example.org"));
  EXPECT_THAT(results.problems, ::testing::IsEmpty()) << described(results);
  EXPECT_EQ(results.features[0].offset, filler.size());
  const Layer layer = unpack(as_bytes(source).subspan(filler.size()), "-PDFDOC-5", {});
  EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, 11), "example.org");
}

// In a mail, in an archive: a document wherever its bytes are.
TEST(PdfDocuments, AreReadInLayers) {
  const std::string file = pdf_file(pdf_page_of_glyphs("anna@example.org"));
  EXPECT_THAT(emails_of(scan_all(deflated(file, 31))), ::testing::ElementsAre("-GZIP-0-PDFDOC-0 anna@example.org"));
}

// What was read as a page is not read again; what no page shows is, as an earlier version of one.
TEST(PdfDocuments, ArePageAndRest) {
  std::vector<std::string> objects = pdf_page("BT (shown@example.org) Tj ET", "");
  objects[3] = packed("BT (shown@example.org) Tj ET");
  objects.push_back(packed("BT (earlier@example.org) Tj ET"));
  objects.push_back("<< /URI (mailto:link@example.org) >>");
  const Results results = scan_all(pdf_file(objects));
  const std::vector<std::string> found = emails_of(results);
  EXPECT_EQ(found.size(), 3u) << described(results);
  EXPECT_THAT(found, ::testing::Contains("-PDFDOC-0 shown@example.org"));
  EXPECT_THAT(found, ::testing::Contains("-PDF-0-PDFTEXT-0 earlier@example.org"));
  EXPECT_THAT(found, ::testing::Contains(" link@example.org"));
  // The same where its streams are not packed.
  objects[3] = pdf_stream("BT (shown@example.org) Tj ET");
  EXPECT_EQ(emails_of(scan_all(pdf_file(objects))), found);
}

// An examiner's words are looked for in what a document holds, too.
TEST(PdfDocuments, HideNoWords) {
  std::vector<std::string> objects = pdf_page("", "");
  objects[3] = packed("BT (an orchard) Tj ET");
  Lists lists;
  lists.words.push_back({"words", "orchard\n"});
  const Rules rules(lists);
  Scan scan(rules, {});
  NoWatch watch;
  Results results;
  const std::string file = pdf_file(objects);
  scan.page({as_bytes(file), 0, file.size(), 0}, {}, watch, results);
  std::set<std::string> layers;
  for (const Found& found : results.features)
    if (found.kind == "word") layers.insert(found.layers.substr(0, found.layers.rfind('-')));
  EXPECT_EQ(layers, (std::set<std::string>{"-PDFDOC", "-PDF", "-PDF-0-PDFTEXT"})) << described(results);
}

// What else is found does not depend on what an examiner looks for.
TEST(PdfDocuments, SayTheSameBesideWords) {
  const std::string shown = "BT (anna@example.org, tel. +49 40 18024561) Tj ET";
  std::vector<std::string> objects = pdf_page("", "");
  for (const std::string& stream :
       {packed(shown), pdf_stream(ascii85(zlibbed(shown)), "/Filter [ /ASCII85Decode /FlateDecode ]")}) {
    objects[3] = stream;
    const std::string file = pdf_file(objects);
    Lists lists;
    lists.words.push_back({"words", "zzzzz\n"});
    const Rules plain, with_words(lists);
    std::set<std::string> found[2];
    for (const Rules* rules : {&plain, &with_words}) {
      Scan scan(*rules, {});
      NoWatch watch;
      Results results;
      scan.page({as_bytes(file), 0, file.size(), 0}, {}, watch, results);
      for (const Found& one : results.features)
        found[rules == &with_words].insert(one.layers + " " + std::string(one.kind) + " " + one.value);
    }
    EXPECT_EQ(found[0], found[1]);
    EXPECT_THAT(found[0], ::testing::Contains("-PDFDOC-0 email anna@example.org"));
    EXPECT_EQ(std::count_if(found[0].begin(), found[0].end(), [](auto& one) { return one.find("phone") != one.npos; }),
              1);
  }
}

// A problem belongs to the document it lies in: one that was read has none, the torn one behind it does.
TEST(PdfDocuments, ThatAreReadMakeNoProblem) {
  const std::string whole = pdf_file(pdf_page_of_glyphs("anna@example.org"));
  const std::string torn = whole.substr(0, whole.find("xref\n0"));
  for (const std::string& source : {whole + torn, torn + whole}) {
    const Results results = scan_all(source);
    ASSERT_EQ(results.problems.size(), 1u) << described(results);
    EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("font"));
  }
}

TEST(PdfDocuments, SayWhatTheyDoNotSay) {
  std::vector<std::string> objects = pdf_page_of_glyphs("anna@example.org");
  objects[4] = "<< /Type /Font /Subtype /Type0 /BaseFont /A+B /Encoding /Identity-H /DescendantFonts [6 0 R] >>";
  const Results results = scan_all(pdf_file(objects));
  ASSERT_EQ(results.problems.size(), 1u) << described(results);
  EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("font"));
}

// More pages than are looked at: those in front are read, and it is said that there are others.
TEST(PdfDocuments, SayWhatIsLeftOff) {
  std::vector<std::string> objects = pdf_page("BT (anna@example.org) Tj ET", "");
  objects[3] = packed("BT (anna@example.org) Tj ET");
  objects[1] = "<< /Type /Pages /Kids [3 0 R";
  for (size_t i = 0; i < 100'000; ++i) objects[1] += "<<>>";
  objects[1] += "] >>";
  const Results results = scan_all(pdf_file(objects));
  EXPECT_THAT(emails_of(results), ::testing::Contains("-PDFDOC-0 anna@example.org"));
  ASSERT_EQ(results.problems.size(), 1u) << described(results);
  EXPECT_THAT(results.problems[0].what, ::testing::HasSubstr("leaves off pages"));
}

TEST(PdfDocuments, RareFiltersAreUnpacked) {
  // "-----A---B" of ISO 32000-1 §7.4.4.2, and RunLength of the same.
  std::vector<std::string> objects = pdf_page("", "");
  objects.push_back(pdf_stream("\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", "/Filter /LZWDecode"));
  objects.push_back(
      pdf_stream("\x0f"
                 "anna@example.org"
                 "\x80",
                 "/Filter /RunLengthDecode"));
  const std::string file = pdf_file(objects);
  const Results results = scan_all(file);
  EXPECT_THAT(results.problems, ::testing::IsEmpty()) << described(results);
  const std::string rest(as_text(unpack(as_bytes(file), "-PDFDOC-0", {}).bytes));
  EXPECT_THAT(rest, ::testing::HasSubstr("-----A---B"));
  EXPECT_EQ(emails_of(results).size(), 1u + 1u) << described(results);  // as it lies there, and unpacked
}

// --- Real evidence ---------------------------------------------------------------------------------------------------

TEST(Evidence, PdfDocumentsSayWhatIsNotRead) {
  if (evidence("documents/testPDF.pdf").empty()) GTEST_SKIP() << "no evidence: set WEFT_EVIDENCE";
  auto told = [](const std::string& name) {
    std::vector<std::string> out;
    for (const ScanProblem& problem : scan_all(evidence("documents/" + name)).problems) out.push_back(problem.what);
    return out;
  };
  // Without their last end: what stands behind the end before that has no structure to go by.
  const auto torn = [](const std::string& name) {
    const std::string whole = evidence("documents/" + name);
    std::string out;
    for (const ScanProblem& problem : scan_all(whole.substr(0, whole.rfind("%%EOF"))).problems)
      out += problem.what + "\n";
    return out;
  };
  using ::testing::HasSubstr, ::testing::IsEmpty;
  for (const char* name : {"testPDF.pdf", "pdf_words2.pdf", "testPDF_protected.pdf", "testPDF_incrementalUpdates.pdf",
                           "testPDF_twoAuthors.pdf"})
    EXPECT_THAT(told(name), IsEmpty()) << name;
  EXPECT_THAT(torn("testPDF_protected.pdf"), HasSubstr("encrypted"));
}

}  // namespace
}  // namespace weft::scan
