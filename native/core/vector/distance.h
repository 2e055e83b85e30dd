// The one seam for SIMD: inner products behind a table that is chosen once, at run time. The scalar path is
// the truth the others are tested against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace engram {

/** Codes are padded to whole multiples of this, so that no path needs a tail. */
inline constexpr size_t kCodePadding = 64;

struct Kernels {
  std::string_view name;  // "scalar", "avx2", "avx512", "avx512-vnni", "neon"
  /** Inner product of two float vectors of n values. */
  float (*dot)(const float* a, const float* b, size_t n);
  /** Inner product of unsigned and signed bytes; n is a multiple of kCodePadding, at most 4,096 + padding, so
   *  that the sum fits. All paths agree to the bit. */
  int32_t (*dot_codes)(const uint8_t* code, const int8_t* query, size_t n);
};

/** The widest table this CPU runs. */
const Kernels& bestKernels();

/** All tables this CPU runs, the scalar one first. */
std::span<const Kernels> availableKernels();

}  // namespace engram
