#include "graph/graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace engram {
namespace {

float valueOf(const SpreadResult& result, uint32_t ordinal) {
  for (const Activation& a : result.active)
    if (a.ordinal == ordinal) return a.value;
  return 0;
}

TEST(Graph, RandomHistoriesMatchAPlainMap) {
  std::mt19937 random(11);
  Graph graph;
  std::map<std::tuple<uint32_t, uint32_t, uint16_t>, float> model;
  for (int step = 0; step < 20'000; ++step) {
    const auto from = static_cast<uint32_t>(random() % 40);
    const auto to = static_cast<uint32_t>(random() % 40);
    const auto relation = static_cast<uint16_t>(random() % 3);
    const auto key = std::make_tuple(from, to, relation);
    switch (random() % 8) {
      case 0:
        EXPECT_EQ(graph.unlink(from, to, relation), model.erase(key) == 1);
        break;
      case 1:
        if (random() % 50 == 0) {
          graph.removeNode(from);
          std::erase_if(model, [&](const auto& e) {
            return std::get<0>(e.first) == from || std::get<1>(e.first) == from;
          });
        }
        break;
      default: {
        const float weight = static_cast<float>(random() % 200) / 100.0F - 1.0F;
        EXPECT_EQ(graph.link(from, to, relation, weight), model.insert_or_assign(key, weight).second);
      }
    }
  }
  EXPECT_EQ(graph.edges(), model.size());
  size_t in = 0;
  for (uint32_t node = 0; node < 40; ++node) {
    in += graph.in(node).size();
    for (const Arc& arc : graph.out(node)) EXPECT_EQ(model.at({node, arc.target, arc.relation}), arc.weight);
    for (const Arc& arc : graph.in(node)) EXPECT_EQ(model.at({arc.target, node, arc.relation}), arc.weight);
  }
  EXPECT_EQ(in, model.size());
}

TEST(Graph, ActivationFallsWithDepthAndIsSharedAmongEdges) {
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

TEST(Graph, AnInhibitoryEdgeLowersWhatItReaches) {
  Graph graph;
  GraphScratch scratch;
  graph.link(0, 2, 0, 1);
  graph.link(1, 2, 0, -0.5F);
  const std::vector<Activation> one = {{0, 1}};
  const std::vector<Activation> both = {{0, 1}, {1, 1}};
  EXPECT_LT(valueOf(graph.spread(both, {}, scratch), 2), valueOf(graph.spread(one, {}, scratch), 2));
}

TEST(Graph, TheBudgetBoundsTheWorkAndSaysSo) {
  Graph graph;
  GraphScratch scratch;
  for (uint32_t i = 1; i <= 100; ++i) graph.link(0, i, 0, 1);
  const std::vector<Activation> seed = {{0, 1}};
  EXPECT_TRUE(graph.spread(seed, {.fan = Fan::kNone, .arc_budget = 50}, scratch).truncated);
  EXPECT_FALSE(graph.spread(seed, {.fan = Fan::kNone, .arc_budget = 100}, scratch).truncated);
}

TEST(Graph, ReachGivesDistinctNodesWithinTheHops) {
  std::mt19937 random(5);
  Graph graph;
  GraphScratch scratch;
  std::vector<std::set<uint32_t>> out(300);
  for (int i = 0; i < 900; ++i) {
    const auto from = static_cast<uint32_t>(random() % 300);
    const auto to = static_cast<uint32_t>(random() % 300);
    graph.link(from, to, 0, 1);
    out[from].insert(to);
  }
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::set<uint32_t> reached = {seed};
    std::set<uint32_t> frontier = {seed};
    for (uint32_t hops = 1; hops <= 3; ++hops) {
      std::set<uint32_t> next;
      for (const uint32_t node : frontier)
        for (const uint32_t to : out[node])
          if (reached.insert(to).second) next.insert(to);
      frontier = next;
      const auto found = graph.reach(seed, {.hops = hops}, scratch);
      EXPECT_EQ(std::set<uint32_t>(found.begin(), found.end()).size(), found.size());
      EXPECT_EQ(found.size() + 1, reached.size()) << "seed " << seed << " hops " << hops;
    }
  }
}

}  // namespace
}  // namespace engram
