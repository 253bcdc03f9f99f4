#include "scan/decoders/streams.h"

#include <algorithm>
#include <array>
#include <bzlib.h>
#include <limits>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <memory>
#include <optional>
#include <snappy-c.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/cursor.h"
#include "base/error.h"
#include "scan/decoders/inflate.h"

namespace weft::scan {
namespace {

using Result = Step::Result;

// Memory for a large window costs more (some 250 us beyond 32 MiB) than to see that it is for nothing: so there is a
// trial first of how a stream begins, with the smallest window. What comes out of it needs no larger one.
constexpr size_t trial_room = 4 * KiB, trial_input = 8 * KiB;
constexpr size_t lzma_head = 13;  // properties, window, size

constexpr std::string_view no_memory = "no memory to unpack with";

// bzlib counts in unsigned; what does not fit is given with the next call.
unsigned as_unsigned(size_t size) {
  return static_cast<unsigned>(std::min<size_t>(size, std::numeric_limits<unsigned>::max()));
}

// liblzma's state, ended when it goes. It may be started anew for another stream, and keeps its memory then.
struct Lzma {
  Lzma() = default;
  ~Lzma() { lzma_end(&z); }
  Lzma(const Lzma&) = delete;
  Lzma& operator=(const Lzma&) = delete;

  Unpacked unpack(lzma_ret started, Bytes bytes, size_t room) {
    if (started == LZMA_MEM_ERROR) throw Error(std::string(no_memory));
    if (started != LZMA_OK) return {};
    return unpack_stream(bytes, room, [this](Bytes in, MutableBytes out) { return step(in, out); });
  }
  Step step(Bytes in, MutableBytes out) {
    z.next_in = in.data(), z.avail_in = in.size();
    z.next_out = out.data(), z.avail_out = out.size();
    const lzma_ret result = lzma_code(&z, LZMA_RUN);
    Step step{Result::broken, in.size() - z.avail_in, out.size() - z.avail_out};
    if (result == LZMA_STREAM_END) step.result = Result::ended;
    if (result == LZMA_OK || result == LZMA_BUF_ERROR) step.result = Result::more;
    if (result == LZMA_MEMLIMIT_ERROR || result == LZMA_MEM_ERROR) step.result = Result::memory;
    return step;
  }

  lzma_stream z = LZMA_STREAM_INIT;
};

struct Bzip2 {
  Bzip2() {
    if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK) throw Error(std::string(no_memory));
  }
  ~Bzip2() { BZ2_bzDecompressEnd(&z); }
  Bzip2(const Bzip2&) = delete;
  Bzip2& operator=(const Bzip2&) = delete;

  Step step(Bytes in, MutableBytes out) {
    const unsigned given = as_unsigned(in.size()), place = as_unsigned(out.size());
    z.next_in = const_cast<char*>(as_text(in).data()), z.avail_in = given;
    z.next_out = reinterpret_cast<char*>(out.data()), z.avail_out = place;
    const int result = BZ2_bzDecompress(&z);
    Step step{Result::broken, given - z.avail_in, place - z.avail_out};
    if (result == BZ_OK) step.result = Result::more;
    if (result == BZ_STREAM_END) step.result = Result::ended;
    if (result == BZ_MEM_ERROR) step.result = Result::memory;
    return step;
  }

  bz_stream z{};
};

struct Zstd {
  Zstd() : state(ZSTD_createDCtx()) {
    if (!state) throw Error(std::string(no_memory));
  }
  void begin() {
    ZSTD_DCtx_reset(state.get(), ZSTD_reset_session_and_parameters);
    ZSTD_DCtx_setParameter(state.get(), ZSTD_d_windowLogMax, 27);
    static_assert(stream_memory == 1u << 27);
  }
  Step step(Bytes in, MutableBytes out) {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const size_t result = ZSTD_decompressStream(state.get(), &to, &from);
    Step step{result == 0 ? Result::ended : Result::more, from.pos, to.pos};
    if (ZSTD_isError(result)) {
      const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
      const bool memory = code == ZSTD_error_frameParameter_windowTooLarge || code == ZSTD_error_memory_allocation;
      step.result = memory ? Result::memory : Result::broken;
    }
    return step;
  }

  struct Free {
    void operator()(ZSTD_DCtx* it) const { ZSTD_freeDCtx(it); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> state;
};

struct Lz4 {
  Lz4() {
    LZ4F_dctx* raw = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION))) throw Error(std::string(no_memory));
    state.reset(raw);
  }
  Step step(Bytes in, MutableBytes out) {
    size_t taken = in.size(), given = out.size();
    const size_t result = LZ4F_decompress(state.get(), out.data(), &given, in.data(), &taken, nullptr);
    if (LZ4F_isError(result)) return {Result::broken, 0, 0};
    return {result == 0 ? Result::ended : Result::more, taken, given};
  }

  struct Free {
    void operator()(LZ4F_dctx* it) const { LZ4F_freeDecompressionContext(it); }
  };
  std::unique_ptr<LZ4F_dctx, Free> state;
};

}  // namespace

Unpacked unbzip2(Bytes bytes, size_t room) {
  Bzip2 state;
  return unpack_stream(bytes, room, [&state](Bytes in, MutableBytes out) { return state.step(in, out); });
}

Unpacked unxz(Bytes bytes, size_t room) {
  // The trial: the window is one byte in the header of the first block, which a CRC-32 guards.
  constexpr size_t block_at = 12;
  if (bytes.size() > block_at) {
    const size_t header_size = (size_t(bytes[block_at]) + 1) * 4, crc_at = block_at + header_size - 4;
    std::vector<uint8_t> start(bytes.begin(), bytes.begin() + ptrdiff_t(std::min(bytes.size(), trial_input)));
    const size_t lzma2 = as_text(start).substr(0, crc_at).find("\x21\x01", block_at);
    if (lzma2 != std::string_view::npos && lzma2 + 2 < crc_at && crc_at + 4 <= start.size() &&
        lzma_crc32(start.data() + block_at, header_size - 4, 0) == Cursor(Bytes(start).subspan(crc_at)).u32le()) {
      start[lzma2 + 2] = 0;  // 4 KiB
      const uint32_t crc = lzma_crc32(start.data() + block_at, header_size - 4, 0);
      for (size_t i = 0; i < 4; ++i) start[crc_at + i] = uint8_t(crc >> (8 * i));
      thread_local Lzma trial;  // as below
      Unpacked tried = trial.unpack(lzma_stream_decoder(&trial.z, stream_memory, 0), start, trial_room);
      if (tried.end == Unpacked::End::corrupt) return tried;
    }
  }
  Lzma lzma;
  return lzma.unpack(lzma_stream_decoder(&lzma.z, stream_memory, 0), bytes, room);
}

Unpacked unlzip(Bytes bytes, size_t room) {
  constexpr size_t window_at = 5;
  constexpr uint8_t smallest = 12;  // 4 KiB
  if (bytes.size() <= window_at) return {};
  std::vector<uint8_t> start(bytes.begin(), bytes.begin() + ptrdiff_t(std::min(bytes.size(), trial_input)));
  start[window_at] = smallest;
  thread_local Lzma trial;  // as below
  Unpacked tried = trial.unpack(lzma_lzip_decoder(&trial.z, stream_memory, 0), start, trial_room);
  if (tried.end == Unpacked::End::corrupt) return tried;
  Lzma lzma;
  return lzma.unpack(lzma_lzip_decoder(&lzma.z, stream_memory, 0), bytes, room);
}

namespace {

// The header of an LZMA file (.lzma), with a window of its own or the smallest, and what follows it.
Unpacked unlzma(std::array<uint8_t, lzma_head> head, bool small, Bytes bytes, size_t room) {
  constexpr size_t window_at = 1;
  for (size_t i = 0; small && i < 4; ++i) head[window_at + i] = uint8_t(trial_room >> (8 * i));
  // Memory of a trial is had once for a thread: a page may be full of what begins like a stream.
  thread_local Lzma trial;
  Lzma own;
  Lzma& lzma = small ? trial : own;
  if (lzma_alone_decoder(&lzma.z, stream_memory) != LZMA_OK) throw Error(std::string(no_memory));
  uint8_t nothing = 0;  // it would not begin without a place to write to
  lzma.z.next_in = head.data(), lzma.z.avail_in = head.size();
  lzma.z.next_out = &nothing, lzma.z.avail_out = 1;
  const lzma_ret started = lzma_code(&lzma.z, LZMA_RUN);
  if (started == LZMA_MEMLIMIT_ERROR) return {{}, 0, Unpacked::End::memory};
  return lzma.unpack(started == LZMA_BUF_ERROR ? LZMA_OK : started, bytes, room);
}

}  // namespace

Unpacked unlzma_raw(Bytes properties, Bytes bytes, uint64_t size, size_t room) {
  std::array<uint8_t, lzma_head> head{};
  std::copy_n(properties.begin(), std::min<size_t>(properties.size(), 5), head.begin());
  for (size_t i = 0; i < 8; ++i) head[5 + i] = uint8_t(size >> (8 * i));
  const Bytes start = bytes.first(std::min(bytes.size(), trial_input));
  Unpacked tried = unlzma(head, true, start, std::min(room, trial_room));
  // Broken already, or all of it.
  if (tried.end == Unpacked::End::corrupt || tried.end == Unpacked::End::whole) return tried;
  return unlzma(head, false, bytes, room);
}

Unpacked unlzma_alone(Bytes bytes, size_t room) {
  if (bytes.size() < lzma_head) return {};
  Cursor size(bytes.subspan(5));
  Unpacked unpacked = unlzma_raw(bytes.first(5), bytes.subspan(lzma_head), size.u64le(), room);
  unpacked.consumed += lzma_head;
  return unpacked;
}

namespace {

// Of a zstd frame's header (RFC 8878, 3.1.1.1): what a trial of its blocks needs.
struct ZstdFrame {
  size_t size = 0;  // of the header
  uint64_t window = 0;
  std::optional<uint64_t> content;
  std::array<uint8_t, 6> small_head{};  // of the same frame, with a window as large as a block, and of any size
};

ZstdFrame zstd_frame(Bytes bytes) {
  constexpr uint8_t single_segment = 0x20, checksum = 0x04, window_of_block = (17 - 10) << 3;
  constexpr std::array<size_t, 4> id_sizes{0, 1, 2, 4};
  ZstdFrame out;
  Cursor in(bytes);
  in.skip(4);
  const uint8_t descriptor = in.u8();
  const bool single = (descriptor & single_segment) != 0;
  if (!single) {
    const uint8_t window = in.u8();
    out.window = (uint64_t(1) << (10 + (window >> 3))) / 8 * (8 + (window & 7));
  }
  in.skip(id_sizes[descriptor & 3]);
  switch (descriptor >> 6) {
    case 0:
      if (single) out.content = in.u8();
      break;
    case 1:
      out.content = in.u16le() + 256u;
      break;
    case 2:
      out.content = in.u32le();
      break;
    default:
      out.content = in.u64le();
  }
  if (single) out.window = *out.content;
  out.size = in.ok() ? in.position() : 0;
  std::copy_n(bytes.begin(), std::min<size_t>(bytes.size(), 4), out.small_head.begin());
  out.small_head[4] = descriptor & checksum;
  out.small_head[5] = window_of_block;
  return out;
}

}  // namespace

Unpacked unzstd(Bytes bytes, size_t room) {
  // Scratch of the thread: its memory is had once, not for each of the magics that a page may be full of (17 us each).
  // The result does not depend on it; a large one is given back.
  constexpr size_t largest_kept = 12 * MiB, largest_window = 8 * MiB, block = 128 * KiB;
  thread_local std::optional<Zstd> state;
  const auto begin = [] {
    if (!state || ZSTD_sizeof_DCtx(state->state.get()) > largest_kept) state.emplace();
    state->begin();
  };
  const auto decode = [](Bytes in, MutableBytes out) { return state->step(in, out); };
  // A large window costs more than most frames do, and what stays below a block needs none.
  if (const ZstdFrame frame = zstd_frame(bytes);
      frame.size > 0 && frame.window > largest_window && frame.window <= stream_memory) {
    begin();
    decode(frame.small_head, {});
    Unpacked tried = unpack_stream(bytes.subspan(frame.size), std::min(room, block + 1), decode);
    tried.consumed += frame.size;
    if (tried.end == Unpacked::End::whole && frame.content && *frame.content != tried.bytes.size())
      tried.end = Unpacked::End::corrupt;
    if (tried.end != Unpacked::End::full) return tried;
  }
  begin();
  return unpack_stream(bytes, room, decode);
}

Unpacked unlz4(Bytes bytes, size_t room) {
  // As that of zstd: a frame asks for 4 MiB, and gives them back when it is none.
  thread_local Lz4 lz4;
  LZ4F_resetDecompressionContext(lz4.state.get());
  return unpack_stream(bytes, room, [](Bytes in, MutableBytes out) { return lz4.step(in, out); });
}

// lz4's block format: a token of two lengths, literals, how far back to copy from. Ours, because the library's says
// nothing of a torn block's first half, nor where a block ends.
Unpacked unlz4_block(Bytes bytes, size_t size, size_t room) {
  Unpacked out;
  Cursor in(bytes);
  auto longer = [&in](size_t length) {
    if (length < 15) return length;
    uint8_t more = 255;
    while (more == 255 && in.ok()) length += more = in.u8();
    return length;
  };
  const size_t most = std::min(size, room);
  while (out.bytes.size() < most && in.remaining() > 0) {
    const uint8_t token = in.u8();
    const size_t literals = longer(token >> 4);
    const Bytes plain = in.take(std::min({literals, in.remaining(), most - out.bytes.size()}));
    out.bytes.insert(out.bytes.end(), plain.begin(), plain.end());
    if (plain.size() < literals) break;
    if (out.bytes.size() >= most || in.remaining() == 0) break;
    const size_t back = in.u16le();
    const size_t length = longer(token & 15) + 4;
    if (!in.ok() || back == 0 || back > out.bytes.size()) {
      out.end = in.ok() ? Unpacked::End::corrupt : Unpacked::End::cut_short;
      out.consumed = in.position();
      return out;
    }
    for (size_t i = std::min(length, most - out.bytes.size()); i > 0; --i)
      out.bytes.push_back(out.bytes[out.bytes.size() - back]);
  }
  out.consumed = in.position();
  out.end = out.bytes.size() >= size   ? Unpacked::End::whole
            : out.bytes.size() >= room ? Unpacked::End::full
                                       : Unpacked::End::cut_short;
  return out;
}

Unpacked unsnappy(Bytes bytes, size_t room) {
  constexpr size_t ratio = 22;  // a copy of 64 bytes takes three
  const std::string_view packed = as_text(bytes);
  Unpacked out;
  size_t size = 0;
  if (snappy_uncompressed_length(packed.data(), packed.size(), &size) != SNAPPY_OK || size > ratio * packed.size())
    return out;
  if (size > room) {
    out.end = Unpacked::End::full;
    return out;
  }
  out.bytes.resize(size);
  const bool whole =
      snappy_uncompress(packed.data(), packed.size(), reinterpret_cast<char*>(out.bytes.data()), &size) == SNAPPY_OK;
  out.end = whole ? Unpacked::End::whole : Unpacked::End::corrupt;
  out.consumed = whole ? bytes.size() : 0;
  return out;
}

namespace {

// By the state that a library's stream has.
template <class State>
struct UnpackerOf final : Unpacker {
  Step step(Bytes in, MutableBytes out) override { return state.step(in, out); }
  State state;
};

using StartLzma = lzma_ret (*)(lzma_stream*, uint64_t);

std::unique_ptr<Unpacker> lzma_unpacker(StartLzma start) {
  auto out = std::make_unique<UnpackerOf<Lzma>>();
  if (start(&out->state.z, stream_memory) != LZMA_OK) throw Error(std::string(no_memory));
  return out;
}

}  // namespace

std::unique_ptr<Unpacker> unpacker_of(std::string_view layer) {
  if (layer == "GZIP") return deflate_unpacker(Wrap::gzip);
  if (layer == "ZIP") return zip_unpacker();
  if (layer == "BZIP2") return std::make_unique<UnpackerOf<Bzip2>>();
  if (layer == "LZMA") return lzma_unpacker(lzma_alone_decoder);
  if (layer == "XZ")
    return lzma_unpacker([](lzma_stream* z, uint64_t memory) { return lzma_stream_decoder(z, memory, 0); });
  if (layer == "LZIP")
    return lzma_unpacker([](lzma_stream* z, uint64_t memory) { return lzma_lzip_decoder(z, memory, 0); });
  if (layer == "LZ4") return std::make_unique<UnpackerOf<Lz4>>();
  if (layer != "ZSTD") return nullptr;
  auto zstd = std::make_unique<UnpackerOf<Zstd>>();
  zstd->state.begin();
  return zstd;
}

}  // namespace weft::scan
