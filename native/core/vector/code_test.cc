#include "vector/code.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace engram {
namespace {

std::vector<float> unit(size_t dimension, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(dimension);
  float squares = 0;
  for (float& x : vector) {
    x = normal(random);
    squares += x * x;
  }
  for (float& x : vector) x /= std::sqrt(squares);
  return vector;
}

TEST(Code, TheInnerProductOfCodesIsNearTheExactOneForEveryDimension) {
  std::mt19937 random(3);
  for (const size_t dimension : {2UL, 3UL, 63UL, 64UL, 65UL, 384UL, 1000UL, 4096UL}) {
    const auto a = unit(dimension, random);
    const auto b = unit(dimension, random);
    std::vector<uint8_t> code(paddedCode(dimension));
    const float scale = encode(a, code.data());
    CodeQuery query;
    query.set(b);
    const float exact = availableKernels().front().dot(a.data(), b.data(), dimension);
    for (const Kernels& kernels : availableKernels())
      EXPECT_NEAR(similarityOf(kernels, query, code.data(), scale), exact, 0.01) << kernels.name << dimension;
  }
}

TEST(Code, AQueryFromAStoredCodeIsTheStoredVector) {
  std::mt19937 random(4);
  const auto a = unit(70, random);
  std::vector<uint8_t> code(paddedCode(70));
  const float scale = encode(a, code.data());
  CodeQuery fresh;
  fresh.set(a);
  CodeQuery stored;
  stored.set(code.data(), scale, code.size());
  EXPECT_EQ(stored.code, fresh.code);
  EXPECT_EQ(stored.shift, fresh.shift);
  EXPECT_EQ(stored.scale, fresh.scale);
}

TEST(Code, ExtremeVectorsDoNotOverflow) {
  std::vector<float> spike(4096, 0);
  spike[9] = -1;
  std::vector<uint8_t> code(paddedCode(4096));
  const float scale = encode(spike, code.data());
  CodeQuery query;
  query.set(spike);
  for (const Kernels& kernels : availableKernels())
    EXPECT_NEAR(similarityOf(kernels, query, code.data(), scale), 1, 1e-6) << kernels.name;
  const std::vector<float> flat(4096, 1.0F / 64);
  const float flat_scale = encode(flat, code.data());
  query.set(flat);
  for (const Kernels& kernels : availableKernels())
    EXPECT_NEAR(similarityOf(kernels, query, code.data(), flat_scale), 1, 1e-4) << kernels.name;
}

}  // namespace
}  // namespace engram
