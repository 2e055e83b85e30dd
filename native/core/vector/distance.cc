#include "vector/distance.h"

#include <vector>

namespace engram {

#if defined(__x86_64__)
float dotAvx2(const float* a, const float* b, size_t n);
float dotAvx512(const float* a, const float* b, size_t n);
#endif

namespace {

float dotScalar(const float* a, const float* b, size_t n) {
  double sum = 0;  // wide, so that the truth is the most exact of all paths
  for (size_t i = 0; i < n; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return static_cast<float>(sum);
}

std::vector<Kernels> detect() {
  std::vector<Kernels> found = {{"scalar", dotScalar}};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back({"avx2", dotAvx2});
  if (__builtin_cpu_supports("avx512f")) found.push_back({"avx512", dotAvx512});
#endif
  return found;
}

const std::vector<Kernels>& all() {
  static const std::vector<Kernels> kernels = detect();
  return kernels;
}

}  // namespace

const Kernels& bestKernels() { return all().back(); }

std::span<const Kernels> availableKernels() { return all(); }

}  // namespace engram
