// Shares by hand, and what must hold of every blend.
#include "memory/blending.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "vector/distance.h"

namespace engram {
namespace {

TEST(Blending, WeakEvidenceRaisesTheSemanticShareAndIncoherenceLowersIt) {
  EXPECT_FLOAT_EQ(semantic_share({}, 0.5F, 1), 0.3F);
  EXPECT_GT(semantic_share({}, 0.2F, 0.8F), semantic_share({}, 0.6F, 0.8F));
  EXPECT_LT(semantic_share({}, 0.2F, 0.4F), semantic_share({}, 0.2F, 0.8F));
  EXPECT_EQ(semantic_share({}, 0.2F, 0), 0) << "no concept, no share";
  EXPECT_EQ(semantic_share({.episodic = 0, .semantic = 1}, -1, 1), 1) << "never above 1";
}

TEST(Blending, AgreementRaisesConfidenceNeverAboveOne) {
  for (uint64_t seed = 1; seed <= 5'000; ++seed) {
    Random random(seed);
    const float vector[] = {1, 0};
    BlendCandidate alone{.similarity = static_cast<float>(random.unit() * 2 - 1), .vector = vector};
    BlendCandidate agreed = alone;
    agreed.concept_cosine = static_cast<float>(random.unit());
    agreed.coherence = static_cast<float>(random.unit());
    const float without = blend({{alone}}, 2, {})[0].evidence;
    const float with = blend({{agreed}}, 2, {})[0].evidence;
    ASSERT_GE(with, without) << "seed " << seed;
    ASSERT_GE(without, 0);
    ASSERT_LE(with, 1);
  }
}

TEST(Blending, OfEqualMatchesTheOneUnlikeItsCompetitorsComesFirst) {
  // Three near twins and one apart, all as similar to the cue.
  const float twins[3][3] = {{0.8F, 0.6F, 0}, {0.8F, 0.599F, 0.035F}, {0.8F, 0.599F, -0.035F}};
  const float apart[3] = {0.8F, -0.6F, 0};
  std::vector<BlendCandidate> candidates;
  for (const auto& twin : twins) candidates.push_back({.similarity = 0.8F, .vector = twin});
  candidates.push_back({.similarity = 0.8F, .vector = apart});
  const auto blended = blend(candidates, 3, {});
  for (size_t i = 0; i < 3; ++i) EXPECT_GT(blended[3].score, blended[i].score);
  const auto uninhibited = blend(candidates, 3, {.inhibition = 0});
  EXPECT_FLOAT_EQ(uninhibited[3].score, 0.8F);
}

/** What a candidate's competitors predict of it, said as plainly as can be. */
float predicted(const std::vector<BlendCandidate>& candidates, size_t of, uint32_t dimension,
                size_t competitors) {
  std::vector<std::pair<float, size_t>> rivals;
  for (size_t j = 0; j < candidates.size(); ++j)
    if (j != of)
      rivals.emplace_back(bestKernels().dot(candidates[of].vector, candidates[j].vector, dimension), j);
  std::stable_sort(rivals.begin(), rivals.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  rivals.resize(std::min(competitors, rivals.size()));
  float sum = 0;
  for (const auto& [cosine, j] : rivals)
    sum += std::max(0.0F, cosine) * std::max(0.0F, candidates[j].similarity);
  return sum / static_cast<float>(rivals.size());
}

TEST(Blending, TheNearestCompetitorsCountTiesInTheOrderTheyCome) {
  constexpr uint32_t kDimension = 20;
  for (const size_t n : {2UL, 3UL, 15UL, 16UL, 17UL, 50UL}) {
    Random random(n);
    std::vector<std::vector<float>> vectors(n, std::vector<float>(kDimension));
    std::vector<BlendCandidate> candidates;
    for (size_t i = 0; i < n; ++i) {
      for (float& x : vectors[i]) x = static_cast<float>(random.unit() - 0.5);
      if (i % 4 == 3) vectors[i] = vectors[i - 1];  // a tie with a similarity of its own
      candidates.push_back(
          {.similarity = static_cast<float>(random.unit() - 0.2), .vector = vectors[i].data()});
    }
    for (const uint32_t competitors : {1U, 5U, 100U}) {
      const auto blended = blend(candidates, kDimension, {.inhibition = 1, .competitors = competitors});
      for (size_t i = 0; i < n; ++i)
        ASSERT_EQ(blended[i].score,
                  candidates[i].similarity - predicted(candidates, i, kDimension, competitors))
            << n << " candidates, " << competitors << " competitors, candidate " << i;
    }
  }
}

}  // namespace
}  // namespace engram
