// NEON paths of both inner products, for 64-bit ARM.
#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace engram {

float dotNeon(const float* a, const float* b, size_t n);
int32_t dotCodesNeon(const uint8_t* code, const int8_t* query, size_t n);

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

int32_t dotCodesNeon(const uint8_t* code, const int8_t* query, size_t n) {
  int32x4_t sum = vdupq_n_s32(0);
  for (size_t i = 0; i < n; i += 8) {
    const int16x8_t c = vreinterpretq_s16_u16(vmovl_u8(vld1_u8(code + i)));
    const int16x8_t q = vmovl_s8(vld1_s8(query + i));
    sum = vmlal_s16(sum, vget_low_s16(c), vget_low_s16(q));
    sum = vmlal_high_s16(sum, c, q);
  }
  return vaddvq_s32(sum);
}

}  // namespace engram
