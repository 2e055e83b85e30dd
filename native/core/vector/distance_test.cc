// Every SIMD path against the scalar truth, on random and adversarial vectors of every tail length.
#include "vector/distance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace engram {
namespace {

/** Relative to the size of what was summed, so that cancellation does not excuse or accuse a path. */
double disagreement(const Kernels& kernels, const std::vector<float>& a, const std::vector<float>& b) {
  double scale = 1e-30;
  for (size_t i = 0; i < a.size(); ++i)
    scale += std::abs(static_cast<double>(a[i]) * static_cast<double>(b[i]));
  const double truth = availableKernels().front().dot(a.data(), b.data(), a.size());
  return std::abs(kernels.dot(a.data(), b.data(), a.size()) - truth) / scale;
}

TEST(Distance, EveryPathAgreesWithTheScalarTruthForEveryTail) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (const Kernels& kernels : availableKernels()) {
    for (size_t n = 1; n <= 4096; n = n < 80 ? n + 1 : n * 2 - 3) {
      std::vector<float> a(n);
      std::vector<float> b(n);
      for (float& x : a) x = normal(random);
      for (float& x : b) x = normal(random);
      EXPECT_LT(disagreement(kernels, a, b), 1e-6) << kernels.name << " n=" << n;
    }
  }
}

TEST(Distance, EveryPathSurvivesLargeAndCancellingValues) {
  for (const Kernels& kernels : availableKernels()) {
    std::vector<float> a(387, 1e18F);
    std::vector<float> b(387, 1.0F);
    for (size_t i = 0; i < b.size(); i += 2) b[i] = -1.0F;
    EXPECT_LT(disagreement(kernels, a, b), 1e-6) << kernels.name;
  }
}

TEST(Distance, ADroppedLaneIsCaught) {
  std::vector<float> a(384, 0.05F);
  std::vector<float> b = a;
  std::vector<float> dropped = a;
  dropped[17] = 0;
  const double truth = availableKernels().front().dot(a.data(), b.data(), a.size());
  const double mutant = bestKernels().dot(dropped.data(), b.data(), a.size());
  EXPECT_GT(std::abs(truth - mutant) / truth, 1e-6);
}

TEST(Distance, EveryPathOfCodesAgreesToTheBit) {
  std::mt19937 random(11);
  const Kernels& truth = availableKernels().front();
  for (size_t n = kCodePadding; n <= 4096; n += kCodePadding) {
    std::vector<uint8_t> code(n);
    std::vector<int8_t> query(n);
    for (uint8_t& x : code) x = static_cast<uint8_t>(random());
    for (int8_t& x : query) x = static_cast<int8_t>(random());
    if (n == 128) std::fill(code.begin(), code.end(), uint8_t{255});  // where a narrow sum would saturate
    if (n == 128) std::fill(query.begin(), query.end(), int8_t{-128});
    for (const Kernels& kernels : availableKernels())
      EXPECT_EQ(kernels.dot_codes(code.data(), query.data(), n),
                truth.dot_codes(code.data(), query.data(), n))
          << kernels.name << " n=" << n;
  }
}

}  // namespace
}  // namespace engram
