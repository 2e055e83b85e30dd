// AVX-512 VNNI path of the inner products of nibbles: four planes at a time share the query's registers and
// one reduction.
#include <immintrin.h>

#include <algorithm>

#include "vector/plane_batch.h"

namespace engram {

void dotPlanesVnni(const PlaneBatch& batch, int32_t* out);

namespace {

constexpr size_t kAtOnce = 4;

__m512i add(__m512i sum, const uint8_t* plane, __m512i low_query, __m512i high_query) {
  const __m512i mask = _mm512_set1_epi8(15);
  const __m512i both = _mm512_loadu_si512(plane);
  sum = _mm512_dpbusd_epi32(sum, _mm512_and_si512(both, mask), low_query);
  return _mm512_dpbusd_epi32(sum, _mm512_and_si512(_mm512_srli_epi16(both, 4), mask), high_query);
}

/** Sums of the lanes of four registers. */
__m128i reduce(__m512i a, __m512i b, __m512i c, __m512i d) {
  const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
  const __m512i abcd = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(abcd), _mm512_extracti64x4_epi64(abcd, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

/** kLines: cache lines of a plane where they are known, so that no loop's end is guessed wrong; else 0. */
template <size_t kLines>
void dot(const PlaneBatch& batch, int32_t* out) {
  const size_t bytes = kLines == 0 ? batch.bytes : kLines * kPlanePadding;
  for (size_t at = 0; at < batch.count; at += kAtOnce) {
    const size_t last = batch.count - 1;
    const uint8_t* a = planeAt(batch, at);
    const uint8_t* b = planeAt(batch, std::min(at + 1, last));
    const uint8_t* c = planeAt(batch, std::min(at + 2, last));
    const uint8_t* d = planeAt(batch, std::min(at + 3, last));
    __m512i sa = _mm512_setzero_si512();
    __m512i sb = sa;
    __m512i sc = sa;
    __m512i sd = sa;
    for (size_t i = 0; i < bytes; i += kPlanePadding) {
      const __m512i low = _mm512_loadu_si512(batch.query + 2 * i);
      const __m512i high = _mm512_loadu_si512(batch.query + 2 * i + kPlanePadding);
      sa = add(sa, a + i, low, high);
      sb = add(sb, b + i, low, high);
      sc = add(sc, c + i, low, high);
      sd = add(sd, d + i, low, high);
    }
    const __m128i sums = reduce(sa, sb, sc, sd);
    if (at + kAtOnce <= batch.count) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at), sums);
    } else {
      const auto some = static_cast<__mmask8>((1U << (batch.count - at)) - 1U);
      _mm_mask_storeu_epi32(out + at, some, sums);
    }
  }
}

}  // namespace

void dotPlanesVnni(const PlaneBatch& batch, int32_t* out) {
  switch (batch.bytes / kPlanePadding) {
    case 1:
      return dot<1>(batch, out);
    case 2:
      return dot<2>(batch, out);
    case 3:
      return dot<3>(batch, out);
    case 4:
      return dot<4>(batch, out);
    case 6:
      return dot<6>(batch, out);
    case 7:
      return dot<7>(batch, out);
    case 8:
      return dot<8>(batch, out);
    default:
      return dot<0>(batch, out);
  }
}

}  // namespace engram
