#include "vector/pool.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace engram {
namespace {

TEST(Pool, KeepsTheBestInOrderAndExpandsEachOnceBestFirst) {
  Pool pool;
  pool.begin(3);
  for (const auto& [similarity, slot] : std::vector<Candidate>{{0.5F, 1}, {0.9F, 2}, {0.1F, 3}, {0.7F, 4}})
    pool.insert(similarity, slot);
  ASSERT_EQ(pool.size(), 3U);
  EXPECT_EQ(pool[0].slot, 2U);
  EXPECT_EQ(pool[2].slot, 1U);
  EXPECT_EQ(pool.expand(), 2U);
  EXPECT_TRUE(pool.insert(0.95F, 5));
  EXPECT_EQ(pool.peek(), 5U);
  EXPECT_EQ(pool.expand(), 5U);
  EXPECT_EQ(pool.expand(), 4U);
  EXPECT_EQ(pool.expand(), Pool::kNone);
}

TEST(Pool, RefusesWhatIsNoBetterThanItsWorst) {
  Pool pool;
  pool.begin(1);
  EXPECT_TRUE(pool.insert(0.5F, 1));
  EXPECT_FALSE(pool.insert(0.5F, 2));
  EXPECT_EQ(pool.worst(), 0.5F);
}

TEST(Pool, AgreesWithASortOfEverything) {
  std::mt19937 random(5);
  for (uint32_t width : {1U, 7U, 64U}) {
    Pool pool;
    pool.begin(width);
    std::vector<float> all;
    for (uint32_t i = 0; i < 500; ++i) {
      const float value = static_cast<float>(random()) / 4e9F;
      all.push_back(value);
      pool.insert(value, i);
    }
    std::sort(all.rbegin(), all.rend());
    for (uint32_t i = 0; i < pool.size(); ++i) EXPECT_EQ(pool[i].similarity, all[i]);
  }
}

TEST(Pool, RefilledIsAsIfAllHadBeenInsertedInTheirOrder) {
  std::mt19937 random(6);
  for (const uint32_t width : {1U, 7U, 64U, 700U}) {
    std::vector<float> similarities(500);
    std::vector<uint32_t> slots(500);
    for (uint32_t i = 0; i < slots.size(); ++i) {
      similarities[i] = static_cast<float>(random() % 60) / 60;  // many are equal
      slots[i] = 1'000 - i;
    }
    Pool one_by_one;
    one_by_one.begin(width);
    for (size_t i = 0; i < slots.size(); ++i) one_by_one.insert(similarities[i], slots[i]);
    Pool refilled;
    refilled.refill(width, similarities, slots);
    ASSERT_EQ(refilled.size(), one_by_one.size());
    for (uint32_t i = 0; i < refilled.size(); ++i) {
      EXPECT_EQ(refilled[i].similarity, one_by_one[i].similarity);
      EXPECT_EQ(refilled[i].slot, one_by_one[i].slot);
    }
    EXPECT_EQ(refilled.expand(), one_by_one.expand());
  }
}

TEST(Pool, WhatCountsAsExpandedIsNotExpandedAgain) {
  Pool pool;
  pool.refill(3, std::vector<float>{0.9F, 0.7F, 0.5F}, std::vector<uint32_t>{4, 5, 6});
  pool.mark_expanded([](uint32_t slot) { return slot != 5; });
  EXPECT_EQ(pool.expand(), 5U);
  EXPECT_EQ(pool.expand(), Pool::kNone);
}

TEST(Pool, TheFloorOfTheBestIsReachedByAsManyAsWereWantedAndFewMore) {
  std::mt19937 random(7);
  for (const size_t wanted : {1UL, 10UL, 100UL, 900UL}) {
    std::vector<float> values(800);
    for (float& value : values) value = static_cast<float>(random()) / 4e9F - 0.5F;
    const float floor = floor_of_best(values, wanted);
    const auto reached = std::count_if(values.begin(), values.end(), [&](float one) { return one >= floor; });
    EXPECT_GE(static_cast<size_t>(reached), std::min(wanted, values.size()));
    EXPECT_LE(static_cast<size_t>(reached), wanted + wanted / 8 + kFloorSlack);
  }
  EXPECT_EQ(floor_of_best(std::vector<float>(50, 0.25F), 3), 0.25F) << "all equal";
}

}  // namespace
}  // namespace engram
