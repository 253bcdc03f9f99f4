// ESE: compressed values of Windows' databases (WebCacheV01.dat, Windows.edb, SRUDB.dat, ntds.dit; scan/ese_page.h).
// The first byte of a value says how: its upper five bits 1 for ASCII in seven bits a sign, 2 for UTF-16 whose units
// have seven bits, 3 for plain LZ77 ([MS-XCA] 2.4) with the size it unpacks to in two bytes; of seven bits, the lower
// three say how many bits of the last byte are used, less one. (Microsoft's sources of ESE; J. Metz, "Extensible
// Storage Engine (ESE) Database File (EDB) format".)
//
// The values of a page are one layer, each followed by zeros.
//
// False positives: a page is told by what fills it, to the byte. Pieces of long values are compressed or not, which
// nothing says: they are taken if all of a piece is LZ77 and unpacks to just what it says.
#include <algorithm>
#include <utility>
#include <vector>

#include "scan/decoders/windows_packed.h"
#include "scan/ese_page.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

enum : uint8_t { ascii = 1, unicode = 2, xpress = 3 };
constexpr size_t most_of_page = MiB;

std::vector<uint8_t> of_seven_bits(Bytes bytes, size_t last_bits, bool wide) {
  std::vector<uint8_t> out;
  const size_t bits = bytes.size() * 8 - (8 - last_bits);
  for (size_t bit = 0; bit + 7 <= bits; bit += 7) {
    const size_t at = bit / 8;
    const unsigned two = bytes[at] | (at + 1 < bytes.size() ? bytes[at + 1] << 8 : 0);
    out.push_back(uint8_t(two >> bit % 8 & 0x7f));
    if (wide) out.push_back(0);
  }
  return out;
}

std::vector<uint8_t> unpacked(Bytes value, bool is_marked) {
  constexpr size_t head = 3;
  const uint8_t method = value[0] >> 3;
  if (method == xpress && value.size() > head) {
    const size_t size = value[1] | size_t(value[2]) << 8;
    Unpacked out = unxpress(value.subspan(head), size);
    const bool whole = out.end == Unpacked::End::whole && out.consumed + head == value.size() && size >= value.size();
    if (whole) return std::move(out.bytes);
  } else if (is_marked && (method == ascii || method == unicode) && value.size() > 1) {
    return of_seven_bits(value.subspan(1), (value[0] & 7u) + 1, method == unicode);
  }
  return {};
}

void on_text(Bytes bytes, size_t begin, size_t end, Decoded& out) {
  EsePage page;
  for (size_t at = (begin + ese_grid - 1) / ese_grid * ese_grid; at < end;) {
    if (!read_ese_page(as_text(bytes), at, page)) {
      at += ese_grid;
      continue;
    }
    std::vector<uint8_t> layer;
    for (const EseValue& value : page.values) {
      if (!value.is_compressed && !page.is_long_values) continue;
      const std::vector<uint8_t> text =
          unpacked(bytes.subspan(value.begin, value.end - value.begin), value.is_compressed);
      if (text.empty()) continue;
      if (layer.size() + text.size() > std::min(most_of_page, out.room())) {
        out.problem(at, "the values of an ESE page unpack to more than there is room for");
        break;
      }
      layer.insert(layer.end(), text.begin(), text.end());
      layer.resize((layer.size() + 5) / 4 * 4);  // two zeros at least, and UTF-16 begins at an even place
    }
    if (!layer.empty() && !out.layer("ESE", at, page.size, std::move(layer))) return;
    at += page.size;
  }
}

}  // namespace

extern const Decoder ese_decoder;
const Decoder ese_decoder{
    "ESE", "compressed values in databases of Windows (ESE: WebCacheV01.dat, Windows.edb)", {}, nullptr, on_text};

}  // namespace weft::scan
