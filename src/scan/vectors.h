// What is asked of sixteen bytes at once, or of thirty-two where the processor has such vectors. Any thread.
#pragma once

#include <immintrin.h>

namespace weft::scan {

// Which bytes are one of `count` that follow each other from `first` on. Asked by their minimum, since bytes are
// compared as signed ones.
inline __m128i below(__m128i bytes, char first, char count) {
  const __m128i offset = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(char(count - 1))), offset);
}
__attribute__((target("avx2"))) inline __m256i below(__m256i bytes, char first, char count) {
  const __m256i offset = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(offset, _mm256_set1_epi8(char(count - 1))), offset);
}

}  // namespace weft::scan
