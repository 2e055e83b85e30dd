// A walk that goes on must be the walk that was wider from the beginning.
#include "vector/small_world.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace engram {
namespace {

/** Walked down the layers, and from landmarks on. */
constexpr std::array<uint32_t, 2> kDimensions = {32, 256};

std::vector<float> direction(uint32_t dimension, Random& random) {
  std::vector<float> vector(dimension);
  float squares = 0;
  for (float& x : vector) {
    x = static_cast<float>(random.unit() - 0.5);
    squares += x * x;
  }
  for (float& x : vector) x /= std::sqrt(squares);
  return vector;
}

/** Directions, every third of which is there twice, so that many are as near as others. */
SmallWorld world_of(uint32_t count, uint32_t dimension, Random& random) {
  SmallWorld world({.dimension = dimension});
  world.grow(count);
  std::vector<float> vector;
  for (uint32_t slot = 0; slot < count; ++slot) {
    if (slot % 3 != 2) vector = direction(dimension, random);
    world.put(slot, vector);
    world.link(slot);
  }
  return world;
}

TEST(SmallWorld, AWidenedWalkIsTheWideWalk) {
  for (const uint32_t dimension : kDimensions) {
    Random random(1);
    const SmallWorld world = world_of(1'500, dimension, random);
    WalkScratch widened;
    WalkScratch wide;
    for (int query = 0; query < 50; ++query) {
      const std::vector<float> asked = direction(dimension, random);
      world.blocks().ask(asked, widened.query);
      world.blocks().ask(asked, wide.query);
      world.walk(6, widened);
      for (const uint32_t width : {12U, 24U, 100U}) {
        world.widen(width, widened);
        world.walk(width, wide);
        ASSERT_EQ(widened.pool.size(), wide.pool.size());
        ASSERT_EQ(widened.met, wide.met);
        for (uint32_t i = 0; i < wide.pool.size(); ++i)
          ASSERT_EQ(widened.pool[i].slot, wide.pool[i].slot) << dimension << " dimensions";
      }
    }
  }
}

TEST(SmallWorld, WhereNothingIsThereNothingIsFoundByGoingOnAndTheNextWalkIsWhole) {
  for (const uint32_t dimension : kDimensions) {
    Random random(2);
    const SmallWorld full = world_of(200, dimension, random);
    const SmallWorld empty({.dimension = dimension});
    const std::vector<float> asked = direction(dimension, random);
    WalkScratch scratch;
    full.blocks().ask(asked, scratch.query);
    full.walk(20, scratch);
    const Candidate nearest = scratch.pool[0];
    empty.walk(4, scratch);
    empty.widen(8, scratch);
    EXPECT_EQ(scratch.pool.size(), 0U);
    full.walk(20, scratch);
    EXPECT_EQ(scratch.pool[0].slot, nearest.slot) << dimension << " dimensions";
  }
}

}  // namespace
}  // namespace engram
