// NEON paths, for 64-bit ARM.
#include <arm_neon.h>

#include "vector/plane_batch.h"

namespace engram {

float dotNeon(const float* a, const float* b, size_t n);
void dotPlanesNeon(const PlaneBatch& batch, int32_t* out);
void hammingNeon(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words, int16_t* out);

float dotNeon(const float* a, const float* b, size_t n) {
  float32x4_t s0 = vdupq_n_f32(0);
  float32x4_t s1 = vdupq_n_f32(0);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    s0 = vfmaq_f32(s0, vld1q_f32(a + i), vld1q_f32(b + i));
    s1 = vfmaq_f32(s1, vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));
  }
  float sum = vaddvq_f32(vaddq_f32(s0, s1));
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

void dotPlanesNeon(const PlaneBatch& batch, int32_t* out) {
  for (size_t at = 0; at < batch.count; ++at) {
    const uint8_t* plane = planeAt(batch, at);
    int32x4_t sum = vdupq_n_s32(0);
    const auto add = [&](uint8x16_t nibbles, const int8_t* query) {
      const int8x16_t n = vreinterpretq_s8_u8(nibbles);
      const int8x16_t q = vld1q_s8(query);
      sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(n), vget_low_s8(q)));
      sum = vpadalq_s16(sum, vmull_high_s8(n, q));
    };
    for (size_t i = 0; i < batch.bytes; i += kPlanePadding)
      for (size_t j = 0; j < kPlanePadding; j += 16) {
        const uint8x16_t both = vld1q_u8(plane + i + j);
        add(vandq_u8(both, vdupq_n_u8(15)), batch.query + 2 * i + j);
        add(vshrq_n_u8(both, 4), batch.query + 2 * i + kPlanePadding + j);
      }
    out[at] = vaddvq_s32(sum);
  }
}

void hammingNeon(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words, int16_t* out) {
  for (size_t group = 0; group < groups; ++group, sketches += words * kSketchGroup)
    for (size_t i = 0; i < kSketchGroup; i += 2) {
      uint16x8_t sum = vdupq_n_u16(0);
      for (size_t word = 0; word < words; ++word) {
        const uint64x2_t differ =
            veorq_u64(vld1q_u64(sketches + word * kSketchGroup + i), vdupq_n_u64(query[word]));
        sum = vpadalq_u8(sum, vcntq_u8(vreinterpretq_u8_u64(differ)));
      }
      const uint64x2_t two = vpaddlq_u32(vpaddlq_u16(sum));
      out[group * kSketchGroup + i] = static_cast<int16_t>(vgetq_lane_u64(two, 0));
      out[group * kSketchGroup + i + 1] = static_cast<int16_t>(vgetq_lane_u64(two, 1));
    }
}

}  // namespace engram
