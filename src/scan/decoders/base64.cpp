// BASE64: RFC 4648 (both alphabets) and RFC 2045 §6.8 (lines of equal length). Long identifiers, hashes and paths are
// made of the same signs; what counts is what comes out: text, or something with a known magic number.
//
// In fields of mail headers the lines are folded (RFC 5322 §2.2.3) at any length, not at whole groups of four signs.
// Such a field is read from its beginning, even if that is no text: Exchange writes text behind numbers and a gzip
// stream.
//
// A mail that says "Content-Transfer-Encoding: base64" may be a few words, and so may fields that say as much: then
// less than a line counts. What stands between "-----BEGIN …-----" and its end holds names and addresses among numbers,
// which are no text: OpenPGP keys and signatures (RFC 9580 §6.2), and private keys of OpenSSH, which end in a comment.
// Such layers begin where that is said.
//
// A block begins where the sign before its first line is none of the alphabet and the line before it is not one of the
// same block. That is judged by what stands right there, so that all pages agree about it.
#include <algorithm>

#include "base/text.h"
#include "scan/decoders/code_page_text.h"
#include "scan/decoders/lettered.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t least = 48;  // signs in the first line
// Every sign from the 48th on matches; the first tells where the line begins. (Asking for another sign in front of it
// takes Hyperscan from 8 GB/s down to 0.1.)
enum : uint32_t { block, declared, marked, armoured };
constexpr Pattern patterns[] = {{"[A-Za-z0-9+/_-]{48}", first_end, block},
                                {"Content-Transfer-Encoding: ?base64", caseless, declared},
                                {"Authorization: Basic [A-Z0-9+/]{4}", caseless, marked},
                                {"[A-Z0-9]:: [A-Z0-9+/]{4}", caseless, marked},
                                {"-----BEGIN PGP (?:PUBLIC KEY BLOCK|PRIVATE KEY BLOCK|SIGNATURE)-----", 0, armoured},
                                {"-----BEGIN OPENSSH PRIVATE KEY-----", 0, armoured}};
constexpr size_t sample = 4 * KiB;  // of what comes out, to judge it by

constexpr Alphabet values = [] {
  Alphabet table{};
  for (auto& value : table) value = no_sign;
  for (uint8_t i = 0; i < 26; ++i) table['A' + i] = i, table['a' + i] = uint8_t(26 + i);
  for (uint8_t i = 0; i < 10; ++i) table['0' + i] = uint8_t(52 + i);
  table['+'] = table['-'] = 62;
  table['/'] = table['_'] = 63;
  return table;
}();

// Cheap: words, paths, hashes and names lack one of the kinds of signs that mix in base64.
bool is_mixed(Bytes signs) {
  size_t upper = 0, lower = 0, other = 0, changes = 0;
  int last = -1;
  for (uint8_t c : signs) {
    const int kind = c >= 'a' && c <= 'z' ? 0 : c >= 'A' && c <= 'Z' ? 1 : 2;
    (kind == 0 ? lower : kind == 1 ? upper : other) += 1;
    changes += last != -1 && kind != last;
    last = kind;
  }
  return upper >= 4 && lower >= 4 && other >= 1 && changes >= signs.size() / 5;
}

class Quanta {
 public:
  explicit Quanta(std::vector<uint8_t>& out) : out_(out) {}
  void add(Bytes signs) {
    for (uint8_t c : signs) {
      bits_ = bits_ << 6 | values[c];
      if ((have_ += 6) >= 8) out_.push_back(uint8_t(bits_ >> (have_ -= 8)));
    }
  }

 private:
  std::vector<uint8_t>& out_;
  uint32_t bits_ = 0;
  unsigned have_ = 0;
};

bool is_plausible(std::string_view bytes) {
  return has_magic(bytes) || is_textual(bytes) || is_code_page_text(bytes);
}

// Whether the head that ends in front of `begin` says that its body is text: then it may be in any code page.
bool is_declared_text(Bytes bytes, size_t begin) {
  constexpr size_t most_lines = 24, longest_head = 2 * KiB;
  constexpr std::string_view field = "content-type:", text_type = "text/";
  std::string_view before = as_text(bytes).substr(0, begin);
  before.remove_prefix(begin - std::min(begin, longest_head));
  if (!before.ends_with("\n\n") && !before.ends_with("\n\r\n")) return false;
  before.remove_suffix(before.ends_with("\r\n") ? 2 : 1);
  for (size_t lines = 0; lines < most_lines && before.size() > 1; ++lines) {
    before.remove_suffix(1);
    const size_t line = before.rfind('\n') + 1;
    if (before.size() - line <= 1) return false;  // an empty one: the head begins
    if (has_word(before, line, field))
      return has_word(before, std::min(before.find_first_not_of(' ', line + field.size()), before.size()), text_type);
    before = before.substr(0, line);
  }
  return false;
}

// --- In JSON and URLs ------------------------------------------------------------------------------------------------

// How a sign is written there: itself, "\/", "\u002b", "%2B", … ; or an escaped line break. Size 0: none of these.
struct Written {
  size_t size = 0;
  uint8_t sign = 0;  // 0: a line break
};
Written written_at(Bytes bytes, size_t at) {
  if (at >= bytes.size()) return {};
  const std::string_view text = as_text(bytes).substr(at, 6);
  if (values[bytes[at]] != no_sign) return {1, bytes[at]};
  if (text.starts_with("\\/")) return {2, '/'};
  if (text.starts_with("\\n")) return {2, 0};
  if (text.starts_with("\\r\\n")) return {4, 0};
  for (std::string_view plus : {"%2B", "%2b", "\\u002B", "\\u002b"})
    if (text.starts_with(plus)) return {plus.size(), '+'};
  for (std::string_view slash : {"%2F", "%2f", "\\u002F", "\\u002f"})
    if (text.starts_with(slash)) return {slash.size(), '/'};
  return {};
}

// Where the block that goes on at `at` with an escape begins; at itself when that is farther away than can be told.
size_t written_start(Bytes bytes, size_t at) {
  constexpr size_t farthest = KiB;
  size_t begin = at;
  while (begin > 0 && at - begin < farthest) {
    if (values[bytes[begin - 1]] != no_sign) {
      --begin;
      continue;
    }
    const uint8_t c = bytes[begin - 1];
    const Written escape = c == '\\' || c == '%' ? written_at(bytes, begin - 1) : Written{};
    if (escape.sign == 0) return begin;
    --begin;
  }
  return begin == 0 ? 0 : at;
}

// Whether the escaped line break at `at`, and no other, follows a line of signs.
bool has_line_above(Bytes bytes, size_t at) {
  constexpr size_t shortest_line = 40;
  if (at >= 2 && as_text(bytes).substr(at - 2, 2) == "\\r") at -= 2;
  if (at < shortest_line) return false;
  const Bytes above = bytes.subspan(at - shortest_line, shortest_line);
  return std::all_of(above.begin(), above.end(), [](uint8_t c) { return values[c] != no_sign; });
}

// A block with escapes in it.
void on_written(Bytes bytes, size_t begin, size_t from, Decoded& out) {
  if (begin < from) return;
  std::vector<uint8_t> signs, decoded;
  const size_t most = out.room() / 3 * 4;
  size_t end = begin;
  while (signs.size() < most) {
    // Judged early, since each run of a block that is none leads here.
    if (signs.size() == least || signs.size() == 2 * least || signs.size() == sample) {
      if (!is_mixed(Bytes(signs).first(least))) return;
      decoded.clear();
      Quanta(decoded).add(signs);
      if (!is_plausible(as_text(decoded)) && (signs.size() > least || !lacks_controls(as_text(decoded)))) return;
    }
    const Written next = written_at(bytes, end);
    if (next.size == 0) break;
    if (next.sign == 0 && written_at(bytes, end + next.size).sign == 0) break;
    if (next.sign != 0) signs.push_back(next.sign);
    end += next.size;
  }
  if (signs.size() < least || !is_mixed(Bytes(signs).first(least))) return;
  decoded.clear();
  Quanta(decoded).add(signs);
  if (!is_plausible(as_text(Bytes(decoded)).substr(0, sample))) return;
  out.layer("BASE64", begin, end - begin, std::move(decoded));
}

// --- In fields of headers --------------------------------------------------------------------------------------------

bool is_blank(uint8_t c) {
  return c == ' ' || c == '\t';
}

// Size of the line break and the blank at `at`, behind which a field goes on; 0 when there are none.
size_t fold_at(Bytes bytes, size_t at) {
  const size_t size = break_at(bytes, at);
  return size > 0 && at + size < bytes.size() && is_blank(bytes[at + size]) ? size + 1 : 0;
}

// The signs of a folded block from `begin` on, and where it ends. The first line may be of any length, the others are
// as long as the second, and the last may be shorter if it completes the block.
struct Folded {
  std::vector<uint8_t> signs;
  size_t lines = 1, end = 0;
};
Folded folded_block(Bytes bytes, size_t begin, size_t most) {
  Folded out;
  out.end = run_end(bytes, begin, values);
  out.signs.assign(bytes.begin() + ptrdiff_t(begin), bytes.begin() + ptrdiff_t(out.end));
  for (size_t full = 0; out.signs.size() < most; ++out.lines) {
    const size_t fold = fold_at(bytes, out.end), next = out.end + fold, next_end = run_end(bytes, next, values);
    const size_t size = next_end - next;
    if (fold == 0 || size == 0 || size > longest_line || (full > 0 && size > full)) break;
    if (full == 0) full = size;
    const bool last = fold_at(bytes, next_end) == 0 || size < full;
    const bool padded = next_end < bytes.size() && bytes[next_end] == '=';
    if (last && !padded && (out.signs.size() + size) % 4 != 0) break;
    out.signs.insert(out.signs.end(), bytes.begin() + ptrdiff_t(next), bytes.begin() + ptrdiff_t(next_end));
    out.end = next_end;
    if (last) {
      ++out.lines;
      break;
    }
  }
  return out;
}

// True when the line [begin, end) is one of a folded block, which is given out if it is worth it and begins here.
bool on_folded(Bytes bytes, size_t begin, size_t end, Decoded& out) {
  constexpr size_t many_lines = 8;  // what is no signature
  const size_t line = end - begin;
  size_t first = begin;
  if (begin >= 2 && is_blank(bytes[begin - 1]) && bytes[begin - 2] == '\n') {
    const size_t above_end = begin - (begin >= 3 && bytes[begin - 3] == '\r' ? 3 : 2);
    size_t above = 0;
    while (above < above_end && above <= longest_line && values[bytes[above_end - above - 1]] != no_sign) ++above;
    if (above >= line && above <= longest_line) return true;
    // The first line stands behind the field's name.
    const size_t start = above_end - above;
    if (above > 0 && (start == 0 || is_blank(bytes[start - 1]) || bytes[start - 1] == ':')) first = start;
  }
  Folded block = folded_block(bytes, first, out.room() / 3 * 4);
  if (block.lines < 2 || block.signs.size() < least || !is_mixed(Bytes(block.signs).first(least))) return false;
  std::vector<uint8_t> decoded;
  Quanta(decoded).add(block.signs);
  if (block.lines < many_lines && !is_plausible(as_text(Bytes(decoded)).substr(0, sample))) return false;
  while (block.end < bytes.size() && bytes[block.end] == '=') ++block.end;
  out.layer("BASE64", first, block.end - first, std::move(decoded));
  return true;
}

// --- In short mails --------------------------------------------------------------------------------------------------

// The body below a head that says what it is, when it is shorter than what is found without that.
void on_declared(Bytes bytes, size_t said_end, size_t from, Decoded& out) {
  constexpr size_t longest_head = 4 * KiB, longest_name = 34;
  constexpr std::string_view field = "content-transfer-encoding";
  const std::string_view text = as_text(bytes);
  size_t begin = said_end - std::min(said_end, longest_name);
  while (begin < said_end && lower_ascii(text.substr(begin, field.size())) != field) ++begin;
  if (begin < from || begin == said_end) return;
  // Up to the empty line, over other fields.
  size_t at = said_end;
  for (;;) {
    while (at < bytes.size() && at - begin < longest_head && bytes[at] >= ' ') ++at;
    const size_t size = break_at(bytes, at);
    if (size == 0) return;
    at += size;
    if (lower_ascii(text.substr(at, field.size())) == field) return;  // another's head
    if (const size_t empty = break_at(bytes, at); empty > 0) {
      at += empty;
      break;
    }
  }
  const size_t end = run_end(bytes, at, values), signs = end - at;
  if (signs < 2 || signs >= least || signs % 4 == 1) return;
  size_t padding = end;
  while (padding < bytes.size() && bytes[padding] == '=' && padding - end < 2) ++padding;
  if ((padding - at) % 4 != 0) return;
  std::vector<uint8_t> decoded;
  Quanta(decoded).add(bytes.subspan(at, signs));
  if (!is_plausible(as_text(decoded)) && !lacks_controls(as_text(decoded))) return;
  out.layer("BASE64", begin, padding - begin, std::move(decoded));
}

// --- In fields -------------------------------------------------------------------------------------------------------

// "Authorization: Basic …" (RFC 7617), and "mail:: …" in LDIF (RFC 2849), when it is shorter than that, too.
void on_marked(Bytes bytes, size_t sign, size_t from, Decoded& out) {
  constexpr size_t longest_name = 64;
  const std::string_view text = as_text(bytes);
  size_t at = sign;
  while (at > 0 && values[bytes[at - 1]] != no_sign) --at;
  const auto is_name = [&](size_t i) { return is_alnum(text[i]) || text[i] == '-' || text[i] == ';'; };
  // Back over ":: " or ": Basic ".
  const bool is_basic = text[at - 2] != ':';
  const size_t name = at - (is_basic ? std::string_view(": Basic ").size() : std::string_view(":: ").size());
  size_t begin = name;
  while (begin > from && name - begin < longest_name && is_name(begin - 1)) --begin;
  if (begin < from || begin == name || (begin > 0 && !is_basic && text[begin - 1] != '\n')) return;
  const size_t signs_end = run_end(bytes, at, values), signs = signs_end - at;
  size_t end = signs_end;
  while (end < bytes.size() && bytes[end] == '=' && end - signs_end < 2) ++end;
  if (signs >= least || (end - at) % 4 != 0 || fold_at(bytes, end) > 0) return;
  std::vector<uint8_t> decoded;
  Quanta(decoded).add(bytes.subspan(at, signs));
  const std::string_view value = as_text(decoded);
  const bool is_value =
      is_basic ? lacks_controls(value) && value.find(':') != std::string_view::npos : is_textual(value);
  if (is_value) out.layer("BASE64", begin, end - begin, std::move(decoded));
}

// --- In armour -------------------------------------------------------------------------------------------------------

// What stands below a line that says what it is, and headers ("Version: …") with an empty line behind them.
void on_armoured(Bytes bytes, size_t said_end, size_t from, Decoded& out) {
  constexpr size_t most_headers = 10, longest_header = 200;
  const std::string_view text = as_text(bytes);
  const size_t begin = text.rfind("-----BEGIN", said_end);
  if (begin == std::string_view::npos || begin < from) return;
  size_t at = said_end + break_at(bytes, said_end);
  if (at == said_end) return;
  for (size_t header = 0; header < most_headers; ++header) {
    const std::string_view line = text.substr(at, std::min(text.find('\n', at), at + longest_header) - at);
    const bool is_empty = line.empty() || line == "\r";
    if (!is_empty && line.find(": ") == std::string_view::npos) break;
    at = std::min(text.size(), at + line.size() + 1);
    if (is_empty) break;
  }
  // Lines of any length, whose groups of four signs need not end with them.
  std::vector<uint8_t> decoded;
  Quanta quanta(decoded);
  size_t end = at;
  for (size_t next = at; decoded.size() + longest_line <= out.room() && !text.substr(next).starts_with("-----");) {
    const size_t line = run_end(bytes, next, values) - next;
    if (line == 0 || line > longest_line) break;
    quanta.add(bytes.subspan(next, line));
    end = next + line;
    next = end + break_at(bytes, end);
    if (next == end) break;
  }
  if (end - at < least) return;
  for (size_t padding = 0; padding < 2 && end < bytes.size() && bytes[end] == '='; ++padding) ++end;
  out.layer("BASE64", begin, end - begin, std::move(decoded));
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  if (hit.pattern == armoured) return on_armoured(bytes, hit.end, from, out);
  if (hit.pattern == declared) return on_declared(bytes, hit.end, from, out);
  if (hit.pattern == marked) return on_marked(bytes, hit.end - 1, from, out);
  size_t begin = hit.end - least;
  if (begin < from || (begin > 0 && values[bytes[begin - 1]] != no_sign)) return;
  if (const Written escape = begin > 0 ? written_at(bytes, begin - 1) : Written{}; escape.sign != 0) {
    const size_t start = written_start(bytes, begin - 1);
    return start == begin - 1 ? void() : on_written(bytes, start, from, out);
  } else if (escape.size > 0) {
    // Behind a line break: the first line of a block, unless a line of signs stands right above.
    if (has_line_above(bytes, begin - 1)) return;
    begin += escape.size - 1;
    if (run_end(bytes, begin, values) - begin < least) return;
  }
  if (!is_mixed(bytes.subspan(begin, least))) return;
  std::vector<uint8_t> decoded;
  size_t end = run_end(bytes, begin, values);
  const size_t line = end - begin;
  if (end < bytes.size() && written_at(bytes, end).size > 0) return on_written(bytes, begin, from, out);
  if (line <= longest_line && on_folded(bytes, begin, end, out)) return;
  const bool closes = line % 4 == 0 || (end < bytes.size() && bytes[end] == '=');
  if (line % 4 == 1 || (line <= longest_line && continues_a_block(bytes, begin, line, values, closes))) return;

  // Text in a code page is told by more of it.
  Quanta first(decoded);
  first.add(bytes.subspan(begin, least));
  bool declared_text = false;
  if (!is_plausible(as_text(decoded))) {
    if (!lacks_controls(as_text(decoded))) return;
    first.add(bytes.subspan(begin + least, std::min(line, sample) - least));
    declared_text = out.is_known(begin) || is_declared_text(bytes, begin);
    if (!declared_text && !is_plausible(as_text(decoded))) return;
  }
  decoded.clear();
  Quanta quanta(decoded);
  const size_t most_signs = out.room() / 3 * 4;
  quanta.add(bytes.subspan(begin, std::min(line, most_signs)));
  // Further lines: as long as the first; a shorter one is the last.
  for (size_t more = line;
       line <= longest_line && line % 4 == 0 && more == line && decoded.size() + line <= out.room();) {
    const size_t next = end + break_at(bytes, end);
    if (next == end) break;
    const size_t next_end = run_end(bytes, next, values);
    more = next_end - next;
    if (more == 0 || more > line) break;
    // A shorter line of letters alone may be the text that follows; padding or four signs a group tell.
    if (more < line && more % 4 != 0 && (next_end == bytes.size() || bytes[next_end] != '=')) break;
    quanta.add(bytes.subspan(next, more));
    end = next_end;
  }
  while (end < bytes.size() && bytes[end] == '=' && end < begin + line * 2 + decoded.size() * 2) ++end;
  const std::string_view shown = as_text(Bytes(decoded)).substr(0, sample);
  if (!is_plausible(shown) &&
      !(lacks_controls(shown) && (declared_text || out.is_known(begin) || is_declared_text(bytes, begin))))
    return;
  if (decoded.size() > out.room()) decoded.resize(out.room());
  out.layer("BASE64", begin, end - begin, std::move(decoded));
}

}  // namespace

extern const Decoder base64_decoder;
const Decoder base64_decoder{
    "BASE64", "base64 of text or of known formats, in one line or many; keys of OpenPGP and OpenSSH", patterns, on_hit};

}  // namespace weft::scan
