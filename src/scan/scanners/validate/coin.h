// Checksums of cryptocurrency addresses.
#pragma once

#include <string>
#include <string_view>

namespace weft::scan {

// Base58Check of 25 bytes with version 0x00 (pay to public key hash) or 0x05 (pay to script hash).
bool is_bitcoin_base58(std::string_view address);
// BIP-173 (witness version 0, Bech32) and BIP-350 (versions 1 to 16, Bech32m); human-readable part bc or tb.
bool is_segwit(std::string_view address);
// ERC-55 (once EIP-55): the case of 40 hex digits is their checksum. hex: without 0x.
bool is_ethereum_checksummed(std::string_view hex);

// Keccak-256 as Ethereum uses it (padding 0x01, before FIPS 202), 32 bytes.
std::string keccak_256(std::string_view bytes);

}  // namespace weft::scan
