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

}  // namespace
}  // namespace engram
