#define OPENSSL_SUPPRESS_DEPRECATED  // of its states, see hash.cpp
#include "base/sha256_pair.h"

#include <algorithm>
#include <array>
#include <cpuid.h>
#include <immintrin.h>
#include <openssl/sha.h>

namespace weft {
namespace {

alignas(16) constexpr uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// One message: the eight words of its state, a to h, as the instructions want them, and sixteen of its schedule.
struct Lane {
  __m128i abef, cdgh, words[4];
};

#define WEFT_SHA __attribute__((target("sha,sse4.1"), always_inline)) inline

WEFT_SHA Lane load(const uint32_t* state) {
  const __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state));
  const __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state + 4));
  const __m128i badc = _mm_shuffle_epi32(abcd, 0xb1), hgfe = _mm_shuffle_epi32(efgh, 0x1b);
  return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0), {}};
}
WEFT_SHA void store(const Lane& lane, uint32_t* state) {
  const __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1b), dchg = _mm_shuffle_epi32(lane.cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
WEFT_SHA void take_block(Lane& lane, const uint8_t* block) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  for (unsigned i = 0; i < 4; ++i)
    lane.words[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * i)), big_endian);
}
// Rounds 4 i to 4 i + 3, and the words of the schedule that take the place of those they used.
WEFT_SHA void four_rounds(Lane& lane, unsigned i) {
  __m128i& here = lane.words[i % 4];
  const __m128i sum = _mm_add_epi32(here, _mm_load_si128(reinterpret_cast<const __m128i*>(constants + 4 * i)));
  lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
  lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0e));
  if (i >= 12) return;
  const __m128i next = lane.words[(i + 1) % 4], third = lane.words[(i + 2) % 4], last = lane.words[(i + 3) % 4];
  here = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(here, next), _mm_alignr_epi8(last, third, 4)), last);
}

bool gives_what_openssl_gives() {
  std::array<uint8_t, 512> message;
  for (size_t i = 0; i < message.size(); ++i) message[i] = uint8_t(i * i + i / 3);
  SHA256_CTX first, second;
  SHA256_Init(&first), SHA256_Init(&second);
  std::array<uint32_t, 8> own_first, own_second;
  std::copy_n(first.h, 8, own_first.begin()), std::copy_n(second.h, 8, own_second.begin());
  SHA256_Update(&first, message.data(), 256);
  SHA256_Update(&second, message.data() + 256, 256);
  sha256_pair(own_first.data(), message.data(), own_second.data(), message.data() + 256, 4);
  return std::equal(own_first.begin(), own_first.end(), first.h) &&
         std::equal(own_second.begin(), own_second.end(), second.h);
}

}  // namespace

bool can_hash_pairs() {
  static const bool can = [] {
    // GCC 12 knows no name for these instructions: leaf 7, bit 29 of EBX (Intel's manual, volume 2A, CPUID).
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1) &&
           gives_what_openssl_gives();
  }();
  return can;
}

__attribute__((target("sha,sse4.1"))) void sha256_pair(uint32_t* first, const uint8_t* of_first, uint32_t* second,
                                                       const uint8_t* of_second, size_t blocks) {
  Lane a = load(first), b = load(second);
  for (; blocks > 0; --blocks, of_first += 64, of_second += 64) {
    const __m128i a_abef = a.abef, a_cdgh = a.cdgh, b_abef = b.abef, b_cdgh = b.cdgh;
    take_block(a, of_first), take_block(b, of_second);
#pragma GCC unroll 16
    for (unsigned i = 0; i < 16; ++i) four_rounds(a, i), four_rounds(b, i);
    a.abef = _mm_add_epi32(a.abef, a_abef), a.cdgh = _mm_add_epi32(a.cdgh, a_cdgh);
    b.abef = _mm_add_epi32(b.abef, b_abef), b.cdgh = _mm_add_epi32(b.cdgh, b_cdgh);
  }
  store(a, first), store(b, second);
}

}  // namespace weft
