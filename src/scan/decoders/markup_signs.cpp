#include "scan/decoders/markup_signs.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"
#include "scan/entity.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

using Is = MarkupSign::Is;

template <class... Name>
constexpr auto sorted(Name... names) {
  std::array<std::string_view, sizeof...(names)> out{names...};
  std::sort(out.begin(), out.end());
  return out;
}
// Elements that change how a word looks. All others part words: blocks, cells, line breaks, links and notes.
constexpr auto inline_elements =
    sorted("b", "i", "u", "s", "em", "strong", "font", "mark", "strike", "big", "small", "tt", "code", "kbd", "samp",
           "var", "ins", "bdo", "bdi", "nobr", "wbr", "span", "o:p", "st1:personname", "st1:place", "st1:city");
// Properties of letters, and what word processors note of them (Rich Text Format 1.9.1).
constexpr auto letter_controls =
    sorted("b", "i", "ul", "ulnone", "ulw", "uld", "uldb", "ulth", "strike", "striked", "f", "fs", "cf", "cb",
           "chcbpat", "chshdng", "chcfpat", "highlight", "lang", "langfe", "langnp", "langfenp", "alang", "noproof",
           "rtlch", "ltrch", "fcs", "af", "afs", "ab", "ai", "aul", "loch", "hich", "dbch", "insrsid", "charrsid",
           "rsid", "kerning", "expnd", "expndtw", "cs", "scaps", "caps", "outl", "shad", "plain", "charscalex", "cgrid",
           "revised", "revauth", "revdttm", "nosupersub", "zwj", "zwnj", "htmlrtf", "cchs", "uc");

constexpr size_t longest_name = 16, longest_control = 32, longest_number = 11, longest_entity = 16;

template <class Names>
bool is_one_of(const Names& names, std::string_view text, size_t begin, size_t end) {
  std::array<char, longest_name> name{};
  if (end - begin > name.size()) return false;
  std::transform(text.begin() + ptrdiff_t(begin), text.begin() + ptrdiff_t(end), name.begin(), lower);
  return std::binary_search(names.begin(), names.end(), std::string_view(name.data(), end - begin));
}

constexpr MarkupSign joint(size_t size, bool tight = true, bool loose = false) {
  return {Is::joint, size, 0, false, tight, loose};
}
constexpr MarkupSign plain(size_t size, char32_t value) {
  return {Is::sign, size, value};
}
constexpr MarkupSign stop(size_t size) {
  return {Is::stop, size};
}

// Soft hyphen, joiners, and spaces of no width.
constexpr bool is_invisible(char32_t c) {
  return c == 0xad || (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff;
}

MarkupSign sign_of(size_t size, char32_t value) {
  if (is_invisible(value)) return joint(size);
  if (value == 0xa0 || value == '\n' || value == '\r' || value == '\t') return plain(size, ' ');
  return plain(size, value);
}

// In UTF-8, but for what the caller knows of ASCII.
MarkupSign sign_of_bytes(std::string_view text, size_t at) {
  const auto first = uint8_t(text[at]);
  if (first < 0x80) return plain(1, first);
  const std::string_view rest = text.substr(at, 3);
  if (rest.starts_with("\xc2\xad")) return joint(2);
  if (rest.starts_with("\xc2\xa0")) return plain(2, ' ');
  if (rest == "\xe2\x80\x8b" || rest == "\xe2\x80\x8c" || rest == "\xe2\x80\x8d" || rest == "\xe2\x81\xa0" ||
      rest == "\xef\xbb\xbf")
    return joint(3);
  return {Is::sign, 1, first, true};
}

// "<b>", "</span>", "<!-- x -->"
MarkupSign tag_at(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at, longest_markup);
  const size_t close = rest.find_first_of("<>", 1);
  if (close == std::string_view::npos || rest[close] == '<') return stop(1);
  const std::string_view tag = rest.substr(0, close + 1);
  if (tag.starts_with("<!--")) return tag.ends_with("-->") && tag.size() >= 7 ? joint(tag.size()) : stop(tag.size());
  if (tag.starts_with("<![")) return joint(tag.size());
  const bool ends = tag[1] == '/';
  const size_t name = ends ? 2 : 1;
  size_t end = name;
  while (end < tag.size() && end - name <= longest_name && (is_alnum(uint8_t(tag[end])) || tag[end] == ':')) ++end;
  if (!is_one_of(inline_elements, tag, name, end)) return stop(tag.size());
  const std::string_view element = tag.substr(name, end - name);
  if (element.size() != 4 || !has_word(element, 0, "span")) return joint(tag.size());
  // A style sheet may set two spans apart, by their classes. A word processor gives each its style.
  const bool styled =
      !ends && (tag.find("style=", end) != std::string_view::npos || tag.find("lang=", end) != std::string_view::npos ||
                tag.find("=SpellE") != std::string_view::npos);
  return joint(tag.size(), styled, !ends && !styled);
}

MarkupSign entity_at(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at, longest_entity);
  if (const Entity entity = numbered_entity(rest); entity.size > 0) return sign_of(entity.size, entity.value);
  using Named = std::pair<std::string_view, char32_t>;
  for (const auto& [name, value] :
       {Named{"&nbsp;", 0xa0}, Named{"&amp;", '&'}, Named{"&shy;", 0xad}, Named{"&zwnj;", 0x200c},
        Named{"&zwj;", 0x200d}, Named{"&ZeroWidthSpace;", 0x200b}, Named{"&NoBreak;", 0x2060}, Named{"&commat;", '@'},
        Named{"&period;", '.'}, Named{"&plus;", '+'}, Named{"&lowbar;", '_'}, Named{"&hyphen;", '-'},
        Named{"&ndash;", '-'}, Named{"&colon;", ':'}, Named{"&sol;", '/'}})
    if (rest.starts_with(name)) return sign_of(name.size(), value);
  return plain(1, '&');
}

// "\b0 ", its number and the space that ends it with it.
struct Control {
  std::string_view name, number;
  size_t size = 0;
};
Control control_at(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at, 1 + longest_control + longest_number + 1);
  size_t name = 1;
  while (name < rest.size() && name <= longest_control && is_alpha(uint8_t(rest[name]))) ++name;
  size_t end = name + (char_at(rest, name) == '-' && is_digit(char_at(rest, name + 1)));
  while (end < rest.size() && end - name < longest_number && is_digit(rest[end])) ++end;
  return {rest.substr(1, name - 1), rest.substr(name, end - name), end + (char_at(rest, end) == ' ')};
}

bool is_letter_control(const Control& control) {
  return is_one_of(letter_controls, control.name, 0, control.name.size());
}

MarkupSign control_sign(std::string_view text, size_t at) {
  const char kind = char_at(text, at + 1);
  if (kind == '~') return plain(2, ' ');
  if (kind == '_') return plain(2, '-');
  if (kind == '\'' || kind == 'u')
    if (const Entity sign = rtf_escape(text.substr(at, 9)); sign.size > 0) return sign_of(sign.size, sign.value);
  if (!is_alpha(uint8_t(kind))) return stop(2);
  const Control control = control_at(text, at);
  if (control.name == "u" && !control.number.empty() && char_at(text, at + control.size) == '?') {
    uint32_t value = 0;
    for (const char c : control.number) value = value * 10 + (is_digit(c) ? uint32_t(c - '0') : 0);
    return value >= 0xa0 && value < 0xd800 ? sign_of(control.size + 1, value) : stop(control.size);
  }
  if (!is_letter_control(control)) return stop(control.size);
  if (control.name != "htmlrtf" || control.number == "0") return joint(control.size);
  // What only readers of RTF are to see, in a message that was HTML ([MS-OXRTFEX]).
  constexpr std::string_view end = "\\htmlrtf0";
  const size_t found = text.substr(at, longest_markup).find(end);
  return found == std::string_view::npos ? stop(control.size)
                                         : joint(found + end.size() + (char_at(text, at + found + end.size()) == ' '));
}

// "{\*\htmltag84 <b>}": a tag of such a message.
MarkupSign group_at(std::string_view text, size_t at) {
  constexpr std::string_view html = "{\\*\\htmltag";
  const std::string_view rest = text.substr(at, longest_markup);
  if (!rest.starts_with(html)) return char_at(rest, 1) == '\\' && char_at(rest, 2) != '*' ? joint(1) : stop(1);
  const size_t end = rest.find('}');
  if (end == std::string_view::npos) return stop(1);
  const size_t tag = rest.substr(0, end).find_first_of("<\\&", html.size());
  if (tag == std::string_view::npos) return joint(end + 1);
  if (rest[tag] == '\\') return stop(end + 1);
  const MarkupSign sign = html_sign(rest.substr(0, end), tag);
  if (tag + sign.size != end || (sign.is == Is::sign && sign.size == 1)) return stop(end + 1);
  MarkupSign out = sign;
  out.size = end + 1;
  return out;
}

// Whether a word may begin or end with it, if there is more than chance to it.
bool adjoins(char c) {
  return is_alnum(uint8_t(c)) || c == '.' || c == '_' || c == '-' || c == '+' || c == '@';
}
bool is_of_word(const MarkupSign& entity) {
  return entity.is == Is::joint || (entity.size > 1 && (entity.value >= 0x80 || adjoins(char(entity.value))));
}

}  // namespace

MarkupSign html_sign(std::string_view text, size_t at) {
  switch (text[at]) {
    case '<':
      return tag_at(text, at);
    case '>':
      return stop(1);
    case '&':
      return entity_at(text, at);
    case '\r':
      return plain(1 + (char_at(text, at + 1) == '\n'), ' ');
    case '\n':
    case '\t':
      return plain(1, ' ');
    default:
      return sign_of_bytes(text, at);
  }
}

MarkupSign rtf_sign(std::string_view text, size_t at) {
  switch (text[at]) {
    case '\\':
      return control_sign(text, at);
    case '{':
      return group_at(text, at);
    case '}':
    case '\r':
    case '\n':
      return joint(1, false);
    default:
      return sign_of_bytes(text, at);
  }
}

MarkupKind markup_before(std::string_view text, size_t at) {
  const char last = char_before(text, at);
  const size_t floor = at - std::min(at, longest_markup);
  if (last == '>') {
    const size_t open = text.substr(floor, at - 1 - floor).find_last_of("<>");
    if (open == std::string_view::npos || text[floor + open] != '<' || floor + open == 0) return MarkupKind::none;
    const char before = text[floor + open - 1];
    if (!adjoins(before) && before != '>' && before != ';') return MarkupKind::none;
    return tag_at(text, floor + open).is == Is::joint ? MarkupKind::html : MarkupKind::none;
  }
  if (last == ';') {
    const size_t near = at - std::min(at, longest_entity);
    const size_t begin = text.substr(near, at - near).find('&');
    return begin != std::string_view::npos && is_of_word(entity_at(text, near + begin)) ? MarkupKind::html
                                                                                        : MarkupKind::none;
  }
  if (last == '}') return adjoins(char_before(text, at - 1)) ? MarkupKind::rtf : MarkupKind::none;
  if (last == '\\') return is_letter_control(control_at(text, at - 1)) ? MarkupKind::rtf : MarkupKind::none;
  if (last != ' ') return MarkupKind::none;
  size_t name = at - 1;
  while (name > 0 && at - name < longest_control && (is_alnum(uint8_t(text[name - 1])) || text[name - 1] == '-'))
    --name;
  return char_before(text, name) == '\\' && name + 1 < at && is_letter_control(control_at(text, name - 1))
             ? MarkupKind::rtf
             : MarkupKind::none;
}

MarkupKind markup_behind(std::string_view text, size_t at) {
  switch (char_at(text, at)) {
    case '<': {
      const MarkupSign tag = tag_at(text, at);
      const char behind = char_at(text, at + tag.size);
      return tag.is == Is::joint && (adjoins(behind) || behind == '<' || behind == '&') ? MarkupKind::html
                                                                                        : MarkupKind::none;
    }
    case '&':
      return is_of_word(entity_at(text, at)) ? MarkupKind::html : MarkupKind::none;
    case '\\':
      return is_letter_control(control_at(text, at)) ? MarkupKind::rtf : MarkupKind::none;
    case '{':
      return group_at(text, at).is == Is::joint ? MarkupKind::rtf : MarkupKind::none;
    case '}': {
      const char behind = char_at(text, at + 1);
      return adjoins(behind) || behind == '{' || behind == '\\' ? MarkupKind::rtf : MarkupKind::none;
    }
    default:
      return MarkupKind::none;
  }
}

}  // namespace weft::scan
