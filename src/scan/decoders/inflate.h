// Deflate, bounded: for the decoders whose streams are deflated (gzip, zip, zlib, PDF). Knows nothing of limits beyond
// the room it is given.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace weft::scan {

enum class Wrap { raw, zlib, gzip };

struct Inflated {
  enum class End {
    whole,      // the stream ended by itself, and its checksum holds
    cut_short,  // the input ended first
    corrupt,    // bytes that are no deflate stream, or a wrong checksum
    full        // there was no more room
  };
  std::vector<uint8_t> bytes;  // what came out, also when the end was bad
  size_t consumed = 0;         // input bytes used
  End end = End::corrupt;
};

// Unpacks the one stream at the start of bytes. Never throws over bytes.
Inflated inflate_stream(Bytes bytes, Wrap wrap, size_t room);

// What went wrong, for a problem; "" when nothing did.
std::string what_ended(const Inflated& inflated, std::string_view stream);

// A damaged stream is told and its bytes are shown from this size on; a shorter one is taken for a chance likeness of a
// magic number: deflate data from random bytes breaks after some hundred bytes at most.
inline constexpr size_t surely_real = 1024;

}  // namespace weft::scan
