#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>
#include <unistd.h>

#include "base/file.h"
#include "report/graph.h"
#include "report/sample_test.h"
#include "report/words.h"

namespace weft::report {
namespace {

using testing::HasSubstr;
using testing::Not;

// Elements that hold no content and have no end tag.
const std::vector<std::string> void_elements = {"meta", "br", "input", "line", "circle", "rect", "path"};

// Walks the tags of a page; returns what is not well-formed, in words. Stricter than HTML5, which our page can afford.
std::string malformed(const std::string& html) {
  std::vector<std::string> open;
  for (size_t at = 0; (at = html.find('<', at)) != std::string::npos;) {
    if (html.compare(at, 9, "<!DOCTYPE") == 0) {
      at += 9;
      continue;
    }
    size_t end = html.find('>', at);
    if (end == std::string::npos) return "a tag does not end";
    bool closing = html[at + 1] == '/';
    size_t name_at = at + 1 + closing, name_end = html.find_first_of(" />", name_at);
    std::string name = html.substr(name_at, name_end - name_at);
    if (name.empty() || !islower(name[0])) return "a stray '<' before " + html.substr(at, 40);
    at = end + 1;
    if (closing) {
      if (open.empty() || open.back() != name)
        return "</" + name + "> closes " + (open.empty() ? "nothing" : open.back());
      open.pop_back();
    } else if (html[end - 1] != '/' &&
               std::find(void_elements.begin(), void_elements.end(), name) == void_elements.end()) {
      open.push_back(name);
      if (name == "script" || name == "style") at = html.find("</" + name, at);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> stays open";
}

TEST(Page, IsWellFormedAndLoadsNothing) {
  std::string html = page(sample_case());
  EXPECT_EQ(malformed(html), "");
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const char* loader : {" src=", "@import", "url(", "<link", "<img", "<iframe", "href=\"http", "style=\""})
    EXPECT_THAT(html, Not(HasSubstr(loader)));
}

TEST(Page, IdsAreUniqueAndLinksLeadSomewhere) {
  std::string html = page(sample_case());
  std::vector<std::string> ids;
  std::regex id(" id=\"([^\"]+)\""), target(" href=\"#([^\"]+)\"");
  for (std::sregex_iterator it(html.begin(), html.end(), id), end; it != end; ++it) ids.push_back((*it)[1]);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  size_t links = 0;
  for (std::sregex_iterator it(html.begin(), html.end(), target), end; it != end; ++it, ++links)
    EXPECT_TRUE(std::binary_search(ids.begin(), ids.end(), (*it)[1].str())) << (*it)[1];
  EXPECT_GT(links, 30u);
}

TEST(Page, HostileTextIsInert) {
  std::string html = page(sample_case());
  EXPECT_THAT(html, Not(HasSubstr(hostile_script)));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;document.title"));
  EXPECT_THAT(html, Not(HasSubstr("\u202E")));
  EXPECT_THAT(html, HasSubstr("invoice<span class=\"char\">U+202E</span>gpj.exe"));
}

TEST(Page, MismatchIsLoud) {
  EXPECT_THAT(page(sample_case()), HasSubstr("Hash MISMATCH"));
  CaseFacts facts = sample_case();
  facts.exhibits[3].row.hash_check = "verified";
  EXPECT_THAT(page(facts), Not(HasSubstr("MISMATCH")));
  EXPECT_THAT(terminal(sample_case(), "", false), HasSubstr("HASH MISMATCH"));
}

TEST(Page, SaysWhichExhibitsItDoesNotSpeakOf) {
  CaseFacts facts = sample_case();
  EXPECT_THAT(page(facts), Not(HasSubstr("Not extracted:")));
  EXPECT_THAT(page(facts), Not(HasSubstr("Not in the links:")));
  facts.unlinked = {facts.exhibits[8].row.exhibit};
  facts.behind = {facts.exhibits[9].row.exhibit};
  facts.exhibits[10].extracted = facts.exhibits[11].extracted = false;
  const std::string html = page(facts);
  EXPECT_EQ(malformed(html), "");
  EXPECT_THAT(html, HasSubstr("Not extracted:</strong> 2 of 12 exhibits: "));
  EXPECT_THAT(html, HasSubstr("Not in the links:</strong> 1 of 12 exhibits: "));
  EXPECT_THAT(html, HasSubstr("1 exhibit has no link."));
  EXPECT_THAT(html, HasSubstr("<strong>not in the links yet</strong>"));
  EXPECT_THAT(html, HasSubstr("<strong>not extracted yet</strong>"));
  const std::string apart = html.substr(html.find("Without a link: "), 200);
  EXPECT_THAT(apart, HasSubstr(facts.exhibits[8].row.exhibit + "</bdi></a>.</p>"));
  const std::string text = terminal(facts, "", false);
  EXPECT_THAT(text, HasSubstr("NOT EXTRACTED YET: "));
  EXPECT_THAT(text, HasSubstr("NOT IN THE LINKS YET, link again: " + facts.behind[0]));
}

TEST(Page, APairOfOneImageWithoutAReasonIsNoLink) {
  CaseFacts facts = sample_case();
  for (LinkFacts& it : facts.links) it.row.statement = "supported", it.row.log10_lr = 4.5;
  LinkFacts& last = facts.links.back();  // 4 and 0
  last.row.statement = "common source", last.row.log10_lr = -2.1, last.row.bundles = last.row.selectors = 0;
  last.row.kinds = last.row.strongest = "", last.bundles.clear();
  facts.links[5].row.statement = "not enough background", facts.links[5].row.log10_lr.reset();
  facts.links[4].row.log10_lr = 2.5;
  facts.without_reason = 1, facts.supported = 5;
  const std::string html = page(facts);
  EXPECT_THAT(html, HasSubstr("8 pairs share traces that count; of these, 5 are supported"));
  EXPECT_THAT(html, HasSubstr("1 further pair of one image"));
  EXPECT_THAT(html, Not(HasSubstr("0 independent reasons")));
  EXPECT_THAT(html, Not(HasSubstr("data-a=\"0\" data-b=\"4\"")));
  EXPECT_THAT(html, Not(HasSubstr("data-a=\"4\" data-b=\"0\"")));
  EXPECT_THAT(html, HasSubstr("e1\" data-a=\"0\" data-b=\"1\""));
  EXPECT_THAT(html, HasSubstr("e2\" data-a=\"3\" data-b=\"4\""));
  EXPECT_THAT(html, HasSubstr("e3\" data-a=\"6\" data-b=\"7\""));
}

TEST(Page, SaysWhatItLeavesOut) {
  std::string html = page(sample_case());
  EXPECT_THAT(html, HasSubstr("2 more links: <code>weft export CASE link</code>"));
  EXPECT_THAT(html, HasSubstr("7 more values that arrive for the same reason"));
  EXPECT_THAT(html, HasSubstr("2 more sorts: <code>weft export CASE problem</code>"));
}

TEST(Page, DiffersOnlyInTheLineThatSaysWhen) {
  CaseFacts a = sample_case(), b = sample_case();
  b.made_at = "2027-01-01T00:00:00Z";
  std::string x = page(a), y = page(b);
  size_t lines = 0;
  for (size_t i = 0, j = 0; i < x.size() && j < y.size();) {
    size_t i_end = x.find('\n', i), j_end = y.find('\n', j);
    lines += x.substr(i, i_end - i) != y.substr(j, j_end - j);
    i = i_end + 1, j = j_end + 1;
  }
  EXPECT_EQ(lines, 1u);
}

TEST(Page, EmptyCaseIsAPage) {
  CaseFacts facts;
  std::string html = page(facts);
  EXPECT_EQ(malformed(html), "");
  EXPECT_THAT(html, HasSubstr("Not linked yet"));
  EXPECT_FALSE(terminal(facts, "", false).empty());
}

TEST(Page, SpeaksOfExhibitsNotOfPersons) {
  std::string html = page(sample_case());
  for (const char* word : {"suspect", "guilty", "offender", "culprit", "perpetrator"})
    EXPECT_THAT(html, Not(HasSubstr(word)));
}

// What a browser makes of the page: the hostile exhibit is text, our own script ran, nothing else did.
TEST(Page, InChromium) {
  if (std::system("command -v chromium >/dev/null") != 0) GTEST_SKIP() << "no chromium here";
  auto folder = std::filesystem::temp_directory_path() / fmt::format("weft-report-{}", ::getpid());
  std::filesystem::create_directories(folder);
  write_file(folder / "r.html", page(sample_case()));
  std::string command = fmt::format(
      "timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
      "--disable-background-networking "
      "--disable-component-update --disable-sync --user-data-dir={0}/profile --dump-dom file://{0}/r.html >{0}/dom "
      "2>{0}/err",
      folder.string());
  ASSERT_EQ(std::system(command.c_str()), 0) << read_file(folder / "err");
  std::string dom = read_file(folder / "dom"), err = read_file(folder / "err");
  std::filesystem::remove_all(folder);
  EXPECT_THAT(dom, HasSubstr("<title>Operation &lt;Example&gt; &amp; Co – Weft report</title>"));
  EXPECT_THAT(dom, HasSubstr("class=\"filter\""));  // only our script makes it
  EXPECT_THAT(err, Not(HasSubstr("Content Security Policy")));
  EXPECT_THAT(dom, Not(HasSubstr("owned</title>")));
}

TEST(Terminal, KeepsToItsWidthAndPaintsOnlyWhenAsked) {
  CaseFacts facts = sample_case();
  facts.exhibits[1].row.exhibit = std::string(150, 'w');
  facts.exhibits[2].row.exhibit = "\x1b[2Jclear";
  std::string text = terminal(facts, "/tmp/case/report.html", false);
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    EXPECT_LE(columns(text.substr(at, end - at)), 100u) << text.substr(at, end - at);
    at = end + 1;
  }
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("/tmp/case/report.html"));
  EXPECT_THAT(terminal(facts, "", true), HasSubstr("\x1b[1m"));
  EXPECT_THAT(terminal(facts, "", true), Not(HasSubstr("\x1b[2J")));
}

TEST(Words, Numbers) {
  EXPECT_EQ(grouped(0, ","), "0");
  EXPECT_EQ(grouped(999, ","), "999");
  EXPECT_EQ(grouped(1234567, ","), "1,234,567");
  EXPECT_EQ(counted(1, "file"), "1 file");
  EXPECT_EQ(counted(2000, "entry", "entries"), "2,000 entries");
}

TEST(Words, EvidenceTextIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "é";
  EXPECT_THAT(evidence_text(text, 101), HasSubstr("é</bdi> <span class=\"more\">… 600 bytes in all</span>"));
  EXPECT_EQ(evidence_text("\xff<&\x01"), "<bdi>\\xFF&lt;&amp;\\x01</bdi>");
  EXPECT_EQ(evidence_text("a\u200Bb\uFEFF"),
            "<bdi>a<span class=\"char\">U+200B</span>b<span class=\"char\">U+FEFF</span></bdi>");
}

TEST(Words, ColumnsOnATerminal) {
  EXPECT_EQ(columns("日本"), 4u);
  EXPECT_EQ(columns("e\u0301"), 1u);
  EXPECT_EQ(fit("日本語", 5), "日本…");
  EXPECT_EQ(fit("abc", 3), "abc");
  EXPECT_EQ(fit_label("2026-11-24_Notebook_Wetterlund", 16), "2026…_Wetterlund");
  EXPECT_EQ(fit_label("Notebook", 8), "Notebook");
  EXPECT_LE(columns(fit_label("日本語日本語日本語", 9)), 9u);
}

std::vector<Edge> random_edges(size_t nodes, size_t count) {
  std::vector<Edge> out;
  uint64_t state = 1;
  while (out.size() < count) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    size_t a = (state >> 33) % nodes, b = (state >> 12) % nodes;
    if (a != b) out.push_back({a, b, out.size() + 1, 1});
  }
  return out;
}

TEST(Layout, BoxesStayInTheFrameAndApart) {
  for (size_t nodes : {1u, 2u, 7u, 60u, 150u}) {
    auto edges = nodes > 1 ? random_edges(nodes, nodes * 2) : std::vector<Edge>{};
    auto at = layout(nodes, edges, 1000, 100, 46);
    ASSERT_EQ(at.size(), nodes);
    for (size_t i = 0; i < nodes; ++i) {
      EXPECT_GE(at[i].x, 49.9);
      EXPECT_LE(at[i].x, 950.1);
      EXPECT_GE(at[i].y, 22.9);
      for (size_t j = 0; j < i; ++j)
        EXPECT_TRUE(std::abs(at[i].x - at[j].x) > 99 || std::abs(at[i].y - at[j].y) > 45)
            << nodes << ": " << i << " on " << j;
    }
    auto again = layout(nodes, edges, 1000, 100, 46);
    for (size_t i = 0; i < nodes; ++i) EXPECT_EQ(at[i].x, again[i].x);
  }
}

TEST(Layout, KeepsNeighboursNear) {
  // Two triangles joined by one edge: each node is nearer to its own triangle than to the far one.
  std::vector<Edge> edges{{0, 1}, {1, 2}, {0, 2}, {3, 4}, {4, 5}, {3, 5}, {2, 3}};
  auto at = layout(6, edges, 1000, 100, 46);
  auto far = [&](size_t i, size_t j) { return std::hypot(at[i].x - at[j].x, at[i].y - at[j].y); };
  EXPECT_LT(far(0, 1), far(0, 4));
  EXPECT_LT(far(4, 5), far(5, 1));
}

TEST(Graph, DrawsOnlyTheStrongestAndSaysSo) {
  std::vector<Node> nodes;
  for (int i = 0; i < 20; ++i) nodes.push_back({fmt::format("E{}", i), i % 2 ? "left" : "right", "x"});
  std::string svg = graph(nodes, random_edges(20, 50), 10);
  EXPECT_THAT(svg, HasSubstr("Only the 10 strongest of 50 links are drawn."));
  size_t lines = 0;
  for (size_t at = 0; (at = svg.find("<line class=\"e e1\" data-a", at)) != std::string::npos; ++at) ++lines;
  EXPECT_EQ(lines, 10u);
  EXPECT_THAT(svg, Not(HasSubstr("stroke-width")));  // what may be stated is never thickness
}

}  // namespace
}  // namespace weft::report
