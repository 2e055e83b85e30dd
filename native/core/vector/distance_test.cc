// Every SIMD path against the scalar truth, on random and adversarial values of every length; and the checks
// themselves against paths that are broken on purpose.
#include "vector/distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace engram {
namespace {

const Kernels& truth() { return availableKernels().front(); }

/** Relative to the size of what was summed, so that cancellation does not excuse or accuse a path. */
double disagreement(const Kernels& kernels, const std::vector<float>& a, const std::vector<float>& b) {
  double scale = 1e-30;
  for (size_t i = 0; i < a.size(); ++i)
    scale += std::abs(static_cast<double>(a[i]) * static_cast<double>(b[i]));
  const double exact = truth().dot(a.data(), b.data(), a.size());
  return std::abs(kernels.dot(a.data(), b.data(), a.size()) - exact) / scale;
}

/** The worst over every tail length. */
double worstDisagreement(const Kernels& kernels) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  double worst = 0;
  for (size_t n = 1; n <= 4096; n = n < 80 ? n + 1 : n * 2 - 3) {
    std::vector<float> a(n);
    std::vector<float> b(n);
    for (float& x : a) x = normal(random);
    for (float& x : b) x = normal(random);
    worst = std::max(worst, disagreement(kernels, a, b));
  }
  return worst;
}

/** Planes of random bytes, or all of one value, and a query. */
struct Planes {
  Planes(size_t plane_bytes, size_t count, uint32_t seed)
      : bytes(plane_bytes), stride(plane_bytes + kPlanePadding) {
    std::mt19937 random(seed);
    memory.resize(stride * (count + 1));
    query.resize(2 * bytes);
    for (auto& x : memory) x = static_cast<std::byte>(random());
    for (auto& x : query) x = static_cast<int8_t>(static_cast<int>(random() % 255) - 127);
    for (size_t i = 0; i < count; ++i) slots.push_back(static_cast<uint32_t>((i * 7 + seed) % (count + 1)));
  }
  std::vector<int32_t> products(const Kernels& kernels) const {
    std::vector<int32_t> out(slots.size(), -1);
    kernels.dot_planes({memory.data(), stride, slots.data(), slots.size(), query.data(), bytes}, out.data());
    return out;
  }
  size_t bytes;
  size_t stride;
  std::vector<std::byte> memory;
  std::vector<int8_t> query;
  std::vector<uint32_t> slots;
};

bool planesAgree(const Kernels& kernels) {
  for (size_t bytes = kPlanePadding; bytes <= 2048; bytes += kPlanePadding)
    for (const size_t count : {0UL, 1UL, 2UL, 3UL, 4UL, 5UL, 33UL}) {
      const Planes random(bytes, count, static_cast<uint32_t>(bytes + count));
      if (random.products(kernels) != random.products(truth())) return false;
      Planes extreme = random;  // where a narrow sum would saturate
      std::fill(extreme.memory.begin(), extreme.memory.end(), std::byte{0xFF});
      for (const int8_t value : {int8_t{127}, int8_t{-127}}) {
        std::fill(extreme.query.begin(), extreme.query.end(), value);
        if (extreme.products(kernels) != extreme.products(truth())) return false;
      }
    }
  return true;
}

bool bitsAgree(const Kernels& kernels) {
  std::mt19937_64 random(13);
  for (size_t words = 1; words <= 64; ++words)
    for (const size_t groups : {1UL, 3UL}) {
      std::vector<uint64_t> sketches(groups * kSketchGroup * words);
      std::vector<uint64_t> query(words);
      for (uint64_t& x : sketches) x = random();
      for (uint64_t& x : query) x = random();
      if (words % 5 == 0) std::fill(query.begin(), query.end(), 0);
      if (words % 10 == 0) std::fill(sketches.begin(), sketches.end(), ~uint64_t{0});
      const auto distances = [&](const Kernels& path) {
        std::vector<int16_t> out(groups * kSketchGroup, -1);
        path.hamming(sketches.data(), groups, query.data(), words, out.data());
        return out;
      };
      if (distances(kernels) != distances(truth())) return false;
    }
  return true;
}

/** Whether products of all pairs are those of each pair by itself. */
bool pairsAgree(const Kernels& kernels) {
  std::mt19937 random(19);
  std::normal_distribution<float> normal;
  for (const size_t n : {1UL, 16UL, 63UL, 64UL, 131UL, 384UL})
    for (const size_t count : {0UL, 1UL, 2UL, 7UL, 8UL, 9UL, 33UL}) {
      std::vector<std::vector<float>> vectors(count, std::vector<float>(n));
      std::vector<const float*> rows;
      for (auto& vector : vectors) {
        for (float& x : vector) x = normal(random);
        rows.push_back(vector.data());
      }
      const size_t stride = count + 3;
      std::vector<float> out(count * stride);
      kernels.dot_all(rows.data(), count, n, out.data(), stride);
      for (size_t i = 0; i < count; ++i)
        for (size_t j = 0; j < count; ++j)
          if (out[i * stride + j] != kernels.dot(rows[i], rows[j], n)) return false;
    }
  return true;
}

template <typename Value>
struct alignas(kRankingLanes * sizeof(Value)) Line {
  Value values[kRankingLanes];
};

/** What is kept of candidates many of which are as good as others, and the first place that each batch took.
 */
std::vector<std::pair<float, uint32_t>> ranked(const Kernels& kernels, uint32_t width, uint32_t seed) {
  std::mt19937 random(seed);
  const size_t lines = (width + kRankingLanes - 1) / kRankingLanes;
  std::vector<Line<float>> similarities(lines);
  std::vector<Line<uint32_t>> slots(lines);
  Ranking ranking{similarities[0].values, slots[0].values, width, 0};
  std::fill_n(ranking.similarities, lines * kRankingLanes, -std::numeric_limits<float>::infinity());
  std::vector<std::pair<float, uint32_t>> result;
  for (uint32_t slot = 0; slot < 300;) {
    std::vector<float> batch(random() % 9);
    std::vector<uint32_t> names(batch.size());
    for (float& x : batch) x = static_cast<float>(random() % 100) / 100 - 0.3F;
    std::iota(names.begin(), names.end(), slot);
    slot += static_cast<uint32_t>(batch.size());
    result.emplace_back(0, kernels.insert(ranking, batch.data(), names.data(), batch.size()));
  }
  for (uint32_t i = 0; i < lines * kRankingLanes; ++i)
    result.emplace_back(ranking.similarities[i], i < ranking.size ? ranking.slots[i] : 0);
  return result;
}

bool rankingAgrees(const Kernels& kernels) {
  for (const uint32_t width : {1U, 5U, 15U, 16U, 17U, 48U, 90U, 400U})
    if (ranked(kernels, width, width) != ranked(truth(), width, width)) return false;
  return true;
}

bool selectionAgrees(const Kernels& kernels) {
  std::mt19937 random(17);
  for (const size_t count : {size_t{0}, kSelectStep, 5 * kSelectStep, 64 * kSelectStep})
    for (const int16_t reach : {int16_t{-1}, int16_t{0}, int16_t{3}, int16_t{40}, int16_t{1'000}}) {
      std::vector<int16_t> distances(count);
      for (int16_t& x : distances)
        x = random() % 16 == 0 ? std::numeric_limits<int16_t>::max() : static_cast<int16_t>(random() % 64);
      const auto selected = [&](const Kernels& path) {
        std::vector<uint32_t> out(count + kSelectStep);
        out.resize(path.select(distances.data(), count, reach, 70'000, out.data()));
        return out;
      };
      if (selected(kernels) != selected(truth())) return false;
    }
  return true;
}

TEST(Distance, EveryPathOfFloatsAgreesWithTheScalarTruthForEveryTail) {
  for (const Kernels& kernels : availableKernels())
    EXPECT_LT(worstDisagreement(kernels), 1e-6) << kernels.name;
}

TEST(Distance, EveryPathSurvivesLargeAndCancellingValues) {
  for (const Kernels& kernels : availableKernels()) {
    std::vector<float> a(387, 1e18F);
    std::vector<float> b(387, 1.0F);
    for (size_t i = 0; i < b.size(); i += 2) b[i] = -1.0F;
    EXPECT_LT(disagreement(kernels, a, b), 1e-6) << kernels.name;
  }
}

TEST(Distance, EveryPathOfPlanesAgreesToTheBit) {
  for (const Kernels& kernels : availableKernels()) EXPECT_TRUE(planesAgree(kernels)) << kernels.name;
}

TEST(Distance, EveryPathOfBitsAgreesToTheBit) {
  for (const Kernels& kernels : availableKernels()) EXPECT_TRUE(bitsAgree(kernels)) << kernels.name;
}

TEST(Distance, EveryPathSelectsTheSame) {
  for (const Kernels& kernels : availableKernels()) EXPECT_TRUE(selectionAgrees(kernels)) << kernels.name;
}

TEST(Distance, EveryPathOfAllPairsIsThatOfOnePairToTheBit) {
  for (const Kernels& kernels : availableKernels()) EXPECT_TRUE(pairsAgree(kernels)) << kernels.name;
}

TEST(Distance, EveryPathRanksTheSame) {
  for (const Kernels& kernels : availableKernels()) EXPECT_TRUE(rankingAgrees(kernels)) << kernels.name;
}

TEST(Distance, APathThatDropsALaneIsCaught) {
  Kernels mutant = bestKernels();
  mutant.dot = [](const float* a, const float* b, size_t n) {
    return bestKernels().dot(a, b, n) - (n > 17 ? a[17] * b[17] : 0);
  };
  mutant.dot_planes = [](const PlaneBatch& batch, int32_t* out) {
    bestKernels().dot_planes(batch, out);
    for (size_t i = 0; i < batch.count; ++i) {  // the high half of the last byte
      const auto* plane = reinterpret_cast<const uint8_t*>(batch.first + batch.slots[i] * batch.stride);
      out[i] -= (plane[batch.bytes - 1] >> 4U) * batch.query[2 * batch.bytes - 1];
    }
  };
  mutant.hamming = [](const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words,
                      int16_t* out) {
    bestKernels().hamming(sketches, groups, query, words, out);
    out[5] = static_cast<int16_t>(out[5] & ~1);
  };
  mutant.dot_all = [](const float* const* rows, size_t count, size_t n, float* out, size_t stride) {
    bestKernels().dot_all(rows, count, n, out, stride);
    if (count > 8) out[8 * stride] = out[0];
  };
  mutant.insert = [](Ranking& ranking, const float* similarities, const uint32_t* slots, size_t count) {
    const uint32_t first = bestKernels().insert(ranking, similarities, slots, count);
    std::swap(ranking.slots[0], ranking.slots[ranking.size > 1 ? 1 : 0]);
    return first;
  };
  EXPECT_GT(worstDisagreement(mutant), 1e-6);
  EXPECT_FALSE(pairsAgree(mutant));
  EXPECT_FALSE(rankingAgrees(mutant));
  EXPECT_FALSE(planesAgree(mutant));
  EXPECT_FALSE(bitsAgree(mutant));
  mutant.select = [](const int16_t* distances, size_t count, int16_t reach, uint32_t base, uint32_t* out) {
    return bestKernels().select(distances, count, static_cast<int16_t>(reach - 1), base, out);  // "<" for "≤"
  };
  EXPECT_FALSE(selectionAgrees(mutant));
}

}  // namespace
}  // namespace engram
