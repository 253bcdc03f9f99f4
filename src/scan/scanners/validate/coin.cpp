// Base58Check: the number in base 58, its last four bytes the start of the double SHA-256 of the rest.
// Monero's base 58 goes block by block, with Keccak-256 for a checksum (CryptoNote standard 7).
// Bech32: a BCH code over GF(32), polynomial and constants as in BIP-173 and BIP-350.
// Keccak-f[1600] (Bertoni, Daemen, Peeters, Van Assche, "The Keccak reference"): 24 rounds of theta, rho, pi, chi, iota
// on 5 x 5 lanes; the rotation offsets and round constants are computed by their definitions instead of listed.
#include "scan/scanners/validate/coin.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "scan/scanners/validate/base64.h"

namespace weft::scan {
namespace {

// x^t mod x^8 + x^6 + x^5 + x^4 + 1: the bits of iota's constants.
std::array<uint64_t, 24> round_constants() {
  std::array<uint64_t, 24> out{};
  uint8_t state = 1;
  for (uint64_t& constant : out)
    for (unsigned j = 0; j < 7; ++j) {
      if (state & 1) constant |= uint64_t(1) << ((1u << j) - 1);
      state = uint8_t(state & 0x80 ? state << 1 ^ 0x71 : state << 1);
    }
  return out;
}

// rho and pi together: walk the lanes in pi's order, the t-th is rotated by (t+1)(t+2)/2.
struct Walk {
  unsigned lane = 0;
  int rotation = 0;
};
constexpr std::array<Walk, 24> walk = [] {
  std::array<Walk, 24> out;
  unsigned x = 1, y = 0;
  for (int t = 0; t < 24; ++t) {
    const unsigned next_y = (2 * x + 3 * y) % 5;
    x = y, y = next_y;
    out[size_t(t)] = {x + 5 * y, (t + 1) * (t + 2) / 2 % 64};
  }
  return out;
}();

// Unrolled, so that all places in it are known: four times as fast.
void keccak_f(std::array<uint64_t, 25>& a) {
  static const std::array<uint64_t, 24> constants = round_constants();
  for (uint64_t constant : constants) {
    std::array<uint64_t, 5> c{};
#pragma GCC unroll 5
    for (size_t x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma GCC unroll 5
    for (size_t x = 0; x < 5; ++x) {
      const uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
#pragma GCC unroll 5
      for (size_t y = 0; y < 5; ++y) a[x + 5 * y] ^= d;
    }
    uint64_t moved = a[1];
#pragma GCC unroll 24
    for (size_t t = 0; t < walk.size(); ++t) moved = std::exchange(a[walk[t].lane], std::rotl(moved, walk[t].rotation));
#pragma GCC unroll 5
    for (size_t row = 0; row < 25; row += 5) {
      const std::array<uint64_t, 5> r{a[row], a[row + 1], a[row + 2], a[row + 3], a[row + 4]};
#pragma GCC unroll 5
      for (size_t i = 0; i < 5; ++i) a[row + i] = r[i] ^ (~r[(i + 1) % 5] & r[(i + 2) % 5]);
    }
    a[0] ^= constant;
  }
}

}  // namespace

std::string keccak_256(std::string_view bytes) {
  constexpr size_t rate = 136;
  std::array<uint64_t, 25> state{};
  std::string padded(bytes);
  padded += '\x01';
  padded.resize((padded.size() + rate - 1) / rate * rate, '\0');
  padded.back() = char(padded.back() | '\x80');
  for (size_t block = 0; block < padded.size(); block += rate) {
    for (size_t i = 0; i < rate; ++i) state[i / 8] ^= uint64_t(uint8_t(padded[block + i])) << (i % 8 * 8);
    keccak_f(state);
  }
  std::string out;
  for (size_t i = 0; i < 32; ++i) out += char(state[i / 8] >> (i % 8 * 8));
  return out;
}

bool is_ethereum_checksummed(std::string_view hex) {
  if (hex.size() != 40 || !is_hex(hex)) return false;
  std::string digest = keccak_256(lower_ascii(hex));
  for (size_t i = 0; i < 40; ++i) {
    if (!is_alpha(hex[i])) continue;
    unsigned nibble = uint8_t(digest[i / 2]) >> (i % 2 ? 0 : 4) & 15;
    if ((hex[i] < 'a') != (nibble >= 8)) return false;
  }
  return true;
}

namespace {

constexpr std::string_view base58_digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

constexpr std::array<int16_t, 256> base58_values = [] {
  std::array<int16_t, 256> out{};
  out.fill(-1);
  for (size_t i = 0; i < base58_digits.size(); ++i) out[uint8_t(base58_digits[i])] = int16_t(i);
  return out;
}();

// The number in exactly out.size() bytes, big endian; false when it needs more or a sign is none. Five digits at a
// time, in words of 32 bits, lowest first.
bool base58_number(std::string_view text, std::span<uint8_t> out) {
  constexpr size_t most_words = 21, digits_at_once = 5;
  std::array<uint32_t, most_words> words{};
  const size_t size = (out.size() + 3) / 4;
  check(size <= most_words, "a number in base 58 has its place");
  size_t used = 0;
  for (size_t at = 0; at < text.size(); at += digits_at_once) {
    uint64_t carry = 0, factor = 1;
    for (char c : text.substr(at, digits_at_once)) {
      const int value = base58_values[uint8_t(c)];
      if (value < 0) return false;
      carry = carry * 58 + unsigned(value);
      factor *= 58;
    }
    for (size_t i = 0; i < used; ++i, carry >>= 32) {
      carry += words[i] * factor;
      words[i] = uint32_t(carry);
    }
    if (carry == 0) continue;
    if (used == size) return false;
    words[used++] = uint32_t(carry);
  }
  for (size_t i = 0; i < size * 4; ++i) {
    const auto byte = uint8_t(words[i / 4] >> (i % 4 * 8));
    if (i < out.size())
      out[out.size() - 1 - i] = byte;
    else if (byte != 0)
      return false;
  }
  return true;
}

}  // namespace

std::string base58_check(std::string_view text) {
  if (text.size() < 26 || text.size() > 112) return {};
  // Each leading zero byte is written as one "1", no more and no fewer; what is left of the digits says how many bytes
  // the rest of the number has.
  std::array<uint8_t, 84> buffer{};
  const std::span<uint8_t> bytes = std::span(buffer).first(text.size() <= 36 ? 25 : 82);
  if (!base58_number(text, bytes)) return {};
  size_t ones = 0, zeros = 0;
  while (ones < text.size() && text[ones] == '1') ++ones;
  while (zeros < bytes.size() && bytes[zeros] == 0) ++zeros;
  if (ones != zeros) return {};
  const Bytes payload = Bytes(bytes).first(bytes.size() - 4);
  const std::vector<uint8_t> twice = from_hex(sha256_hex(from_hex(sha256_hex(payload))));
  if (!std::equal(bytes.end() - 4, bytes.end(), twice.begin())) return {};
  return std::string(as_text(payload));
}

std::string_view base58_coin(std::string_view address) {
  if (address.size() > 36) return {};
  const std::string payload = base58_check(address);
  if (payload.size() != 21) return {};
  switch (uint8_t(payload[0])) {
    case 0x00:
    case 0x05:
      return "bitcoin";
    case 0x30:
    case 0x32:
      return "litecoin";
    case 0x1E:
    case 0x16:
      return "dogecoin";
    case 0x41:
      return "tron";
    default:
      return {};
  }
}

bool is_extended_public_key(std::string_view text) {
  if (text.size() != 111) return false;
  const std::string payload = base58_check(text);
  if (payload.size() != 78 || (payload[45] != 2 && payload[45] != 3)) return false;  // a compressed point
  return text.substr(1, 3) == "pub";
}

// Blocks of 8 bytes are 11 digits each, the last of 5 bytes 7 digits; the last four bytes are the start of the
// Keccak-256 of what is in front of them.
bool is_monero(std::string_view address) {
  if (address.size() != 95 && address.size() != 106) return false;
  std::array<uint8_t, 77> buffer{};
  const std::span<uint8_t> bytes = std::span(buffer).first(address.size() == 95 ? 69 : 77);
  for (size_t block = 0; block * 11 < address.size(); ++block)
    if (!base58_number(address.substr(block * 11, 11),
                       bytes.subspan(block * 8, std::min<size_t>(8, bytes.size() - block * 8))))
      return false;
  const bool integrated = address.size() == 106;
  if (integrated ? bytes[0] != 19 : bytes[0] != 18 && bytes[0] != 42) return false;
  const std::string digest = keccak_256(as_text(Bytes(bytes).first(bytes.size() - 4)));
  return std::equal(bytes.end() - 4, bytes.end(), digest.begin(), [](uint8_t a, char b) { return a == uint8_t(b); });
}

bool is_descriptor(std::string_view descriptor) {
  constexpr std::string_view inputs =
      "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
  constexpr std::string_view digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const size_t mark = descriptor.rfind('#');
  if (mark == std::string_view::npos || descriptor.size() != mark + 9) return false;
  uint64_t sum = 1;
  auto feed = [&](uint64_t value) {
    const uint64_t top = sum >> 35;
    sum = (sum & 0x7FFFFFFFF) << 5 ^ value;
    constexpr std::array<uint64_t, 5> generator{0xF5DEE51989, 0xA9FDCA3312, 0x1BAB10E32D, 0x3706B1677A, 0x644D626FFD};
    for (size_t i = 0; i < 5; ++i)
      if (top >> i & 1) sum ^= generator[i];
  };
  // The lower five bits of each sign, and the upper two of three signs together.
  uint64_t group = 0;
  size_t count = 0;
  for (char c : descriptor.substr(0, mark)) {
    const size_t value = inputs.find(c);
    if (value == std::string_view::npos) return false;
    feed(value & 31);
    group = group * 3 + (value >> 5);
    if (++count % 3 == 0) feed(std::exchange(group, 0));
  }
  if (count % 3 != 0) feed(group);
  for (size_t i = 0; i < 8; ++i) feed(0);
  sum ^= 1;
  for (size_t i = 0; i < 8; ++i)
    if (descriptor[mark + 1 + i] != digits[sum >> (5 * (7 - i)) & 31]) return false;
  return true;
}

bool is_segwit(std::string_view address) {
  constexpr std::string_view digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  std::string lower = lower_ascii(address);
  bool upper_seen = lower != address, lower_seen = false;
  for (char c : address) lower_seen = lower_seen || (c >= 'a' && c <= 'z');
  if ((upper_seen && lower_seen) || lower.size() < 14 || lower.size() > 90) return false;
  const size_t name = lower.starts_with("ltc1") ? 3 : 2;
  if (name == 2 && !lower.starts_with("bc1") && !lower.starts_with("tb1")) return false;
  uint32_t sum = 1;
  auto feed = [&](uint32_t value) {
    uint32_t top = sum >> 25;
    sum = (sum & 0x1FFFFFF) << 5 ^ value;
    constexpr std::array<uint32_t, 5> generator{0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3};
    for (size_t i = 0; i < 5; ++i)
      if (top >> i & 1) sum ^= generator[i];
  };
  for (char c : lower.substr(0, name)) feed(uint32_t(c) >> 5);
  feed(0);
  for (char c : lower.substr(0, name)) feed(uint32_t(c) & 31);
  std::vector<uint8_t> values;
  for (char c : lower.substr(name + 1)) {
    size_t value = digits.find(c);
    if (value == std::string_view::npos) return false;
    values.push_back(uint8_t(value));
    feed(uint32_t(value));
  }
  if (values.size() < 8) return false;
  unsigned version = values[0];
  if (version > 16 || sum != (version == 0 ? 1u : 0x2BC830A3u)) return false;
  size_t program_bits = (values.size() - 7) * 5, program = program_bits / 8;
  unsigned spare = unsigned(program_bits % 8);
  if (spare > 4 || (values[values.size() - 7] & ((1u << spare) - 1)) != 0) return false;
  if (program < 2 || program > 40) return false;
  return version != 0 || program == 20 || program == 32;
}

}  // namespace weft::scan
