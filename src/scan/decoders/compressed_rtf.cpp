// LZFU: the bodies of Outlook's messages, in .msg files and mail stores: RTF, packed by LZ77 with a window of 4 KiB
// that begins filled ([MS-OXRTFCP]).
//
//   header   bytes behind this number 4, bytes unpacked 4, "LZFu", CRC-32 of the content 4 (from 0, not inverted)
//
//   content  a byte of eight flags, then for each, lowest first: 0 a byte; 1 two bytes, of which 12 bits are a place in
//            the window and 4 a length less 2; the place where writing is at is the end
//
// False positives: what comes out is RTF, or its checksum is right. (Any bytes unpack to something.) A wrong checksum
// is said, and what is cut short is read as far as it goes.
#include <array>
#include <zlib.h>

#include "base/cursor.h"
#include "scan/decoders/unpacked.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"(LZFu)", dotall}};
constexpr size_t header_size = 16, magic_end = 12, window_size = 4096, shortest = 2, longest_copy = 17;
constexpr std::string_view window_begin =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    "Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(window_begin.size() == 207);

Unpacked unpack_rtf(Bytes content, size_t room) {
  Unpacked out;
  std::array<uint8_t, window_size> window{};
  std::copy(window_begin.begin(), window_begin.end(), window.begin());
  size_t write = window_begin.size();
  const auto put = [&](uint8_t byte) {
    out.bytes.push_back(byte);
    window[write] = byte;
    write = (write + 1) % window_size;
  };
  Cursor in(content);
  out.end = Unpacked::End::cut_short;
  while (in.remaining() > 0 && out.end == Unpacked::End::cut_short) {
    const uint8_t flags = in.u8();
    for (unsigned bit = 0; bit < 8 && out.end == Unpacked::End::cut_short; ++bit) {
      if (out.bytes.size() + longest_copy > room) {
        out.end = Unpacked::End::full;
      } else if ((flags >> bit & 1) == 0) {
        if (in.remaining() == 0) break;
        put(in.u8());
      } else {
        if (in.remaining() < 2) break;
        const unsigned reference = in.u16be(), place = reference >> 4, length = (reference & 15) + shortest;
        if (place == write) {
          out.end = Unpacked::End::whole;
          break;
        }
        for (unsigned i = 0; i < length; ++i) put(window[(place + i) % window_size]);
      }
    }
  }
  out.consumed = in.position();
  return out;
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - std::min(hit.end, magic_end);
  if (hit.end < magic_end || begin < from || bytes.size() - begin < header_size) return;
  Cursor in(bytes.subspan(begin));
  const uint32_t packed = in.u32le(), unpacked = in.u32le();
  in.skip(4);
  const uint32_t sum = in.u32le();
  constexpr uint32_t counted = magic_end;  // of the header, in the first size
  if (packed <= counted || unpacked == 0 || unpacked / longest_copy > packed) return;
  const Bytes content =
      bytes.subspan(begin + header_size).first(std::min<size_t>(packed - counted, bytes.size() - begin - header_size));
  Unpacked rtf = unpack_rtf(content, std::min<size_t>(out.room(), unpacked + longest_copy));
  const bool right = uint32_t(~crc32(0xffffffff, content.data(), uInt(content.size()))) == sum;
  const bool whole = rtf.end == Unpacked::End::whole && rtf.bytes.size() == unpacked;
  if (!(whole && right) && !as_text(rtf.bytes).starts_with("{\\rtf1")) return out.in_vain(begin, content.size());
  out.layer("LZFU", begin, header_size + rtf.consumed, std::move(rtf.bytes));
  if (whole && right)
    out.says_all(begin, begin + header_size + rtf.consumed);
  else
    out.problem(begin, whole ? "compressed RTF has a wrong checksum" : "compressed RTF is cut short or damaged");
}

}  // namespace

extern const Decoder compressed_rtf_decoder;
const Decoder compressed_rtf_decoder{"LZFU", "compressed RTF of Outlook's messages", patterns, on_hit};

}  // namespace weft::scan
