// BROTLI: what web servers send today (RFC 7932), as browsers keep it. A brotli stream has neither a magic number nor a
// checksum; what makes one sure is what stands around it:
//   * an entry of Chromium's Simple cache (net/disk_cache/simple/simple_entry_format.h): its magic number, the key's
//     length, the key, the body, and the magic number of its end right behind the stream. The layer begins at the
//     entry.
//   * a file of Firefox's cache2 (netwerk/cache2/CacheFileMetadata.h): the body, then what is known of it; the last
//   four
//     bytes say where that begins, and the stream ends just there.
//   * a file of Chromium's blockfile cache (f_00001a): nothing but the body, so that the stream is all of the file, and
//     what it unpacks to is text.
#include <algorithm>
#include <brotli/decode.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/text.h"
#include "scan/decoders/unpacked.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {{R"(\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc[\x01-\x20]\x00\x00\x00)", dotall, 0}};
constexpr size_t magic_size = 8, version_size = 4, header_size = 24;  // 4 bytes of padding behind the key's hash
constexpr std::string_view end_magic = "\xd8\x41\x0d\x97\x45\x6f\xfa\xf4";
constexpr size_t longest_key = 64 * KiB, least_packed = 64, least_body = 256;
constexpr size_t attempt = 4 * KiB;  // bytes that a stream which is none costs as much as

Unpacked unbrotli(Bytes bytes, size_t room) {
  struct State {
    State() : it(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
      if (!it) throw Error("no memory to unpack with");
    }
    ~State() { BrotliDecoderDestroyInstance(it); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    BrotliDecoderState* it;
  } state;
  return unpack_stream(bytes, room, [&state](Bytes in, MutableBytes out) {
    size_t in_left = in.size(), out_left = out.size();
    const uint8_t* next_in = in.data();
    uint8_t* next_out = out.data();
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state.it, &in_left, &next_in, &out_left, &next_out, nullptr);
    Step step{Step::Result::broken, in.size() - in_left, out.size() - out_left};
    if (result == BROTLI_DECODER_RESULT_SUCCESS) step.result = Step::Result::ended;
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT || result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
      step.result = Step::Result::more;
    return step;
  });
}

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  const size_t begin = hit.end - magic_size - version_size;
  if (begin < from) return;
  Cursor in(bytes.subspan(begin));
  in.skip(magic_size + version_size);
  const uint32_t key = in.u32le();
  if (!in.ok() || key == 0 || key > longest_key || bytes.size() - begin <= header_size + key) return;
  const size_t body = begin + header_size + key;
  Unpacked unpacked = unbrotli(bytes.subspan(body), out.room());
  // Most entries are packed otherwise, or not at all; these bytes are found as they are.
  if (unpacked.end != Unpacked::End::whole || unpacked.bytes.empty() ||
      !as_text(bytes.subspan(body + unpacked.consumed)).starts_with(end_magic))
    return out.in_vain(begin, attempt + unpacked.bytes.size());
  out.layer("BROTLI", begin, header_size + key + unpacked.consumed, std::move(unpacked.bytes));
}

// Where the body of a Firefox cache file ends; 0 when it is none.
size_t firefox_body(Bytes file) {
  constexpr size_t chunk = 256 * KiB, versions = 3;
  if (file.size() < 64) return 0;
  Cursor last(file.last(4));
  const size_t body = last.u32be();
  const size_t header = body + 4 + 2 * ((body + chunk - 1) / chunk);  // a hash of what follows, one of each chunk
  if (body == 0 || header + 4 >= file.size()) return 0;
  Cursor in(file.subspan(header));
  const uint32_t version = in.u32be();
  return version >= 1 && version <= versions ? body : 0;
}

bool looks_packed(Bytes bytes) {
  // A window of 256 KiB to 16 MiB is four bits, of which the first is set and one behind it.
  if ((bytes[0] & 1) == 0 || (bytes[0] & 0xe) == 0) return false;
  const Bytes head = bytes.first(std::min<size_t>(bytes.size(), 64));
  return std::count_if(head.begin(), head.end(), [](uint8_t c) { return c < 0x20 || c >= 0x7f; }) * 4 >=
         ptrdiff_t(head.size());
}
bool is_text(Bytes bytes) {
  const Bytes head = bytes.first(std::min<size_t>(bytes.size(), 4 * KiB));
  const auto signs = std::count_if(head.begin(), head.end(),
                                   [](uint8_t c) { return c >= 0x20 || c == '\n' || c == '\r' || c == '\t'; });
  return signs * 20 >= ptrdiff_t(head.size()) * 19;
}

// A stream that begins where a file does.
void on_text(Bytes bytes, size_t begin, size_t end, Decoded& out) {
  if (begin != 0 && end != begin + 1) return;
  // Asked for one place, there is one: whoever follows a path.
  const bool asked = end == begin + 1;
  if (!asked && (end != bytes.size() || bytes.size() < least_packed)) return;
  const Bytes file = bytes.subspan(begin);
  if (file.empty() || !looks_packed(file)) return;
  const size_t body = asked ? 0 : firefox_body(file);
  Unpacked unpacked = unbrotli(body == 0 ? file : file.first(body), out.room());
  if (unpacked.end != Unpacked::End::whole) return out.in_vain(begin, attempt + unpacked.bytes.size());
  const bool ends_there = unpacked.consumed == (body == 0 ? file.size() : body);
  if (!asked && (!ends_there || unpacked.bytes.size() < least_body || (body == 0 && !is_text(unpacked.bytes))))
    return out.in_vain(begin, attempt + unpacked.bytes.size());
  out.layer("BROTLI", begin, unpacked.consumed, std::move(unpacked.bytes));
}

}  // namespace

extern const Decoder brotli_decoder;
const Decoder brotli_decoder{"BROTLI", "brotli streams (RFC 7932) in the caches of browsers", patterns, on_hit,
                             on_text};

}  // namespace weft::scan
