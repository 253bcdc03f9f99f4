// What a packed stream gave, whatever packed it, and the one bounded loop around a library's streaming decoder.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weft::scan {

struct Unpacked {
  enum class End {
    whole,      // the stream ended by itself, and its checksum holds
    cut_short,  // the input ended first
    corrupt,    // bytes that are no such stream, or a wrong checksum
    full,       // there was no more room
    memory      // it asks for more memory to unpack it than it gets
  };
  std::vector<uint8_t> bytes;  // what came out, also when the end was bad
  size_t consumed = 0;         // input bytes used
  End end = End::corrupt;
};

// Whether there may be more of the stream than was shown, or than there was room for.
inline bool may_go_on(const Unpacked& unpacked) {
  return unpacked.end == Unpacked::End::cut_short || unpacked.end == Unpacked::End::full;
}

// What went wrong, for a problem; "" when nothing did.
std::string what_ended(const Unpacked& unpacked, std::string_view stream);

// A damaged stream is told and its bytes are shown from this size on; a shorter one is taken for a chance likeness of a
// magic number: deflate data from random bytes breaks after some hundred bytes at most. (Magic numbers that chance does
// not make need no such bound.)
inline constexpr size_t surely_real = 1024;

// One call of a library's decoder: what it took and gave.
struct Step {
  enum class Result { more, ended, broken, memory } result = Result::broken;
  size_t taken = 0, given = 0;
};

// A stream that is unpacked as it is read.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  virtual Step step(Bytes in, MutableBytes out) = 0;
};

// Calls step(input, output) -> Step until the stream ends, breaks, or room is full. The output grows with what really
// comes out, never by what the stream promises.
template <class Call>
Unpacked unpack_stream(Bytes bytes, size_t room, Call step) {
  constexpr size_t first_output = 4 * KiB;
  Unpacked out;
  size_t size = 0;
  for (;;) {
    if (size == out.bytes.size()) {
      if (size >= room) {
        out.end = Unpacked::End::full;
        break;
      }
      out.bytes.resize(std::min(room, std::max(first_output, size * 4)));
    }
    const Step done = step(bytes.subspan(out.consumed), MutableBytes(out.bytes).subspan(size));
    out.consumed += done.taken;
    size += done.given;
    if (done.result == Step::Result::ended) {
      out.end = Unpacked::End::whole;
      break;
    }
    if (done.result == Step::Result::broken || done.result == Step::Result::memory) {
      out.end = done.result == Step::Result::broken ? Unpacked::End::corrupt : Unpacked::End::memory;
      break;
    }
    if (done.taken == 0 && done.given == 0) {
      out.end = out.consumed == bytes.size() ? Unpacked::End::cut_short : Unpacked::End::corrupt;
      break;
    }
  }
  out.bytes.resize(size);
  return out;
}

}  // namespace weft::scan
