#include "vector/sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace engram {
namespace {

std::vector<std::vector<float>> randomUnits(size_t count, size_t dimension) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> vectors(count, std::vector<float>(dimension));
  for (auto& vector : vectors) {
    double squares = 0;
    for (float& x : vector) {
      x = 0.2F + normal(random);  // off the centre, as real embeddings are
      squares += static_cast<double>(x) * x;
    }
    for (float& x : vector) x = static_cast<float>(x / std::sqrt(squares));
  }
  return vectors;
}

struct Fixture {
  explicit Fixture(uint32_t dimension, size_t count = 1'000)
      : vectors(randomUnits(count, dimension)), sketches(dimension, 1) {
    std::vector<float> mean(dimension, 0);
    for (const auto& vector : vectors)
      for (size_t i = 0; i < dimension; ++i) mean[i] += vector[i] / static_cast<float>(count);
    sketches.centre(mean);
    for (uint32_t i = 0; i < count; ++i) sketches.put(i, vectors[i]);
  }
  std::vector<uint32_t> nearest(const std::vector<float>& query, uint32_t first, size_t wanted) {
    std::vector<uint32_t> out;
    sketches.nearest(query, first, wanted, scratch, out);
    return out;
  }
  std::vector<std::vector<float>> vectors;
  Sketches sketches;
  SketchScratch scratch;
};

TEST(Sketches, AVectorIsNearestToItself) {
  for (const uint32_t dimension : {256U, 300U, 384U, 784U, 1'001U}) {
    Fixture f(dimension);
    for (uint32_t i = 0; i < 1'000; i += 97)
      EXPECT_EQ(f.nearest(f.vectors[i], 0, 1), std::vector{i}) << dimension;
  }
}

TEST(Sketches, TheBestByExactProductAreAmongTheNearest) {
  Fixture f(384);
  size_t found = 0;
  for (uint32_t query = 0; query < 50; ++query) {
    std::vector<std::pair<float, uint32_t>> exact;
    for (uint32_t i = 50; i < 1'000; ++i)
      exact.emplace_back(-bestKernels().dot(f.vectors[query].data(), f.vectors[i].data(), 384), i);
    std::sort(exact.begin(), exact.end());
    const auto near = f.nearest(f.vectors[query], 50, 200);
    for (size_t i = 0; i < 5; ++i) found += std::count(near.begin(), near.end(), exact[i].second) > 0 ? 1 : 0;
  }
  EXPECT_GE(found, 200U);  // of 250, though random vectors have no neighbours worth the name
}

TEST(Sketches, AScanBeginsWhereItIsToldAndReturnsAtLeastWhatIsWanted) {
  Fixture f(384);
  for (const uint32_t first : {0U, 3U, 8U, 500U, 999U}) {
    const auto near = f.nearest(f.vectors[0], first, 20);
    EXPECT_GE(near.size(), std::min<size_t>(20, 1'000 - first));
    EXPECT_TRUE(std::is_sorted(near.begin(), near.end()));
    EXPECT_TRUE(
        std::all_of(near.begin(), near.end(), [&](uint32_t slot) { return slot >= first && slot < 1'000; }));
  }
  EXPECT_TRUE(f.nearest(f.vectors[0], 1'000, 20).empty());
  EXPECT_EQ(f.nearest(f.vectors[0], 0, 5'000).size(), 1'000U);
}

}  // namespace
}  // namespace engram
