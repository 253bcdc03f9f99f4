// The three packings of Windows ([MS-XCA]): LZ77 plain ("XPRESS"), LZ77 under Huffman codes, and LZNT1. None of them
// has a signature, a length or a checksum of its own: who calls knows what came out of how much. Bounded by the input
// and by room; hostile bytes give what they give. Any thread.
#pragma once

#include "scan/decoders/unpacked.h"

namespace weft::scan {

// size: what it unpacks to. `whole` when that much came out.
Unpacked unxpress(Bytes bytes, size_t size);
Unpacked unxpress_huffman(Bytes bytes, size_t size);
// Chunks of 4 KiB each, one behind the other, until 16 of them, an empty one, or bytes that are none: the last one
// taken is the last that unpacked without fault. `whole` when it ended with an empty one, or 16.
Unpacked unlznt1(Bytes bytes);

// Whether the 256 bytes are 512 lengths of codes that make a whole code ([MS-XCA] 2.2.4): hardly any others are.
bool is_huffman_table(Bytes bytes);

}  // namespace weft::scan
