// Completion over random patterns: what was stored comes back whole from half of it, what was not is not made
// up.
#include "memory/completion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 64;
constexpr size_t kPatterns = 40;

std::vector<float> direction(Random& random) {
  std::vector<float> values(kDimension);
  double squares = 0;
  for (float& value : values) {
    value = static_cast<float>(random.unit() + random.unit() + random.unit() - 1.5);
    squares += static_cast<double>(value * value);
  }
  for (float& value : values) value = static_cast<float>(static_cast<double>(value) / std::sqrt(squares));
  return values;
}

struct Stored {
  std::vector<float> values;
  std::vector<uint8_t> is_episode = std::vector<uint8_t>(kPatterns, 1);
  UnitRows rows() const { return {values, kDimension}; }
};

Stored stored(uint64_t seed) {
  Random random(seed);
  Stored result;
  for (size_t i = 0; i < kPatterns; ++i) {
    const auto one = direction(random);
    result.values.insert(result.values.end(), one.begin(), one.end());
  }
  return result;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

TEST(Completion, HalfOfAStoredPatternBringsBackTheOtherHalf) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Stored all = stored(seed);
    Random random(seed);
    const size_t wanted = random.below(kPatterns);
    std::vector<float> cue(all.rows()[wanted].begin(), all.rows()[wanted].end());
    std::vector<uint8_t> known(kDimension, 1);
    for (size_t i = kDimension / 2; i < kDimension; ++i) {
      known[i] = 0;
      cue[i] = 99;  // never looked at
    }
    const auto found = complete(cue, known, all.rows(), all.is_episode, {});
    ASSERT_FALSE(found.empty()) << "seed " << seed;
    EXPECT_GT(cosine(found[0].vector, all.rows()[wanted]), 0.99) << "seed " << seed;
    EXPECT_EQ(found[0].code[0].row, wanted);
    EXPECT_EQ(found[0].sources[0], PartSource::kGiven);
    EXPECT_EQ(found[0].sources[kDimension - 1], PartSource::kRecalled);
    EXPECT_LE(found[0].iterations, CompletionOptions{}.iterations);
  }
}

TEST(Completion, ACueLikeNothingStoredHasNoAnswer) {
  int answered = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Stored all = stored(seed);
    Random random(seed + 1'000'000);
    answered += complete(direction(random), {}, all.rows(), all.is_episode, {}).empty() ? 0 : 1;
  }
  EXPECT_EQ(answered, 0);
}

TEST(Completion, ConfidencesOfHypothesesExcludeEachOther) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Stored all = stored(seed);
    Random random(seed);
    const auto found =
        complete(direction(random), {}, all.rows(), all.is_episode, {.gate = -1, .hypotheses = 3});
    ASSERT_EQ(found.size(), 3U);
    double sum = 0;
    for (size_t i = 0; i < found.size(); ++i) {
      sum += found[i].confidence;
      if (i > 0) {
        EXPECT_LE(found[i].confidence, found[i - 1].confidence);
      }
    }
    EXPECT_LE(sum, 1 + 1e-9);
  }
}

TEST(Completion, AgreeingMeansReconstructAndOpposedOnesImagine) {
  // Two attractors that agree on the first value and oppose each other on the second.
  const float half = std::sqrt(0.5F);
  const std::vector<float> values = {half, half, half, -half};
  const std::vector<uint8_t> means = {0, 0};
  const std::vector<float> cue = {1, 0};
  const auto found = complete(cue, {}, {values, 2}, means, {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].sources[0], PartSource::kReconstructed);
  EXPECT_EQ(found[0].sources[1], PartSource::kImagined);
}

}  // namespace
}  // namespace engram
