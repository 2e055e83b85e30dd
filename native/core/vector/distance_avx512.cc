// AVX-512F path of the inner product, whose tail is a masked load, and of the selection.
#include <immintrin.h>

#include <algorithm>
#include <cmath>

#include "vector/distance.h"

namespace engram {

float dotAvx512(const float* a, const float* b, size_t n);
void dotAllAvx512(const float* const* rows, size_t count, size_t n, float* out, size_t stride);
size_t selectAvx512(const int16_t* distances, size_t count, int16_t reach, uint32_t base, uint32_t* out);
uint32_t insertAvx512(Ranking& ranking, const float* similarities, const uint32_t* slots, size_t count);

namespace {

/** Rows that stay in the first-level cache while all others come by. */
constexpr size_t kRowsKept = 8;

/** The four sums of dotAvx512, of one pair. */
struct Sums {
  __m512 s[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps()};

  __m512 total() const { return _mm512_add_ps(_mm512_add_ps(s[0], s[1]), _mm512_add_ps(s[2], s[3])); }
};

/** Sums of the lanes of four registers, added in the order of _mm512_reduce_add_ps: lanes that are eight
 * apart first, then four, two, one. */
void reduce(__m512 a, __m512 b, __m512 c, __m512 d, float* out) {
  const __m512 ab = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
  const __m512 cd = _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
  const __m512 abcd = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
  const __m512 pairs = _mm512_add_ps(abcd, _mm512_permute_ps(abcd, 0x4e));
  const __m512 sums = _mm512_add_ps(pairs, _mm512_permute_ps(pairs, 0xb1));
  const __m512i firsts = _mm512_setr_epi32(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  _mm_storeu_ps(out, _mm512_castps512_ps128(_mm512_permutexvar_ps(firsts, sums)));
}

/** a·c, a·d, b·c, b·d: each value that is read serves two products. */
void dotFour(const float* a, const float* b, const float* c, const float* d, size_t n, float* out) {
  Sums ac;
  Sums ad;
  Sums bc;
  Sums bd;
  const auto add = [&](size_t sum, __m512 va, __m512 vb, __m512 vc, __m512 vd) {
    ac.s[sum] = _mm512_fmadd_ps(va, vc, ac.s[sum]);
    ad.s[sum] = _mm512_fmadd_ps(va, vd, ad.s[sum]);
    bc.s[sum] = _mm512_fmadd_ps(vb, vc, bc.s[sum]);
    bd.s[sum] = _mm512_fmadd_ps(vb, vd, bd.s[sum]);
  };
  size_t i = 0;
  for (; i + 64 <= n; i += 64)
    for (size_t sum = 0; sum < 4; ++sum) {
      const size_t at = i + 16 * sum;
      add(sum, _mm512_loadu_ps(a + at), _mm512_loadu_ps(b + at), _mm512_loadu_ps(c + at),
          _mm512_loadu_ps(d + at));
    }
  for (; i < n; i += 16) {
    const size_t left = n - i;
    const auto mask = static_cast<__mmask16>(left >= 16 ? 0xffff : (1U << left) - 1U);
    add(0, _mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i),
        _mm512_maskz_loadu_ps(mask, c + i), _mm512_maskz_loadu_ps(mask, d + i));
  }
  reduce(ac.total(), ad.total(), bc.total(), bd.total(), out);
}

}  // namespace

void dotAllAvx512(const float* const* rows, size_t count, size_t n, float* out, size_t stride) {
  for (size_t kept = 0; kept < count; kept += kRowsKept) {
    const size_t end = std::min(kept + kRowsKept, count);
    for (size_t i = 0; i < end; i += 2)
      for (size_t j = std::max(i, kept); j < end; j += 2) {
        const size_t i1 = std::min(i + 1, count - 1);
        const size_t j1 = std::min(j + 1, count - 1);
        float products[4];
        dotFour(rows[i], rows[i1], rows[j], rows[j1], n, products);
        out[i * stride + j] = out[j * stride + i] = products[0];
        out[i * stride + j1] = out[j1 * stride + i] = products[1];
        out[i1 * stride + j] = out[j * stride + i1] = products[2];
        out[i1 * stride + j1] = out[j1 * stride + i1] = products[3];
      }
  }
}

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

// All lines are rewritten, from the last to the first, so that no branch depends on where a candidate lands:
// what is worse moves up by a lane, and the first of those makes room.
uint32_t insertAvx512(Ranking& ranking, const float* similarities, const uint32_t* slots, size_t count) {
  const uint32_t lines = (ranking.width + kRankingLanes - 1) / kRankingLanes;
  const auto in_last = static_cast<__mmask16>(0xffffU >> (lines * kRankingLanes - ranking.width));
  uint32_t first = ranking.width;
  for (size_t one = 0; one < count; ++one) {
    if (!(similarities[one] > ranking.similarities[ranking.width - 1])) continue;
    const __m512 similarity = _mm512_set1_ps(similarities[one]);
    const __m512i slot = _mm512_set1_epi32(static_cast<int32_t>(slots[one]));
    uint32_t worse_count = 0;
    for (uint32_t line = lines; line-- > 0;) {
      float* values = ranking.similarities + line * kRankingLanes;
      uint32_t* names = ranking.slots + line * kRankingLanes;
      const __m512 here = _mm512_load_ps(values);
      const __m512i here_named = _mm512_load_si512(names);
      // Before the first line all are better than any.
      const __m512 before = line > 0 ? _mm512_load_ps(values - kRankingLanes) : _mm512_set1_ps(INFINITY);
      const __m512i before_named = line > 0 ? _mm512_load_si512(names - kRankingLanes) : slot;
      const __m512 moved = _mm512_castsi512_ps(
          _mm512_alignr_epi32(_mm512_castps_si512(here), _mm512_castps_si512(before), kRankingLanes - 1));
      const __m512i moved_named = _mm512_alignr_epi32(here_named, before_named, kRankingLanes - 1);
      const __mmask16 worse = _mm512_cmp_ps_mask(here, similarity, _CMP_LT_OQ);
      worse_count += static_cast<uint32_t>(__builtin_popcount(worse));
      const __mmask16 kept = line + 1 == lines ? in_last : static_cast<__mmask16>(0xffff);
      const auto changed = static_cast<__mmask16>(worse & kept);
      const auto shifted =
          static_cast<__mmask16>(_mm512_cmp_ps_mask(moved, similarity, _CMP_LT_OQ) & changed);
      _mm512_store_ps(values,
                      _mm512_mask_mov_ps(_mm512_mask_mov_ps(here, changed, similarity), shifted, moved));
      _mm512_store_si512(names, _mm512_mask_mov_epi32(_mm512_mask_mov_epi32(here_named, changed, slot),
                                                      shifted, moved_named));
    }
    first = std::min(first, lines * kRankingLanes - worse_count);
    if (ranking.size < ranking.width) ++ranking.size;
  }
  return first;
}

}  // namespace engram
