// Documents that are nothing but text, or text with marks around it: plain text, HTML and XML, RTF (Microsoft's "Rich
// Text Format Specification", 1.9.1), PDF (ISO 32000-1). What is taken from them is what their text is like
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
#include "base/pdf/document.h"
#include "base/pdf/syntax.h"
#include "base/pdf/text.h"
#include "base/places.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr uint64_t least = 600, most = 32 * MiB;  // bytes of a file: pictures make a PDF large
constexpr size_t text_most = 4 * MiB;
constexpr size_t dictionary_most = 512;  // of a PDF stream, in front of it
constexpr int deepest = 1000;            // group of RTF

constexpr std::string_view of_source_trees[] = {
    "readme",  "changelog", "changes", "copying", "copyright",    "license", "licence", "install", "news",
    "authors", "history",   "notice",  "thanks",  "contributing", "todo",    "faq",     "credits", "release"};

bool wants(std::string_view path, uint64_t size) {
  if (size < least || size > most || software_path(path) || cache_path(path)) return false;
  for (std::string_view folder : {"etc/", "var/log/", "var/lib/"})
    if (path.starts_with(folder)) return false;
  const std::string name = lower_ascii(path.substr(path.rfind('/') + 1));  // npos + 1 is 0
  return std::none_of(std::begin(of_source_trees), std::end(of_source_trees), [&](std::string_view word) {
    return name.starts_with(word) && (name.size() == word.size() || !is_alpha(name[word.size()]));
  });
}

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

// The pages of a whole PDF; of a torn one, its streams in the order of the file: what is no page description shows no
// text. Those that cannot be one, by what their dictionaries say, are not unpacked.
bool may_be_page(std::string_view dictionary) {
  for (std::string_view sign : {"/Image", "/Length1", "/ObjStm", "/XRef", "/Metadata", "/FunctionType", "Type1C",
                                "CIDFontType0C", "OpenType", "/EmbeddedFile", "/DCTDecode"})
    if (dictionary.find(sign) != std::string_view::npos) return false;
  return true;
}

void add_page(std::string_view stream, std::string& out) {
  for (size_t at = stream.find("BT"); at != std::string_view::npos && out.size() < text_most;) {
    const bool alone = (at == 0 || is_pdf_space(uint8_t(stream[at - 1]))) && at + 2 < stream.size() &&
                       is_pdf_space(uint8_t(stream[at + 2]));
    size_t next = at + 2;
    if (alone) {
      const PdfText page = pdf_text(as_bytes(stream), at);
      out += page.text;
      out += '\n';
      next = std::max(next, page.end);
    }
    at = stream.find("BT", next);
  }
}

std::string text_of_pdf(std::string_view file) {
  if (const size_t size = pdf_size(as_bytes(file), 0))
    if (const auto document = read_pdf(as_bytes(file).first(size), text_most); document && document->whole)
      return document->text;
  constexpr std::string_view keyword = "stream";
  std::string out;
  for (size_t at = file.find(keyword); at != std::string_view::npos && out.size() < text_most;) {
    size_t begin = at + keyword.size(), next = begin;
    if (begin < file.size() && file[begin] == '\r') ++begin;
    const size_t farthest = at - std::min(at, dictionary_most);
    const std::string_view before = file.substr(farthest, at - farthest);
    const size_t object = before.rfind("obj");
    if (begin < file.size() && file[begin] == '\n' && object != std::string_view::npos &&
        may_be_page(before.substr(object))) {
      const size_t end = file.find("endstream", ++begin);
      const std::string_view stream = file.substr(begin, end == std::string_view::npos ? end : end - begin);
      if (before.find("FlateDecode", object) != std::string_view::npos)
        add_page(inflated(as_bytes(stream), true, text_most), out);
      else
        add_page(stream, out);
      next = end == std::string_view::npos ? file.size() : end + 9;
    }
    at = file.find(keyword, next);
  }
  return out;
}

void parse(const File& file, Rows& rows) {
  std::string_view text = file.text();
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::string_view head = trim(text.substr(0, 64));
  if (head.starts_with("%PDF-")) return add_text(rows, {}, text_of_pdf(text), "document");
  if (head.starts_with("{\\rtf")) return add_text(rows, {}, Rtf(text).read(), "document");
  if (head.starts_with('<')) return add_text(rows, {}, text_of_html(text), "document");
  add_text(rows, {}, text, "document");
}

constexpr std::array<std::string_view, 6> types{"text/plain", "text/html",       "application/xhtml+xml",
                                                "text/xml",   "application/pdf", "text/rtf"};
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
constexpr std::array<std::string_view, 6> real{
    "documents/testPDF.pdf", "documents/pdf_words2.pdf", "documents/testPDF_twoAuthors.pdf",
    "documents/testRTF.rtf", "documents/ccns.txt",       "documents/nps-email.txt"};

}  // namespace

extern const Parser text_parser;
const Parser text_parser{
    "text",
    "what a document is like: the text of plain text, HTML, XML, RTF and PDF files that a user may have made, by "
    "signatures that its versions share",
    "RTF 1.9.1, ISO 32000-1; of a torn PDF what its streams show alone",
    {},
    types,
    {},
    parse,
    kinds,
    samples,
    real,
    {},
    wants,
};

}  // namespace weft::artefacts
