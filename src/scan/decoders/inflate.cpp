// Most streams are whole and small: libdeflate unpacks them in one go, several times as fast as zlib, into scratch of
// the thread. What it refuses - cut short, damaged, or larger than the scratch gets - zlib unpacks anew, as far as it
// goes.
#include "scan/decoders/inflate.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <libdeflate.h>
#include <limits>
#include <memory>
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

struct Stream {
  Stream() {
    if (inflateInit2(&z, MAX_WBITS) != Z_OK) throw Error("no memory to unpack with");
  }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  z_stream z{};
};

// zlib's state: of the thread, as having its memory costs more than most streams do. The result does not depend on it.
z_stream& zlib_state(Wrap wrap) {
  thread_local Stream stream;
  if (inflateReset2(&stream.z, window_bits(wrap)) != Z_OK) throw Error("no memory to unpack with");
  return stream.z;
}

libdeflate_result unpack_whole(Bytes bytes, Wrap wrap, MutableBytes out, size_t& consumed, size_t& size) {
  struct Free {
    void operator()(libdeflate_decompressor* it) const { libdeflate_free_decompressor(it); }
  };
  thread_local const std::unique_ptr<libdeflate_decompressor, Free> state(libdeflate_alloc_decompressor());
  if (!state) throw Error("no memory to unpack with");
  const auto unpack = wrap == Wrap::raw    ? libdeflate_deflate_decompress_ex
                      : wrap == Wrap::zlib ? libdeflate_zlib_decompress_ex
                                           : libdeflate_gzip_decompress_ex;
  return unpack(state.get(), bytes.data(), bytes.size(), out.data(), out.size(), &consumed, &size);
}

// The whole stream, when it fits the scratch and nothing is wrong with it.
bool inflate_whole(Bytes bytes, Wrap wrap, size_t room, Inflated& out) {
  constexpr size_t smallest = 64 * KiB, step = 8, largest = 4 * MiB;
  thread_local std::unique_ptr<uint8_t[]> scratch;
  thread_local size_t scratch_size = 0;
  for (size_t wanted = std::max(smallest, scratch_size);; wanted *= step) {
    if (wanted > scratch_size) {
      scratch = std::make_unique_for_overwrite<uint8_t[]>(wanted);
      scratch_size = wanted;
    }
    size_t size = 0;
    const size_t place = std::min(room, scratch_size);
    const libdeflate_result result = unpack_whole(bytes, wrap, {scratch.get(), place}, out.consumed, size);
    if (result == LIBDEFLATE_SUCCESS) {
      out.bytes.assign(scratch.get(), scratch.get() + size);
      out.end = Inflated::End::whole;
      return true;
    }
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE || place == room || scratch_size >= largest) return false;
  }
}

// False for bytes that only begin like a zlib stream, whose magic two bytes in a row make: they break at once.
bool may_be_zlib(Bytes bytes) {
  z_stream& z = zlib_state(Wrap::zlib);
  std::array<uint8_t, 256> out;
  z.next_in = const_cast<Bytef*>(bytes.data());
  z.avail_in = static_cast<uInt>(std::min<size_t>(bytes.size(), out.size()));
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  const int result = ::inflate(&z, Z_NO_FLUSH);
  return result != Z_DATA_ERROR && result != Z_NEED_DICT;
}

}  // namespace

Inflated inflate_stream(Bytes bytes, Wrap wrap, size_t room) {
  Inflated out;
  if (wrap == Wrap::zlib && !may_be_zlib(bytes)) return out;
  if (inflate_whole(bytes, wrap, room, out)) return out;
  z_stream& z = zlib_state(wrap);
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

namespace {

class DeflateUnpacker final : public Unpacker {
 public:
  explicit DeflateUnpacker(Wrap wrap) {
    if (inflateReset2(&stream_.z, window_bits(wrap)) != Z_OK) throw Error("no memory to unpack with");
  }
  Step step(Bytes in, MutableBytes out) override {
    z_stream& z = stream_.z;
    constexpr size_t most = std::numeric_limits<uInt>::max();
    const uInt given = uInt(std::min(in.size(), most)), place = uInt(std::min(out.size(), most));
    z.next_in = const_cast<Bytef*>(in.data()), z.avail_in = given;
    z.next_out = out.data(), z.avail_out = place;
    const int result = ::inflate(&z, Z_NO_FLUSH);
    Step step{Step::Result::broken, given - z.avail_in, place - z.avail_out};
    if (result == Z_OK || result == Z_BUF_ERROR) step.result = Step::Result::more;
    if (result == Z_STREAM_END) step.result = Step::Result::ended;
    if (result == Z_MEM_ERROR) step.result = Step::Result::memory;
    return step;
  }

 private:
  Stream stream_;
};

}  // namespace

std::unique_ptr<Unpacker> deflate_unpacker(Wrap wrap) {
  return std::make_unique<DeflateUnpacker>(wrap);
}

}  // namespace weft::scan
