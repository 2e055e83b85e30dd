// AVX2 + FMA paths. Floats: four accumulators hide the latency of the fused multiply-add.
#include <immintrin.h>

#include "vector/plane_batch.h"

namespace engram {

float dotAvx2(const float* a, const float* b, size_t n);
void dotPlanesAvx2(const PlaneBatch& batch, int32_t* out);
void hammingAvx2(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words, int16_t* out);

float dotAvx2(const float* a, const float* b, size_t n) {
  __m256 s0 = _mm256_setzero_ps();
  __m256 s1 = _mm256_setzero_ps();
  __m256 s2 = _mm256_setzero_ps();
  __m256 s3 = _mm256_setzero_ps();
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
    s1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), s1);
    s2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), s2);
    s3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), s3);
  }
  for (; i + 8 <= n; i += 8) s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
  const __m256 s = _mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3));
  const __m128 half = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  const __m128 pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
  float sum = _mm_cvtss_f32(_mm_add_ss(pair, _mm_shuffle_ps(pair, pair, 1)));
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// Nibbles times bytes fit the 16-bit sums of maddubs: a line adds up to 4 × 2 × 15 × 127 = 15,240 at most.
void dotPlanesAvx2(const PlaneBatch& batch, int32_t* out) {
  const __m256i mask = _mm256_set1_epi8(15);
  const __m256i ones = _mm256_set1_epi16(1);
  const auto load = [](const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); };
  for (size_t at = 0; at < batch.count; ++at) {
    const uint8_t* plane = planeAt(batch, at);
    __m256i sum = _mm256_setzero_si256();
    for (size_t i = 0; i < batch.bytes; i += kPlanePadding) {
      const int8_t* query = batch.query + 2 * i;
      const __m256i first = load(plane + i);
      const __m256i second = load(plane + i + 32);
      const __m256i low =
          _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_and_si256(first, mask), load(query)),
                           _mm256_maddubs_epi16(_mm256_and_si256(second, mask), load(query + 32)));
      const __m256i high = _mm256_add_epi16(
          _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(first, 4), mask), load(query + 64)),
          _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(second, 4), mask), load(query + 96)));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_add_epi16(low, high), ones));
    }
    const __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    const __m128i pair = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    out[at] = _mm_cvtsi128_si32(_mm_add_epi32(pair, _mm_shuffle_epi32(pair, 0xb1)));
  }
}

// Bits of a byte are looked up by its halves (Muła, Kurz & Lemire 2018).
void hammingAvx2(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words, int16_t* out) {
  const __m256i bits = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i mask = _mm256_set1_epi8(15);
  const auto count = [&](const uint64_t* from, __m256i with) {
    const __m256i differ = _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)), with);
    const __m256i low = _mm256_shuffle_epi8(bits, _mm256_and_si256(differ, mask));
    const __m256i high = _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(differ, 4), mask));
    return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
  };
  for (size_t group = 0; group < groups; ++group, sketches += words * kSketchGroup) {
    __m256i first = _mm256_setzero_si256();
    __m256i second = _mm256_setzero_si256();
    for (size_t word = 0; word < words; ++word) {
      const __m256i with = _mm256_set1_epi64x(static_cast<int64_t>(query[word]));
      first = _mm256_add_epi64(first, count(sketches + word * kSketchGroup, with));
      second = _mm256_add_epi64(second, count(sketches + word * kSketchGroup + 4, with));
    }
    alignas(32) int64_t sums[kSketchGroup];
    _mm256_store_si256(reinterpret_cast<__m256i*>(sums), first);
    _mm256_store_si256(reinterpret_cast<__m256i*>(sums + 4), second);
    for (size_t i = 0; i < kSketchGroup; ++i) out[group * kSketchGroup + i] = static_cast<int16_t>(sums[i]);
  }
}

}  // namespace engram
