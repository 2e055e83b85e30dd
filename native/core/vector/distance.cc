#include "vector/distance.h"

#include <vector>

namespace engram {

#if defined(__x86_64__)
float dotAvx2(const float* a, const float* b, size_t n);
int32_t dotCodesAvx2(const uint8_t* code, const int8_t* query, size_t n);
float dotAvx512(const float* a, const float* b, size_t n);
int32_t dotCodesVnni(const uint8_t* code, const int8_t* query, size_t n);
#elif defined(__aarch64__)
float dotNeon(const float* a, const float* b, size_t n);
int32_t dotCodesNeon(const uint8_t* code, const int8_t* query, size_t n);
#endif

namespace {

float dotScalar(const float* a, const float* b, size_t n) {
  double sum = 0;  // wide, so that the truth is the most exact of all paths
  for (size_t i = 0; i < n; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return static_cast<float>(sum);
}

int32_t dotCodesScalar(const uint8_t* code, const int8_t* query, size_t n) {
  int32_t sum = 0;
  for (size_t i = 0; i < n; ++i) sum += static_cast<int32_t>(code[i]) * static_cast<int32_t>(query[i]);
  return sum;
}

std::vector<Kernels> detect() {
  std::vector<Kernels> found = {{"scalar", dotScalar, dotCodesScalar}};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.push_back({"avx2", dotAvx2, dotCodesAvx2});
    if (__builtin_cpu_supports("avx512f")) {
      found.push_back({"avx512", dotAvx512, dotCodesAvx2});
      if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"))
        found.push_back({"avx512-vnni", dotAvx512, dotCodesVnni});
    }
  }
#elif defined(__aarch64__)
  found.push_back({"neon", dotNeon, dotCodesNeon});
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
