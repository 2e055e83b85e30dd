// Landmarks against plain loops over signs.
#include "vector/landmarks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

namespace engram {
namespace {

constexpr uint32_t kDimension = 256;

std::vector<CodeQuery> random_codes(size_t count, uint32_t dimension) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0.2F, 1);
  std::vector<CodeQuery> codes(count);
  std::vector<float> values(dimension);
  for (auto& code : codes) {
    for (float& x : values) x = normal(random);
    code.set(values);
  }
  return codes;
}

/** In how many values two lie on different sides of the centre. */
size_t differing(const CodeQuery& a, const CodeQuery& b, std::span<const float> centre) {
  size_t count = 0;
  const auto above = [&](const CodeQuery& code, size_t i) {
    int32_t sum = 0;
    for (size_t at = i; at < code.code.size(); at += centre.size()) sum += code.code[at];
    return static_cast<float>(sum) * code.scale > centre[i];
  };
  for (size_t i = 0; i < centre.size(); ++i) count += above(a, i) != above(b, i) ? 1 : 0;
  return count;
}

TEST(Landmarks, NearestAreThoseThatDifferInTheFewestBitsOfEveryEighth) {
  constexpr uint32_t kCount = 201;  // a group that is not full
  for (const uint32_t dimension : {256U, 300U, 784U, 4'096U}) {
    const auto codes = random_codes(kCount + 3, dimension);
    Landmarks landmarks(dimension, 1);
    std::vector<float> centre(landmarks.centre().size(), 0.15F);
    landmarks.set_centre(centre);
    for (uint32_t slot = 0; slot < kCount; ++slot) {
      ASSERT_FALSE(landmarks.grow(slot));
      landmarks.put(slot, codes[slot]);
    }
    LandmarkScratch scratch;
    for (size_t query = kCount; query < codes.size(); ++query) {
      const auto found = landmarks.nearest(codes[query], scratch);
      for (uint32_t lane = 0; lane < Landmarks::kNearest; ++lane) {
        uint32_t best = lane;
        const auto far = [&](uint32_t slot) { return differing(codes[slot], codes[query], centre); };
        for (uint32_t slot = lane; slot < kCount; slot += Landmarks::kNearest)
          if (far(slot) < far(best)) best = slot;
        EXPECT_EQ(found[lane], best) << dimension << " dimensions, lane " << lane;
      }
    }
  }
}

TEST(Landmarks, WithFewerThanLanesTheOthersAreNone) {
  const auto codes = random_codes(4, kDimension);
  Landmarks landmarks(kDimension, 1);
  LandmarkScratch scratch;
  for (const uint32_t slot : landmarks.nearest(codes[3], scratch)) EXPECT_EQ(slot, Landmarks::kNone);
  for (uint32_t slot = 0; slot < 3; ++slot) {
    landmarks.grow(slot);
    landmarks.put(slot, codes[slot]);
  }
  const auto found = landmarks.nearest(codes[3], scratch);
  for (uint32_t lane = 0; lane < Landmarks::kNearest; ++lane)
    EXPECT_EQ(found[lane], lane < 3 ? lane : Landmarks::kNone);
}

TEST(Landmarks, PlacesWithoutBitsHideNoneWhereQueriesHaveFewThemselves) {
  std::vector<CodeQuery> codes(10);
  for (size_t i = 0; i < codes.size(); ++i) {
    std::vector<float> values(kDimension, 0);
    for (size_t at = 0; at < 20; ++at) values[i * 20 + at] = 1;
    codes[i].set(values);
  }
  Landmarks landmarks(kDimension, 1);
  LandmarkScratch scratch;
  for (uint32_t slot = 0; slot < 9; ++slot) {
    landmarks.grow(slot);
    landmarks.put(slot, codes[slot]);
  }
  const auto found = landmarks.nearest(codes[9], scratch);
  for (uint32_t lane = 0; lane < Landmarks::kNearest; ++lane) EXPECT_EQ(found[lane], lane);
  landmarks.remove(0);
  EXPECT_EQ(landmarks.nearest(codes[9], scratch)[0], 8U);
  landmarks.remove(8);
  EXPECT_EQ(landmarks.nearest(codes[9], scratch)[0], Landmarks::kNone);
}

TEST(Landmarks, AreDrawnEvenlyAndNeverTooMany) {
  constexpr uint32_t kSlots = 300'000;
  Landmarks landmarks(kDimension, 7);
  size_t thinned = 0;
  for (uint32_t slot = 0; slot < kSlots; ++slot) {
    thinned += landmarks.grow(slot) ? 1 : 0;
    ASSERT_LE(landmarks.slots().size(), Landmarks::kMost);
  }
  EXPECT_GE(thinned, 7U);
  EXPECT_GE(landmarks.slots().size(), Landmarks::kMost / 3);
  const auto slots = landmarks.slots();
  EXPECT_TRUE(std::is_sorted(slots.begin(), slots.end()));
  for (uint32_t tenth = 0; tenth < 10; ++tenth) {
    const auto in = std::count_if(slots.begin(), slots.end(),
                                  [&](uint32_t slot) { return slot / (kSlots / 10) == tenth; });
    EXPECT_NEAR(static_cast<double>(in), static_cast<double>(slots.size()) / 10,
                static_cast<double>(slots.size()) / 25)
        << "tenth " << tenth;
  }
}

TEST(Landmarks, AnotherSeedDrawsOthers) {
  Landmarks one(kDimension, 1);
  Landmarks other(kDimension, 2);
  for (uint32_t slot = 0; slot < 10'000; ++slot) {
    one.grow(slot);
    other.grow(slot);
  }
  EXPECT_FALSE(std::ranges::equal(one.slots(), other.slots()));
}

TEST(Landmarks, WhoIsNoLandmarkIsNotPutAndWhoIsRemovedHasNoBits) {
  const auto codes = random_codes(2, kDimension);
  Landmarks landmarks(kDimension, 1);
  for (uint32_t slot = 0; slot < 10'000; ++slot) landmarks.grow(slot);
  uint32_t other = 0;
  while (std::ranges::binary_search(landmarks.slots(), other)) ++other;
  LandmarkScratch scratch;
  const auto before = landmarks.nearest(codes[0], scratch);
  landmarks.put(other, codes[0]);
  landmarks.remove(other);
  EXPECT_EQ(landmarks.nearest(codes[0], scratch), before);
  const uint32_t own = landmarks.slots()[100];
  landmarks.put(own, codes[0]);
  EXPECT_EQ(landmarks.nearest(codes[0], scratch)[100 % Landmarks::kNearest], own);
  landmarks.remove(own);
  EXPECT_EQ(landmarks.nearest(codes[0], scratch), before);
}

}  // namespace
}  // namespace engram
