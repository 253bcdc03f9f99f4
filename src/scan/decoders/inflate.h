// Deflate, bounded: for the decoders whose streams are deflated (gzip, zip, zlib, PDF). Knows nothing of limits beyond
// the room it is given.
#pragma once

#include <memory>

#include "scan/decoders/unpacked.h"

namespace weft::scan {

enum class Wrap { raw, zlib, gzip };

using Inflated = Unpacked;

// Unpacks the one stream at the start of bytes. Never throws over bytes.
Inflated inflate_stream(Bytes bytes, Wrap wrap, size_t room);

// For one stream, as it is read.
std::unique_ptr<Unpacker> deflate_unpacker(Wrap wrap);

}  // namespace weft::scan
