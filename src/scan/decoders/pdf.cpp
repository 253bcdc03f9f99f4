// PDF: streams packed with FlateDecode (ISO 32000-1 §7.3.8, §7.4.4), found by the keyword in front of them. No cross-
// reference table is needed, so objects of deleted and torn files come out too; so do those written as letters
// (ASCII85, ASCIIHex). Streams under other filters that may hold text are told as problems; images (DCT, JPX, CCITT,
// JBIG2) are left in silence, since they hold none.
//
// Two things make a document's text unreadable though its streams unpack, or seem to: encryption (§7.6; the trailer
// says /Encrypt) and fonts whose codes are no characters (pdf_font.cpp). Each is told once of a document.
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "scan/decoders/inflate.h"
#include "scan/decoders/pdf_font.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

bool is_space(uint8_t c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

// The keyword and a zlib header: method 8, any window, any level.
enum : uint32_t { flate, other_filter, encryption, font, differences, numbers };
constexpr Pattern patterns[] = {{R"(stream\r?\n[\x08\x18\x28\x38\x48\x58\x68\x78].)", dotall, flate},
                                {R"(/(?:LZW|ASCII85|ASCIIHex|RunLength)Decode)", 0, other_filter},
                                {R"(/Encrypt\s{0,4}(?:\d{1,10}\s{1,4}\d{1,5}\s{1,4}R|<<))", 0, encryption},
                                {R"(/BaseFont\s{0,4}/)", 0, font},
                                {R"(/Differences\s{0,4}\[)", 0, differences},
                                {R"(\(\\376\\377)", 0, numbers}};
constexpr size_t longest_dictionary = 512;  // from a filter's name to the stream; of a trailer

// ASCII85 (§7.4.3): five signs are four bytes, z is four zeros, "~>" the end; so is whatever is no sign of it.
std::vector<uint8_t> of_ascii85(Bytes bytes, size_t room, size_t& at) {
  std::vector<uint8_t> out;
  uint64_t group = 0;
  size_t signs = 0;
  auto give = [&](size_t count) {
    for (size_t i = 0; i < count; ++i) out.push_back(uint8_t(group >> (24 - 8 * i)));
    group = 0, signs = 0;
  };
  for (; at < bytes.size() && out.size() + 4 <= room; ++at) {
    const uint8_t c = bytes[at];
    if (c == 'z' && signs == 0) {
      give(4);
    } else if (c >= '!' && c <= 'u') {
      group = group * 85 + (c - '!');
      if (++signs == 5) give(4);
    } else if (!is_space(c)) {
      break;
    }
  }
  if (signs > 1) {
    const size_t bytes_left = signs - 1;
    for (; signs < 5; ++signs) group = group * 85 + 84;
    give(bytes_left);
  }
  return out;
}

// A filter's name in the dictionary of a stream, the first of its filters. ASCII85 is turned into bytes, and these
// are unpacked when Flate comes next; hex shows itself (HEX); pictures are left alone; what remains is told.
void on_filter(Bytes bytes, size_t end, size_t from, Decoded& out) {
  const std::string_view text = as_text(bytes), behind = text.substr(end, longest_dictionary);
  const size_t begin = text.rfind('/', end - 1), stream = behind.find("stream");
  if (begin < from || stream == std::string_view::npos ||
      behind.substr(0, stream).find("endobj") != std::string_view::npos)
    return;
  const std::string_view before = text.substr(0, begin).substr(begin - std::min<size_t>(begin, 24));
  if (before.find("Decode") != std::string_view::npos) return;
  const std::string_view name = text.substr(begin + 1, end - begin - 1);
  // The next filter's name follows right behind, but for space.
  std::string_view next = behind.substr(std::min(behind.find_first_not_of(" \t\r\n"), behind.size()));
  next = next.starts_with("/") ? next.substr(1, next.find("Decode") + 5) : std::string_view();
  const bool letters = name.starts_with("ASCII");
  if (!letters || (next.find("Decode") != std::string_view::npos && next != "FlateDecode" && next != "DCTDecode"))
    return out.problem_of_document(
        begin, fmt::format("PDF stream packed with {}, which is not unpacked", letters ? next : name));
  if (next == "DCTDecode" || name == "ASCIIHexDecode") return;
  size_t at = end + stream + 6;
  if (at < bytes.size() && bytes[at] == '\r') ++at;
  if (at < bytes.size() && bytes[at] == '\n') ++at;
  if (out.is_said(at)) return;
  std::vector<uint8_t> decoded = of_ascii85(bytes, out.room(), at);
  if (next == "FlateDecode") {
    Inflated inflated = inflate_stream(decoded, Wrap::zlib, out.room());
    if (inflated.end != Inflated::End::whole) out.problem(begin, what_ended(inflated, "PDF stream"));
    decoded = std::move(inflated.bytes);
  }
  // Also when nothing came out: it is not read again for another filter's name in it.
  out.layer("PDF", begin, at - begin, std::move(decoded));
}

// In a trailer, or in the dictionary of a cross-reference stream: both name the /Root.
void on_encryption(Bytes bytes, size_t end, Decoded& out) {
  const std::string_view text = as_text(bytes);
  const size_t begin = text.rfind('/', end - 1), first = begin - std::min(begin, longest_dictionary);
  if (text.substr(first, end - first + longest_dictionary).find("/Root") == std::string_view::npos) return;
  out.problem_of_document(begin, "PDF is encrypted: its text is not read");
}

void on_font(Bytes bytes, size_t begin, bool own_codes, Decoded& out) {
  if (own_codes && begin < bytes.size()) out.problem_of_document(begin, std::string(unread_fonts));
}

// A text string in UTF-16, its bytes written as numbers where they are no letters: "(\376\377\000a\000t)" (ISO 32000-1
// §7.3.4.2, §7.9.2.2).
void on_numbers(std::string_view text, size_t end, size_t from, Decoded& out) {
  constexpr size_t mark = 9, longest = 64 * KiB, least = 4;  // bytes; of the text, letters
  const size_t begin = end - mark;
  if (begin < from) return;
  std::vector<uint8_t> raw;
  size_t at = end;
  for (int depth = 1; at < text.size() && at - begin < longest; ++at) {
    char c = text[at];
    if (c == '(') ++depth;
    if (c == ')' && --depth == 0) break;
    if (c == '\\' && at + 1 < text.size()) {
      c = text[++at];
      if (c >= '0' && c <= '7') {
        unsigned value = 0;
        size_t digits = 0;
        for (; digits < 3 && at + digits < text.size() && text[at + digits] >= '0' && text[at + digits] <= '7';
             ++digits)
          value = value * 8 + unsigned(text[at + digits] - '0');
        at += digits - 1;
        raw.push_back(uint8_t(value));
        continue;
      }
      c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
    }
    raw.push_back(uint8_t(c));
  }
  if (at == text.size() || raw.size() < 2 * least) return out.in_vain(begin, at - begin);
  const std::string value = from_utf16be(raw);
  out.layer("PDF", begin, at + 1 - begin, {value.begin(), value.end()});
}

void on_stream(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t data = hit.end - 2;
  const size_t begin = data - (bytes[data - 2] == '\r' ? 8 : 7);  // of "stream"
  if (begin < from || as_text(bytes.first(begin)).ends_with("end")) return;
  if ((bytes[data] << 8 | bytes[data + 1]) % 31 != 0) return;
  Inflated inflated = inflate_stream(bytes.subspan(data), Wrap::zlib, out.room());
  const bool whole = inflated.end == Inflated::End::whole;
  if (inflated.bytes.empty()) return;
  // Encrypted streams look like this: nothing sensible comes out.
  if (!whole && inflated.bytes.size() < surely_real / 4) return out.problem(begin, what_ended(inflated, "PDF stream"));
  if (!whole) out.problem(begin, what_ended(inflated, "PDF stream"));
  out.layer("PDF", begin, data - begin + inflated.consumed, std::move(inflated.bytes));
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const std::string_view text = as_text(bytes);
  switch (hit.pattern) {
    case other_filter:
      return on_filter(bytes, hit.end, from, out);
    case encryption:
      return on_encryption(bytes, hit.end, out);
    case font:
      return on_font(bytes, hit.end - 1, font_has_own_codes(text, hit.end), out);
    case numbers:
      return on_numbers(text, hit.end, from, out);
    case differences:
      return on_font(bytes, hit.end - 1, differ_from_latin1(text.substr(hit.end)), out);
    default:
      return on_stream(bytes, hit, from, out);
  }
}

}  // namespace

extern const Decoder pdf_decoder;
const Decoder pdf_decoder{"PDF", "FlateDecode and ASCII85 streams of PDF files, and strings written as numbers",
                          patterns, on_hit};

}  // namespace weft::scan
