// Vectors as codes of few bits. Each value is rounded to 1/112 of its vector's largest, an integer c of
// −112…112, and split: c + 8 = 16 × (high − 8) + low. The high halves of all values make one plane, the low
// halves another; a walk reads the high plane only, half a byte per value, and both together are a code of
// one byte. The scale is the vector's own, so there is none that could drift with the data.
//
// Nibbles are unsigned and queries signed bytes, the shape that the byte products of AVX2 and AVX-512 VNNI
// take; the shift by 8 costs one constant per query. The factor that turns an integer product into a
// similarity is chosen so that a code's product with its own vector is exact (RaBitQ, Gao & Long 2024): what
// error remains is at right angles to the vector, and vanishes towards its neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vector/distance.h"

namespace engram {

/** Steps of the low half in one step of the high half. */
inline constexpr int kLowSteps = 16;

/** Bytes of one plane. */
constexpr size_t planeBytes(size_t dimension) {
  return (dimension + 2 * kPlanePadding - 1) / (2 * kPlanePadding) * kPlanePadding;
}

struct CodeFactors {
  float high_factor = 0;  // similarity ≈ factor × query scale × Σ (high − 8) × query
  float both_factor = 0;  // similarity ≈ factor × query scale × Σ c × query
  float noise = 0;  // error of the high plane's similarity at right angles, one standard deviation: what
                    // the plane leaves out, shared by the values that are not zero
};

/** A vector's code where it is stored. */
struct StoredCode {
  const uint8_t* high;
  const uint8_t* low;
  CodeFactors factors;
};

/** Writes both planes, planeBytes(values.size()) each. */
CodeFactors encode(std::span<const float> values, uint8_t* high, uint8_t* low);

/** A vector on the asking side. */
struct CodeQuery {
  std::vector<int8_t> code;
  int32_t shift = 0;  // 8 × the sum of `code`: what unsigned nibbles add to every product
  float scale = 0;
  std::vector<float> values;  // instead of a code, where vectors are not coded (blocks.h)

  void set(std::span<const float> unit);
  /** From stored planes. */
  void set(const uint8_t* high, const uint8_t* low, size_t bytes, float both_factor);
};

}  // namespace engram
