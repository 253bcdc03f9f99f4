// PDFs for tests, written out object by object.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// An object that is a stream; `entries` stand in its dictionary.
inline std::string pdf_stream(std::string_view data, std::string_view entries = "") {
  return fmt::format("<< /Length {} {} >>\nstream\n{}\nendstream", data.size(), entries, data);
}

// A whole document with a right cross-reference table. The first object is the catalog, numbered 1.
inline std::string pdf_file(const std::vector<std::string>& objects, std::string_view trailer_entries = "") {
  std::string out = "%PDF-1.7\n", table;
  for (size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", out.size());
    out += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  const size_t at = out.size();
  out += fmt::format("xref\n0 {}\n0000000000 65535 f \n{}", objects.size() + 1, table);
  out += fmt::format("trailer\n<< /Size {} /Root 1 0 R {} >>\nstartxref\n{}\n%%EOF\n", objects.size() + 1,
                     trailer_entries, at);
  return out;
}

// Objects of a document of one page with this content and these resources: catalog, pages, page, content, then `more`,
// which are numbered from 5 on.
inline std::vector<std::string> pdf_page(std::string_view content, std::string_view resources,
                                         const std::vector<std::string>& more = {}) {
  std::vector<std::string> objects = {
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << {} >> >>",
                  resources),
      pdf_stream(content)};
  objects.insert(objects.end(), more.begin(), more.end());
  return objects;
}

// A text set in a font that numbers its glyphs in the order in which they appear, as browsers and office suites write
// it; pieces of `piece` glyphs. Objects as of pdf_page(): 5 is the font, to which more can be added.
inline std::vector<std::string> pdf_page_of_glyphs(std::string_view text, size_t piece = 4) {
  std::string glyphs, map, content = "BT /F1 12 Tf 72 720 Td [";
  size_t in_piece = 0;
  for (const char c : text) {
    if (c == '\n') {
      content += in_piece > 0 ? ">] TJ 0 -14 Td [" : "] TJ 0 -14 Td [";
      in_piece = 0;
      continue;
    }
    size_t number = glyphs.find(c);
    if (number == std::string::npos) {
      number = glyphs.size();
      glyphs += c;
      map += fmt::format("<{:04X}> <{:04X}>\n", number + 3, static_cast<unsigned char>(c));
    }
    content += fmt::format("{}{:04X}", in_piece == 0 ? "<" : "", number + 3);
    if (++in_piece == piece) content += "> -12 ", in_piece = 0;
  }
  content += in_piece > 0 ? ">] TJ ET" : "] TJ ET";
  return pdf_page(
      content, "/Font << /F1 5 0 R >>",
      {"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Any /Encoding /Identity-H /DescendantFonts [6 0 R] "
       "/ToUnicode 7 0 R >>",
       "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Any /DW 500 /CIDSystemInfo << /Registry "
       "(Adobe) /Ordering (Identity) /Supplement 0 >> >>",
       pdf_stream(fmt::format("/CIDInit /ProcSet findresource begin begincmap\n1 begincodespacerange <0000> "
                              "<FFFF> endcodespacerange\n{} beginbfchar\n{}endbfchar endcmap",
                              glyphs.size(), map))});
}

}  // namespace weft
