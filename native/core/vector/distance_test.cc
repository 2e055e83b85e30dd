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

}  // namespace
}  // namespace engram
