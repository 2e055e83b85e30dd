#include <gtest/gtest.h>

#include <set>

#include "graph/graph.h"
#include "graph/reference.h"

namespace engram {
namespace {

TEST(Reach, EqualsThePlainTraversalInEveryDirectionByEveryRelation) {
  GraphScratch scratch;
  size_t reached = 0;
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    const auto twin = reference::randomTwin(seed, 60, 200);
    for (uint32_t node = 0; node < 62; node += 7)
      for (uint32_t hops = 1; hops <= 3; ++hops)
        for (const Direction direction : {Direction::kOut, Direction::kIn, Direction::kBoth})
          for (const int32_t relation : {-1, 0, 2, 9}) {
            const ReachOptions options{.hops = hops, .direction = direction, .relation = relation};
            const auto found = twin.graph.reach(node, options, scratch);
            const std::set<uint32_t> distinct(found.begin(), found.end());
            EXPECT_EQ(distinct.size(), found.size()) << "distinct";
            EXPECT_EQ(distinct, reference::reach(twin.edges, node, options))
                << "graph " << seed << " node " << node << " hops " << hops;
            reached += found.size();
          }
  }
  EXPECT_GT(reached, 1'000U) << "the graphs are worth the name";
}

TEST(Reach, NearerNodesComeFirst) {
  Graph graph;
  GraphScratch scratch;
  graph.link(0, 9, 0, 1);
  graph.link(9, 1, 0, 1);
  graph.link(0, 5, 0, 1);
  const auto found = graph.reach(0, {.hops = 2}, scratch);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[2], 1U);
}

TEST(Reach, ANodeNobodyKnowsReachesNothing) {
  GraphScratch scratch;
  EXPECT_TRUE(Graph().reach(1'000, {.hops = 3}, scratch).empty());
}

}  // namespace
}  // namespace engram
