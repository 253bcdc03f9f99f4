// The streams of bzip2, xz, LZMA, zstd, lz4 and Snappy, bounded, beside inflate.h. Each unpacks the one stream at the
// start of bytes and never throws over them. A library's memory is bounded by stream_memory, whatever the stream asks
// for.
#pragma once

#include <memory>

#include "scan/decoders/unpacked.h"

namespace weft::scan {

inline constexpr uint64_t stream_memory = 128 * MiB;

Unpacked unbzip2(Bytes bytes, size_t room);
Unpacked unxz(Bytes bytes, size_t room);
Unpacked unlzma_alone(Bytes bytes, size_t room);
Unpacked unlzip(Bytes bytes, size_t room);
// LZMA without a header: its properties stand apart (in a zip member), and so may its size. Without one it ends by its
// own end mark.
Unpacked unlzma_raw(Bytes properties, Bytes bytes, uint64_t size, size_t room);
Unpacked unzstd(Bytes bytes, size_t room);
Unpacked unlz4(Bytes bytes, size_t room);
// One block of lz4, which does not say where it ends: size is what it unpacks to.
Unpacked unlz4_block(Bytes bytes, size_t size, size_t room);
// One block of Snappy, which all of bytes are. Of a damaged one there is as much as it promises, of which none is sure:
// the library does not tell how far it came.
Unpacked unsnappy(Bytes bytes, size_t room);

// For the stream that a layer of that name comes from, at its first byte: GZIP, BZIP2, XZ, LZMA, LZIP, ZSTD, LZ4, and
// ZIP (a deflated member, from its header on). None for other names.
std::unique_ptr<Unpacker> unpacker_of(std::string_view layer);
std::unique_ptr<Unpacker> zip_unpacker();  // of zip.cpp

}  // namespace weft::scan
