#include "graph/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "graph/reference.h"

namespace engram {
namespace {

using reference::Edge;
using reference::Edges;

/** Every arc of the graph, seen from both ends, is the map's. */
void expectSame(const Graph& graph, const Edges& edges, uint32_t nodes) {
  EXPECT_EQ(graph.edges(), edges.size());
  size_t out = 0;
  size_t in = 0;
  for (uint32_t node = 0; node < nodes; ++node) {
    out += graph.out(node).size();
    in += graph.in(node).size();
    for (const Arc& arc : graph.out(node)) {
      const Edge expected = edges.at({node, arc.target, arc.relation});
      EXPECT_EQ(arc.weight, expected.weight);
      EXPECT_EQ(arc.at_ms, expected.at_ms);
    }
    for (const Arc& arc : graph.in(node))
      EXPECT_EQ(arc.weight, edges.at({arc.target, node, arc.relation}).weight);
  }
  EXPECT_EQ(out, edges.size());
  EXPECT_EQ(in, edges.size());
}

TEST(Graph, RandomHistoriesMatchAPlainMap) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    const auto twin = reference::randomTwin(seed, 40, 3'000);
    expectSame(twin.graph, twin.edges, 40);
    expectSame(twin.graph.compacted(), twin.edges, 40);
  }
}

TEST(Graph, SaysWhetherAnEdgeWasNewOrThere) {
  Graph graph;
  EXPECT_TRUE(graph.link(1, 2, 0, 0.5F));
  EXPECT_FALSE(graph.link(1, 2, 0, 0.6F));
  EXPECT_TRUE(graph.link(1, 2, 1, 0.5F));
  EXPECT_FALSE(graph.unlink(2, 1, 0));
  EXPECT_TRUE(graph.unlink(1, 2, 0));
  EXPECT_FALSE(graph.unlink(1, 2, 0));
  EXPECT_EQ(graph.edges(), 1U);
}

TEST(Graph, KeepsEveryBitOfAWeightAndTheTimeOfTheLastLink) {
  Graph graph;
  graph.link(0, 1, 7, 0.123456789F, 1e12);
  graph.link(0, 1, 7, 0.987654321F, 2e12);
  EXPECT_EQ(graph.out(0)[0].weight, 0.987654321F);
  EXPECT_EQ(graph.out(0)[0].at_ms, 2e12);
}

TEST(Graph, AHubGrowsAndShrinksWithoutLosingAnArc) {
  Graph graph;
  Edges edges;
  std::vector<uint32_t> ends(5'000);
  for (uint32_t i = 0; i < ends.size(); ++i) ends[i] = i + 1;
  std::shuffle(ends.begin(), ends.end(), std::mt19937(3));
  for (const uint32_t end : ends) {
    graph.link(0, end, 0, 1);
    edges[{0, end, 0}] = {1, 0};
  }
  expectSame(graph, edges, 5'001);
  const size_t grown = graph.bytes();
  for (size_t i = 0; i + 3 < ends.size(); ++i) {
    graph.unlink(0, ends[i], 0);
    edges.erase({0, ends[i], 0});
  }
  expectSame(graph, edges, 5'001);
  for (const uint32_t end : ends) graph.link(0, end, 0, 1);
  EXPECT_EQ(graph.bytes(), grown) << "slabs that were left are used again";
}

TEST(Graph, LayingItOutInNodeOrderGivesRoomBackAndChangesNothing) {
  auto twin = reference::randomTwin(5, 2'000, 20'000);
  for (uint32_t node = 1'000; node < 2'000; ++node) {
    twin.graph.removeNode(node);
    reference::removeNode(twin.edges, node);
  }
  EXPECT_TRUE(twin.graph.scattered());
  const Graph compact = twin.graph.compacted();
  EXPECT_FALSE(compact.scattered());
  EXPECT_LE(compact.bytes(), twin.graph.bytes());
  expectSame(compact, twin.edges, 2'000);
}

}  // namespace
}  // namespace engram
