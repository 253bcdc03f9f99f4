// Checksums of cryptocurrency addresses.
#pragma once

#include <string>
#include <string_view>

namespace weft::scan {

// Base58Check: the bytes in front of the checksum; empty when it is wrong.
std::string base58_check(std::string_view text);
// Whose address a Base58Check text is, by its version byte: bitcoin (0x00 and 0x05, which old Litecoin scripts share),
// litecoin, dogecoin, tron; empty for any other.
std::string_view base58_coin(std::string_view address);
// BIP-32 extended public key: xpub, ypub, zpub, Ypub, Zpub (SLIP-132), and those of the test network.
bool is_extended_public_key(std::string_view text);
// BIP-173 (witness version 0, Bech32) and BIP-350 (versions 1 to 16, Bech32m); human-readable part bc, tb or ltc.
bool is_segwit(std::string_view address);
// A standard or integrated address or a subaddress of Monero's main network.
bool is_monero(std::string_view address);
// BIP-380: the eight signs behind the "#" of an output descriptor.
bool is_descriptor(std::string_view descriptor);
// ERC-55 (once EIP-55): the case of 40 hex digits is their checksum. hex: without 0x.
bool is_ethereum_checksummed(std::string_view hex);

// Keccak-256 as Ethereum uses it (padding 0x01, before FIPS 202), 32 bytes.
std::string keccak_256(std::string_view bytes);

}  // namespace weft::scan
