// XPRESS: what Windows packs by [MS-XCA] and marks: prefetch and Superfetch files ("MAM", what they unpack to, with bit
// 7 of the fourth byte a checksum, then LZ77 under Huffman codes), and the blocks of hiberfil.sys of Windows XP to 7
// ("\x81\x81xpress", how many pages, how many bytes, then plain LZ77; pages that do not shrink are stored). Windows 8
// and later mark none: hibernation.cpp.
//
// False positives: a Huffman table must be one; a block of hibernated pages must unpack to just as many as it says.
#include "base/cursor.h"
#include "scan/decoders/windows_packed.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

enum : uint32_t { file, block };
constexpr Pattern patterns[] = {{R"(MAM[\x04\x84])", dotall, file}, {R"(\x81\x81xpress)", 0, block}};
constexpr size_t file_magic = 4, block_magic = 8, block_head = 32, page = 4 * KiB;
constexpr size_t largest_file = 64 * MiB;

void on_file(Bytes bytes, size_t begin, Decoded& out) {
  Cursor in(bytes.subspan(begin + file_magic - 1));
  const bool has_checksum = (in.u8() & 0x80) != 0;
  const size_t size = in.u32le();
  if (has_checksum) in.u32le();
  const size_t data = begin + file_magic - 1 + in.position();
  if (!in.ok() || size == 0 || size > largest_file || !is_huffman_table(bytes.subspan(data))) return;
  Unpacked unpacked = unxpress_huffman(bytes.subspan(data), std::min(size, out.room()));
  if (unpacked.bytes.empty()) return;
  if (size > out.room()) unpacked.end = Unpacked::End::full;
  if (unpacked.end != Unpacked::End::whole) out.problem(begin, what_ended(unpacked, "MAM file"));
  out.layer("XPRESS", begin, data + unpacked.consumed - begin, std::move(unpacked.bytes));
}

void on_block(Bytes bytes, size_t begin, Decoded& out) {
  Cursor in(bytes.subspan(begin + block_magic));
  const size_t size = (in.u8() + size_t(1)) * page;
  const size_t packed = in.u32le() / 4 + size_t(1);
  const size_t data = begin + block_head;
  if (!in.ok() || packed > size || data >= bytes.size() || size > out.room()) return;
  const Bytes body = bytes.subspan(data, std::min(packed, bytes.size() - data));
  Unpacked unpacked;
  if (packed == size) {
    unpacked.bytes.assign(body.begin(), body.end());
    unpacked.consumed = body.size();
    unpacked.end = body.size() == size ? Unpacked::End::whole : Unpacked::End::cut_short;
  } else {
    unpacked = unxpress(body, size);
  }
  if (unpacked.bytes.size() < page) return;
  const bool whole = unpacked.end == Unpacked::End::whole;
  if (!whole) out.problem(begin, what_ended(unpacked, "block of hiberfil.sys"));
  out.layer("XPRESS", begin, block_head + unpacked.consumed, std::move(unpacked.bytes));
  if (whole) out.says_all(begin, begin + block_head + unpacked.consumed);
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - (hit.pattern == file ? file_magic : block_magic);
  if (begin < from) return;
  hit.pattern == file ? on_file(bytes, begin, out) : on_block(bytes, begin, out);
}

}  // namespace

extern const Decoder xpress_decoder;
const Decoder xpress_decoder{"XPRESS", "prefetch and Superfetch files (MAM) and the blocks of hiberfil.sys ([MS-XCA])",
                             patterns, on_hit};

}  // namespace weft::scan
