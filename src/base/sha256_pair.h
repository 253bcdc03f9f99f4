// The compression function of SHA-256 for two messages side by side (FIPS 180-4, section 6.2.2). Each round waits for
// the one before, so a processor with instructions for SHA-256 stands idle half of the time that one message takes:
// two take hardly longer. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft {

// Whether the processor has the instructions, and they give what OpenSSL does on a message of their own.
bool can_hash_pairs();

// `blocks` blocks of 64 bytes of each message into its state, eight words. Only where can_hash_pairs().
void sha256_pair(uint32_t* first, const uint8_t* of_first, uint32_t* second, const uint8_t* of_second, size_t blocks);

}  // namespace weft
