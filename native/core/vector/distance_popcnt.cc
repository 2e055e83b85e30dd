// AVX-512 path of the bit distances: eight sketches at a time, one word of each per instruction.
#include <immintrin.h>

#include "vector/distance.h"

namespace engram {

void hammingPopcnt(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words,
                   int16_t* out);

void hammingPopcnt(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words,
                   int16_t* out) {
  const auto differing = [&](const uint64_t* some, size_t word) {
    return _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(some + word * kSketchGroup),
                                                _mm512_set1_epi64(static_cast<int64_t>(query[word]))));
  };
  for (size_t group = 0; group < groups; ++group, sketches += words * kSketchGroup) {
    __m512i even = _mm512_setzero_si512();  // two sums, so that none waits for the one before
    __m512i odd = _mm512_setzero_si512();
    size_t word = 0;
    for (; word + 1 < words; word += 2) {
      even = _mm512_add_epi64(even, differing(sketches, word));
      odd = _mm512_add_epi64(odd, differing(sketches, word + 1));
    }
    if (word < words) even = _mm512_add_epi64(even, differing(sketches, word));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + group * kSketchGroup),
                     _mm512_cvtepi64_epi16(_mm512_add_epi64(even, odd)));
  }
}

}  // namespace engram
