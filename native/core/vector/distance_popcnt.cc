// AVX-512 path of the bit distances: eight sketches at a time, one word of each per instruction.
#include <immintrin.h>

#include "vector/distance.h"

namespace engram {

void hammingPopcnt(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words,
                   int16_t* out);

void hammingPopcnt(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words,
                   int16_t* out) {
  for (size_t group = 0; group < groups; ++group, sketches += words * kSketchGroup) {
    __m512i sum = _mm512_setzero_si512();
    for (size_t word = 0; word < words; ++word) {
      const __m512i differ = _mm512_xor_si512(_mm512_loadu_si512(sketches + word * kSketchGroup),
                                              _mm512_set1_epi64(static_cast<int64_t>(query[word])));
      sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(differ));
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + group * kSketchGroup), _mm512_cvtepi64_epi16(sum));
  }
}

}  // namespace engram
