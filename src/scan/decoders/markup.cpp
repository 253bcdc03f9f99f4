// MARKUP: addresses and numbers that the markup of HTML or RTF cuts into pieces, joined.
//
//   HTML   <b>jane.doe</b>@example.org   jane.doe&#64;example.<wbr>org   +49 <b>170</b> 1234567   ex&shy;ample.org
//   RTF    {\b jane.doe}@example.org   {\rtlch\fcs1 \af0 jane.d}{\rtlch\fcs1 \af0 \ltrch oe@example.org}
//
// Type changes, comments and signs of no width join what stands around them; all else parts it (markup_signs.cpp). A
// layer is one value as it is read: a mailbox, a number with the words in front of it ("Tel."), a URL that may be
// broken somewhere. Where two letters or digits meet that a layout may keep apart ("<span>E-mail</span><span>jane@…"),
// the value begins or ends; an address that is whole goes on with nothing but a further domain.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "scan/decoders/markup_signs.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr const char* no_width = R"([!-~]&(?:shy|zwnj|ZeroWidthSpace|#173|#8203|#x200[bB]|#x[aA][dD]);)";
constexpr const char* no_width_in_utf8 = R"([!-~](?:\xc2\xad|\xe2\x80[\x8b-\x8d]|\xe2\x81\xa0))";

enum : uint32_t { at_sign, written_out, invisible };
constexpr Pattern patterns[] = {{R"([\x21-\xff]@[\x21-\xff])", 0, at_sign},  // the email scanner's, too
                                {R"(&(?:#(?:64|[xX]40)|commat);)", 0, at_sign},
                                {R"([0-9] @[\w<{\\])", 0, at_sign},  // behind "\b0 "
                                {R"([!-~]<[wW][bB][rR][ />])", 0, written_out},
                                {no_width, 0, written_out},
                                {no_width_in_utf8, 0, invisible}};

// Behind "+" and a country's code, or four digits. Written as briefly as they may be: what goes on behind is seen by
// goes_on().
constexpr Pattern number_patterns[] = {{R"(\+(?:[1-9][0-9 ]{0,13}(?:&nbsp;)?)?[<}{\\])"},
                                       {R"([0-9]{4} ?</?[bisufem])"},
                                       {R"([0-9]{4} ?[}{]{1,2}\\)"},
                                       {no_width},
                                       {no_width_in_utf8}};

constexpr size_t window = 2 * KiB;  // in front of what was hit, with its markup
constexpr size_t longest_word = 512, longest_before = 48, longest_local = 64, longest_host = 253, least_digits = 7;

bool is_letter_or_digit(char c) {
  return is_alnum(uint8_t(c)) || uint8_t(c) >= 0x80;
}
constexpr Signs name_signs = Signs("._-+'").with([](uint8_t c) { return is_alnum(c) || c >= 0x80; });
constexpr Signs mailbox_signs = name_signs.with([](uint8_t c) { return c == '@'; });
constexpr Signs number_signs = Signs(" +-()./:").with([](uint8_t c) { return is_alnum(c); });
constexpr Signs url_signs = Signs("").with(
    [](uint8_t c) { return c > ' ' && std::string_view("\"'`<>\\{}|^").find(char(c)) == std::string_view::npos; });
bool is_number_separator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
}

// Signs in a row, with nothing between them but joints.
struct Row {
  struct Place {
    size_t begin, end;
  };
  struct Joint {
    size_t at;  // in front of which sign
    bool tight, loose, sure;
    // Whether letters on both sides of it are one word.
    bool is_within_words() const { return tight && !loose; }
  };

  void add(const MarkupSign& sign, size_t at) {
    const size_t before = text.size();
    if (sign.is_byte || sign.value < 0x80)
      text += char(sign.value);
    else
      append_utf8(text, sign.value);
    places.resize(text.size(), {at, at + sign.size});
    if (before == 0 && !opens) first = at;
  }
  void add_joint(const MarkupSign& sign, std::string_view source, size_t at) {
    const char c = source[at];
    // A brace alone may be anything's, if it does not end a group that begins in the row.
    const bool closes = c == '}' && opened > 0, sure = closes || (c != '}' && c != '\r' && c != '\n');
    if (c == '{' && sign.size == 1) {
      ++opened;
      if (text.empty() && !opens) opens = true, first = at;
    }
    opened -= closes;
    if (text.empty()) return;
    if (joints.empty() || joints.back().at != text.size()) joints.push_back({text.size(), false, false, false});
    Joint& joint = joints.back();
    joint.tight = joint.tight || sign.tight || closes;
    joint.loose = joint.loose || sign.loose;
    joint.sure = joint.sure || sure;
  }
  // Which sign stands there in the source, or none.
  std::optional<size_t> sign_at(size_t at) const {
    const auto place = std::lower_bound(places.begin(), places.end(), at,
                                        [](const Place& one, size_t where) { return one.begin < where; });
    if (place == places.end() || place->begin != at) return {};
    return size_t(place - places.begin());
  }

  std::string text;
  std::vector<Place> places;  // of each byte, in the source
  std::vector<Joint> joints;
  size_t first = 0;    // where the row begins in the source: a group that opens right in front is part of it
  bool opens = false;  // with a group
  size_t opened = 0;
  size_t end = 0;         // in the source
  bool is_whole = false;  // something ends it there
};

// The row that holds the sign at `anchor`, of such signs.
Row row_around(std::string_view text, size_t anchor, size_t from, MarkupKind kind, const Signs& signs) {
  Row row;
  const size_t floor = anchor - std::min(anchor, window);
  size_t at = std::max(from, floor), behind = 0;
  while (at < text.size() && behind < longest_word && (at <= anchor || at - anchor < window)) {
    const MarkupSign sign = kind == MarkupKind::rtf ? rtf_sign(text, at) : html_sign(text, at);
    if (sign.is == MarkupSign::Is::joint) {
      row.add_joint(sign, text, at);
    } else if (sign.is == MarkupSign::Is::sign && signs.hold(sign.value < 0x80 ? char(sign.value) : '\x80')) {
      row.add(sign, at);
      behind += at > anchor;
    } else if (at >= anchor) {
      row.is_whole = true;
      break;
    } else {
      row = {};
    }
    at += sign.size;
  }
  row.end = std::min(at, text.size());
  return row;
}

// Of a row, the part that is a value.
struct Part {
  size_t begin = 0, end = 0;
  size_t said = 0;  // from there on it says all that stands there
};

bool has_joint(const Row& row, const Part& part) {
  return std::any_of(row.joints.begin(), row.joints.end(), [&](const Row::Joint& joint) {
    return joint.sure && joint.at > part.begin && joint.at < part.end;
  });
}

// "jane@example.org" is whole, "jane@example." and "jane@exam" are not; `host` is what stands behind the "@".
bool is_whole_host(std::string_view host) {
  const size_t dot = host.rfind('.');
  return dot != std::string_view::npos && dot > 0 && host.size() - dot > 2 &&
         std::all_of(host.begin() + ptrdiff_t(dot) + 1, host.end(), [](char c) { return is_alpha(uint8_t(c)); });
}

// ".au", a country's domain that goes on from "example.com".
bool is_further_domain(std::string_view rest) {
  return rest.size() >= 3 && rest[0] == '.' && rest.substr(1, 3).find_first_of(".-") == std::string_view::npos &&
         std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// The mailbox around the one "@".
Part mailbox(const Row& row) {
  const std::string_view text = row.text;
  const size_t at = text.find('@');
  if (at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return {};
  Part part{0, text.size()};
  for (const Row::Joint& joint : row.joints) {
    if (joint.at >= text.size()) break;
    const bool within = is_letter_or_digit(text[joint.at - 1]) && is_letter_or_digit(text[joint.at]);
    if (joint.at <= at) {
      if (!joint.sure || (within && !joint.is_within_words())) part.begin = joint.at;
      continue;
    }
    const bool whole = is_whole_host(text.substr(at + 1, joint.at - at - 1));
    if (!joint.sure || (whole && !is_further_domain(text.substr(joint.at)))) {
      part.end = joint.at;
      break;
    }
  }
  const auto is_edge = [&](size_t place) { return !is_letter_or_digit(text[place]); };
  while (part.begin < at && is_edge(part.begin) && text[part.begin] != '_') ++part.begin;
  while (part.end > at && is_edge(part.end - 1)) --part.end;
  const bool dotted = part.end > at && text.substr(at, part.end - at).find('.') != std::string_view::npos;
  if (!dotted || part.begin == at || at - part.begin > longest_local || part.end - at > longest_host) return {};
  part.said = part.begin;
  return has_joint(row, part) ? part : Part();
}

// A telephone number's digits in front of the place, if there are enough for a whole one.
bool is_whole_number(std::string_view text, size_t end) {
  constexpr size_t enough = 10;
  size_t digits = 0;
  for (size_t at = end; at > 0; --at) {
    if (text[at - 1] == '+') return digits >= enough;
    if (!is_digit(text[at - 1]) && !is_number_separator(text[at - 1])) return false;
    digits += is_digit(text[at - 1]);
  }
  return false;
}

enum class Meeting { none, one, parted };  // of digits at a joint
Meeting meeting_at(std::string_view text, const Row::Joint& joint) {
  constexpr size_t most_separators = 2;
  size_t left = joint.at, right = joint.at;
  while (left > 0 && joint.at - left < most_separators && is_number_separator(text[left - 1])) --left;
  while (right < text.size() && right - joint.at < most_separators && is_number_separator(text[right])) ++right;
  if (left == 0 || right == text.size() || !is_digit(text[right])) return Meeting::none;
  if (!is_digit(text[left - 1]) && text[left - 1] != '+') return Meeting::none;
  if (!joint.sure) return Meeting::parted;
  if (left == right && is_digit(text[left - 1])) return joint.is_within_words() ? Meeting::one : Meeting::parted;
  return is_whole_number(text, left) ? Meeting::parted : Meeting::one;
}

size_t digits_in(std::string_view text) {
  return size_t(std::count_if(text.begin(), text.end(), [](char c) { return is_digit(c); }));
}

// The first number of [begin, end) whose digits meet at joints, the first of them and the last; with what stands in
// front of it.
Part number_between(std::string_view text, size_t begin, size_t end, size_t first, size_t last) {
  const auto is_of_number = [](char c) { return is_digit(c) || c == '+' || is_number_separator(c); };
  size_t number = first, behind = last;
  while (number > begin && is_of_number(text[number - 1])) --number;
  while (behind < end && is_of_number(text[behind])) ++behind;
  while (behind > last && !is_digit(text[behind - 1])) --behind;
  if (digits_in(text.substr(number, behind - number)) < least_digits) return {};
  Part part{begin, behind};
  // How it ends is seen by what follows.
  while (part.end < end && part.end - behind < longest_before && is_alnum(uint8_t(text[part.end]))) ++part.end;
  // Whole words in front of it, but for what may be a part of an address.
  for (part.begin = number; part.begin > begin;) {
    size_t word = part.begin, behind_word = word;
    while (behind_word > begin && text[behind_word - 1] == ' ') --behind_word;
    for (word = behind_word; word > begin && text[word - 1] != ' ';) --word;
    const size_t dot = std::min(text.find_first_of("./", word), behind_word);
    if (word == behind_word || number - word > longest_before || (word == begin && word > 0) || dot + 1 < behind_word)
      break;
    part.begin = word;
  }
  part.said = std::min(text.find_first_of("+0123456789", part.begin), number);
  return part;
}

Part number_of(const Row& row) {
  const std::string_view text = row.text;
  size_t begin = 0, first = 0, last = 0;
  for (const Row::Joint& joint : row.joints) {
    const Meeting meeting = meeting_at(text, joint);
    const bool far = last > 0 && joint.at - last > longest_before;
    if (meeting == Meeting::none && !far) continue;
    if (far || meeting == Meeting::parted) {
      if (last > 0)
        if (const Part part = number_between(text, begin, far ? text.size() : joint.at, first, last); part.end > 0)
          return part;
      if (meeting == Meeting::parted) begin = joint.at;
      first = last = 0;
    }
    if (meeting != Meeting::one) continue;
    if (last == 0) first = joint.at;
    last = joint.at;
  }
  return last > 0 ? number_between(text, begin, text.size(), first, last) : Part();
}

void give(std::string_view layer, const Row& row, const Part& part, Decoded& out) {
  std::vector<uint8_t> bytes;
  auto joint = row.joints.begin();
  for (size_t at = part.begin; at < part.end; ++at) {
    while (joint != row.joints.end() && joint->at < at) ++joint;
    const bool meets = at > part.begin && joint != row.joints.end() && joint->at == at;
    if (meets && row.text[at] == '+' && is_alpha(uint8_t(row.text[at - 1]))) bytes.push_back(' ');
    bytes.push_back(uint8_t(row.text[at]));
  }
  if (bytes.size() > out.room()) return;
  const size_t begin = part.begin == 0 ? row.first : row.places[part.begin].begin;
  out.layer(layer, begin, row.places[part.end - 1].end - begin, std::move(bytes));
  for (size_t at = part.said; at < part.end;) {
    const size_t first = row.places[at].begin;
    size_t end = row.places[at].end;
    for (++at; at < part.end && row.places[at].begin <= end; ++at) end = row.places[at].end;
    out.says_all_if_found(first, end);
  }
}

// What was looked at is not looked at again.
void leave(std::string_view layer, size_t begin, size_t end, size_t from, Decoded& out) {
  begin = std::max(begin, from);
  if (end > begin) out.layer(layer, begin, end - begin, {});
}

void on_at_sign(std::string_view text, size_t at, size_t end, size_t from, Decoded& out) {
  size_t begin = at;
  while (begin > from && at - begin < longest_local && name_signs.hold(text[begin - 1])) --begin;
  while (end < text.size() && end - at < longest_host && name_signs.hold(text[end])) ++end;
  MarkupKind kind = markup_before(text, begin);
  if (kind == MarkupKind::none) kind = markup_behind(text, end);
  if (kind == MarkupKind::none) return;
  // Braces stand anywhere in what is no text.
  constexpr std::ptrdiff_t fewest_signs = 3;
  const std::string_view around = text.substr(begin, end - begin);
  if (kind == MarkupKind::rtf &&
      std::count_if(around.begin(), around.end(), [](char c) { return is_alnum(uint8_t(c)); }) < fewest_signs)
    return;
  const Row row = row_around(text, at, from, kind, mailbox_signs);
  if (const Part part = mailbox(row); part.end > 0) give("MARKUP", row, part, out);
  leave("MARKUP", at, std::max(row.end, end), from, out);
}

// A sign of no width, or where a word may be broken. What is written in UTF-8, URLs are known to have.
void on_invisible(std::string_view text, size_t anchor, bool is_written_out, size_t from, Decoded& out) {
  const Row row = row_around(text, anchor, from, MarkupKind::html, url_signs);
  size_t end =
      row.is_whole || row.text.size() <= longest_before ? row.end : row.places[row.text.size() - longest_before].begin;
  if (row.text.find("://") != std::string::npos) {
    const Part part{0, row.text.size(), 0};
    if (is_written_out && has_joint(row, part)) give("MARKUP", row, part, out), end = row.end;
  } else if (row.text.find('@') != std::string::npos) {
    const Row name = row_around(text, anchor, from, MarkupKind::html, mailbox_signs);
    if (const Part part = mailbox(name); part.end > 0) give("MARKUP", name, part, out);
    end = name.end;
  }
  leave("MARKUP", anchor, end, from, out);
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const std::string_view text = as_text(bytes);
  if (hit.end <= from) return;
  const auto last_of = [&](std::string_view signs) { return text.find_last_of(signs, hit.end - 2); };
  const bool is_entity = text[hit.end - 1] == ';' && text[hit.end - 2] != '@';
  if (hit.pattern == at_sign && is_entity) return on_at_sign(text, last_of("&"), hit.end, from, out);
  if (hit.pattern == at_sign) return on_at_sign(text, hit.end - 2, hit.end - 1, from, out);
  if (hit.pattern == written_out) return on_invisible(text, last_of("<&") - 1, true, from, out);
  size_t anchor = hit.end - 2;
  while (uint8_t(text[anchor]) >= 0x80) --anchor;
  on_invisible(text, anchor, false, from, out);
}

// Cheap: whether digits go on behind the markup that begins somewhere behind the sign at `anchor`.
bool goes_on(std::string_view text, size_t anchor, MarkupKind kind) {
  constexpr size_t most_separators = 2, most_joints = 8;
  size_t separators = 0, joints = 0;
  for (size_t at = anchor + 1; at < text.size() && separators <= most_separators && joints <= most_joints;) {
    if (is_digit(text[at])) return joints > 0;
    const MarkupSign sign = kind == MarkupKind::rtf ? rtf_sign(text, at) : html_sign(text, at);
    if (sign.is == MarkupSign::Is::joint)
      ++joints;
    else if (sign.is == MarkupSign::Is::sign && sign.value < 0x80 && is_number_separator(char(sign.value)))
      ++separators;
    else
      return false;
    at += sign.size;
  }
  return false;
}

void on_number_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.end <= from) return;
  const std::string_view text = as_text(bytes);
  const char last = text[hit.end - 1];
  const bool is_rtf = last == '\\' || last == '{' || last == '}';
  const MarkupKind kind = is_rtf ? MarkupKind::rtf : MarkupKind::html;
  const std::string_view opens = is_rtf ? "\\{}" : "<&\xc2\xe2";
  size_t anchor = text.find_last_of(opens, hit.end - 1);
  while (anchor > from && opens.find(text[anchor]) != std::string_view::npos) --anchor;
  constexpr size_t most_separators = 12;
  for (size_t back = 0; anchor > from && back < most_separators && !is_digit(text[anchor]) && text[anchor] != '+';
       ++back)
    --anchor;
  if (!goes_on(text, anchor, kind)) return;
  const Row row = row_around(text, anchor, from, kind, number_signs);
  if (const Part part = number_of(row); part.end > 0) return give("MARKUPNUMBER", row, part, out);
  // Where it was cut off, a number may begin.
  const size_t kept = row.text.size() - std::min(row.text.size(), longest_before);
  leave("MARKUPNUMBER", anchor, row.is_whole || kept == row.text.size() ? row.end : row.places[kept].begin, from, out);
}

}  // namespace

extern const Decoder markup_decoder, markup_numbers_decoder;
const Decoder markup_decoder{"MARKUP", "mailboxes and URLs that the markup of HTML and RTF cuts", patterns, on_hit};
// Another decoder, since each goes on where it looked last.
const Decoder markup_numbers_decoder{"MARKUPNUMBER", "numbers that the markup of HTML and RTF cuts", number_patterns,
                                     on_number_hit};

}  // namespace weft::scan
