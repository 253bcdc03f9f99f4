// RUNS: paragraphs of office documents whose text markup cuts into pieces, joined: a word processor begins a new run
// wherever the spelling checker, an edit or a change of style went through, in the middle of an address, too.
//
//   docx   <w:r><w:t>anna@exam</w:t></w:r><w:proofErr …/><w:r …><w:t xml:space="preserve">ple.com</w:t></w:r></w:p>
//   pptx   the same with a: (ECMA-376 part 1, 17.3.2, 21.1.2.3)
//   xlsx   <si><r><t>anna@exam</t></r><r><rPr>…</rPr><t>ple.com</t></r></si> (18.4.8)
//   odt    <text:p>anna@<text:span …>exam</text:span>ple.com</text:p> (OpenDocument 1.2 part 1, 6.1)
//
// One layer is what is left of a paragraph from its first cut piece on, where a joint may hide something: in or beside
// an address, a long word, or digits.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

struct Markup {
  std::string_view piece;             // the element that holds text; empty: what stands between any tags is text
  std::string_view run_end;           // as the pattern finds it, without the "<" behind it
  std::string_view ends[2], gaps[3];  // tags that end a paragraph, and that stand for a space
};
constexpr Markup markups[] = {
    {"w:t", "</w:t></w:r>", {"/w:p>", "w:p>"}, {"w:tab", "w:br", "w:cr"}},
    {"a:t", "</a:t></a:r>", {"/a:p>", "a:p>"}, {"a:tab", "a:br", "a:fld"}},
    {"t", "</t></r>", {"/si>", "si>"}, {"rPh", "phoneticPr", "/is>"}},
    {"", "</text:span>", {"/text:p>", "/text:h>"}, {"text:s", "text:tab", "text:line-break"}},
};
constexpr Pattern patterns[] = {
    {R"(</w:t></w:r><)", 0, 0}, {R"(</a:t></a:r><)", 0, 1}, {R"(</t></r><r)", 0, 2}, {R"([^>]</text:span>)", 0, 3}};

constexpr size_t longest_gap = 4 * KiB;    // of markup between two pieces
constexpr size_t most_tags = 40;           // in a gap
constexpr size_t longest_before = 256;     // of the first piece
constexpr size_t longest_text = 64 * KiB;  // of a layer
constexpr size_t longest_word = 256, near = 32, telling_digits = 7, telling_word = 20;

bool is_word_sign(char c) {
  return uint8_t(c) > 0x20 && c != '<' && c != '>';
}

// "text:s/", "text:s text:c=…", but not "text:span".
bool is_tag(std::string_view rest, std::string_view name) {
  return rest.starts_with(name) && rest.size() > name.size() && !is_alpha(uint8_t(rest[name.size()])) &&
         rest[name.size()] != '-';
}

// Where the next piece of text begins; 0 when the paragraph ends first. gap: something stands between that is a space.
size_t next_piece(std::string_view text, size_t at, const Markup& markup, bool& gap) {
  const std::string_view between = text.substr(at, longest_gap);
  for (size_t tag = 0, tags = 0; tags < most_tags && tag < between.size(); ++tags) {
    if (between[tag] != '<') {
      if (markup.piece.empty()) return at + tag;
      if ((tag = between.find('<', tag)) == std::string_view::npos) return 0;
    }
    const std::string_view rest = between.substr(tag + 1);
    for (const std::string_view end : markup.ends)
      if (rest.starts_with(end)) return 0;
    for (const std::string_view name : markup.gaps) gap = gap || is_tag(rest, name);
    const size_t close = between.find('>', tag);
    if (close == std::string_view::npos) return 0;
    if (!markup.piece.empty() && is_tag(rest, markup.piece) && between[close - 1] != '/') return at + close + 1;
    tag = close + 1;
  }
  return 0;
}

// Where the text begins in which a paragraph's first run ends at `run_end`; floor when that is farther in front.
size_t first_piece(std::string_view text, size_t floor, size_t run_end, const Markup& markup) {
  size_t begin = run_end;
  while (begin > floor && text[begin - 1] != '>') --begin;
  if (!markup.piece.empty() || begin == floor) return begin;
  // What stands in front of the span belongs to the paragraph, too.
  size_t tag = begin;
  while (tag > floor && text[tag - 1] != '<') --tag;
  if (tag == floor || !is_tag(text.substr(tag), "text:span")) return begin;
  size_t before = tag - 1;
  while (before > floor && text[before - 1] != '>') --before;
  return before;
}

// Whether anything is there that the joint may have cut: "anna@exam|ple.com", "+49 |30 39723612".
bool may_cut(std::string_view text, size_t joint) {
  size_t begin = joint, end = joint;
  while (begin > 0 && joint - begin < longest_word && is_word_sign(text[begin - 1])) --begin;
  while (end < text.size() && end - joint < longest_word && is_word_sign(text[end])) ++end;
  const std::string_view word = text.substr(begin, end - begin);
  if (word.size() >= telling_word || word.find('@') != std::string_view::npos ||
      word.find("www.") != std::string_view::npos)
    return true;
  const size_t from = joint - std::min(joint, near);
  const std::string_view around = text.substr(from, joint - from + near);
  return size_t(std::count_if(around.begin(), around.end(), [](char c) { return is_digit(c); })) >= telling_digits;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end <= from) return;
  const std::string_view text = as_text(bytes);
  const Markup& markup = markups[hit.pattern];
  const size_t run_end = text.rfind(markup.run_end, hit.end - markup.run_end.size());
  const size_t floor = std::max(from, run_end - std::min(run_end, longest_before));
  size_t begin = first_piece(text, floor, run_end, markup);
  if (begin == floor && floor > from) {  // it is long: from a word on
    while (begin < run_end && is_word_sign(text[begin])) ++begin;
    while (begin < run_end && text[begin] == ' ') ++begin;
  }

  struct Piece {
    size_t begin, end;
  };
  std::vector<Piece> pieces;
  std::vector<size_t> joints;
  std::string joined;
  for (size_t at = begin; joined.size() < longest_text;) {
    const size_t end = std::min(text.find('<', at), std::min(text.size(), at + longest_text));
    joined += text.substr(at, end - at);
    pieces.push_back({at, end});
    bool gap = false;
    if ((at = next_piece(text, end, markup, gap)) == 0) break;
    if (gap)
      joined += ' ';
    else
      joints.push_back(joined.size());
  }
  const bool hides = std::any_of(joints.begin(), joints.end(), [&](size_t joint) { return may_cut(joined, joint); });
  if (!hides || joined.size() > out.room()) joined.clear();
  const bool shown = !joined.empty();
  // Also when nothing is hidden: a paragraph is looked at once.
  out.layer("RUNS", begin, std::max(pieces.back().end, hit.end) - begin, {joined.begin(), joined.end()});
  if (shown)
    for (const Piece& piece : pieces) out.says_all(piece.begin, piece.end);
}

}  // namespace

extern const Decoder office_runs_decoder;
const Decoder office_runs_decoder{"RUNS", "paragraphs of office documents, joined where markup cuts them", patterns,
                                  on_hit};

}  // namespace weft::scan
