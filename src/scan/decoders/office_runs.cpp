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
#include <array>
#include <span>
#include <vector>

#include "base/text.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

template <class... Name>
constexpr auto sorted(Name... names) {
  std::array<std::string_view, sizeof...(names)> out{names...};
  std::sort(out.begin(), out.end());
  return out;
}
// Elements that may stand between two pieces of one word; any other stands for a space.
constexpr auto docx_joins = sorted(
    "w:r", "w:rPr", "w:t", "w:proofErr", "w:bookmarkStart", "w:bookmarkEnd", "w:ins", "w:del", "w:delText",
    "w:moveFrom", "w:moveTo", "w:hyperlink", "w:smartTag", "w:lastRenderedPageBreak", "w:b", "w:bCs", "w:i", "w:iCs",
    "w:u", "w:rStyle", "w:rFonts", "w:sz", "w:szCs", "w:color", "w:lang", "w:shd", "w:highlight", "w:noProof",
    "w:spacing", "w:kern", "w:webHidden", "w:vertAlign", "w:strike", "w:caps", "w:smallCaps", "w:rtl", "w:cs", "w:w",
    "w:permStart", "w:permEnd", "w:commentRangeStart", "w:commentRangeEnd", "w:rPrChange");
constexpr auto pptx_joins = sorted("a:r", "a:rPr", "a:t", "a:solidFill", "a:srgbClr", "a:schemeClr", "a:latin", "a:ea",
                                   "a:cs", "a:sym", "a:effectLst", "a:ln", "a:noFill", "a:hlinkClick");
constexpr auto xlsx_joins = sorted("r", "rPr", "t", "b", "i", "u", "sz", "color", "rFont", "family", "scheme",
                                   "charset", "vertAlign", "strike");
constexpr auto odt_joins = sorted("text:span", "text:a", "text:bookmark", "text:bookmark-start", "text:bookmark-end",
                                  "text:soft-page-break", "text:change", "text:change-start", "text:change-end");

struct Markup {
  std::string_view piece;    // the element that holds text; empty: what stands between any tags is text
  std::string_view run_end;  // as the pattern finds it, without the "<" behind it
  std::string_view ends[3];  // tags that end a paragraph, or begin one
  std::span<const std::string_view> joins;
};
constexpr Markup markups[] = {
    {"w:t", "</w:t></w:r>", {"/w:p>", "w:p>", "w:p "}, docx_joins},
    {"a:t", "</a:t></a:r>", {"/a:p>", "a:p>", "a:p "}, pptx_joins},
    {"t", "</t></r>", {"/si>", "si>", "/is>"}, xlsx_joins},
    {"", "</text:span>", {"/text:p>", "/text:h>", "text:p "}, odt_joins},
};
constexpr Pattern patterns[] = {
    {R"(</w:t></w:r><)", 0, 0}, {R"(</a:t></a:r><)", 0, 1}, {R"(</t></r><r)", 0, 2}, {R"([^>]</text:span>)", 0, 3}};

constexpr size_t longest_gap = 4 * KiB;    // of markup between two pieces
constexpr size_t most_tags = 40;           // in a gap
constexpr size_t longest_before = 256;     // of the first piece
constexpr size_t longest_text = 64 * KiB;  // of a layer
constexpr size_t longest_tag_name = 40;
constexpr size_t most_pieces = 1024;  // of a layer, or twice as many
constexpr size_t longest_word = 256, near = 32, telling_digits = 7, telling_word = 20;

bool is_text(char c) {
  return c != '<' && (uint8_t(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t');
}

bool is_word_sign(char c) {
  return uint8_t(c) > 0x20 && c != '<' && c != '>';
}

constexpr bool is_name_sign(char c) {
  return is_alnum(uint8_t(c)) || c == ':' || c == '-';
}

// The name of the element whose tag `rest` begins with, behind the "<"; of its end as well.
std::string_view tag_name(std::string_view rest) {
  rest.remove_prefix(rest.starts_with('/'));
  size_t size = 0;
  while (size < std::min(rest.size(), longest_tag_name) && is_name_sign(rest[size])) ++size;
  return rest.substr(0, size);
}

bool may_join(const Markup& markup, std::string_view name) {
  return std::binary_search(markup.joins.begin(), markup.joins.end(), name);
}

// What stands between two pieces of text.
struct Gap {
  size_t next = 0;    // where the next piece begins; 0: the paragraph ends first
  size_t looked = 0;  // how far there is none
  char sign = 0;      // what stands for it: a hyphen, a space, or nothing
};
Gap gap_at(std::string_view text, size_t at, const Markup& markup) {
  const std::string_view between = text.substr(at, longest_gap);
  Gap gap;
  for (size_t tag = 0, tags = 0; tags < most_tags && tag < between.size(); ++tags) {
    if (between[tag] != '<') {
      if (markup.piece.empty()) return gap.next = at + tag, gap;
      if ((tag = between.find('<', tag)) == std::string_view::npos) return gap;
    }
    gap.looked = at + tag;
    const std::string_view rest = between.substr(tag + 1), name = tag_name(rest);
    for (const std::string_view end : markup.ends)
      if (rest.starts_with(end)) return gap;
    if (name == "w:noBreakHyphen")
      gap.sign = '-';
    else if (!may_join(markup, name))
      gap.sign = ' ';
    const size_t close = between.find('>', tag);
    if (close == std::string_view::npos) return gap;
    if (!markup.piece.empty() && name == markup.piece && !rest.starts_with('/') && between[close - 1] != '/')
      return gap.next = at + close + 1, gap;
    tag = close + 1;
  }
  return gap;
}

// Where the text begins in which a paragraph's first run ends at `run_end`; floor when that is farther in front.
size_t first_piece(std::string_view text, size_t floor, size_t run_end, const Markup& markup) {
  size_t begin = run_end;
  while (begin > floor && text[begin - 1] != '>') --begin;
  if (!markup.piece.empty() || begin == floor) return begin;
  // What stands in front of the span belongs to the paragraph, too.
  size_t tag = begin;
  while (tag > floor && text[tag - 1] != '<') --tag;
  if (tag == floor || tag_name(text.substr(tag)) != "text:span" || text[tag] == '/') return begin;
  size_t before = tag - 1;
  while (before > floor && text[before - 1] != '>') --before;
  return before;
}

// Where the layer begins in truth: a run of the same paragraph may end in front, beyond the page's begin.
size_t with_runs_before(std::string_view text, size_t from, size_t begin, const Markup& markup) {
  const size_t floor = std::max(from, begin - std::min(begin, longest_gap));
  while (begin > floor) {
    const size_t found = text.substr(floor, begin - floor).rfind(markup.run_end);
    if (found == std::string_view::npos) break;
    const size_t run_end = floor + found;
    if (gap_at(text, run_end, markup).next != begin) break;
    begin = first_piece(text, std::max(floor, run_end - std::min(run_end, longest_before)), run_end, markup);
  }
  return begin;
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

  begin = with_runs_before(text, from, begin, markup);

  struct Piece {
    size_t begin, end;
  };
  std::vector<Piece> pieces;
  std::vector<size_t> joints;
  std::string joined;
  size_t looked = 0;
  bool whole = true;  // not cut by a limit or by what is no text
  for (size_t at = begin;;) {
    size_t end = at;
    while (end < text.size() && is_text(text[end]) && joined.size() + (end - at) < longest_text) ++end;
    joined += text.substr(at, end - at);
    whole = end < text.size() && text[end] == '<';
    pieces.push_back({at, end});
    // A layer ends between two words, if there is such a place.
    if (!whole || pieces.size() == 2 * most_pieces ||
        (pieces.size() >= most_pieces && (joined.empty() || !is_word_sign(joined.back()))))
      break;
    const Gap gap = gap_at(text, end, markup);
    looked = gap.looked;
    if ((at = gap.next) == 0) break;
    if (gap.sign)
      joined += gap.sign;
    else
      joints.push_back(joined.size());
  }
  const bool hides = std::any_of(joints.begin(), joints.end(), [&](size_t joint) { return may_cut(joined, joint); });
  if (!hides || joined.size() > out.room()) joined.clear();
  const bool shown = !joined.empty();
  // Also when nothing is hidden: a paragraph is looked at once.
  out.layer("RUNS", begin, std::max({pieces.back().end, looked, hit.end}) - begin, {joined.begin(), joined.end()});
  if (!shown) return;
  // What the last piece holds may go on behind it.
  if (!whole || pieces.size() == 2 * most_pieces) pieces.pop_back();
  for (const Piece& piece : pieces) out.says_all(piece.begin, piece.end);
}

}  // namespace

extern const Decoder office_runs_decoder;
const Decoder office_runs_decoder{"RUNS", "paragraphs of office documents, joined where markup cuts them", patterns,
                                  on_hit};

}  // namespace weft::scan
