// Documents that are nothing but text, or text with marks around it: plain text, HTML and XML, RTF (Microsoft's "Rich
// Text Format Specification", 1.9.1). What is taken from them is what their text is like
// (signature.h); values in it are found by scanners.
//
// Every second file of a system is such a text, so the parser looks at the path first: what operating systems, packages
// and caches bring is left alone, and so is what every source tree has (README, CHANGELOG and the like), whose versions
// are alike on any two machines. Two exhibits that hold those are told apart by nothing but who has the same packages.
#include "artefacts/text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "artefacts/mime.h"
#include "artefacts/parser.h"
#include "artefacts/signature.h"
#include "artefacts/zip.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t text_most = 4 * MiB;
constexpr int deepest = 1000;  // group of RTF

// RTF: text between groups {…} and control words \word123. Groups that hold no text of the document are left out.
class Rtf {
 public:
  explicit Rtf(std::string_view text) : text_(text) {}

  std::string read() {
    while (at_ < text_.size() && out_.size() < text_most) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = text_[at_++];
    if (c == '{') {
      ++depth_;
    } else if (c == '}') {
      if (--depth_ < skipped_from_) skipped_from_ = deepest;
    } else if (c == '\\' && at_ < text_.size()) {
      control();
    } else if (c != '\r' && c != '\n') {
      add(c);
    }
  }
  bool skipping() const { return depth_ >= skipped_from_; }
  void add(char c) {
    if (skipping()) return;
    if (fallbacks_ > 0)
      --fallbacks_;
    else
      out_ += c;
  }
  void control() {
    const char c = text_[at_];
    if (!is_alpha(c)) {
      ++at_;
      if (c == '\'') return code();
      if (c == '*') return skip();  // a destination that readers may pass over
      return add(c == '~' || c == '\n' || c == '\r' ? ' ' : c);
    }
    const size_t begin = at_;
    while (at_ < text_.size() && is_alpha(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    int number = 0;
    const auto [end, failed] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (failed == std::errc()) at_ = size_t(end - text_.data());
    if (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (word == "par" || word == "line" || word == "sect" || word == "page" || word == "row") add('\n');
    if (word == "tab" || word == "cell") add(' ');
    if (word == "u" && !skipping())
      append_utf8(out_, number < 0 ? char32_t(number + 65536) : char32_t(number)), ++fallbacks_;
    for (std::string_view none : {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer"})
      if (word == none) skip();
  }
  // \'e4: a sign of the code page, nearly always 1252.
  void code() {
    unsigned value = 0;
    const std::string_view digits = text_.substr(at_, 2);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    at_ += size_t(end - digits.data());
    if (failed == std::errc()) add(char(uint8_t(value)));
  }
  void skip() { skipped_from_ = std::min(skipped_from_, depth_); }

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
  int depth_ = 0, skipped_from_ = deepest, fallbacks_ = 0;
};

void parse(const File& file, Rows& rows) {
  std::string_view text = file.text();
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::string_view head = trim(text.substr(0, 64));
  if (head.starts_with("{\\rtf")) return add_text(rows, {}, Rtf(text).read(), "document");
  if (head.starts_with('<')) return add_text(rows, {}, text_of_html(text), "document");
  add_text(rows, {}, text, "document");
}

constexpr std::array<std::string_view, 5> types{"text/plain", "text/html", "application/xhtml+xml", "text/xml",
                                                "text/rtf"};
constexpr std::array<std::string_view, 1> kinds{"document_text"};

constexpr std::string_view letter =
    "Between the mill at Oberau and the undersigned the following is agreed. The mill lends its large barn behind the "
    "weir, with loft and ramp, from the first of May until the apples are in. Nobody keeps anything there that burns "
    "more easily than hay, and whoever smokes does so on the far side of the bridge. For the barn the sum of 1.850,00 "
    "is "
    "paid in two halves, one when the key is handed over and one in autumn.\n\nShould the river rise above the old "
    "mark "
    "of 1954, the miller may open the gates without asking, and what gets wet is nobody's fault. He tells the other "
    "side by telephone, 0341 555812, as soon as he sees it coming. Boats, carts and the three beehives stay where they "
    "are; the bees have been there longer than either of us and shall not be moved during the summer.\n\nIf one of us "
    "wants to end this before its time he says so in writing, four weeks ahead. What was built in the meantime, "
    "shelves or a second door, is left behind or taken away without damage to the walls. Quarrels are brought before "
    "the parish clerk first, and only then before a court.\n";
constexpr std::string_view log_lines =
    "Mar  3 10:11:12 weir postfix[4711]: to=<anna@mill.net>, relay=local, delay=0.31, status=sent (delivered to box)\n"
    "Mar  3 10:11:14 weir kernel: usb 1-2: new device found, idVendor=1fc9, idProduct=0102, bcdDevice=1.00\n"
    "Mar  3 10:12:40 weir sshd[812]: accepted publickey for anna from 192.0.2.7 port 50112 ssh2: ED25519\n"
    "Mar  3 10:13:02 weir cron[977]: (root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily)\n"
    "Mar  3 10:14:55 weir systemd[1]: started session-12.scope - session 12 of user anna; slice=user-1000.slice\n"
    "Mar  3 10:15:03 weir dhclient[611]: DHCPACK of 198.51.100.9 from 198.51.100.1; bound, renewal in 1733 seconds\n"
    "Mar  3 10:15:09 weir named[90]: zone mill.net/IN: loaded serial 2024030301; sending notifies (serial 2024030301)\n"
    "Mar  3 10:15:12 weir smartd[55]: Device: /dev/sda, SMART attribute: 194 Temperature_Celsius changed from 31 to "
    "33\n";
constexpr std::array samples{
    Sample{"home/anna/barn.txt", letter, "document_text", "1/8 f7509b53da376f92", "document"},
    Sample{"home/anna/mail.log", log_lines, "", "", ""},
    Sample{"home/anna/short.txt", letter.substr(0, 500), "", "", ""},
};
constexpr std::array<std::string_view, 3> real{"documents/testRTF.rtf", "documents/ccns.txt",
                                               "documents/nps-email.txt"};

}  // namespace

extern const Parser text_parser;
const Parser text_parser{
    "text",
    "what a document is like: the text of plain text, HTML, XML and RTF files that a user may have made, by "
    "signatures that its versions share",
    "RTF 1.9.1",
    {},
    types,
    {},
    parse,
    kinds,
    samples,
    real,
    {},
    is_users_text,
};

}  // namespace weft::artefacts
