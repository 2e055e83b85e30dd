// AVX-512F path of the inner product, whose tail is a masked load, and of the selection.
#include <immintrin.h>

#include "vector/distance.h"

namespace engram {

float dotAvx512(const float* a, const float* b, size_t n);
size_t selectAvx512(const int16_t* distances, size_t count, int16_t reach, uint32_t base, uint32_t* out);

float dotAvx512(const float* a, const float* b, size_t n) {
  // Four sums: a fused multiply-add takes four cycles to give its own, and one or two begin in each.
  __m512 s0 = _mm512_setzero_ps();
  __m512 s1 = _mm512_setzero_ps();
  __m512 s2 = _mm512_setzero_ps();
  __m512 s3 = _mm512_setzero_ps();
  size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
    s1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), s1);
    s2 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32), s2);
    s3 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48), s3);
  }
  for (; i < n; i += 16) {
    const size_t left = n - i;
    const auto mask = static_cast<__mmask16>(left >= 16 ? 0xffff : (1U << left) - 1U);
    s0 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i), s0);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

size_t selectAvx512(const int16_t* distances, size_t count, int16_t reach, uint32_t base, uint32_t* out) {
  const __m512i reaches = _mm512_set1_epi32(reach);
  const __m512i step = _mm512_set1_epi32(kSelectStep);
  __m512i numbers = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int32_t>(base)),
                                     _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  size_t found = 0;
  for (size_t i = 0; i < count; i += kSelectStep, numbers = _mm512_add_epi32(numbers, step)) {
    const __m512i some =
        _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(distances + i)));
    const __mmask16 near = _mm512_cmple_epi32_mask(some, reaches);
    // Whole lines are stored, since a store of some lanes is slow on some machines.
    _mm512_storeu_si512(out + found, _mm512_maskz_compress_epi32(near, numbers));
    found += static_cast<size_t>(__builtin_popcount(near));
  }
  return found;
}

}  // namespace engram
