// Reads the text that a page description shows (ISO 32000-1 §9.4). It holds its text in pieces, "[(jo) 12 (hn@exa) -3
// (mple.org)] TJ", and without line breaks. Here the pieces of one line are joined and lines are set apart.
//
// The operators that matter: Tj ' " show a string, TJ an array of strings and shifts; Td TD T* Tm ' " move, and so do
// "q … cm BT … ET Q" of writers that put each piece into a text object of its own (Quartz). Where a string stands on
// the page is compared with where the one before ended. Another height is a line break; a gap is a space, and so is a
// step back. In TJ a shift of more than a fifth of an em to the right is a space.
//
// How wide a string is, its font knows. A page that is read with its fonts (pdf_page_text) has the widths and the
// characters from there. Where the stream is all there is (pdf_text), half an em a glyph is assumed, a gap must be
// larger than that may be wrong, and letters of two fonts or colours are apart: running prose ends where an address in
// a font of its own, or a link, begins. Bytes are taken for Latin-1 then, with TeX's ligatures; two-byte strings whose
// high bytes are all zero for what their low bytes say.
//
// Addresses that run over a line's end are joined when all is read (lines.h).
#include "base/pdf/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "base/pdf/lines.h"
#include "base/pdf/syntax.h"
#include "base/text.h"

namespace weft {
namespace {

constexpr size_t most_text = 4 * MiB;
constexpr size_t longest_operator = 3, most_frames = 64, most_forms = 8;
// In ems: of a glyph whose font is elsewhere, and what that may be wrong by; the least gap that is a space, without
// doubt and with it; how far back a string begins that does not go on with the one before.
constexpr double glyph_width = 0.5, glyph_doubt = 0.25, space_width = 0.15, doubtful_space = 0.25, step_back = 0.3;
constexpr double no_space = 0.06;  // ems: a blank of that width is none
// The least shift of TJ that is a space, in thousandths.
constexpr double space_shift = 170, doubtful_shift = 200;
constexpr double line_height = 0.2;  // ems: what is higher or lower is another line
constexpr size_t least_aside = 4;    // bytes of a string that is not shown and worth a line

// [a b c d e f] of §8.3.3.
struct Matrix {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
  // This one first, then the other.
  Matrix then(const Matrix& o) const {
    return {a * o.a + b * o.c, a * o.b + b * o.d,       c * o.a + d * o.c,
            c * o.b + d * o.d, e * o.a + f * o.c + o.e, e * o.b + f * o.d + o.f};
  }
};

class Reader {
 public:
  // Without resources, of a stream without its fonts.
  Reader(Bytes bytes, size_t begin, PdfResources* resources, size_t most)
      : bytes_(bytes), at_(begin), resources_(resources), most_(most) {}

  // Reads to the end of the content stream: the first thing that is none.
  void run() {
    while (text.size() < most_ && step()) {
    }
  }
  // Reads to the end of the bytes.
  void run_all() {
    while (text.size() < most_ && at_ < bytes_.size()) {
      if (step() || at_ >= bytes_.size()) continue;
      // No content stream's: up to the next space, but never nothing.
      const size_t begin = at_++;
      while (more() && !is_pdf_space(bytes_[at_]) && !is_pdf_delimiter(bytes_[at_])) ++at_;
      keep_aside(as_text(bytes_.subspan(begin, at_ - begin)));
    }
  }

  std::string text, aside;  // aside: strings that are not shown, if resources are given
  std::vector<PdfStretch> not_shown;
  std::vector<size_t> line_ends;
  size_t end() const { return at_; }

 private:
  bool more() const { return at_ < bytes_.size(); }

  bool step() {
    while (more() && is_pdf_space(bytes_[at_])) ++at_;
    if (!more()) return false;
    const uint8_t c = bytes_[at_];
    if (c == '(') return literal(), true;
    if (c == '<' && at_ + 1 < bytes_.size() && bytes_[at_ + 1] != '<') return hexadecimal();
    if (c == '<' || c == '>') return at_ += 2, at_ <= bytes_.size();
    if (c == '[') return ++at_, in_array_ = true, clear_pending(), true;
    if (c == ']') return ++at_, in_array_ = false, true;
    if (c == '/') return name();
    if (is_digit(c) || c == '-' || c == '+' || c == '.') return number();
    if (c == '%') return comment();
    return word();
  }

  bool name() {
    const size_t begin = ++at_;
    while (more() && !is_pdf_space(bytes_[at_]) && !is_pdf_delimiter(bytes_[at_])) ++at_;
    name_ = as_text(bytes_.subspan(begin, at_ - begin));
    return true;
  }
  bool comment() {
    const size_t begin = at_;
    while (more() && bytes_[at_] != '\n' && bytes_[at_] != '\r') ++at_;
    pass_over(begin);
    if (resources_) keep_aside(as_text(bytes_.subspan(begin, at_ - begin)));
    return true;
  }
  // What ends here is not shown. Stretches close to each other are one, so that there are few of them.
  void pass_over(size_t begin) {
    constexpr size_t close = 64;
    if (resources_) return;
    while (!not_shown.empty() && not_shown.back().end + close >= begin) {
      begin = std::min(begin, not_shown.back().begin);
      not_shown.pop_back();
    }
    not_shown.push_back({begin, at_});
  }
  bool number() {
    // No exponents (§7.3.3), so this is all there is to it.
    double value = 0, unit = 1;
    bool negative = false, fraction = false;
    for (; more(); ++at_) {
      const uint8_t c = bytes_[at_];
      if (is_digit(c)) {
        value = value * 10 + (c - '0');
        if (fraction) unit *= 10;
      } else if (c == '.') {
        fraction = true;
      } else if (c == '-') {
        negative = true;
      } else if (c != '+') {
        break;
      }
    }
    value /= negative ? -unit : unit;
    if (in_array_) {
      const std::string& before = pending_.empty() ? text : pending_;
      const double shift = frame_.font ? space_shift : doubtful_shift;
      if (-value > shift && !before.empty() && before.back() != ' ' && before.back() != '\n') pending_ += ' ';
      pending_along_ -= value / 1000 * frame_.size * frame_.stretch;
      return true;
    }
    for (size_t i = 1; i < operands_.size(); ++i) operands_[i - 1] = operands_[i];
    operands_.back() = value;
    given_ = std::min(given_ + 1, operands_.size());
    return true;
  }

  // An operator, or a word of something that is no content stream.
  bool word() {
    const size_t begin = at_;
    while (more() && !is_pdf_space(bytes_[at_]) && !is_pdf_delimiter(bytes_[at_])) {
      const uint8_t c = bytes_[at_];
      if (!is_alnum(c) && c != '*' && c != '\'' && c != '"') return at_ = begin, false;
      ++at_;
    }
    const std::string_view op = as_text(bytes_.subspan(begin, at_ - begin));
    if (op == "true" || op == "false" || op == "null") return true;
    if (op.empty() || op.size() > longest_operator) return at_ = begin, false;
    if (op == "ID") return inline_image();
    apply(op);
    return true;
  }
  // Its data end with "EI" as a word of its own (§8.9.7).
  bool inline_image() {
    drop_pending(), given_ = 0;
    const std::string_view all = as_text(bytes_);
    for (size_t found = all.find("EI", at_); found != std::string_view::npos; found = all.find("EI", found + 1))
      if (is_pdf_space(bytes_[found - 1]) && (found + 2 == all.size() || is_pdf_space(bytes_[found + 2])))
        return at_ = found + 2, true;
    return at_ = bytes_.size(), false;
  }

  // Where a string begins on the page, and how the line lies there.
  struct Place {
    double x = 0, y = 0, along_x = 1, along_y = 0, em = 1;
  };
  double operand(size_t from_last) const { return operands_[operands_.size() - 1 - from_last]; }
  Matrix matrix() const { return {operand(5), operand(4), operand(3), operand(2), operand(1), operand(0)}; }

  void apply(std::string_view op) {
    const bool shows = op == "Tj" || op == "TJ" || op == "'" || op == "\"";
    if (!shows && !pending_.empty()) pass_over(pending_begin_);
    if (!shows) keep_aside();
    if (shows) {
      if (op == "\"") frame_.word = operand(1), frame_.letter = operand(0);
      if (op == "'" || op == "\"") next_line();
      show();
    } else if (op[0] == 'T') {
      text_state(op);
    } else if (op == "BT") {
      line_ = {}, along_ = 0, begun_ = true;
    } else if (op == "q") {
      if (frames_.size() < most_frames) frames_.push_back(frame_);
    } else if (op == "Q") {
      restore();
    } else if (op == "cm") {
      if (given_ == 6) frame_.page = matrix().then(frame_.page);
    } else if (op == "g" || op == "rg" || op == "k" || op == "sc" || op == "scn") {
      auto& colour = frame_.style.colour;
      colour.fill(0);
      std::copy_n(operands_.end() - ptrdiff_t(given_), std::min(given_, colour.size()), colour.begin());
    } else if (op == "m" || op == "l" || op == "re") {
      draw(op);
    } else if (op == "Do" && resources_) {
      form();
    }
    drop_pending();
    given_ = 0;
  }
  // Strings that no operator showed, as text strings are (§7.9.2.2).
  void keep_aside() {
    for (const std::string& raw : raw_) keep_aside(raw);
    raw_.clear();
  }
  void keep_aside(std::string_view raw) {
    if (raw.size() < least_aside || text.size() + aside.size() > most_) return;
    if (raw.starts_with("\xfe\xff"))
      aside += from_utf16be(as_bytes(raw).subspan(2));
    else
      for (const char c : raw) append_utf8(aside, uint8_t(c));
    aside += '\n';
  }
  // A rule as long as an underscore may be one: fonts of TeX have none, and LaTeX draws it.
  void draw(std::string_view op) {
    const Matrix& page = frame_.page;
    const auto on_page = [&](double x, double y) {
      return std::pair(page.a * x + page.c * y + page.e, page.b * x + page.d * y + page.f);
    };
    if (op == "m") {
      pen_ = on_page(operand(1), operand(0));
    } else if (op == "l") {
      rule_begin_ = std::exchange(pen_, on_page(operand(1), operand(0)));
      rule_end_ = pen_;
    } else if (operand(1) > 4 * std::abs(operand(0))) {
      rule_begin_ = on_page(operand(3), operand(2));
      rule_end_ = on_page(operand(3) + operand(1), operand(2));
    }
  }
  // Whether the rule stands where an underscore would: between the strings, on the line or under it.
  bool underscores(const Place& here) const {
    const auto of_last = [&](const std::pair<double, double>& place) {
      const double x = (place.first - last_.x) / here.em, y = (place.second - last_.y) / here.em;
      return std::pair(x * last_.along_x + y * last_.along_y, y * last_.along_x - x * last_.along_y);
    };
    const auto [from, height] = of_last(rule_begin_);
    const auto [to, height_there] = of_last(rule_end_);
    const auto [next, unused] = of_last({here.x, here.y});
    return to - from > 0.2 && to - from < 0.8 && std::abs(height_there - height) < 0.02 && height < 0.1 &&
           height > -0.3 && from > 0 && (last_doubt_ > 0 || from > last_width_ - 0.1) && std::abs(next - to) < 0.2;
  }
  void text_state(std::string_view op) {
    if (op == "Td" || op == "TD") {
      if (op == "TD") frame_.leading = -operand(0);
      move(operand(1), operand(0));
    } else if (op == "T*") {
      next_line();
    } else if (op == "Tm") {
      line_ = matrix(), along_ = 0, moved_ = true;
    } else if (op == "Tf") {
      frame_.size = operand(0) == 0 ? 1 : operand(0);
      frame_.style.font = name_;
      frame_.font = resources_ ? resources_->font(name_) : nullptr;
    } else if (op == "TL") {
      frame_.leading = operand(0);
    } else if (op == "Tc") {
      frame_.letter = operand(0);
    } else if (op == "Tw") {
      frame_.word = operand(0);
    } else if (op == "Tz") {
      frame_.stretch = operand(0) / 100;
    }
  }
  // A stream that was entered in its midst may go back farther than it was seen to go.
  void restore() {
    if (frames_.empty()) {
      frame_.page = {}, frame_.style = {};
      return;
    }
    frame_ = frames_.back();
    frames_.pop_back();
  }

  void form() {
    const PdfResources::Form* form = forms_ < most_forms ? resources_->form(name_) : nullptr;
    if (!form) return;
    const auto& m = form->matrix;
    const Frame outer_frame = frame_;
    const std::vector<Frame> outer_frames = std::exchange(frames_, {});
    const Bytes outer_bytes = std::exchange(bytes_, form->content);
    const size_t outer_at = std::exchange(at_, 0);
    PdfResources* const outer_resources = std::exchange(resources_, form->resources);
    frame_.page = Matrix{m[0], m[1], m[2], m[3], m[4], m[5]}.then(frame_.page);
    drop_pending(), given_ = 0, ++forms_;
    run_all();
    in_array_ = false, --forms_;
    frame_ = outer_frame, frames_ = outer_frames, bytes_ = outer_bytes, at_ = outer_at, resources_ = outer_resources;
  }

  void move(double dx, double dy) {
    line_ = Matrix{1, 0, 0, 1, dx, dy}.then(line_);
    along_ = 0, moved_ = true;
  }
  void next_line() {
    move(0, -frame_.leading);
    breaks_ = true;
  }
  void line() {
    if (text.empty() || text.back() == '\n') return;
    line_ends.push_back(text.size());
    text += '\n';
  }

  Place place() const {
    const Matrix all = line_.then(frame_.page);
    const double length = std::hypot(all.a, all.b), em = std::abs(frame_.size) * length;
    if (!(length > 0) || !(em > 0)) return {all.e, all.f};
    const double way = frame_.size * frame_.stretch < 0 ? -length : length;
    return {all.a * along_ + all.e, all.b * along_ + all.f, all.a / way, all.b / way, em};
  }

  void show() {
    const Place here = place();
    along_ += pending_along_;
    if (pending_.empty()) return;
    follow(here);
    begun_ = moved_ = breaks_ = false;
    shown_style_ = frame_.style;
    last_ = here;
    last_width_ = std::abs(pending_along_ / frame_.size);
    last_doubt_ = pending_doubt_;
    text += pending_;
  }
  // What stands between the string before and this one.
  void follow(const Place& here) {
    if (text.empty()) return;
    const double em = std::max(here.em, last_.em);
    const double x = (here.x - last_.x) / em, y = (here.y - last_.y) / em;
    const double dx = x * last_.along_x + y * last_.along_y, dy = y * last_.along_x - x * last_.along_y;
    const bool turned = here.along_x * last_.along_x + here.along_y * last_.along_y < 0.9;
    if (breaks_ || turned || !(std::abs(dy) <= line_height) || (begun_ && dx == 0 && dy == 0)) return line();
    if (!begun_ && !moved_) return;
    const bool doubted = last_doubt_ > 0;
    const double gap = dx - last_width_ * last_.em / em;
    if (gap > (doubted ? doubtful_space + last_doubt_ : space_width) || (doubted ? dx < 0 : gap < -step_back)) {
      const bool letters = is_alnum(text.back()) && is_alnum(pending_.front());
      if (letters && underscores(here))
        text += '_';
      else if (text.back() != ' ' && text.back() != '\n')
        text += ' ';
    } else if (doubted && frame_.style != shown_style_ && is_alnum(text.back()) && is_alnum(pending_.front())) {
      text += ' ';
    }
  }

  void literal() {
    begin_string();
    std::string raw;
    int depth = 0;
    for (; more(); ++at_) {
      uint8_t c = bytes_[at_];
      if (c == '(' && depth++ == 0) continue;
      if (c == ')' && --depth == 0) {
        ++at_;
        break;
      }
      if (c == '\\' && at_ + 1 < bytes_.size()) {
        if (!escape(raw)) continue;
      } else {
        raw += char(c);
      }
      if (raw.size() > most_) break;
    }
    add(raw);
  }
  // The escape at at_, whose last byte at_ is left on. False when it stands for nothing.
  bool escape(std::string& raw) {
    if (at_ + 1 >= bytes_.size()) return false;
    const uint8_t c = bytes_[++at_];
    if (c >= '0' && c <= '7') {
      unsigned value = 0;
      size_t digits = 0;
      for (; digits < 3 && at_ + digits < bytes_.size(); ++digits) {
        const uint8_t d = bytes_[at_ + digits];
        if (d < '0' || d > '7') break;
        value = value * 8 + (d - '0');
      }
      at_ += digits - 1;
      raw += char(uint8_t(value));
      return true;
    }
    if (c == '\n' || c == '\r') return false;
    raw += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : char(c);
    return true;
  }
  bool hexadecimal() {
    begin_string();
    std::string raw;
    unsigned value = 0, digits = 0;
    for (++at_; more() && bytes_[at_] != '>'; ++at_) {
      const uint8_t c = bytes_[at_];
      if (is_pdf_space(c)) continue;
      if (!is_hex({reinterpret_cast<const char*>(&c), 1})) return false;
      value = value << 4 | unsigned(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
      if (++digits % 2 == 0) raw += char(uint8_t(value));
    }
    if (!more()) return false;
    ++at_;
    if (digits % 2) raw += char(uint8_t(value << 4));
    add(raw);
    return true;
  }
  // Of several strings without an operator (in a dictionary) the last is kept.
  void begin_string() {
    if (pending_.empty()) pending_begin_ = at_;
    if (!in_array_) clear_pending();
  }
  void clear_pending() { pending_.clear(), pending_along_ = pending_doubt_ = 0; }
  void drop_pending() { clear_pending(), raw_.clear(); }
  void add(std::string_view raw) {
    const size_t begin = pending_.size();
    const PdfFont::Extent extent = frame_.font ? frame_.font->say(raw, most_, pending_) : say(raw);
    if (extent.spaces > 0 && frame_.word < 0 && closes_spaces())
      pending_.erase(std::remove(pending_.begin() + ptrdiff_t(begin), pending_.end(), ' '), pending_.end());
    pending_along_ +=
        (extent.width * frame_.size + frame_.letter * double(extent.glyphs) + frame_.word * double(extent.spaces)) *
        frame_.stretch;
    pending_doubt_ += extent.doubt;
    if (resources_ && !in_array_ && raw.size() >= least_aside) raw_.emplace_back(raw);
  }
  // Ghostscript writes kerning as a space that Tw makes as wide as nothing.
  bool closes_spaces() const {
    constexpr double usual = 0.25;
    std::string space;
    const double width = frame_.font ? frame_.font->say(" ", 1, space).width : usual;
    return width + (frame_.letter + frame_.word) / frame_.size < no_space;
  }
  PdfFont::Extent say(std::string_view raw) {
    bool two_byte = raw.size() >= 2 && raw.size() % 2 == 0;
    for (size_t i = 0; two_byte && i < raw.size(); i += 2) two_byte = raw[i] == 0;
    for (size_t i = two_byte; i < raw.size(); i += 1 + two_byte) {
      const uint8_t code = uint8_t(raw[i]);
      if (const std::string_view ligature = ligature_of(code); !ligature.empty())
        pending_ += ligature;
      else
        append_utf8(pending_, code);
    }
    const size_t glyphs = raw.size() / (1 + two_byte);
    const size_t spaces = two_byte ? 0 : size_t(std::count(raw.begin(), raw.end(), ' '));
    return {glyph_width * double(glyphs), glyph_doubt * double(glyphs), glyphs, spaces};
  }
  // As TeX's fonts number them (T1, OT1). No other encoding has signs for text there, and line feeds may be what they
  // are.
  static std::string_view ligature_of(uint8_t code) {
    constexpr std::string_view ligatures[] = {"ff", "fi", "fl", "ffi", "ffl"};
    if (code >= 0x1b && code <= 0x1f) return ligatures[code - 0x1b];
    if (code == 0x0b || code == 0x0c || code == 0x0e || code == 0x0f) return ligatures[code - 0x0b];
    return {};
  }

  Bytes bytes_;
  size_t at_;
  PdfResources* resources_;
  size_t most_;
  size_t forms_ = 0;              // that this one is shown in
  std::string pending_;           // strings not shown yet
  std::vector<std::string> raw_;  // their bytes, if resources are given
  size_t pending_begin_ = 0;
  double pending_along_ = 0, pending_doubt_ = 0;  // how far they go, in units of the line; ems
  bool in_array_ = false;
  size_t given_ = 0;                  // of them, to the next operator
  std::array<double, 6> operands_{};  // the last numbers
  std::string_view name_;             // the last one
  struct Style {
    std::string_view font;
    std::array<double, 4> colour{};  // as the operator gave it
    bool operator==(const Style&) const = default;
  };
  // What q keeps and Q brings back: where the text space lies on the page (cm), and how text looks.
  struct Frame {
    Matrix page;
    Style style;
    const PdfFont* font = nullptr;
    double size = 1, letter = 0, word = 0, stretch = 1, leading = 0;
  };
  Frame frame_;
  std::vector<Frame> frames_;
  Matrix line_;       // where the line begins
  double along_ = 0;  // and how far it went since

  std::pair<double, double> pen_, rule_begin_, rule_end_;  // of what is drawn, on the page

  // Of the last string:
  Style shown_style_;
  Place last_;
  double last_width_ = 0, last_doubt_ = 0;  // ems
  // Since then:
  bool begun_ = false;   // BT was seen
  bool moved_ = false;   // the place was moved
  bool breaks_ = false;  // to the next line
};

}  // namespace

PdfText pdf_text(Bytes bytes, size_t begin) {
  Reader reader(bytes, begin, nullptr, most_text);
  reader.run();
  return {pdf_joined_lines(reader.text, reader.line_ends, {}), reader.end(), std::move(reader.not_shown)};
}

std::string pdf_page_text(Bytes bytes, PdfResources& resources, const PdfLinks& links, size_t room) {
  Reader reader(bytes, 0, &resources, room);
  reader.run_all();
  std::string text = pdf_joined_lines(reader.text, reader.line_ends, links);
  text += '\n';
  text += reader.aside;
  if (text.size() > room) text.resize(room);
  return text;
}

}  // namespace weft
