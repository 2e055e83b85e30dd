// A walk that goes on must be the walk that was wider from the beginning.
#include "vector/small_world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 32;

std::vector<float> direction(Random& random) {
  std::vector<float> vector(kDimension);
  float squares = 0;
  for (float& x : vector) {
    x = static_cast<float>(random.unit() - 0.5);
    squares += x * x;
  }
  for (float& x : vector) x /= std::sqrt(squares);
  return vector;
}

/** Directions, every third of which is there twice, so that many are as near as others. */
SmallWorld world_of(uint32_t count, Random& random) {
  SmallWorld world({.dimension = kDimension});
  world.grow(count);
  std::vector<float> vector;
  for (uint32_t slot = 0; slot < count; ++slot) {
    if (slot % 3 != 2) vector = direction(random);
    world.put(slot, vector);
    world.link(slot);
  }
  return world;
}

TEST(SmallWorld, AWidenedWalkIsTheWideWalk) {
  Random random(1);
  const SmallWorld world = world_of(1'500, random);
  WalkScratch widened;
  WalkScratch wide;
  for (int query = 0; query < 50; ++query) {
    const std::vector<float> asked = direction(random);
    world.blocks().ask(asked, widened.query);
    world.blocks().ask(asked, wide.query);
    world.walk(6, widened);
    for (const uint32_t width : {12U, 24U, 100U}) {
      world.widen(width, widened);
      world.walk(width, wide);
      ASSERT_EQ(widened.pool.size(), wide.pool.size());
      ASSERT_EQ(widened.met, wide.met);
      for (uint32_t i = 0; i < wide.pool.size(); ++i) ASSERT_EQ(widened.pool[i].slot, wide.pool[i].slot);
    }
  }
}

TEST(SmallWorld, WhereNothingIsThereNothingIsFoundByGoingOn) {
  const SmallWorld world({.dimension = kDimension});
  WalkScratch scratch;
  world.walk(4, scratch);
  world.widen(8, scratch);
  EXPECT_EQ(scratch.pool.size(), 0U);
}

}  // namespace
}  // namespace engram
