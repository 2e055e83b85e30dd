// Vectors as bytes: each value is rounded to 1/127 of the vector's largest, so that a code needs no scale
// that could drift with the data. Codes are unsigned (value + 128) and queries signed, the shape the
// dot-product instructions of AVX-512 VNNI take; the shift costs one constant per query.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vector/distance.h"

namespace engram {

constexpr size_t paddedCode(size_t dimension) {
  return (dimension + kCodePadding - 1) / kCodePadding * kCodePadding;
}

/** Writes paddedCode(values.size()) bytes and returns the scale: value ≈ (code − 128) × scale. */
float encode(std::span<const float> values, uint8_t* code);

/** A vector on the asking side. */
struct CodeQuery {
  std::vector<int8_t> code;
  int32_t shift = 0;  // 128 × the sum of `code`: what the unsigned side adds to every product
  float scale = 0;

  void set(std::span<const float> values);
  /** From a stored code. */
  void set(const uint8_t* stored, float stored_scale, size_t padded);
};

/** Approximate inner product of the query and a stored code. */
inline float similarityOf(const Kernels& kernels, const CodeQuery& query, const uint8_t* code, float scale) {
  const int32_t product = kernels.dot_codes(code, query.code.data(), query.code.size()) - query.shift;
  return static_cast<float>(product) * (query.scale * scale);
}

}  // namespace engram
