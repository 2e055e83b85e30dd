// AVX-512F path of the inner product; the tail is a masked load.
#include <immintrin.h>

#include <cstddef>

namespace engram {

float dotAvx512(const float* a, const float* b, size_t n);

float dotAvx512(const float* a, const float* b, size_t n) {
  __m512 s0 = _mm512_setzero_ps();
  __m512 s1 = _mm512_setzero_ps();
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
    s1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), s1);
  }
  for (; i < n; i += 16) {
    const size_t left = n - i;
    const auto mask = static_cast<__mmask16>(left >= 16 ? 0xffff : (1U << left) - 1U);
    s0 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i), s0);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(s0, s1));
}

}  // namespace engram
