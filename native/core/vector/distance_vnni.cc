// AVX-512 VNNI path of the inner product of codes: 64 products per instruction.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace engram {

int32_t dotCodesVnni(const uint8_t* code, const int8_t* query, size_t n);

int32_t dotCodesVnni(const uint8_t* code, const int8_t* query, size_t n) {
  __m512i s0 = _mm512_setzero_si512();
  __m512i s1 = _mm512_setzero_si512();
  size_t i = 0;
  for (; i + 128 <= n; i += 128) {
    s0 = _mm512_dpbusd_epi32(s0, _mm512_loadu_si512(code + i), _mm512_loadu_si512(query + i));
    s1 = _mm512_dpbusd_epi32(s1, _mm512_loadu_si512(code + i + 64), _mm512_loadu_si512(query + i + 64));
  }
  if (i < n) s0 = _mm512_dpbusd_epi32(s0, _mm512_loadu_si512(code + i), _mm512_loadu_si512(query + i));
  return _mm512_reduce_add_epi32(_mm512_add_epi32(s0, s1));
}

}  // namespace engram
