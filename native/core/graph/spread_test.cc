#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "graph/reference.h"

namespace engram {
namespace {

float valueOf(const SpreadResult& result, uint32_t ordinal) {
  for (const Activation& a : result.active)
    if (a.ordinal == ordinal) return a.value;
  return 0;
}

TEST(Spread, EqualsThePlainSpreadToTheBitOnRandomGraphs) {
  GraphScratch scratch;
  size_t reached = 0;
  size_t truncated = 0;
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed * 977);
    const uint32_t nodes = 5 + seed % 60;
    const auto twin = reference::randomTwin(seed, nodes, static_cast<int>(nodes) * 6);
    std::vector<Activation> seeds(1 + random() % 5);
    for (Activation& one : seeds)
      one = {static_cast<uint32_t>(random() % (nodes + 2)), static_cast<float>(1 + random() % 100) / 100.0F};
    SpreadOptions options{.depth = static_cast<uint32_t>(1 + random() % 4),
                          .cutoff = random() % 3 == 0 ? 0.0F : 0.01F,
                          .fan = static_cast<Fan>(random() % 3)};
    if (random() % 3 == 0) options.arc_budget = static_cast<uint32_t>(random() % 60);
    const auto expected = reference::spread(twin.edges, seeds, options);
    const auto found = twin.graph.spread(seeds, options, scratch);
    EXPECT_EQ(found.truncated, expected.truncated) << "seed " << seed;
    EXPECT_EQ(scratch.arcs, expected.walked) << "seed " << seed;
    ASSERT_EQ(found.active.size(), expected.total.size()) << "seed " << seed;
    for (const Activation& one : found.active)
      EXPECT_EQ(one.value, expected.total.at(one.ordinal)) << "seed " << seed << " node " << one.ordinal;
    reached += found.active.size();
    truncated += found.truncated ? 1 : 0;
  }
  EXPECT_GT(reached, 1'000U) << "the graphs are worth the name";
  EXPECT_GT(truncated, 10U) << "the budget was met";
}

TEST(Spread, DoesNotDependOnTheOrderTheEdgesCameIn) {
  const auto twin = reference::randomTwin(8, 50, 800);
  std::vector<std::pair<reference::Edges::key_type, reference::Edge>> edges(twin.edges.begin(),
                                                                            twin.edges.end());
  GraphScratch scratch;
  const std::vector<Activation> seeds = {{0, 1}, {7, 0.5F}};
  const SpreadOptions options{.cutoff = 0, .fan = Fan::kSquareRoot};
  const auto expected = twin.graph.spread(seeds, options, scratch);
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    std::shuffle(edges.begin(), edges.end(), std::mt19937(seed));
    Graph graph;
    for (const auto& [key, edge] : edges)
      graph.link(std::get<0>(key), std::get<1>(key), std::get<2>(key), edge.weight);
    const auto found = graph.spread(seeds, options, scratch);
    ASSERT_EQ(found.active.size(), expected.active.size());
    for (size_t at = 0; at < found.active.size(); ++at) {
      EXPECT_EQ(found.active[at].ordinal, expected.active[at].ordinal);
      EXPECT_EQ(found.active[at].value, expected.active[at].value);
    }
  }
}

TEST(Spread, ALimitGivesTheHeadOfTheWholeAnswer) {
  GraphScratch scratch;
  const auto twin = reference::randomTwin(9, 60, 700);
  const std::vector<Activation> seeds = {{0, 1}};
  const auto whole = twin.graph.spread(seeds, {.cutoff = 0}, scratch);
  const auto head = twin.graph.spread(seeds, {.cutoff = 0, .limit = 10}, scratch);
  ASSERT_GT(whole.active.size(), 10U);
  ASSERT_EQ(head.active.size(), 10U);
  for (size_t at = 0; at < 10; ++at) EXPECT_EQ(head.active[at].ordinal, whole.active[at].ordinal);
}

TEST(Spread, ActivationFallsWithDepthAndIsSharedAmongEdges) {
  Graph graph;
  GraphScratch scratch;
  graph.link(0, 1, 0, 1);
  graph.link(0, 2, 0, 1);
  graph.link(1, 3, 0, 0.5F);
  const std::vector<Activation> seed = {{0, 1}};
  const auto linear = graph.spread(seed, {}, scratch);
  EXPECT_NEAR(valueOf(linear, 1), 0.5 * std::exp(-0.7), 1e-6);
  EXPECT_NEAR(valueOf(linear, 3), 0.5 * std::exp(-0.7) * 0.5 * std::exp(-1.4), 1e-6);
  const auto whole = graph.spread(seed, {.fan = Fan::kNone}, scratch);
  EXPECT_NEAR(valueOf(whole, 1), std::exp(-0.7), 1e-6);
}

TEST(Spread, WhatComesBackInALaterStepCountsNinetyThreeHundredths) {
  Graph graph;
  GraphScratch scratch;
  graph.link(0, 1, 0, 1);
  graph.link(1, 0, 0, 1);
  const std::vector<Activation> seed = {{0, 0.5F}};
  const auto found = graph.spread(seed, {.depth = 2}, scratch);
  EXPECT_NEAR(valueOf(found, 0), 0.5 + 0.93 * 0.5 * std::exp(-0.7) * std::exp(-1.4), 1e-6);
}

TEST(Spread, NoValueIsAboveOne) {
  Graph graph;
  GraphScratch scratch;
  for (uint32_t from = 1; from <= 10; ++from) graph.link(from, 0, 0, 1);
  std::vector<Activation> seeds;
  for (uint32_t from = 1; from <= 10; ++from) seeds.push_back({from, 1});
  EXPECT_EQ(valueOf(graph.spread(seeds, {}, scratch), 0), 1.0F);
}

TEST(Spread, WhatIsSaturatedIsStillRankedByWhatArrived) {
  Graph graph;
  GraphScratch scratch;
  std::vector<Activation> seeds;
  for (uint32_t from = 10; from < 20; ++from) {
    seeds.push_back({from, 1});
    if (from < 15) graph.link(from, 0, 0, 1);
    graph.link(from, 1, 0, 1);
  }
  const auto found = graph.spread(seeds, {.fan = Fan::kNone, .limit = 2}, scratch);
  ASSERT_EQ(found.active.size(), 2U);
  EXPECT_EQ(found.active[0].ordinal, 1U);
  EXPECT_EQ(found.active[1].ordinal, 0U);
  EXPECT_EQ(found.active[0].value, 1.0F);
  EXPECT_EQ(found.active[1].value, 1.0F);
}

TEST(Spread, AnInhibitoryEdgeLowersWhatItReaches) {
  Graph graph;
  GraphScratch scratch;
  graph.link(0, 2, 0, 1);
  graph.link(1, 2, 0, -0.5F);
  const std::vector<Activation> one = {{0, 1}};
  const std::vector<Activation> both = {{0, 1}, {1, 1}};
  EXPECT_LT(valueOf(graph.spread(both, {}, scratch), 2), valueOf(graph.spread(one, {}, scratch), 2));
}

TEST(Spread, TheBudgetBoundsTheWorkAndSaysSo) {
  Graph graph;
  GraphScratch scratch;
  for (uint32_t i = 1; i <= 100; ++i) graph.link(0, i, 0, 1);
  const std::vector<Activation> seed = {{0, 1}};
  EXPECT_TRUE(graph.spread(seed, {.fan = Fan::kNone, .arc_budget = 50}, scratch).truncated);
  EXPECT_FALSE(graph.spread(seed, {.fan = Fan::kNone, .arc_budget = 100}, scratch).truncated);
}

TEST(Spread, AShortBudgetIsSpentOnTheStrongestSourceFirst) {
  Graph graph;
  GraphScratch scratch;
  for (uint32_t i = 10; i < 20; ++i) graph.link(0, i, 0, 1);
  for (uint32_t i = 20; i < 30; ++i) graph.link(1, i, 0, 1);
  const std::vector<Activation> seeds = {{0, 0.4F}, {1, 0.9F}};
  const auto found = graph.spread(seeds, {.arc_budget = 10}, scratch);
  EXPECT_TRUE(found.truncated);
  EXPECT_EQ(valueOf(found, 10), 0.0F);
  EXPECT_GT(valueOf(found, 20), 0.0F);
}

TEST(Spread, CallsThatShareAScratchDoNotSeeEachOther) {
  GraphScratch scratch;
  const auto small = reference::randomTwin(1, 10, 60);
  const auto large = reference::randomTwin(2, 300, 2'000);
  const std::vector<Activation> seeds = {{3, 1}};
  const auto expected = reference::spread(small.edges, seeds, {});
  static_cast<void>(large.graph.spread(seeds, {.cutoff = 0}, scratch));
  scratch.call = UINT32_MAX;  // the next number wraps
  const auto found = small.graph.spread(seeds, {}, scratch);
  ASSERT_EQ(found.active.size(), expected.total.size());
  for (const Activation& one : found.active) EXPECT_EQ(one.value, expected.total.at(one.ordinal));
}

}  // namespace
}  // namespace engram
