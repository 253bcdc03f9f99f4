#include "scan/decoders/inflate.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <zlib.h>

#include "base/error.h"
#include "base/text.h"

namespace weft::scan {
namespace {

constexpr size_t first_output = 4 * KiB;

int window_bits(Wrap wrap) {
  switch (wrap) {
    case Wrap::raw:
      return -MAX_WBITS;
    case Wrap::zlib:
      return MAX_WBITS;
    case Wrap::gzip:
      return MAX_WBITS + 16;
  }
  return 0;
}

// zlib's state, ended when it goes.
struct Stream {
  explicit Stream(Wrap wrap) {
    if (inflateInit2(&z, window_bits(wrap)) != Z_OK) throw Error("no memory to unpack with");
  }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  z_stream z{};
};

}  // namespace

Inflated inflate_stream(Bytes bytes, Wrap wrap, size_t room) {
  Inflated out;
  Stream stream(wrap);
  z_stream& z = stream.z;
  z.next_in = const_cast<Bytef*>(bytes.data());
  z.avail_in = static_cast<uInt>(std::min<size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
  size_t size = 0;
  int result = Z_OK;
  while (result == Z_OK && size < room) {
    // Grows with what really comes out, never by what the stream promises.
    if (size == out.bytes.size()) out.bytes.resize(std::min(room, std::max(first_output, size * 4)));
    z.next_out = out.bytes.data() + size;
    z.avail_out = static_cast<uInt>(out.bytes.size() - size);
    result = ::inflate(&z, Z_NO_FLUSH);
    size = out.bytes.size() - z.avail_out;
    if (result == Z_BUF_ERROR && z.avail_out == 0) result = Z_OK;
  }
  out.bytes.resize(size);
  out.consumed = static_cast<size_t>(z.next_in - bytes.data());
  if (result == Z_STREAM_END)
    out.end = Inflated::End::whole;
  else if (result == Z_OK && size >= room)
    out.end = Inflated::End::full;
  else if ((result == Z_BUF_ERROR || result == Z_OK) && z.avail_in == 0)
    out.end = Inflated::End::cut_short;
  else
    out.end = Inflated::End::corrupt;
  return out;
}

}  // namespace weft::scan
