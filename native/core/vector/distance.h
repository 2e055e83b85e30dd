// The one seam for SIMD: inner products behind a table that is chosen once, at run time. The scalar path is
// the truth the others are tested against.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace engram {

struct Kernels {
  std::string_view name;  // "scalar", "avx2", "avx512"
  /** Inner product of two float vectors of n values. */
  float (*dot)(const float* a, const float* b, size_t n);
};

/** The widest table this CPU runs. */
const Kernels& bestKernels();

/** All tables this CPU runs, the scalar one first. */
std::span<const Kernels> availableKernels();

}  // namespace engram
