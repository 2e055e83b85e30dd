#include "vector/code.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

namespace engram {
namespace {

std::vector<float> unit(std::vector<float> vector) {
  double squares = 0;
  for (const float x : vector) squares += static_cast<double>(x) * x;
  for (float& x : vector) x = static_cast<float>(x / std::sqrt(squares));
  return vector;
}

std::vector<float> randomUnit(size_t dimension, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(dimension);
  for (float& x : vector) x = normal(random);
  return unit(vector);
}

struct Coded {
  explicit Coded(const std::vector<float>& values)
      : high(planeBytes(values.size())), low(high.size()), code(encode(values, high.data(), low.data())) {}
  int32_t product(const std::vector<uint8_t>& plane, const CodeQuery& query) const {
    const uint32_t slot = 0;
    int32_t out = 0;
    bestKernels().dot_planes(
        {reinterpret_cast<const std::byte*>(plane.data()), 0, &slot, 1, query.code.data(), plane.size()},
        &out);
    return out - query.shift;
  }
  float highSimilarity(const CodeQuery& query) const {
    return static_cast<float>(product(high, query)) * query.scale * code.high_factor;
  }
  float similarity(const CodeQuery& query) const {
    return static_cast<float>(16 * product(high, query) + product(low, query)) * query.scale *
           code.both_factor;
  }
  std::vector<uint8_t> high;
  std::vector<uint8_t> low;
  CodeFactors code;
};

float exact(const std::vector<float>& a, const std::vector<float>& b) {
  return availableKernels().front().dot(a.data(), b.data(), a.size());
}

TEST(Code, BothPlanesAreNearTheExactProductForEveryDimension) {
  std::mt19937 random(3);
  for (const size_t dimension : {2UL, 3UL, 63UL, 64UL, 65UL, 127UL, 129UL, 384UL, 1000UL, 4095UL, 4096UL}) {
    const auto a = randomUnit(dimension, random);
    const auto b = randomUnit(dimension, random);
    CodeQuery query;
    query.set(b);
    EXPECT_NEAR(Coded(a).similarity(query), exact(a, b), 0.01) << dimension;
  }
}

TEST(Code, TheHighPlaneErrsAsMuchAsItsNoiseSays) {
  std::mt19937 random(5);
  double measured = 0;
  double told = 0;
  for (int i = 0; i < 400; ++i) {
    const auto a = randomUnit(384, random);
    const auto b = randomUnit(384, random);
    const Coded coded(a);
    CodeQuery query;
    query.set(b);
    measured += std::pow(coded.highSimilarity(query) - exact(a, b), 2);
    told += std::pow(coded.code.noise, 2) * (1 - std::pow(exact(a, b), 2));
  }
  EXPECT_NEAR(std::sqrt(measured / told), 1, 0.25);
}

TEST(Code, TheNearerTheQueryTheSmallerTheErrorOfTheHighPlane) {
  std::mt19937 random(6);
  const auto a = randomUnit(384, random);
  CodeQuery query;
  query.set(a);
  EXPECT_NEAR(Coded(a).highSimilarity(query), 1, 0.001);
}

TEST(Code, AQueryFromStoredPlanesIsTheStoredVector) {
  std::mt19937 random(4);
  const auto a = randomUnit(70, random);
  const auto b = randomUnit(70, random);
  const Coded coded(a);
  CodeQuery fresh;
  fresh.set(a);
  CodeQuery stored;
  stored.set(coded.high.data(), coded.low.data(), coded.high.size(), coded.code.both_factor);
  EXPECT_EQ(stored.code, fresh.code);
  EXPECT_EQ(stored.shift, fresh.shift);
  EXPECT_NEAR(stored.scale, fresh.scale, 1e-2F * fresh.scale);
}

TEST(Code, ExtremeVectorsDoNotOverflow) {
  for (const float sign : {1.0F, -1.0F}) {
    std::vector<float> spike(4096, 0);
    spike[9] = sign;
    for (const auto& values : {spike, std::vector<float>(4096, sign / 64)}) {
      CodeQuery query;
      query.set(values);
      EXPECT_NEAR(Coded(values).similarity(query), 1, 1e-4);
      EXPECT_NEAR(Coded(values).highSimilarity(query), 1, 1e-4);
    }
  }
}

// The scale is of the vector alone: no vector stored before or after can make it too small or too large.
TEST(Code, NothingDriftsWhenTheDataChangesItsScaleOrShape) {
  std::mt19937 random(8);
  std::vector<float> narrow(384);
  std::iota(narrow.begin(), narrow.end(), 1.0F);
  std::vector<float> spiky(384, 1e-3F);
  spiky[100] = 1;
  for (const auto& values : {unit(narrow), unit(spiky), randomUnit(384, random)}) {
    const Coded coded(values);
    CodeQuery query;
    query.set(values);
    EXPECT_NEAR(coded.similarity(query), 1, 1e-3);
    int largest = 0;
    for (const int8_t c : query.code) largest = std::max(largest, std::abs(static_cast<int>(c)));
    EXPECT_EQ(largest, 112);  // the whole range is used, and nothing is clipped
  }
}

}  // namespace
}  // namespace engram
